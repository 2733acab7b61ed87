//! The bodies of commands.

use dossier::{Command, command::PayoutOutcome};
use kernel::{CaseNo, PayoutKey, TaskId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    problem::Problem,
    wire::{
        Fen, Moment,
        case::{FindingsBody, PiecesBody, RequestBody},
        codes::{FactCode, FindingCode, PlaceCode, PurposeCode, RaisingCode, RoleCode},
        inspection::InspectedBody,
        parsed,
    },
};

/// A command to a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum CaseCommand {
    /// The buyer asks for something else now.
    ChangeRequest {
        request: RequestBody,
    },
    /// The buyer no longer asks.
    Withdraw {},
    /// The buyer has sent the goods back in this parcel.
    EnterReturn {
        parcel: String,
        #[serde(default)]
        carrier: String,
    },
    /// Somebody found out a fact: exactly one.
    RecordFinding {
        findings: FindingsBody,
    },
    /// A proof that was uploaded shows a fact.
    AttachEvidence {
        evidence: String,
        shows: FactCode,
    },
    /// A courier is to fetch the goods from the buyer from then on.
    BookPickup {
        from: Moment,
    },
    /// The returned goods have arrived.
    RecordReceipt {
        #[serde(default)]
        parcel: Option<String>,
        /// Who brought it.
        #[serde(default)]
        carrier: String,
    },
    /// Looks at a return piece by piece. Pieces that are not named are not in the parcel; what it
    /// comes to is derived by policy.
    Inspect {
        #[schema(max_items = 500)]
        pieces: Vec<InspectedBody>,
        #[serde(default)]
        place: Option<PlaceCode>,
    },
    /// What was found when the returned goods were looked at.
    Assess {
        finding: FindingCode,
        #[serde(default)]
        accepted: Vec<PiecesBody>,
        /// Required when not everything passed; the buyer is told.
        #[serde(default)]
        reason: String,
        /// What the condition takes off the amount.
        #[serde(default)]
        withheld: Option<Fen>,
        #[serde(default)]
        place: Option<PlaceCode>,
    },
    /// The warehouse does not take a return in.
    RefuseReturn {
        #[serde(default)]
        parcel: Option<String>,
        ground: String,
    },
    /// Looks at the case again with today's facts.
    Judge {},
    /// Agrees to what was asked, up to `amount` if one is given.
    Approve {
        #[serde(default)]
        amount: Option<Fen>,
        #[serde(default)]
        ground: String,
    },
    Decline {
        ground: String,
    },
    /// Something is missing before anybody can decide.
    AskBuyer {
        what: String,
    },
    /// Takes a decision back while its money and texts are still held.
    TakeBack {
        ground: String,
    },
    /// Pays now although the goods are not back.
    RefundAhead {
        ground: String,
    },
    /// Gives money while the buyer keeps the goods.
    Compensate {
        purpose: PurposeCode,
        amount: Fen,
        #[serde(default)]
        ground: String,
    },
    /// Repays return postage the buyer laid out, less what the insurance paid.
    RepayPostage {
        laid_out: Fen,
        #[serde(default)]
        insurance_paid: Option<Fen>,
    },
    /// Answers for an amount that waits for more authority.
    DecideApproval {
        approve: bool,
        #[serde(default)]
        ground: String,
    },
    /// The buyer has laid down the deposit policy asks for.
    TakeDeposit {
        amount: Fen,
    },
    /// Claims from a courier what its loss or damage cost.
    FileClaim {
        carrier: String,
        amount: Fen,
    },
    /// What the courier pays of the claim; nothing if it declines.
    AnswerClaim {
        paid: Fen,
    },
    /// The new or repaired goods have left.
    SendReplacement {
        parcel: String,
        #[serde(default)]
        carrier: String,
    },
    /// Nothing more is to happen.
    FinishCase {},
    /// The buyer keeps a late order that has not left.
    KeepOrder {
        until: Moment,
        #[serde(default)]
        ground: String,
    },
    /// Asks a superior. A problem needs an agreed time for the answer.
    Escalate {
        kind: RaisingCode,
        what: String,
        #[serde(default)]
        back_at: Option<Moment>,
    },
}

