//! Addresses: province, city and district are shown, the rest is not.

use super::REST;
use crate::fold;

/// First level of the administrative divisions, without what kind they are.
const PROVINCES: &[&str] = &[
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
];
const PROVINCE_KINDS: &[&str] =
    &["维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"];
const CITY_KINDS: &[&str] = &["自治州", "地区", "市", "盟"];
const DISTRICT_KINDS: &[&str] = &["自治县", "自治旗", "市", "区", "县", "旗"];
/// These are where somebody lives, or tell that the words before are.
const NO_DIVISIONS: &[&str] = &[
    "小区", "社区", "校区", "厂区", "院区", "景区", "库区", "属区", "活区", "舍区", "超市", "菜市",
    "夜市", "门市", "集市", "花市",
];
const STREET_WORDS: &[&str] =
    &["街", "巷", "弄", "号", "幢", "栋", "室", "大道", "村", "苑", "园", "里", "路"];
const DIVISION_LETTERS_MAX: usize = 15;
const STEM_LETTERS_MAX: usize = 6;

/// `浙江省杭州市西湖区文三路 478 号` → `浙江省杭州市西湖区***`. Nothing is shown of an address that does
/// not begin with a province or a city.
pub fn mask_address(address: &str) -> String {
    let letters: String =
        address.chars().map(fold::narrow).filter(|it| !it.is_whitespace()).collect();
    let letters = letters.strip_prefix("中国").unwrap_or(&letters);
    let mut shown = String::new();
    let mut rest = letters;
    if let Some((province, after)) = province(rest) {
        shown.push_str(province);
        rest = after;
    }
    for kinds in [CITY_KINDS, DISTRICT_KINDS] {
        // A district alone could be any word.
        let is_anchored = !shown.is_empty() || kinds == CITY_KINDS;
        if let Some((division, after)) = division(rest, kinds).filter(|_| is_anchored) {
            shown.push_str(division);
            rest = after;
        }
    }
    shown.push_str(REST);
    shown
}

fn province(text: &str) -> Option<(&str, &str)> {
    let name = PROVINCES.iter().find(|it| text.starts_with(**it))?;
    let after = text.get(name.len()..)?;
    let kind = PROVINCE_KINDS.iter().find(|it| after.starts_with(**it));
    text.split_at_checked(name.len().saturating_add(kind.map_or(0, |it| it.len())))
}

/// The shortest beginning that is called one of these kinds.
fn division<'t>(text: &'t str, kinds: &[&str]) -> Option<(&'t str, &'t str)> {
    let ends = text.char_indices().map(|(at, it)| at.saturating_add(it.len_utf8()));
    let beginnings = ends.take(DIVISION_LETTERS_MAX).skip(1);
    let mut beginnings = beginnings.filter_map(|end| text.split_at_checked(end));
    let kind_of = |name: &str| kinds.iter().find(|it| name.ends_with(**it));
    let (name, after) = beginnings.find(|(name, _)| kind_of(name).is_some())?;
    let stem = name.strip_suffix(kind_of(name)?)?;
    let is_street = name.ends_with('旗') && after.starts_with(['路', '街', '大']);
    let is_market = name.ends_with('市') && after.starts_with('场');
    let is_home = NO_DIVISIONS.iter().any(|it| name.ends_with(it));
    let is_division = is_stem(stem) && !is_street && !is_market && !is_home;
    is_division.then_some((name, after))
}

/// Whether a division may be called so: 路桥, 市中, 道里 are, 文三路 and 望京二 are not.
fn is_stem(stem: &str) -> bool {
    let is_han = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
    let first = stem.chars().next().map_or(0, char::len_utf8);
    let rest = stem.get(first..).unwrap_or_default();
    stem.chars().count() <= STEM_LETTERS_MAX
        && stem.chars().all(is_han)
        && !stem.ends_with(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])
        && !rest.contains(['区', '县'])
        && (stem == "道里" || !STREET_WORDS.iter().any(|it| rest.contains(it)))
}
