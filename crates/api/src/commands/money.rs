//! Which commands move money.

use dossier::Command;

/// The commands that decide about money: code, case or payment, and the amount if it is named.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others move none")]
pub(crate) fn money_of(command: &Command) -> Option<(&'static str, String, Option<money::Money>)> {
    Some(match command {
        Command::Approve { case, amount, .. } => ("approve", case.to_string(), *amount),
        Command::RefundAhead { case, .. } => ("refund-ahead", case.to_string(), None),
        Command::Compensate { case, amount, .. } => ("compensate", case.to_string(), Some(*amount)),
        Command::RepayPostage { case, laid_out, .. } => {
            ("repay-postage", case.to_string(), Some(*laid_out))
        }
        Command::DecideApproval { case, .. } => ("decide-approval", case.to_string(), None),
        Command::TakeDeposit { case, amount } => ("take-deposit", case.to_string(), Some(*amount)),
        Command::FileClaim { case, amount, .. } => ("file-claim", case.to_string(), Some(*amount)),
        Command::AnswerClaim { case, paid } => ("answer-claim", case.to_string(), Some(*paid)),
        Command::RecordPayout { payout, .. } => ("record-payout", payout.to_string(), None),
        Command::RetryPayout { payout } => ("retry-payout", payout.to_string(), None),
        Command::ReleasePayout { payout } => ("release-payout", payout.to_string(), None),
        _ => return None,
    })
}
