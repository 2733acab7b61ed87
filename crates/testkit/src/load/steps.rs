//! Steps: who does what, when.

use dossier::command::PayoutOutcome;
use kernel::{ParcelNo, PayoutKey};
use money::{Currency, Money};

use super::{
    expect::expect,
    orders::{coupon, scan},
    settings,
    wishes::{cases, fact, filing, finding, look, market, only_cases, walk, wish},
};
use crate::{
    keys,
    node::{Content, Node},
    problem::Problem,
    provider::Mishap,
    read::{Map, When, amount, code, flag, id, list, span, text, when, word},
    scenario::{
        Act, CaseAct, Cases, Look, OrderAct, OrderNews, Provider, Refused, Step, TaskAct, TaskDeed,
        Track,
    },
};

/// The keys of a step that are not something done.
const AROUND: &[&str] = &["at", "after", "by", "about", "expect", "held", "refused", "says"];

pub(crate) fn step(node: &Node) -> Result<Step, Problem> {
    let map = Map::of(node, &keys::STEP)?;
    let mut done = map.each().filter(|(key, _)| !AROUND.contains(key));
    let (act, shown) = match (done.next(), done.next()) {
        (None, _) => (Act::Wait, "time passes".to_owned()),
        (Some((verb, value)), None) => (act(verb, value)?, format!("{verb}: {value}")),
        (Some((one, _)), Some((two, _))) => {
            let what = format!("a step does one thing; `{one}` and `{two}` are two");
            return Err(node.problem(what));
        }
    };
    let at = match (map.read("at", when)?, map.read("after", span)?) {
        (Some(_), Some(_)) => return Err(node.problem("a step has `at` or `after`, not both")),
        (at, after) => at.or(after.map(When::In)),
    };
    let step = Step {
        line: node.line,
        text: shown,
        at,
        by: map.read("by", text)?,
        order: map.read("about", id)?,
        act,
        refused: map.read("refused", refused)?.unwrap_or(Refused::Nothing),
        held: map.read("held", flag)?.unwrap_or(false),
        says: map.read("says", text)?,
        expect: map.read("expect", expect)?.unwrap_or_default(),
    };
    if step.act == Act::Wait && (step.refused != Refused::Nothing || step.by.is_some()) {
        return Err(node.problem("nothing is done in this step that somebody could refuse"));
    }
    Ok(step)
}

/// A code, or `{R2: locked}` for some of several cases.
fn refused(node: &Node) -> Result<Refused, Problem> {
    if !node.is_map() {
        return text(node).map(Refused::All);
    }
    let each = Map::any(node)?.each().map(|(case, why)| {
        let case = case.parse().map_err(|it| why.problem(format!("`{case}`: {it}")))?;
        Ok((case, text(why)?))
    });
    each.collect::<Result<_, _>>().map(Refused::Some)
}

fn act(verb: &str, node: &Node) -> Result<Act, Problem> {
    match verb {
        "provider" => provider(node).map(Act::Provider),
        "publish" => settings(node).map(Act::Publish),
        "refund" => Ok(Act::Refund(Box::new(walk(node)?))),
        "order" | "courier" | "apply" | "record-payout" | "retry-payout" | "release-payout"
        | "record-delivery" | "fire" | "extend-receipt" => of_order(verb, node).map(Act::OfOrder),
        "find" | "attach" => shown(verb, node),
        "claim-task" | "answer-task" | "hand-over-task" => task(verb, node),
        "enter-return" | "book-pickup" | "receive" | "assess" | "refuse-return"
        | "send-replacement" => goods(verb, node),
        "market" | "change" | "withdraw" | "judge" | "finish" => case(verb, node),
        _ => decision(verb, node),
    }
}

