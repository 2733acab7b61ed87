//! What to say to the buyer: the pack's text with this case's figures filled in.

use std::collections::BTreeMap;

use dossier::{
    Body, Case,
    case::Status,
    parcel::Parcel,
    payout::{Payout, PayoutStatus},
    words::Direction,
};
use kernel::{Choice, DossierKey, Span, Timestamp};
use policy::{Language, Pack};

use crate::{
    figures::{bare, forms, moment, payable, steps},
    names::{name, said},
};

/// A case, with everything that is said about it.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    pub dossier: &'a DossierKey,
    pub body: &'a Body,
    pub case: &'a Case,
    /// The version the order was bought under.
    pub pack: &'a Pack,
    pub sender: Sender<'a>,
}

/// Who writes to the buyer, where it is not for the pack to say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sender<'a> {
    pub shop_name: Option<&'a str>,
    pub return_address: Option<&'a str>,
}

/// What stands in a text for something the shop has to say once and has not said. Never invented: a
/// buyer would send the goods there.
pub fn to_be_filled(constant: &str, language: Language) -> String {
    let what = name(constant, language);
    match language {
        Language::Zh => format!("（请填写{what}）"),
        Language::En => format!("(fill in the {what})"),
    }
}

/// The pack's constants that a [`Sender`] stands in for.
pub const SHOP_NAME: &str = "shop-name";
pub const RETURN_ADDRESS: &str = "return-address";

/// The judgement's reply; empty if it has none, or the pack no such text.
pub fn draft(of: Of<'_>, language: Language) -> String {
    let name = of.case.judgement.as_ref().map(|it| it.reply.as_str()).unwrap_or_default();
    text(name, of, language)
}

/// Any text of the pack, filled in for this case. In the pack's other language if it is not
/// written in this one; empty if there is no such text.
///
/// A variable that has no value for this case stays in its braces, to be seen before it is sent.
pub fn text(name: &str, of: Of<'_>, language: Language) -> String {
    let languages = [language, Language::Zh, Language::En];
    let Some(written) = languages.into_iter().find_map(|it| Some((of.pack.text(name, it)?, it)))
    else {
        return String::new();
    };
    let (text, language) = written;
    text.render(&variables(of, language)).trim().to_owned()
}

/// The values of [`dossier::vocabulary::VARIABLES`]. Amounts stand without their unit, which the
/// texts name.
fn variables(of: Of<'_>, language: Language) -> BTreeMap<&'static str, String> {
    let Of { dossier, body, case, pack, sender } = of;
    let zone = pack.calendar().zone();
    let judgement = case.judgement.as_ref();
    let cap = judgement.map(|it| it.cap);
    let amount = payable(body, case).and_then(|it| it.total().ok());
    let parcel = parcel(body, case);
    let shops = |said: Option<&str>, constant| {
        let said = said.or_else(|| pack.phrase(constant).ok()).map(str::trim);
        let said = said.filter(|it| !matches!(*it, "" | "-")).map(str::to_owned);
        said.unwrap_or_else(|| to_be_filled(constant, language))
    };
    let time = |at: Option<Timestamp>| at.map(|it| moment(it, zone));
    let values = [
        ("amount", amount.map(bare)),
        ("asked", case.request.asked.or(cap).map(bare)),
        ("cap", cap.map(bare)),
        ("deadline", time(case.market.deadline)),
        ("order", Some(dossier.order.to_string())),
        ("case", Some(case.no.to_string())),
        ("shop", Some(shops(sender.shop_name, SHOP_NAME))),
        ("reason", Some(reason(case, language))),
        ("ground", ground(case)),
        ("address", Some(shops(sender.return_address, RETURN_ADDRESS))),
        ("breakdown", breakdown(case, language)),
        ("arrives-by", arrives_by(of).map(|it| zone.civil(it).date())),
        ("postage-by", judgement.map(|it| name(it.postage_by.code(), language))),
        ("parcel", parcel.map(|it| it.no.to_string())),
        ("carrier", parcel.map(|it| it.carrier.clone())),
        ("ship-by", time(body.order.ship_by)),
        ("days", days_left(case)),
        ("due", time(due(body, case))),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// In the buyer's own words where there are any.
fn reason(case: &Case, language: Language) -> String {
    match case.request.reason_text.as_str() {
        "" => name(case.request.reason.code(), language),
        words => words.to_owned(),
    }
}

/// Why it was declined, what is missing, or what the inspection found.
fn ground(case: &Case) -> Option<String> {
    if let Status::Declined { ground, .. } | Status::WaitingBuyer { asked: ground } = &case.status {
        return Some(ground.clone());
    }
    let found = case.assessment.as_ref().map(|it| it.reason.clone());
    found.filter(|it| !it.is_empty())
}

/// The parcel a text is about: a replacement, else the buyer's return, else what was sent first.
fn parcel<'a>(body: &'a Body, case: &'a Case) -> Option<&'a Parcel> {
    let is_sent_for =
        |it: &&Parcel| it.direction == Direction::Outbound && it.case.as_ref() == Some(&case.no);
    let replacement = body.parcels.values().rfind(is_sent_for);
    replacement.or_else(|| body.returns_of(case).last()).or_else(|| body.outbound().last())
}

/// When the money should have arrived, counted from when it was sent; as if sent when the case was
/// last looked at, if it has not been.
fn arrives_by(of: Of<'_>) -> Option<Timestamp> {
    let sent = of.body.holding_of(&of.case.no).filter_map(sent_at).last();
    let looked = of.case.judgement.as_ref().map(|it| it.at);
    Some(sent.or(looked)?.plus(of.pack.span("refund-arrives-within").ok()?))
}

fn sent_at(payout: &Payout) -> Option<Timestamp> {
    match &payout.status {
        PayoutStatus::Sending { since, .. } | PayoutStatus::Unknown { since } => Some(*since),
        PayoutStatus::Settled { at, .. } => Some(*at),
        PayoutStatus::Reserved | PayoutStatus::Failed { .. } | PayoutStatus::Released { .. } => {
            None
        }
    }
}

/// Whole days to the marketplace's deadline, counted from the last look.
fn days_left(case: &Case) -> Option<String> {
    let looked = case.judgement.as_ref().map_or(case.opened_at, |it| it.at);
    let left = case.market.deadline?.since(looked).whole_seconds();
    Some(left.div_euclid(Span::days(1).whole_seconds()).max(0).to_string())
}

/// By when the shop owes its next answer.
fn due(body: &Body, case: &Case) -> Option<Timestamp> {
    if let Status::AwaitingApproval { due, .. } = case.status {
        return Some(due);
    }
    // What was agreed with a superior is what the buyer was told (AUTH-12).
    let raised = case.raised.iter().rev().find_map(|it| body.tasks.get(&it.task));
    if let Some(task) = raised {
        return Some(task.due);
    }
    body.tasks_of(&case.no).map(|it| it.due).min()
}

/// How the amount came about (CALC-07), and in which form it goes back where there are several
/// (CALC-10): `商品原价 100.00，优惠分摊 -10.00，最多可退 90.00`.
fn breakdown(case: &Case, language: Language) -> Option<String> {
    let judgement = case.judgement.as_ref()?;
    let comma = said(language, "，", ", ");
    let mut parts = steps(judgement, language);
    if 1 < judgement.amount.parts().count() {
        parts.extend(forms(&judgement.amount, language));
    }
    let parts: Vec<String> =
        parts.iter().map(|it| format!("{} {}", it.name, it.signed())).collect();
    Some(parts.join(comma))
}