impl CaseCommand {
    #[expect(clippy::too_many_lines, reason = "a line or two for each command")]
    pub(crate) fn command(self, case: CaseNo) -> Result<Command, Problem> {
        let fen = |it: Option<Fen>| it.unwrap_or(Fen(0)).money();
        Ok(match self {
            Self::ChangeRequest { request } => {
                Command::ChangeRequest { case, request: request.request() }
            }
            Self::Withdraw {} => Command::Withdraw { case },
            Self::EnterReturn { parcel, carrier } => {
                Command::EnterReturn { case, parcel: parsed("parcel", parcel)?, carrier }
            }
            Self::RecordFinding { findings } => match findings.0.as_slice() {
                &[(fact, value)] => Command::RecordFinding { case, fact, value },
                _ => return Err(Problem::malformed("findings", "name exactly one fact")),
            },
            Self::AttachEvidence { evidence, shows } => Command::AttachEvidence {
                case,
                evidence: parsed("evidence", evidence)?,
                shows: shows.0,
            },
            Self::BookPickup { from } => Command::BookPickup { case, from: from.0 },
            Self::RecordReceipt { parcel, carrier } => {
                Command::RecordReceipt { case, parcel: maybe("parcel", parcel)?, carrier }
            }
            Self::Inspect { pieces, place } => Command::Inspect {
                case,
                pieces: pieces.into_iter().map(InspectedBody::piece).collect::<Result<_, _>>()?,
                place: place.map(|it| it.0),
            },
            Self::Assess { finding, accepted, reason, withheld, place } => Command::Assess {
                case,
                finding: finding.0,
                accepted: accepted.into_iter().map(PiecesBody::pieces).collect(),
                reason,
                withheld: fen(withheld),
                place: place.map(|it| it.0),
            },
            Self::RefuseReturn { parcel, ground } => {
                Command::RefuseReturn { case, parcel: maybe("parcel", parcel)?, ground }
            }
            Self::Judge {} => Command::Judge { case },
            Self::Approve { amount, ground } => {
                Command::Approve { case, amount: amount.map(Fen::money), ground }
            }
            Self::Decline { ground } => Command::Decline { case, ground },
            Self::AskBuyer { what } => Command::AskBuyer { case, what },
            Self::TakeBack { ground } => Command::TakeBack { case, ground },
            Self::RefundAhead { ground } => Command::RefundAhead { case, ground },
            Self::Compensate { purpose, amount, ground } => {
                Command::Compensate { case, purpose: purpose.0, amount: amount.money(), ground }
            }
            Self::RepayPostage { laid_out, insurance_paid } => Command::RepayPostage {
                case,
                laid_out: laid_out.money(),
                insurance_paid: fen(insurance_paid),
            },
            Self::DecideApproval { approve, ground } => {
                Command::DecideApproval { case, approve, ground }
            }
            Self::TakeDeposit { amount } => Command::TakeDeposit { case, amount: amount.money() },
            Self::FileClaim { carrier, amount } => {
                Command::FileClaim { case, carrier, amount: amount.money() }
            }
            Self::AnswerClaim { paid } => Command::AnswerClaim { case, paid: paid.money() },
            Self::SendReplacement { parcel, carrier } => {
                Command::SendReplacement { case, parcel: parsed("parcel", parcel)?, carrier }
            }
            Self::KeepOrder { until, ground } => {
                Command::KeepOrder { case, until: until.0, ground }
            }
            Self::Escalate { kind, what, back_at } => {
                Command::Escalate { case, kind: kind.0, what, back_at: back_at.map(|it| it.0) }
            }
            Self::FinishCase {} => Command::FinishCase { case },
        })
    }
}

fn maybe<T: std::str::FromStr>(field: &str, text: Option<String>) -> Result<Option<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    text.map(|it| parsed(field, it)).transpose()
}

/// A command to an order as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum OrderCommand {
    /// The marketplace now confirms receipt by itself only at `until`.
    ExtendReceipt {
        until: Moment,
        #[serde(default)]
        ground: String,
    },
}

impl OrderCommand {
    pub(crate) fn command(self) -> Command {
        match self {
            Self::ExtendReceipt { until, ground } => {
                Command::ExtendReceipt { until: until.0, ground }
            }
        }
    }
}

/// A command to a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum TaskCommand {
    /// Takes the task on.
    Claim {},
    /// Says what was found or done.
    Answer { answer: String },
    /// Hands the task over to another role.
    HandOver { to: RoleCode },
}

impl TaskCommand {
    pub(crate) fn command(self, task: TaskId) -> Command {
        match self {
            Self::Claim {} => Command::ClaimTask { task },
            Self::Answer { answer } => Command::AnswerTask { task, answer },
            Self::HandOver { to } => Command::HandOverTask { task, to: to.0 },
        }
    }
}

/// A command to a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum PayoutCommand {
    /// The provider has paid, under the payment's key.
    RecordDone { reference: String },
    /// The provider has proven that it did not pay.
    RecordNotDone { why: String },
    /// Sends a payment that was proven not made again, under its own key.
    Retry {},
    /// Gives a payment up that was proven not made.
    Release {},
}

impl PayoutCommand {
    pub(crate) fn command(self, payout: PayoutKey) -> Command {
        match self {
            Self::RecordDone { reference } => {
                Command::RecordPayout { payout, outcome: PayoutOutcome::Done { reference } }
            }
            Self::RecordNotDone { why } => {
                Command::RecordPayout { payout, outcome: PayoutOutcome::NotDone { why } }
            }
            Self::Retry {} => Command::RetryPayout { payout },
            Self::Release {} => Command::ReleasePayout { payout },
        }
    }
}