fn of_order(verb: &str, node: &Node) -> Result<OrderAct, Problem> {
    match verb {
        "order" => order_news(node).map(OrderAct::Record),
        "courier" => courier(node).map(OrderAct::Courier),
        "apply" => {
            let filing = filing(&Map::of(node, &keys::APPLY)?)?;
            Ok(OrderAct::Apply(Box::new(filing)))
        }
        "record-payout" => record_payout(node),
        "retry-payout" => payout(node).map(OrderAct::RetryPayout),
        "release-payout" => payout(node).map(OrderAct::ReleasePayout),
        "record-delivery" => {
            let map = Map::of(node, &keys::RECORD_DELIVERY)?;
            let (effect, delivered) = (map.need("effect", text)?, map.need("delivered", flag)?);
            Ok(OrderAct::RecordDelivery(effect, delivered))
        }
        "extend-receipt" => {
            let map = Map::of(node, &keys::EXTEND_RECEIPT)?;
            let ground = map.read("ground", words)?.unwrap_or_default();
            Ok(OrderAct::ExtendReceipt(map.need("until", when)?, ground))
        }
        _ => Map::of(node, &keys::FIRE)?.need("timer", id).map(OrderAct::Fire),
    }
}

/// What becomes of a request.
fn case(verb: &str, node: &Node) -> Result<Act, Problem> {
    match verb {
        "market" => {
            let map = Map::of(node, &keys::MARKET)?;
            Ok(Act::OfCases(cases(&map)?, CaseAct::Market(market(&map)?)))
        }
        "change" => {
            let map = Map::of(node, &keys::CHANGE)?;
            Ok(Act::OfCases(cases(&map)?, CaseAct::Change(Box::new(wish(&map)?))))
        }
        "withdraw" => Ok(Act::OfCases(only_cases(node)?, CaseAct::Withdraw)),
        "judge" => Ok(Act::OfCases(only_cases(node)?, CaseAct::Judge)),
        _ => Ok(Act::OfCases(only_cases(node)?, CaseAct::Finish)),
    }
}

