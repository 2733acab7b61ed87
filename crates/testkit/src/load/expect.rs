//! What must be seen.

use kernel::{Choice, ParcelNo};
use money::{Account, Money};

use super::wishes::{amounts, findings, tenders};
use crate::{
    expect::{
        CaseSeen, Expect, ExtensionSeen, NoTasks, OrderSeen, PayoutSeen, RaisedSeen, TaskSeen,
        TextSeen,
    },
    keys,
    node::Node,
    problem::{Problem, hint},
    read::{Map, amount, code, flag, id, list, text, when, word},
};

pub(crate) fn expect(node: &Node) -> Result<Expect, Problem> {
    let map = Map::of(node, &keys::EXPECT)?;
    let mut cases = map.read("cases", |it| list(it, case_seen))?.unwrap_or_default();
    cases.extend(map.read("case", case_seen)?);
    Ok(Expect {
        cases,
        tasks: map.read("tasks", |it| list(it, task_seen))?.unwrap_or_default(),
        no_tasks: map.read("no-tasks", no_tasks)?.unwrap_or_default(),
        payouts: map.read("payouts", |it| list(it, payout_seen))?,
        paid: map.read("paid", amount)?,
        told: map.read("told", |it| list(it, text))?.unwrap_or_default(),
        not_told: map.read("not-told", |it| list(it, text))?.unwrap_or_default(),
        stopped: map.read("stopped", |it| list(it, text))?.unwrap_or_default(),
        ledger: map.read("ledger", balances)?.unwrap_or_default(),
        order: map.read("order", order_seen)?.unwrap_or_default(),
        events: map.read("events", |it| list(it, text))?,
        worklist: map.read("worklist", |it| list(it, id))?.unwrap_or_default(),
        texts: map.read("texts", |it| list(it, text_seen))?.unwrap_or_default(),
    })
}

/// A status alone, or all of it by key.
fn case_seen(node: &Node) -> Result<CaseSeen, Problem> {
    if !node.is_map() {
        let status = Some(text(node)?);
        return Ok(CaseSeen { line: node.line, status, ..CaseSeen::default() });
    }
    let map = Map::of(node, &keys::CASE_SEEN)?;
    Ok(CaseSeen {
        line: node.line,
        case: map.read("case", id)?,
        status: map.read("status", text)?,
        walked: map.read("walked", |it| list(it, text))?,
        kind: map.read("kind", code)?,
        reason: map.read("reason", code)?,
        asked: map.read("asked", amount)?,
        earlier: map.read("earlier", |it| list(it, earlier))?,
        follows: map.read("follows", id)?,
        route: map.read("route", code)?,
        verdict: map.read("verdict", code)?,
        automatic: map.read("automatic", flag)?,
        clause: map.read("clause", text)?,
        rulings: map.read("rulings", rulings)?.unwrap_or_default(),
        amount: map.read("amount", amount)?,
        parts: tenders(&map)?,
        cap: map.read("cap", amount)?,
        least: map.read("least", amount)?,
        most: map.read("most", amount)?,
        postage_by: map.read("postage-by", code)?,
        flags: map.read("flags", |it| list(it, code))?.unwrap_or_default(),
        no_flags: map.read("no-flags", |it| list(it, code))?.unwrap_or_default(),
        reply: map.read("reply", text)?,
        work: map.read("work", |it| list(it, code))?,
        breakdown: map.read("breakdown", amounts)?.unwrap_or_default(),
        ground: map.read("ground", text)?,
        deadline: map.read("deadline", when)?,
        approver: map.read("approver", code)?,
        due: map.read("due", when)?,
        received_at: map.read("received-at", when)?,
        receipts: map.read("receipts", |it| list(it, text))?,
        grades: map.read("grades", |it| list(it, text))?,
        checklist: map.read("checklist", |it| list(it, text))?,
        pickup: map.read("pickup", flag)?,
        couriers: map.read("couriers", |it| list(it, text))?,
        reminder: map.read("reminder", text)?,
        returns: map.read("returns", |it| list(it, id))?,
        handed_over: map.read("handed-over", flag)?,
        findings: map.read("findings", findings)?.unwrap_or_default(),
        raised: map.read("raised", |it| list(it, raised))?,
    })
}

fn raised(node: &Node) -> Result<RaisedSeen, Problem> {
    let map = Map::of(node, &keys::RAISED_SEEN)?;
    Ok(RaisedSeen {
        kind: map.read("kind", code)?,
        what: map.read("what", text)?,
        next: map.read("next", when)?,
        answer: map.read("answer", text)?,
    })
}

