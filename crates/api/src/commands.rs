//! Commands to a case, an order, a task or a payment, as callers write them.
//!
//! **Invariant:** every command of the domain is reached from here, from an order's, parcel's or
//! case's own resource, or is the system's alone; [`permission_for`] lists them all.

mod bodies;
mod handlers;
mod money;

use dossier::Command;
use people::Permission;

pub(crate) use self::{bodies::*, handlers::*, money::money_of};

/// What somebody needs who gives the command. `None`: only the system itself gives it.
///
/// Every command is listed, so that a new one does not compile until that is decided.
pub(crate) fn permission_for(command: &Command) -> Option<Permission> {
    Some(match command {
        Command::RecordOrder(_) | Command::RecordScans { .. } | Command::RecordMarket { .. } => {
            Permission::RecordFacts
        }
        Command::Apply(_)
        | Command::ChangeRequest { .. }
        | Command::Withdraw { .. }
        | Command::BookPickup { .. }
        | Command::EnterReturn { .. } => Permission::Apply,
        Command::RecordFinding { .. } | Command::ClaimTask { .. } | Command::AnswerTask { .. } => {
            Permission::WorkTasks
        }
        Command::HandOverTask { .. } => Permission::HandOver,
        Command::AttachEvidence { .. } => Permission::AttachEvidence,
        Command::RecordReceipt { .. } | Command::RefuseReturn { .. } => Permission::Receive,
        Command::Assess { .. } | Command::Inspect { .. } => Permission::Inspect,
        Command::Judge { .. }
        | Command::Approve { .. }
        | Command::Decline { .. }
        | Command::AskBuyer { .. }
        | Command::FinishCase { .. }
        | Command::TakeBack { .. }
        | Command::ExtendReceipt { .. }
        | Command::KeepOrder { .. }
        | Command::SendReplacement { .. }
        | Command::FileClaim { .. }
        | Command::AnswerClaim { .. }
        | Command::Escalate { .. } => Permission::Decide,
        Command::RefundAhead { .. }
        | Command::Compensate { .. }
        | Command::RepayPostage { .. }
        | Command::TakeDeposit { .. }
        | Command::RetryPayout { .. }
        | Command::ReleasePayout { .. }
        | Command::RecordPayout { .. } => Permission::GiveMoney,
        Command::DecideApproval { .. } => Permission::Approve,
        Command::RecordDelivery { .. } | Command::Fire { .. } => return None,
    })
}
