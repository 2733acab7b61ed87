//! What is seen of a case.

use std::collections::BTreeMap;

use dossier::{
    Case, Event,
    case::{Judgement, Status, Worth},
    event::CaseChange,
};
use kernel::{CaseNo, OrderNo, Timestamp};
use money::{Money, Tenders};

use super::{Findings, listed};
use crate::{
    expect::CaseSeen,
    stage::{Broken, Stage},
    story,
};

impl Stage<'_> {
    pub(crate) fn check_case(
        &self,
        expected: &CaseSeen,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let no = match &expected.case {
            Some(case) => case.clone(),
            None => self.spoken_of()?,
        };
        let order = self.order_of(&no)?;
        let body = self.body(&order)?;
        let Some(case) = body.case(&no) else {
            findings.add(format!("case {no}"), "filed", "not filed");
            return Ok(());
        };
        self.check_standing(expected, case, findings);
        self.check_raised(expected, (&body, case), findings);
        self.check_return(expected, (&body, case), findings)?;
        check_request(expected, case, findings);
        self.check_history(expected, (&order, case), findings)?;
        match &case.judgement {
            Some(judgement) => check_judgement(expected, (case, judgement), findings),
            None => findings.add(format!("judgement of {no}"), "there is one", "not judged yet"),
        }
        Ok(())
    }

    fn check_standing(&self, expected: &CaseSeen, case: &Case, findings: &mut Findings) {
        let of = |what: &str| format!("{what} of {}", case.no);
        let status = case.status.code().to_owned();
        findings.same(&of("status"), (expected.status.as_ref(), &status), Clone::clone);
        let (mut deadline, mut approver, mut due, mut received) = (None, None, None, None);
        match &case.status {
            Status::AwaitingApproval { approver: by, due: until, .. } => {
                (approver, due) = (Some(*by), Some(*until));
            }
            Status::AwaitingReturn { deadline: until } => deadline = *until,
            Status::Inspecting { received_at } => received = Some(*received_at),
            Status::Submitted
            | Status::UnderReview
            | Status::WaitingBuyer { .. }
            | Status::Intercepting
            | Status::AwaitingParcel
            | Status::Returning
            | Status::Refunding { .. }
            | Status::SendingReplacement { .. }
            | Status::Repairing
            | Status::InDispute
            | Status::Declined { .. }
            | Status::Withdrawn { .. }
            | Status::Done { .. } => (),
        }
        let deadline = deadline.or(case.market.deadline);
        let moments = [
            ("deadline", expected.deadline, deadline),
            ("due time", expected.due, due),
            ("time of receipt", expected.received_at, received),
        ];
        for (what, wanted, seen) in moments {
            let Some(wanted) = wanted.map(|it| self.instant(it)) else { continue };
            if seen != Some(wanted) {
                findings.add(of(what), self.shown(wanted), self.maybe_shown(seen));
            }
        }
        if let Some(wanted) = expected.approver
            && approver != Some(wanted)
        {
            let seen = approver.map_or("nobody".to_owned(), |it| it.to_string());
            findings.add(of("approver"), wanted.to_string(), seen);
        }
        let handed_over = case.handed_over;
        let shown = |it: &bool| if *it { "yes" } else { "no" }.to_owned();
        findings.same(&of("handed over"), (expected.handed_over.as_ref(), &handed_over), shown);
    }

    pub(crate) fn maybe_shown(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "none".to_owned(), |it| self.shown(it))
    }

    /// What only the history tells.
    fn check_history(
        &self,
        expected: &CaseSeen,
        (order, case): (&OrderNo, &Case),
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        if expected.walked.is_none() && expected.ground.is_none() {
            return Ok(());
        }
        let (mut walked, mut last_ground) = (Vec::new(), String::new());
        for event in self.history(order)?.into_iter().flat_map(|it| it.events) {
            match event {
                Event::CaseOpened { case: it } if it.no == case.no => {
                    walked.push(it.status.code().to_owned());
                }
                Event::CaseChanged { case: no, change: CaseChange::Status { status, ground } }
                    if no == case.no =>
                {
                    walked.push(status.code().to_owned());
                    if !ground.is_empty() {
                        last_ground = ground;
                    }
                }
                Event::OrderRecorded { .. }
                | Event::ParcelScanned { .. }
                | Event::CaseOpened { .. }
                | Event::CaseChanged { .. }
                | Event::PayoutReserved { .. }
                | Event::PayoutChanged { .. }
                | Event::TaskOpened { .. }
                | Event::TaskChanged { .. }
                | Event::TimerSet { .. }
                | Event::TimerCleared { .. }
                | Event::BuyerTold { .. }
                | Event::StopAsked { .. }
                | Event::DeadlineExtended { .. }
                | Event::Delivered { .. }
                | Event::EffectCancelled { .. } => (),
            }
        }
        let about = format!("way of {}", case.no);
        findings.same(&about, (expected.walked.as_ref(), &walked), |it| listed(it));
        if let Some(ground) = &expected.ground
            && !last_ground.contains(ground.as_str())
        {
            findings.add(format!("ground of {}", case.no), ground.as_str(), last_ground);
        }
        Ok(())
    }
}

