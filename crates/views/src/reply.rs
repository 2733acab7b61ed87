//! What to say to the buyer: the pack's text with this case's figures filled in.

use std::collections::BTreeMap;

use dossier::{
    Body, Case,
    case::{Judgement, Worth},
    words::Payer,
};
use kernel::{DossierKey, Timestamp, Zone};
use money::{Money, Tender, Tenders};
use policy::{Language, Pack};

/// A case, with everything that is said about it.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub dossier: &'a DossierKey,
    pub body: &'a Body,
    pub case: &'a Case,
    /// The version the order was bought under.
    pub pack: &'a Pack,
}

/// The judgement's reply; empty if it has none, or the pack no such text.
pub fn draft(of: Of<'_>, language: Language) -> String {
    let name = of.case.judgement.as_ref().map(|it| it.reply.as_str()).unwrap_or_default();
    text(name, of, language)
}

/// Any text of the pack, filled in for this case.
pub fn text(name: &str, of: Of<'_>, language: Language) -> String {
    let Some(text) = of.pack.text(name, language) else { return String::new() };
    text.render(&variables(of, language)).trim().to_owned()
}

fn variables(of: Of<'_>, language: Language) -> BTreeMap<&'static str, String> {
    let Of { dossier, body, case, pack } = of;
    let zone = pack.calendar().zone();
    let judgement = case.judgement.as_ref();
    let amount = judgement.and_then(|it| it.amount.total().ok());
    let asked = case.request.asked.or(amount);
    let arrives = pack.span("refund-arrives-within").ok();
    let looked_at = judgement.map_or(case.opened_at, |it| it.at);
    let parcel = body.outbound().last();
    let due = body.tasks_of(&case.no).map(|it| it.due).min();
    BTreeMap::from([
        ("amount", yuan(amount, language)),
        ("asked", yuan(asked, language)),
        ("cap", yuan(judgement.map(|it| it.cap), language)),
        ("deadline", moment(case.market.deadline, zone)),
        ("case", case.no.to_string()),
        ("order", dossier.order.to_string()),
        ("shop", pack.phrase("shop-name").unwrap_or_default().to_owned()),
        ("reason", case.request.reason_text.clone()),
        ("ground", ground(case)),
        ("address", pack.phrase("return-address").unwrap_or_default().to_owned()),
        ("breakdown", judgement.map(|it| breakdown(it, language)).unwrap_or_default()),
        ("arrives-by", arrives.map(|it| date(looked_at.plus(it), zone)).unwrap_or_default()),
        ("postage-by", payer(judgement.map(|it| it.postage_by), language).to_owned()),
        ("parcel", parcel.map(|it| it.no.to_string()).unwrap_or_default()),
        ("carrier", parcel.map(|it| it.carrier.clone()).unwrap_or_default()),
        ("ship-by", moment(body.order.ship_by, zone)),
        ("days", days_left(case, looked_at)),
        ("due", moment(due, zone)),
    ])
}

fn ground(case: &Case) -> String {
    use dossier::case::Status;

    if let Status::Declined { ground, .. } | Status::WaitingBuyer { asked: ground } = &case.status {
        return ground.clone();
    }
    case.assessment.as_ref().map(|it| it.reason.clone()).unwrap_or_default()
}

fn days_left(case: &Case, now: Timestamp) -> String {
    let day = kernel::Span::days(1).whole_seconds();
    let left = case.market.deadline.map(|it| it.since(now).whole_seconds().div_euclid(day));
    left.map(|it| it.max(0).to_string()).unwrap_or_default()
}

pub(crate) fn yuan(amount: Option<Money>, language: Language) -> String {
    match (amount, language) {
        (None, _) => String::new(),
        (Some(amount), Language::Zh) => format!("{} 元", amount.decimal()),
        (Some(amount), Language::En) => format!("CNY {}", amount.decimal()),
    }
}

pub(crate) fn moment(at: Option<Timestamp>, zone: Zone) -> String {
    at.map(|it| zone.civil(it).to_string()).unwrap_or_default()
}

fn date(at: Timestamp, zone: Zone) -> String {
    zone.civil(at).date()
}

pub(crate) fn payer(payer: Option<Payer>, language: Language) -> &'static str {
    match (payer, language) {
        (Some(Payer::Merchant), Language::Zh) => "商家",
        (Some(Payer::Merchant), Language::En) => "the shop",
        (Some(Payer::Buyer), Language::Zh) => "买家",
        (Some(Payer::Buyer), Language::En) => "the buyer",
        (Some(Payer::Nobody) | None, Language::Zh) => "无需运费",
        (Some(Payer::Nobody) | None, Language::En) => "nobody; there is none",
    }
}

/// How the amount came about, a line a step (CALC-07), then by form of payment (CALC-10).
pub fn breakdown(judgement: &Judgement, language: Language) -> String {
    let mut lines = steps(&judgement.worth, language);
    lines.extend(forms(&judgement.amount, language));
    lines.join("\n")
}

fn steps(worth: &Worth, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    let named = |zh_name: &'static str, en_name: &'static str| if zh { zh_name } else { en_name };
    let steps = [
        (true, "", named("商品价款", "goods at list price"), worth.list),
        (false, "-", named("优惠分摊", "share of coupons and promotions"), worth.reductions),
        (false, "-", named("满减不再满足", "promotion no longer reached"), worth.forfeited),
        (false, "+", named("满减损失退回", "promotion loss given back"), worth.restored),
        (false, "+", named("发货运费", "outward postage"), worth.postage),
        (false, "-", named("先前补偿与差价", "earlier compensation and differences"), worth.deducted),
        (false, "-", named("商品状况扣减", "withheld for condition"), worth.withheld),
        (true, "=", named("最多可退", "at most"), worth.due),
    ];
    steps
        .into_iter()
        .filter(|(always, _, _, amount)| *always || !amount.is_zero())
        .map(|(_, sign, name, amount)| format!("{sign}{} {name}", amount.decimal()))
        .collect()
}

fn forms(amount: &Tenders, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    amount
        .parts()
        .map(|(tender, part)| {
            let name = match (tender, zh) {
                (Tender::Cash, true) => "原路退回现金",
                (Tender::Cash, false) => "to the original payment account",
                (Tender::Points, true) => "退回积分",
                (Tender::Points, false) => "back as points",
                (Tender::GiftCard, true) => "退回礼品卡",
                (Tender::GiftCard, false) => "back to the gift card",
            };
            format!("  {} {name}", part.decimal())
        })
        .collect()
}
