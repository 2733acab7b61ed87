//! May it happen, and what happens then?
//!
//! [`Dossier::decide`] is total: events, no events ("already so"), or a rejection that states the
//! fact in the way. Each command has its helper in the file of its topic; what they share is the
//! [`Draft`], in which every event is folded in as soon as it is recorded, so that later steps of
//! one decision see what earlier ones did.

mod approval;
mod asking;
mod assess;
mod authority;
mod cases;
mod claim;
mod compensation;
mod deadlines;
mod deposit;
mod draft;
mod inspect;
mod judging;
mod money;
mod offers;
mod order;
mod propose;
mod undo;
mod work;

use self::{
    approval::approve,
    assess::receipt,
    cases::{attach_evidence as attach, book_pickup, enter_return, record_finding},
    deadlines::{extend_receipt, keep_order},
};
use crate::{
    body::Dossier,
    command::{Command, Context},
    event::Event,
    rejection::Rejection,
};

pub(crate) use draft::Draft;
pub use {
    offers::{Bounds, Ground, Offer, offers},
    propose::{CaseAfter, Proposal},
};

impl Dossier {
    /// Decides what `command` does: the events it causes, or why it is refused.
    ///
    /// No events means "already so". Callers retry after a crash or a lost reply, and the second
    /// asking must not become a second refund.
    pub fn decide(&self, command: &Command, context: Context<'_>) -> Result<Vec<Event>, Rejection> {
        self.carry_out(command, context).map(|(events, _)| events)
    }

    /// The same, with the dossier as the events leave it: what [`Dossier::evolve`] makes of them,
    /// without doing it twice.
    pub fn carry_out(
        &self,
        command: &Command,
        context: Context<'_>,
    ) -> Result<(Vec<Event>, Self), Rejection> {
        match (self, command) {
            (Self::Stopped { at }, _) => Err(Rejection::Stopped { at: at.clone() }),
            (Self::Absent, Command::RecordOrder(facts)) => {
                let events = order::first(facts, context)?;
                let after = events.iter().fold(Self::Absent, Self::evolve);
                Ok((events, after))
            }
            (Self::Absent, _) => Err(Rejection::UnknownOrder),
            (Self::Open(body), command) => {
                let mut draft = Draft::new(body, context);
                decide_open(&mut draft, command)?;
                let (events, body) = draft.finish();
                Ok((events, Self::Open(Box::new(body))))
            }
        }
    }
}

fn decide_open(draft: &mut Draft<'_>, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::RecordOrder(facts) => order::again(draft, facts),
        Command::RecordScans { parcel, carrier, direction, case, scans } => order::scans(
            draft,
            order::Track { parcel, carrier, direction: *direction, case },
            scans,
        ),
        Command::RecordMarket { case, market } => cases::record_market(draft, case, market),
        Command::Apply(application) => cases::apply(draft, application),
        Command::ChangeRequest { case, request } => cases::change_request(draft, case, request),
        Command::Withdraw { case } => cases::withdraw(draft, case, ""),
        Command::EnterReturn { case, parcel, carrier } => {
            enter_return(draft, case, parcel, carrier)
        }
        Command::RecordFinding { case, fact, value } => record_finding(draft, case, *fact, *value),
        Command::AttachEvidence { case, evidence, shows } => attach(draft, case, evidence, *shows),
        Command::RecordReceipt { case, parcel, carrier } => {
            receipt(draft, case, (parcel.as_ref(), carrier))
        }
        Command::Inspect { case, pieces, place } => inspect::inspect(draft, case, pieces, *place),
        Command::BookPickup { case, from } => book_pickup(draft, case, *from),
        Command::Assess { case, finding, accepted, reason, withheld, place } => {
            assess::assess(draft, case, (*finding, *place), accepted, (reason, *withheld))
        }
        Command::RefuseReturn { case, parcel, ground } => {
            assess::refuse_return(draft, case, parcel.as_ref(), ground)
        }
        Command::Judge { case } => judging::look_again(draft, case),
        Command::Approve { case, amount, ground } => approve(draft, case, *amount, ground),
        Command::Decline { case, ground } => approval::decline(draft, case, ground),
        Command::AskBuyer { case, what } => cases::ask_buyer(draft, case, what),
        Command::RefundAhead { case, ground } => approval::refund_ahead(draft, case, ground),
        Command::Compensate { case, purpose, amount, ground } => {
            compensation::compensate(draft, case, (*purpose, *amount), ground)
        }
        Command::RepayPostage { case, laid_out, insurance_paid } => {
            compensation::repay_postage(draft, case, *laid_out, *insurance_paid)
        }
        Command::DecideApproval { case, approve, ground } => {
            approval::decide_approval(draft, case, *approve, ground)
        }
        Command::TakeBack { case, ground } => undo::take_back(draft, case, ground),
        Command::TakeDeposit { case, amount } => deposit::take(draft, case, *amount),
        Command::FileClaim { case, carrier, amount } => claim::file(draft, case, carrier, *amount),
        Command::AnswerClaim { case, paid } => claim::answer(draft, case, *paid),
        Command::SendReplacement { case, parcel, carrier } => {
            assess::send_replacement(draft, case, parcel, carrier)
        }
        Command::FinishCase { case } => assess::finish(draft, case),
        Command::ExtendReceipt { until, ground } => extend_receipt(draft, *until, ground),
        Command::KeepOrder { case, until, ground } => keep_order(draft, case, *until, ground),
        Command::Escalate { case, kind, what, back_at } => {
            asking::escalate(draft, case, (*kind, *back_at), what)
        }
        Command::ClaimTask { task } => work::claim(draft, task),
        Command::AnswerTask { task, answer } => work::answer(draft, task, answer),
        Command::HandOverTask { task, to } => work::hand_over(draft, task, *to),
        Command::RecordPayout { payout, outcome } => money::record_payout(draft, payout, outcome),
        Command::RetryPayout { payout } => money::retry(draft, payout),
        Command::ReleasePayout { payout } => money::release_by_hand(draft, payout),
        Command::RecordDelivery { effect, delivered } => {
            money::record_delivery(draft, effect, *delivered)
        }
        Command::Fire { timer } => work::fire(draft, timer),
    }
}
