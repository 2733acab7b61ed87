//! Masks of any text whatever.

use proptest::prelude::*;

use crate::{
    fold, mask_account, mask_address, mask_alipay, mask_card, mask_email, mask_identity, mask_name,
    mask_phone, mask_text,
};

fn text(text: &str) -> String {
    mask_text(text).into_owned()
}

const N_TOGETHER_MAX: usize = 4;

fn longest_run(text: &str) -> usize {
    let runs = text.split(|it: char| fold::digits(&it.to_string()).is_empty());
    runs.map(|it| it.chars().count()).max().unwrap_or(0)
}

/// Texts in which digits, gaps and stars are likely.
fn murky() -> impl Strategy<Value = String> {
    "[0-9０-９xX*+@.\\- （)a-c转号]{0,40}"
}

fn gap() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "", "", " ", "-", "　", "－", " - ", "\u{200b}"])
        .prop_map(Into::into)
}

/// A number in whole, with gaps and widths, and the same in plain digits.
fn written(digits: String) -> impl Strategy<Value = (String, String)> {
    let n_digits = digits.len();
    let gaps = prop::collection::vec(gap(), n_digits);
    let widths = prop::collection::vec(any::<bool>(), n_digits);
    (gaps, widths).prop_map(move |(gaps, widths)| {
        let mut text = String::new();
        for (nth, ((digit, gap), is_wide)) in digits.chars().zip(gaps).zip(widths).enumerate() {
            if 0 < nth {
                text.push_str(&gap);
            }
            let wide = char::from_u32(u32::from(digit).saturating_add(0xfee0)).unwrap();
            text.push(if is_wide { wide } else { digit });
        }
        (text, digits.clone())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn to_mask_again_changes_nothing(murky in murky(), any in ".{0,30}") {
        let masks: [fn(&str) -> String; 9] = [
            mask_name, mask_phone, mask_address, mask_account, mask_alipay, mask_email, mask_card,
            mask_identity, text,
        ];
        for input in [murky, any] {
            for (nth, mask) in masks.into_iter().enumerate() {
                let once = mask(&input);
                prop_assert_eq!(mask(&once), once, "mask {} of {:?}", nth, input);
            }
        }
    }

    #[test]
    fn no_mask_shows_many_digits_together(murky in murky(), any in ".{0,30}") {
        let masks: [fn(&str) -> String; 6] =
            [mask_name, mask_phone, mask_address, mask_email, mask_card, mask_identity];
        for input in [murky, any] {
            for (nth, mask) in masks.into_iter().enumerate() {
                let shown = mask(&input);
                prop_assert!(longest_run(&shown) <= N_TOGETHER_MAX, "mask {nth}: {shown}");
                prop_assert!(fold::digits(&shown).len() <= 8, "mask {nth}: {shown}");
            }
        }
    }

    #[test]
    fn a_mobile_in_a_text_keeps_three_and_four(
        (phone, digits) in "1[3-9][0-9]{9}".prop_flat_map(written),
        before in "[a-z你好：，。 ]{0,8}",
        after in "[，。；你好]{0,8}",
    ) {
        let shown = text(&format!("{before}{phone}{after}"));
        let expected = format!("{before}{}****{}{after}", &digits[..3], &digits[7..]);
        prop_assert_eq!(shown, expected);
    }

    #[test]
    fn an_identity_card_in_a_text_keeps_its_ends(
        (written, digits) in "[1-8][0-9]{5}19[0-9]{2}0[1-9][0-2][1-9][0-9]{4}".prop_flat_map(written),
        before in "[a-z你好：，。 ]{0,8}",
    ) {
        let shown = text(&format!("{before}{written}"));
        let hidden = "*".repeat(16);
        let expected = format!("{before}{}{hidden}{}", &digits[..1], &digits[17..]);
        // Some are cards as well, and then keep four.
        prop_assert!(shown == expected || digits.starts_with("62"), "{shown}");
        prop_assert!(longest_run(&shown) <= N_TOGETHER_MAX);
    }

    #[test]
    fn a_bank_card_in_a_text_keeps_four(
        (written, digits) in "62[0-9]{14,17}".prop_flat_map(written),
    ) {
        let shown = text(&format!("卡号{written}。"));
        prop_assert!(fold::digits(&shown).len() <= N_TOGETHER_MAX, "{shown} of {digits}");
    }

    #[test]
    fn a_landline_in_a_text_keeps_area_and_four(
        (area, number) in ("0(10|2[0-9]|[3-9][0-9]{2})", "[2-9][0-9]{6,7}"),
        gap in gap(),
    ) {
        let shown = text(&format!("座机{area}{gap}{number}。"));
        let tail = number.get(number.len().saturating_sub(4)..).unwrap();
        prop_assert_eq!(shown, format!("座机{area}-****{tail}。"));
    }

    #[test]
    fn an_email_in_a_text_keeps_one_letter(local in "[a-z][a-z0-9.]{1,12}", host in "[a-z]{2,8}\\.(com|cn)") {
        let shown = text(&format!("邮箱：{local}@{host}，"));
        prop_assert_eq!(shown, format!("邮箱：{}***@{host}，", &local[..1]));
    }
}