/// What people decide.
fn decision(verb: &str, node: &Node) -> Result<Act, Problem> {
    match verb {
        "approve" => {
            let (map, cases, ground) = grounded(node, &keys::APPROVE)?;
            let amount = map.map_or(Ok(None), |it| it.read("amount", amount))?;
            Ok(Act::OfCases(cases, CaseAct::Approve(amount, ground)))
        }
        "decline" => {
            let (_, cases, ground) = grounded(node, &keys::WITH_GROUND)?;
            Ok(Act::OfCases(cases, CaseAct::Decline(ground)))
        }
        "refund-ahead" => {
            let (_, cases, ground) = grounded(node, &keys::WITH_GROUND)?;
            Ok(Act::OfCases(cases, CaseAct::RefundAhead(ground)))
        }
        "take-back" => {
            let (_, cases, ground) = grounded(node, &keys::WITH_GROUND)?;
            Ok(Act::OfCases(cases, CaseAct::TakeBack(ground)))
        }
        "ask-buyer" if !node.is_map() => {
            Ok(Act::OfCases(Cases::new(), CaseAct::AskBuyer(words(node)?)))
        }
        "ask-buyer" => {
            let map = Map::of(node, &keys::ASK_BUYER)?;
            let what = map.read("what", words)?.unwrap_or_default();
            Ok(Act::OfCases(cases(&map)?, CaseAct::AskBuyer(what)))
        }
        "compensate" => {
            let map = Map::of(node, &keys::COMPENSATE)?;
            let usual = dossier::words::Purpose::Compensation;
            let purpose = map.read("purpose", code)?.unwrap_or(usual);
            let ground = map.read("ground", words)?.unwrap_or_default();
            let act = CaseAct::Compensate(purpose, map.need("amount", amount)?, ground);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        "keep-order" => {
            let map = Map::of(node, &keys::KEEP_ORDER)?;
            let ground = map.read("ground", words)?.unwrap_or_default();
            let act = CaseAct::KeepOrder(map.need("until", when)?, ground);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        "escalate" => {
            let map = Map::of(node, &keys::ESCALATE)?;
            let what = map.read("what", words)?.unwrap_or_default();
            let act = CaseAct::Escalate(map.need("kind", code)?, what, map.read("back-at", when)?);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        "file-claim" | "answer-claim" | "take-deposit" => received(verb, node),
        "repay-postage" => {
            let map = Map::of(node, &keys::REPAY_POSTAGE)?;
            let insured = map.read("insurance-paid", amount)?;
            let insured = insured.unwrap_or(Money::zero(Currency::Cny));
            let act = CaseAct::RepayPostage(map.need("laid-out", amount)?, insured);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        _ => {
            let (map, cases, ground) = grounded(node, &keys::DECIDE_APPROVAL)?;
            let approve = map.map_or(Ok(None), |it| it.read("approve", flag))?;
            let approve = approve.ok_or_else(|| node.problem("`approve` is missing"))?;
            Ok(Act::OfCases(cases, CaseAct::DecideApproval(approve, ground)))
        }
    }
}

/// Money that comes from others than the buyer's payment.
fn received(verb: &str, node: &Node) -> Result<Act, Problem> {
    match verb {
        "file-claim" => {
            let map = Map::of(node, &keys::FILE_CLAIM)?;
            let carrier = map.read("carrier", words)?.unwrap_or_else(|| "中通快递".to_owned());
            let act = CaseAct::FileClaim(carrier, map.need("amount", amount)?);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        "answer-claim" => {
            let map = Map::of(node, &keys::ANSWER_CLAIM)?;
            let act = CaseAct::AnswerClaim(map.need("paid", amount)?);
            Ok(Act::OfCases(cases(&map)?, act))
        }
        // `take-deposit: 100`
        "take-deposit" if !node.is_map() => {
            Ok(Act::OfCases(Cases::new(), CaseAct::TakeDeposit(amount(node)?)))
        }
        _ => {
            let map = Map::of(node, &keys::TAKE_DEPOSIT)?;
            let act = CaseAct::TakeDeposit(map.need("amount", amount)?);
            Ok(Act::OfCases(cases(&map)?, act))
        }
    }
}

/// Prose that may be empty, so that a scenario can show what happens then.
fn words(node: &Node) -> Result<String, Problem> {
    if node.content == Content::Nothing { Ok(String::new()) } else { text(node) }
}

/// A decision with its ground: the ground alone, or all of it by key.
fn grounded<'n>(
    node: &'n Node,
    object: &'static crate::read::Object,
) -> Result<(Option<Map<'n>>, Cases, String), Problem> {
    if !node.is_map() {
        return Ok((None, Cases::new(), words(node)?));
    }
    let map = Map::of(node, object)?;
    let ground = map.read("ground", words)?.unwrap_or_default();
    Ok((Some(map), cases(&map)?, ground))
}

/// What becomes of goods that come back or go out.
fn goods(verb: &str, node: &Node) -> Result<Act, Problem> {
    let carrier = |map: &Map<'_>| -> Result<String, Problem> {
        Ok(map.read("carrier", text)?.unwrap_or_else(|| "中通快递".to_owned()))
    };
    let (map, act) = match verb {
        "enter-return" => {
            let map = Map::of(node, &keys::ENTER_RETURN)?;
            (map, CaseAct::EnterReturn(map.need("parcel", id)?, carrier(&map)?))
        }
        "book-pickup" => {
            let map = Map::of(node, &keys::BOOK_PICKUP)?;
            (map, CaseAct::BookPickup(map.need("from", when)?))
        }
        "receive" => {
            let map = Map::of(node, &keys::RECEIVE)?;
            let carrier = map.read("carrier", text)?.unwrap_or_default();
            (map, CaseAct::Receive(map.read("parcel", id::<ParcelNo>)?, carrier))
        }
        "send-replacement" => {
            let map = Map::of(node, &keys::SEND_REPLACEMENT)?;
            (map, CaseAct::SendReplacement(map.need("parcel", id)?, carrier(&map)?))
        }
        "refuse-return" => {
            let map = Map::of(node, &keys::REFUSE_RETURN)?;
            let ground = map.read("ground", words)?.unwrap_or_default();
            (map, CaseAct::RefuseReturn(map.read("parcel", id::<ParcelNo>)?, ground))
        }
        // `assess: pass`
        _ if !node.is_map() && node.content != Content::Nothing => {
            let look = Look { finding: code(node)?, ..Look::default() };
            return Ok(Act::OfCases(Cases::new(), CaseAct::Assess(look)));
        }
        _ => {
            let map = Map::of(node, &keys::ASSESS)?;
            (map, CaseAct::Assess(look(&map)?))
        }
    };
    Ok(Act::OfCases(cases(&map)?, act))
}

fn task(verb: &str, node: &Node) -> Result<Act, Problem> {
    let (map, does) = match verb {
        "claim-task" => (Map::of(node, &keys::CLAIM_TASK)?, TaskDeed::Claim),
        "answer-task" => {
            let map = Map::of(node, &keys::ANSWER_TASK)?;
            (map, TaskDeed::Answer(map.read("answer", words)?.unwrap_or_default()))
        }
        _ => {
            let map = Map::of(node, &keys::HAND_OVER_TASK)?;
            (map, TaskDeed::HandOver(map.need("to", code)?))
        }
    };
    let task = map.need("task", text)?;
    Ok(Act::OfCases(cases(&map)?, CaseAct::Task(TaskAct { task, does })))
}

fn provider(node: &Node) -> Result<Provider, Problem> {
    if node.is_map() {
        let map = Map::of(node, &keys::PROVIDER)?;
        return map.need("next", |it| list(it, code::<Mishap>)).map(Provider::Next);
    }
    match word(node)? {
        "down" => Ok(Provider::Down),
        "up" => Ok(Provider::Up),
        other => {
            let what = format!("`{other}`: write `down`, `up`, or `{{next: lost-answer}}`");
            Err(node.problem(what))
        }
    }
}

fn order_news(node: &Node) -> Result<OrderNews, Problem> {
    let map = Map::of(node, &keys::ORDER_NEWS)?;
    Ok(OrderNews {
        ship_by: map.read("ship-by", when)?,
        shipped_at: map.read("shipped-at", when)?,
        confirmed_at: map.read("confirmed-at", when)?,
        confirm_by: map.read("confirm-by", when)?,
        packed: map.read("packed", flag)?.unwrap_or(false),
        remote: map.read("remote", flag)?.unwrap_or(false),
        paid: map.read("paid", amount)?,
        coupons: map.read("coupons", |it| list(it, coupon))?.unwrap_or_default(),
    })
}

fn courier(node: &Node) -> Result<Track, Problem> {
    let map = Map::of(node, &keys::COURIER)?;
    Ok(Track {
        parcel: map.need("parcel", id)?,
        carrier: map.read("carrier", text)?.unwrap_or_else(|| "中通快递".to_owned()),
        direction: map.read("direction", code)?,
        case: map.read("case", id)?,
        scans: map.read("scans", |it| list(it, scan))?.unwrap_or_default(),
    })
}

/// `find: {photo: yes, deviation: 3 cm}`, or `attach: {photo: photo-1.jpg}`, with `case` where it
/// is not the one last spoken of.
fn shown(verb: &str, node: &Node) -> Result<Act, Problem> {
    let map = Map::any(node)?;
    let facts = map.each().filter(|(key, _)| !matches!(*key, "case" | "cases"));
    let act = if verb == "find" {
        CaseAct::Find(facts.map(|(name, it)| finding(name, it)).collect::<Result<_, _>>()?)
    } else {
        let shown = facts.map(|(name, it)| Ok((fact(name, it)?, id(it)?)));
        CaseAct::Attach(shown.collect::<Result<_, Problem>>()?)
    };
    Ok(Act::OfCases(cases(&map)?, act))
}

fn payout(node: &Node) -> Result<PayoutKey, Problem> {
    if node.is_map() {
        return Map::of(node, &keys::OF_PAYOUT)?.need("payout", id);
    }
    id(node)
}

fn record_payout(node: &Node) -> Result<OrderAct, Problem> {
    let map = Map::of(node, &keys::RECORD_PAYOUT)?;
    let (reference, why) = (map.read("reference", text)?, map.read("why", text)?);
    let outcome = match map.need("is", word)? {
        "done" => PayoutOutcome::Done { reference: reference.unwrap_or_default() },
        "not-done" => PayoutOutcome::NotDone { why: why.unwrap_or_default() },
        "unknown" => PayoutOutcome::Unknown,
        other => {
            return Err(node.problem(format!("`{other}`: write `done`, `not-done` or `unknown`")));
        }
    };
    Ok(OrderAct::RecordPayout(map.need("payout", id)?, outcome))
}
