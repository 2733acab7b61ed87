//! Amounts and moments as people read them.

use dossier::{
    Body, Case,
    case::{Judgement, Status, Worth},
    payout::PayoutStatus,
    words::Purpose,
};
use kernel::{Choice, Timestamp, Zone};
use money::{Currency, Money, Tender, Tenders};
use policy::Language;

use crate::names::said;

/// What the buyer gets: what is being paid or was paid, else what is promised, else what would be
/// paid if the judgement is followed.
pub(crate) fn payable<'a>(body: &'a Body, case: &'a Case) -> Option<&'a Tenders> {
    let payout = match &case.status {
        Status::AwaitingApproval { payout, .. } | Status::Refunding { payout } => {
            body.payout(payout)
        }
        Status::Done { .. } => body.holding_of(&case.no).last(),
        Status::Submitted
        | Status::UnderReview
        | Status::WaitingBuyer { .. }
        | Status::Intercepting
        | Status::AwaitingParcel
        | Status::AwaitingReturn { .. }
        | Status::Returning
        | Status::Inspecting { .. }
        | Status::SendingReplacement { .. }
        | Status::Repairing
        | Status::InDispute
        | Status::Declined { .. }
        | Status::Withdrawn { .. } => body
            .holding_of(&case.no)
            .filter(|it| it.purpose == Purpose::Refund && it.status == PayoutStatus::Reserved)
            .last(),
    };
    payout.map(|it| &it.amount).or(case.judgement.as_ref().map(|it| &it.amount))
}

/// `12.50`, for a sentence that names the unit itself. Pack texts speak of yuan; any other currency
/// is named.
pub(crate) fn bare(amount: Money) -> String {
    match amount.currency() {
        Currency::Cny => amount.decimal(),
        Currency::Hkd | Currency::Usd | Currency::Eur => amount.to_string(),
    }
}

/// `12.50 元`, `CNY 12.50`.
pub fn shown(amount: Money, language: Language) -> String {
    match (language, amount.currency()) {
        (Language::Zh, Currency::Cny) => format!("{} 元", amount.decimal()),
        (Language::En, Currency::Cny) | (_, Currency::Hkd | Currency::Usd | Currency::Eur) => {
            format!("{} {}", amount.currency().code(), amount.decimal())
        }
    }
}

/// `2026-11-12 08:00`, by the shop's clock.
pub fn moment(at: Timestamp, zone: Zone) -> String {
    let civil = zone.civil(at).to_string();
    civil.rsplit_once(':').map_or(civil.as_str(), |(minutes, _)| minutes).to_owned()
}

/// One step on the way to an amount: its name, and what it adds or takes off.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub name: &'static str,
    sign: &'static str,
    amount: Money,
}

impl Step {
    /// `-10.00`
    pub fn signed(&self) -> String {
        format!("{}{}", self.sign, bare(self.amount))
    }
}

/// How an amount came about (CALC-07). Steps that change nothing are left out.
pub fn steps(judgement: &Judgement, language: Language) -> Vec<Step> {
    let worth = &judgement.worth;
    let mut steps = changes(worth, language);
    steps.retain(|it| !it.amount.is_zero());
    let list = Step {
        name: said(language, "商品原价", "goods at list price"),
        sign: "",
        amount: worth.list,
    };
    steps.insert(0, list);
    let name = said(language, "最多可退", "at most");
    steps.push(Step { name, sign: "", amount: worth.due });
    if let Ok(amount) = judgement.amount.total()
        && amount != worth.due
    {
        let name = said(language, "本次金额", "this time");
        steps.push(Step { name, sign: "", amount });
    }
    steps
}

fn changes(worth: &Worth, language: Language) -> Vec<Step> {
    let less = |name, amount| Step { name, sign: "-", amount };
    let more = |name, amount| Step { name, sign: "+", amount };
    vec![
        less(said(language, "优惠分摊", "share of coupons and promotions"), worth.reductions),
        less(said(language, "满减门槛不再满足", "promotion no longer reached"), worth.forfeited),
        more(said(language, "满减差额退回", "promotion loss given back"), worth.restored),
        less(said(language, "先前的补偿和差价", "earlier compensation"), worth.deducted),
        less(said(language, "验货扣减", "withheld for condition"), worth.withheld),
        more(said(language, "发货运费", "outward postage"), worth.postage),
    ]
}

/// In which form which part is paid (CALC-10).
pub fn forms(amount: &Tenders, language: Language) -> Vec<Step> {
    let form = |(tender, amount)| {
        let name = match tender {
            Tender::Cash => said(language, "原路退回", "the way it was paid"),
            Tender::Points => said(language, "退回积分", "back as points"),
            Tender::GiftCard => said(language, "退回礼品卡", "back to the gift card"),
        };
        Step { name, sign: "", amount }
    };
    amount.parts().map(form).collect()
}