fn check_request(expected: &CaseSeen, case: &Case, findings: &mut Findings) {
    let of = |what: &str| format!("{what} of {}", case.no);
    let request = &case.request;
    findings.same(&of("kind"), (expected.kind.as_ref(), &request.kind), ToString::to_string);
    let reason = (expected.reason.as_ref(), &request.reason);
    findings.same(&of("reason"), reason, ToString::to_string);
    if let Some(asked) = expected.asked
        && request.asked != Some(asked)
    {
        let seen = request.asked.map_or("all that is due".to_owned(), Money::decimal);
        findings.add(of("amount asked"), asked.decimal(), seen);
    }
    if let Some(earlier) = &expected.earlier {
        let as_expected = earlier.len() == case.changes.len()
            && earlier.iter().zip(&case.changes).all(|((kind, reason), change)| {
                kind.is_none_or(|it| it == change.from.kind)
                    && reason.is_none_or(|it| it == change.from.reason)
            });
        if !as_expected {
            let seen: Vec<String> = case
                .changes
                .iter()
                .map(|it| format!("{} {}", it.from.kind, it.from.reason))
                .collect();
            findings.add(of("earlier wishes"), format!("{} as said", earlier.len()), listed(&seen));
        }
    }
    if let Some(follows) = &expected.follows
        && case.follows.as_ref() != Some(follows)
    {
        let seen = case.follows.as_ref().map_or("none".to_owned(), CaseNo::to_string);
        findings.add(of("earlier case"), follows.to_string(), seen);
    }
    findings.same(&of("returns"), (expected.returns.as_ref(), &case.returns), |it| {
        listed(&it.iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    for (fact, value) in &expected.findings {
        let seen = case.findings.get(fact).copied().unwrap_or(policy::Value::Missing);
        let show = |it: &policy::Value| story::finding(*fact, *it);
        findings.same(&of(&fact.to_string()), (Some(value), &seen), show);
    }
}

fn check_judgement(
    expected: &CaseSeen,
    (case, judgement): (&Case, &Judgement),
    findings: &mut Findings,
) {
    let of = |what: &str| format!("{what} of {}", case.no);
    let shown = |it: &bool| if *it { "yes" } else { "no" }.to_owned();
    let verdict = (expected.verdict.as_ref(), &judgement.verdict);
    findings.same(&of("verdict"), verdict, ToString::to_string);
    findings.same(&of("automatic"), (expected.automatic.as_ref(), &judgement.automatic), shown);
    if let Some(route) = expected.route
        && judgement.route != Some(route)
    {
        let seen = judgement.route.map_or("none".to_owned(), |it| it.to_string());
        findings.add(of("route"), route.to_string(), seen);
    }
    if let Some(clause) = &expected.clause {
        let seen = judgement.clause().unwrap_or_default();
        if seen != *clause && seen.split('#').next() != Some(clause.as_str()) {
            findings.add(of("clause"), clause.as_str(), seen);
        }
    }
    let postage = (expected.postage_by.as_ref(), &judgement.postage_by);
    findings.same(&of("payer of postage"), postage, ToString::to_string);
    findings.same(&of("reply"), (expected.reply.as_ref(), &judgement.reply), Clone::clone);
    findings.same(&of("work"), (expected.work.as_ref(), &judgement.tasks), |it| {
        listed(&it.iter().map(ToString::to_string).collect::<Vec<_>>())
    });
    let flags: Vec<String> = judgement.flags.iter().map(ToString::to_string).collect();
    for flag in expected.flags.iter().filter(|it| !judgement.flags.contains(it)) {
        findings.add(of("flags"), flag.to_string(), listed(&flags));
    }
    for flag in expected.no_flags.iter().filter(|it| judgement.flags.contains(it)) {
        findings.add(of("flags"), format!("not {flag}"), listed(&flags));
    }
    check_rulings(expected, judgement, findings);
    check_amounts(expected, (case, judgement), findings);
}

fn check_rulings(expected: &CaseSeen, judgement: &Judgement, findings: &mut Findings) {
    for (question, output, value) in &expected.rulings {
        let about = format!("{question}: {output}");
        let Some(record) = judgement.rulings.iter().find(|it| it.question == *question) else {
            findings.add(about, value.as_str(), "the question was not asked");
            continue;
        };
        let outputs: BTreeMap<&str, &str> =
            record.outputs.split("; ").filter_map(|it| it.split_once('=')).collect();
        let seen = outputs.get(output.as_str()).copied().unwrap_or(record.outputs.as_str());
        if seen != value {
            findings.add(about, value.as_str(), seen);
        }
    }
}

fn check_amounts(
    expected: &CaseSeen,
    (case, judgement): (&Case, &Judgement),
    findings: &mut Findings,
) {
    let of = |what: &str| format!("{what} of {}", case.no);
    if let Some(amount) = expected.amount {
        let seen = judgement.amount.total();
        if seen != Ok(amount) {
            findings.add(of("amount"), amount.decimal(), story::total(&judgement.amount));
        }
    }
    for &(tender, part) in &expected.parts {
        let seen = judgement.amount.part(tender);
        findings.same(&of(&tender.to_string()), (Some(&part), &seen), |it| it.decimal());
    }
    findings
        .same(&of("most that is due"), (expected.cap.as_ref(), &judgement.cap), |it| it.decimal());
    for (what, wanted, seen) in
        [("least", expected.least, judgement.least), ("most", expected.most, judgement.most)]
    {
        if wanted.is_some() && wanted != seen {
            let shown = |it: Option<Money>| it.map_or("none".to_owned(), Money::decimal);
            findings.add(of(what), shown(wanted), shown(seen));
        }
    }
    check_breakdown(&case.no, &expected.breakdown, &judgement.worth, findings);
}

pub(crate) fn check_breakdown(
    case: &CaseNo,
    expected: &[(String, Money)],
    worth: &Worth,
    findings: &mut Findings,
) {
    let parts = [
        ("list", worth.list),
        ("reductions", worth.reductions),
        ("forfeited", worth.forfeited),
        ("restored", worth.restored),
        ("postage", worth.postage),
        ("deducted", worth.deducted),
        ("withheld", worth.withheld),
        ("due", worth.due),
    ];
    for (name, wanted) in expected {
        let Some((_, seen)) = parts.iter().find(|(it, _)| it == name) else { continue };
        let about = format!("{name} in the breakdown of {case}");
        findings.same(&about, (Some(wanted), seen), |it| it.decimal());
    }
}

/// Tenders with the parts a step expects.
pub(crate) fn check_parts(
    about: &str,
    expected: &[(money::Tender, Money)],
    seen: &Tenders,
    findings: &mut Findings,
) {
    for &(tender, part) in expected {
        let about = format!("{tender} of {about}");
        findings.same(&about, (Some(&part), &seen.part(tender)), |it| it.decimal());
    }
}
