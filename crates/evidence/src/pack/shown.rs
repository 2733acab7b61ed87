//! Words for what the domain says in codes, in Chinese.

use dossier::{facts::Fact, parcel::Scan};
use kernel::{ActorId, Choice, Timestamp};
use money::{Account, Money, Tender};
use policy::{Kind, Language, Measure, Value};
use views::{figures, names};

use super::Facts;

pub(super) fn called(code: &str) -> String {
    names::name(code, Language::Zh)
}

pub(super) fn worth(amount: Money) -> String {
    figures::shown(amount, Language::Zh)
}

/// `1234` grams as `1.234 千克`.
pub(super) fn weight(grams: i64) -> String {
    let (sign, grams) = (if grams < 0 { "-" } else { "" }, grams.unsigned_abs());
    format!("{sign}{}.{:03} 千克", grams.div_euclid(1000), grams.rem_euclid(1000))
}

/// `12.5 MB`, `340 KB`, `12 字节`.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes.saturating_mul(10).div_euclid(unit);
        format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
    };
    match bytes {
        0..1_000 => format!("{bytes} 字节"),
        1_000..1_000_000 => format!("{} KB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

/// An answer to a fact, in words.
pub(super) fn answer(fact: Fact, value: Value) -> String {
    let kind = fact.kind();
    let written = match (value, kind) {
        (Value::Missing, _) => "missing".to_owned(),
        (Value::Flag(flag), _) => if flag { "yes" } else { "no" }.to_owned(),
        (Value::Choice(index), Kind::Choice(codes) | Kind::Choices(codes)) => {
            codes.get(usize::from(index)).copied().unwrap_or("unreadable").to_owned()
        }
        (Value::Number(number), kind) => match Measure::of(kind) {
            Some(measure) => measure.show(number),
            None => "unreadable".to_owned(),
        },
        (Value::Choice(_) | Value::Unreadable, _) => "unreadable".to_owned(),
    };
    names::recorded(&format!("{}={written}", fact.code()), Language::Zh)
}

/// What the shop's people think of a buyer or of each other: for them, not for a marketplace.
pub(super) fn is_opinion(fact: Fact) -> bool {
    matches!(
        fact,
        Fact::Upset
            | Fact::Insists
            | Fact::Abuse
            | Fact::Credible
            | Fact::KnowsRules
            | Fact::WillChange
            | Fact::ShopErred
            | Fact::Demand
            | Fact::ReviewReward
            | Fact::BadAttitude
            | Fact::NightShift
    )
}

/// A recorded list of facts in words, without opinions.
pub(super) fn recorded(list: &str) -> String {
    let is_told = |part: &&str| {
        let fact = part.split_once('=').and_then(|it| Fact::named(it.0));
        !fact.is_some_and(is_opinion)
    };
    let told: Vec<&str> = list.split("; ").filter(is_told).collect();
    names::recorded(&told.join("; "), Language::Zh)
}

/// What a reply text is called.
pub(super) fn text_name(text: &str) -> String {
    names::value("step", text, Language::Zh)
}

pub(super) fn account(account: &str) -> &str {
    match Account::from_code(account) {
        None => account,
        Some(Account::Takings) => "平台货款",
        Some(Account::Sales) => "销售收入",
        Some(Account::PostageIncome) => "运费收入",
        Some(Account::SalesReturned) => "销售退回",
        Some(Account::Compensation) => "补偿支出",
        Some(Account::PriceDifference) => "差价支出",
        Some(Account::ServiceCost) => "服务支出",
        Some(Account::OwedToBuyer) => "应付买家",
        Some(Account::DepositsHeld) => "代收押金",
        Some(Account::CourierClaims) => "应收快递理赔",
        Some(Account::ClaimsPaid) => "快递理赔到账",
        Some(Account::ClaimIncome) => "理赔收入",
    }
}

pub(super) fn tender(tender: &str) -> &str {
    match Tender::from_code(tender) {
        None => tender,
        Some(Tender::Cash) => "现金",
        Some(Tender::Points) => "积分",
        Some(Tender::GiftCard) => "礼品卡",
    }
}

/// `已签收（本人）`
pub(super) fn scanned(scan: &Scan) -> String {
    let signer = scan.signer.map(|it| names::value("signed-by", it.code(), Language::Zh));
    match signer {
        None => called(scan.kind.code()),
        Some(signer) => format!("{}（{signer}）", called(scan.kind.code())),
    }
}

impl Facts<'_> {
    /// By the shop's clock.
    pub(super) fn at(&self, at: Timestamp) -> String {
        figures::moment(at, self.pack.calendar().zone())
    }

    pub(super) fn maybe_at(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "无".to_owned(), |it| self.at(it))
    }

    /// A person's name, else what the role is called, else as it stands.
    pub(super) fn who(&self, actor: &ActorId) -> String {
        match self.people.get(actor) {
            Some(name) => name.clone(),
            None => called(actor.as_str()),
        }
    }
}
