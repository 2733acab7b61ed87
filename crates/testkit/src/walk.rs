//! `refund`: a request walked to its end by everybody concerned, for scenarios about numbers.

use dossier::{
    Case, Command,
    case::Status,
    payout::PayoutStatus,
    words::{Direction, Role, ScanKind},
};
use kernel::{CaseNo, Choice, OrderNo, ParcelNo};
use money::Tenders;

use crate::{
    act::{Asked, check_all_taken},
    check::{Findings, Mismatch, check_breakdown, check_parts},
    scenario::Walk,
    stage::{Broken, Stage, nothing},
    story,
};

/// A request takes fewer steps than this from its filing to its money.
const MOST_STEPS: usize = 12;

impl Stage<'_> {
    pub(crate) fn walk(
        &mut self,
        order: Option<&OrderNo>,
        walk: &Walk,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let order = match order {
            Some(order) => order.clone(),
            None => self.order()?,
        };
        let application = self.application(&order, &walk.filing)?;
        let case = application.case.clone();
        self.cases.insert(case.clone(), order.clone());
        (self.last_case, self.last_order) = (Some(case.clone()), Some(order.clone()));
        self.command(&order, Role::Buyer, Command::Apply(Box::new(application)))?;
        for _ in 0..MOST_STEPS {
            self.come_to_rest()?;
            let body = self.body(&order)?;
            let known = body.case(&case).ok_or_else(|| Broken::Said(format!("{case} is lost")))?;
            let Some((role, command)) = self.next(&order, known, walk)? else { break };
            self.command(&order, role, command)?;
        }
        self.let_holds_pass()?;
        self.check_walk(&order, &case, walk, findings)
    }

    fn command(&mut self, order: &OrderNo, role: Role, command: Command) -> Result<(), Broken> {
        let actor = self.actor(role.code())?;
        let asked = Asked { case: None, order: order.clone(), actor, command };
        check_all_taken(self.ask(vec![asked])?)
    }

    /// Who does what next; nobody anything once the money is on its way.
    fn next(
        &self,
        order: &OrderNo,
        case: &Case,
        walk: &Walk,
    ) -> Result<Option<(Role, Command)>, Broken> {
        let no = case.no.clone();
        let parcel = ParcelNo::lossy(&format!("RT-{no}"));
        Ok(match &case.status {
            Status::Intercepting | Status::AwaitingParcel => {
                Some((Role::System, self.turned_back(order)?))
            }
            Status::AwaitingReturn { .. } => {
                let carrier = "中通快递".to_owned();
                Some((Role::Buyer, Command::EnterReturn { case: no, parcel, carrier }))
            }
            Status::Returning => Some((Role::Warehouse, receipt(no))),
            Status::Inspecting { .. } if case.assessment.is_none() => {
                // A walk attaches nothing else.
                let done = case.evidence.len();
                let commands = self.assess_commands(order, no, walk.look.clone())?;
                commands.into_iter().nth(done).map(|it| (Role::Inspector, it))
            }
            Status::Submitted
            | Status::UnderReview
            | Status::WaitingBuyer { .. }
            | Status::Inspecting { .. }
            | Status::InDispute => Some((Role::Leader, approval(case)?)),
            Status::AwaitingApproval { .. } => {
                let ground = "within policy".to_owned();
                let command = Command::DecideApproval { case: no, approve: true, ground };
                Some((Role::Supervisor, command))
            }
            Status::Refunding { .. }
            | Status::SendingReplacement { .. }
            | Status::Repairing
            | Status::Declined { .. }
            | Status::Withdrawn { .. }
            | Status::Done { .. } => None,
        })
    }

    /// The parcel that was to be stopped is seen on its way back.
    fn turned_back(&self, order: &OrderNo) -> Result<Command, Broken> {
        let body = self.body(order)?;
        let none = || Broken::Said("there is no parcel that could come back".to_owned());
        let parcel = body.outbound().last().ok_or_else(none)?;
        let scan = dossier::parcel::Scan { at: self.now(), kind: ScanKind::Returned, signer: None };
        Ok(Command::RecordScans {
            parcel: parcel.no.clone(),
            carrier: parcel.carrier.clone(),
            direction: Direction::Outbound,
            case: None,
            scans: vec![scan],
        })
    }

    fn check_walk(
        &self,
        order: &OrderNo,
        case: &CaseNo,
        walk: &Walk,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let body = self.body(order)?;
        let settled = body
            .payouts
            .iter()
            .filter(|it| &it.case == case)
            .filter(|it| matches!(it.status, PayoutStatus::Settled { .. }));
        let mut seen = Tenders::nothing(body.order.currency());
        for payout in settled {
            seen = seen.plus(&payout.amount)?;
        }
        if seen.total()? != walk.amount {
            let status = body.case(case).map_or("lost", |it| it.status.code());
            findings.mismatches.push(Mismatch {
                about: format!("refunded for {case}"),
                expected: walk.amount.decimal(),
                seen: format!("{}, and the case is {status}", story::total(&seen)),
            });
        }
        check_parts(&format!("the refund for {case}"), &walk.parts, &seen, findings);
        if let Some(judgement) = body.case(case).and_then(|it| it.judgement.as_ref()) {
            check_breakdown(case, &walk.breakdown, &judgement.worth, findings);
        }
        Ok(())
    }
}

fn receipt(case: CaseNo) -> Command {
    Command::RecordReceipt { case, parcel: None, carrier: String::new() }
}

/// As much as is asked, and no more than is due.
fn approval(case: &Case) -> Result<Command, Broken> {
    let (no, ground) = (case.no.clone(), "within policy".to_owned());
    let cap = case.judgement.as_ref().map_or(nothing(), |it| it.cap);
    let amount = case.request.asked.map_or(Ok(cap), |it| it.smaller(cap))?;
    let returns = case.request.kind.returns_goods() && case.status.is_undecided();
    let amount = Some(amount).filter(|it| it.is_positive() && !returns);
    Ok(Command::Approve { case: no, amount, ground })
}
