//! Work, and moments waited for.

use dossier::{
    task::{Task, Timer, TimerPurpose},
    words::{Role, TaskKind},
};
use kernel::{ActorId, CaseNo, PayoutKey, TaskId, TimerId, Timestamp};

use crate::packed::declare::{state_enum, state_struct};

state_struct! {
    Task {
        id: TaskId,
        kind: TaskKind,
        role: Role,
        opened_at: Timestamp,
        due: Timestamp,
    } or {
        case: Option<CaseNo>,
        calendar: String,
        owner: Option<ActorId>,
        overdue: bool,
        by_policy: bool,
    }
}

state_struct! { Timer { id: TimerId, at: Timestamp, purpose: TimerPurpose } }

state_enum! {
    TimerPurpose {
        "task-due" TaskDue { task: TaskId },
        "look-again" LookAgain { case: CaseNo },
        "still-unknown" StillUnknown { payout: PayoutKey },
    }
}
