//! A decision shown before it is taken.

use kernel::{CaseNo, TaskId, Timestamp};
use money::Tenders;

use crate::{
    body::{Body, Dossier},
    case::{Status, Worth},
    command::{Command, Context},
    event::{Event, TaskChange},
    payout::Payout,
    rejection::Rejection,
    task::Task,
    words::{Role, Verdict},
};

/// What a command would do: everything but doing it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// Kinds of the events, in order. None: it is already so.
    pub events: Vec<&'static str>,
    /// Cases that would stand elsewhere or be judged anew, as they would be.
    pub cases: Vec<CaseAfter>,
    /// Payouts that would be set aside, sent or given up, as they would be.
    pub payouts: Vec<Payout>,
    pub opened: Vec<Task>,
    /// Tasks that would be done or not owed any more.
    pub ended: Vec<TaskId>,
    /// Names of the texts the buyer would be sent.
    pub texts: Vec<String>,
    /// The moment before which money and texts do not leave.
    pub held_until: Option<Timestamp>,
}

/// A case as a command would leave it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseAfter {
    pub case: CaseNo,
    pub status: Status,
    /// Whose approval it would wait for.
    pub approver: Option<Role>,
    pub verdict: Option<Verdict>,
    /// What would be paid next if the verdict is followed, and how that comes about.
    pub due: Option<(Tenders, Worth)>,
}

impl Dossier {
    /// What `command` would do if it were given now; the refusal if it would be refused.
    pub fn propose(&self, command: &Command, context: Context<'_>) -> Result<Proposal, Rejection> {
        let (events, after) = self.carry_out(command, context)?;
        let before = match self {
            Self::Open(before) => Some(&**before),
            Self::Absent | Self::Stopped { .. } => None,
        };
        let Self::Open(after) = &after else { return Err(Rejection::UnknownOrder) };
        Ok(Proposal {
            events: events.iter().map(Event::kind).collect(),
            cases: cases(before, after),
            payouts: payouts(before, after),
            opened: opened(before, after),
            ended: events.iter().filter_map(ended).collect(),
            texts: events.iter().filter_map(text).collect(),
            held_until: events.iter().find_map(Event::held_until),
        })
    }
}

fn cases(before: Option<&Body>, after: &Body) -> Vec<CaseAfter> {
    let changed = after.cases.iter().filter(|it| {
        let known = before.and_then(|before| before.case(&it.no));
        known.is_none_or(|known| known.status != it.status || known.judgement != it.judgement)
    });
    changed
        .map(|it| CaseAfter {
            case: it.no.clone(),
            status: it.status.clone(),
            approver: match it.status {
                Status::AwaitingApproval { approver, .. } => Some(approver),
                Status::Submitted
                | Status::UnderReview
                | Status::WaitingBuyer { .. }
                | Status::Intercepting
                | Status::AwaitingParcel
                | Status::AwaitingReturn { .. }
                | Status::Returning
                | Status::Inspecting { .. }
                | Status::Refunding { .. }
                | Status::SendingReplacement { .. }
                | Status::Repairing
                | Status::InDispute
                | Status::Declined { .. }
                | Status::Withdrawn { .. }
                | Status::Done { .. } => None,
            },
            verdict: it.judgement.as_ref().map(|it| it.verdict),
            due: it.judgement.as_ref().map(|it| (it.amount.clone(), it.worth)),
        })
        .collect()
}

fn payouts(before: Option<&Body>, after: &Body) -> Vec<Payout> {
    let known = |it: &Payout| before.and_then(|before| before.payout(&it.key)) == Some(it);
    after.payouts.iter().filter(|it| !known(it)).cloned().collect()
}

fn opened(before: Option<&Body>, after: &Body) -> Vec<Task> {
    let known = |id: &TaskId| before.is_some_and(|before| before.tasks.contains_key(id));
    after.tasks.values().filter(|it| !known(&it.id)).cloned().collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other event ends a task")]
fn ended(event: &Event) -> Option<TaskId> {
    match event {
        Event::TaskChanged { task, change: TaskChange::Answered { .. } | TaskChange::Dropped } => {
            Some(task.clone())
        }
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no other event is a text")]
fn text(event: &Event) -> Option<String> {
    match event {
        Event::BuyerTold { text, .. } => Some(text.clone()),
        _ => None,
    }
}
