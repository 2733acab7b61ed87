//! Work owed by one role before a due time, and moments the dossier waits for.

use kernel::{ActorId, CaseNo, PayoutKey, TaskId, TimerId, Timestamp};

use crate::words::{Role, TaskKind};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    pub id: TaskId,
    pub kind: TaskKind,
    pub case: Option<CaseNo>,
    pub role: Role,
    pub opened_at: Timestamp,
    pub due: Timestamp,
    /// Version of the business calendar the due time was computed with.
    pub calendar: String,
    /// Who has taken it on.
    pub owner: Option<ActorId>,
    pub overdue: bool,
    /// Opened because policy said so, and dropped again when it says otherwise.
    pub by_policy: bool,
}

impl Task {
    pub(crate) fn ends_with_payment(&self) -> bool {
        self.by_policy && !self.kind.outlives_payment()
    }
}

/// A moment at which the dossier has to be looked at again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timer {
    pub id: TimerId,
    pub at: Timestamp,
    pub purpose: TimerPurpose,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimerPurpose {
    /// The task has not been answered by its due time.
    TaskDue { task: TaskId },
    /// Facts that change with time alone may have changed: judge the case again.
    LookAgain { case: CaseNo },
    /// The outcome of a payout is still unknown.
    StillUnknown { payout: PayoutKey },
}

impl Timer {
    pub fn for_task(task: &Task) -> Option<Self> {
        let id = TimerId::new(format!("due-{}", task.id)).ok()?;
        let purpose = TimerPurpose::TaskDue { task: task.id.clone() };
        Some(Self { id, at: task.due, purpose })
    }
}