fn extension(node: &Node) -> Result<ExtensionSeen, Problem> {
    let map = Map::of(node, &keys::EXTENSION_SEEN)?;
    Ok(ExtensionSeen {
        deadline: map.read("deadline", code)?,
        from: map.read("from", when)?,
        until: map.read("until", when)?,
        reason: map.read("reason", text)?,
        by: map.read("by", text)?,
    })
}

fn earlier(node: &Node) -> Result<EarlierSeen, Problem> {
    let map = Map::of(node, &keys::EARLIER)?;
    Ok((map.read("kind", code)?, map.read("reason", code)?))
}

type EarlierSeen = (Option<dossier::words::CaseKind>, Option<dossier::words::Reason>);

/// `{window: {window: open}, reason: {module: quality, fault: merchant}}`
fn rulings(node: &Node) -> Result<Vec<(String, String, String)>, Problem> {
    let mut rulings = Vec::new();
    for (question, outputs) in Map::any(node)?.each() {
        if dossier::vocabulary::inquiry(question).is_none() {
            let known = dossier::vocabulary::INQUIRIES.iter().map(|it| it.question.name);
            let hint = hint(question, known);
            return Err(outputs.problem(format!("nothing asks the question `{question}`{hint}")));
        }
        for (output, value) in Map::any(outputs)?.each() {
            rulings.push((question.to_owned(), output.to_owned(), text(value)?));
        }
    }
    Ok(rulings)
}

/// A kind alone, or all of it by key.
fn task_seen(node: &Node) -> Result<TaskSeen, Problem> {
    if !node.is_map() {
        let kind = Some(code(node)?);
        return Ok(TaskSeen { line: node.line, kind, ..TaskSeen::default() });
    }
    let map = Map::of(node, &keys::TASK_SEEN)?;
    Ok(TaskSeen {
        line: node.line,
        kind: map.read("kind", code)?,
        case: map.read("case", id)?,
        role: map.read("role", code)?,
        due: map.read("due", when)?,
        opened_at: map.read("opened-at", when)?,
        owner: map.read("owner", text)?,
        overdue: map.read("overdue", flag)?,
    })
}

/// `all`, or the kinds of which there must be none.
fn no_tasks(node: &Node) -> Result<NoTasks, Problem> {
    if !node.is_list() && word(node)? == "all" {
        return Ok(NoTasks::Any);
    }
    list(node, code).map(NoTasks::Of)
}

fn payout_seen(node: &Node) -> Result<PayoutSeen, Problem> {
    let map = Map::of(node, &keys::PAYOUT_SEEN)?;
    Ok(PayoutSeen {
        payout: map.read("payout", text)?,
        case: map.read("case", id)?,
        purpose: map.read("purpose", code)?,
        amount: map.read("amount", amount)?,
        parts: tenders(&map)?,
        status: map.read("status", text)?,
    })
}

fn balances(node: &Node) -> Result<Vec<(Account, Money)>, Problem> {
    let each = Map::any(node)?.each().map(|(name, value)| {
        let unknown = || {
            let hint = hint(name, Account::CODES.iter().copied());
            value.problem(format!("there is no account `{name}`{hint}"))
        };
        Ok((Account::from_code(name).ok_or_else(unknown)?, amount(value)?))
    });
    each.collect()
}

fn order_seen(node: &Node) -> Result<OrderSeen, Problem> {
    let map = Map::of(node, &keys::ORDER_SEEN)?;
    Ok(OrderSeen {
        paid: map.read("paid", amount)?,
        left: map.read("left", amount)?,
        left_cash: map.read("left-cash", amount)?,
        left_points: map.read("left-points", amount)?,
        shipped: map.read("shipped", flag)?,
        parcels: map.read("parcels", parcels)?.unwrap_or_default(),
        stopped_at: map.read("stopped-at", text)?,
        ship_by: map.read("ship-by", when)?,
        confirm_by: map.read("confirm-by", when)?,
        extended: map.read("extended", |it| list(it, extension))?,
    })
}

/// `{SF1: signed}`: each parcel with its last scan, or `none`.
fn parcels(node: &Node) -> Result<Vec<(ParcelNo, String)>, Problem> {
    let each = Map::any(node)?.each().map(|(name, value)| {
        let parcel = name.parse().map_err(|it| value.problem(format!("`{name}`: {it}")))?;
        Ok((parcel, text(value)?))
    });
    each.collect()
}

fn text_seen(node: &Node) -> Result<TextSeen, Problem> {
    let map = Map::of(node, &keys::TEXT_SEEN)?;
    let words = |key| map.read(key, |it| list(it, text)).map(Option::unwrap_or_default);
    Ok(TextSeen {
        line: node.line,
        text: map.need("text", text)?,
        mentions: words("mentions")?,
        says: words("says")?,
        says_not: words("says-not")?,
    })
}
