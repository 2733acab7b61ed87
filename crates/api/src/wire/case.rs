//! Cases: what is asked, what policy says, what was found, and what becomes of it.

use dossier::{
    Body, Case,
    case::{Claim, Evidence, Market, Pieces, Raised, Request, Status},
    facts::Fact,
};
use kernel::{Choice as _, LineNo, Quantity};
use policy::Value;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::SchemaType},
};

use super::{
    Code, Fen, Moment,
    codes::{
        CaseKindCode, FactCode, GoodsClaimCode, RaisingCode, ReasonCode, RoleCode, StandingCode,
    },
    inspection::{AssessmentView, ReceiptView},
    judgement::JudgementView,
    order::{PayoutView, TaskView},
};

/// Pieces of a line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PiecesBody {
    #[schema(minimum = 1)]
    line: u16,
    #[schema(minimum = 1)]
    quantity: u32,
}

impl PiecesBody {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "it maps over lists of them")]
    pub(crate) fn of(pieces: &Pieces) -> Self {
        Self { line: pieces.line.0, quantity: pieces.quantity.pieces() }
    }

    pub(crate) fn pieces(self) -> Pieces {
        Pieces { line: LineNo(self.line), quantity: Quantity::new(self.quantity) }
    }
}

/// What the buyer asks for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    kind: CaseKindCode,
    reason: ReasonCode,
    /// The reason in the buyer's own words.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason_text: String,
    #[schema(min_items = 1, max_items = 500)]
    pieces: Vec<PiecesBody>,
    /// All that is due if it is not given; that is never the same as nothing.
    #[serde(default)]
    asked: Option<Fen>,
    /// Whether the buyer says the goods have arrived.
    goods: GoodsClaimCode,
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: String,
}

impl RequestBody {
    fn of(request: &Request) -> Self {
        Self {
            kind: Code(request.kind),
            reason: Code(request.reason),
            reason_text: request.reason_text.clone(),
            pieces: request.pieces.iter().map(PiecesBody::of).collect(),
            asked: request.asked.map(Fen::from),
            goods: Code(request.goods),
            note: request.note.clone(),
        }
    }

    pub(crate) fn request(self) -> Request {
        let mut pieces: Vec<Pieces> = self.pieces.into_iter().map(PiecesBody::pieces).collect();
        pieces.sort();
        Request {
            kind: self.kind.0,
            reason: self.reason.0,
            reason_text: self.reason_text,
            pieces,
            asked: self.asked.map(Fen::money),
            goods: self.goods.0,
            note: self.note,
        }
    }
}

/// What the marketplace says about a request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark the marketplace sets by itself")]
pub(crate) struct MarketBody {
    standing: StandingCode,
    /// When the marketplace acts by itself.
    #[serde(default)]
    deadline: Option<Moment>,
    /// It has stepped in.
    #[serde(default)]
    intervened: bool,
    /// It has advanced the money already.
    #[serde(default)]
    instant: bool,
    /// The buyer holds freight insurance.
    #[serde(default)]
    insured: bool,
    /// The buyer's return number was given for somebody else's return too.
    #[serde(default)]
    shared_number: bool,
}

impl MarketBody {
    fn of(market: &Market) -> Self {
        Self {
            standing: Code(market.standing),
            deadline: market.deadline.map(Moment),
            intervened: market.intervened,
            instant: market.instant,
            insured: market.insured,
            shared_number: market.shared_number,
        }
    }

    pub(crate) fn market(&self) -> Market {
        Market {
            standing: self.standing.0,
            deadline: self.deadline.map(|it| it.0),
            intervened: self.intervened,
            instant: self.instant,
            insured: self.insured,
            shared_number: self.shared_number,
        }
    }
}

/// Answers to facts, by the fact's name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct FindingsBody(#[serde(with = "codec::shape")] pub(crate) Vec<(Fact, Value)>);

impl PartialSchema for FindingsBody {
    fn schema() -> RefOr<Schema> {
        let any = [Type::Boolean, Type::Integer, Type::String];
        let value = ObjectBuilder::new().schema_type(SchemaType::from_iter(any)).build();
        let names = ObjectBuilder::new().enum_values(Some(Fact::CODES.iter().copied())).build();
        ObjectBuilder::new()
            .description(Some(
                "Answers to facts, by the fact's name: a yes or no, a number in the fact's unit, \
                 or one of its words.",
            ))
            .property_names(Some(Schema::from(names)))
            .additional_properties(Some(Schema::from(value)))
            .examples([serde_json::json!({"worn": true})])
            .into()
    }
}

impl ToSchema for FindingsBody {}

/// Where a case stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusView {
    #[schema(example = "awaiting-return")]
    status: &'static str,
    /// Whether anything is still to happen.
    open: bool,
    /// By when the next step is owed: the return, or the approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<Moment>,
    /// When it came to this: received, declined, withdrawn, done.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Moment>,
    /// What was asked of the buyer, or on what ground it was declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The payment it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<String>,
    /// Who has to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    approver: Option<RoleCode>,
    /// Who asked for the amount, and cannot approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    maker: Option<String>,
}

impl StatusView {
    pub(crate) fn of(status: &Status) -> Self {
        let mut view = Self {
            status: status.code(),
            open: status.is_open(),
            deadline: None,
            since: None,
            text: None,
            payout: None,
            approver: None,
            maker: None,
        };
        match status {
            Status::WaitingBuyer { asked } => view.text = Some(asked.clone()),
            Status::AwaitingApproval { payout, maker, approver, due } => {
                view.payout = Some(payout.to_string());
                view.maker = Some(maker.to_string());
                view.approver = Some(Code(*approver));
                view.deadline = Some(Moment(*due));
            }
            Status::AwaitingReturn { deadline } => view.deadline = deadline.map(Moment),
            Status::Inspecting { received_at } => view.since = Some(Moment(*received_at)),
            Status::Refunding { payout } => view.payout = Some(payout.to_string()),
            Status::Declined { ground, at } => {
                view.text = Some(ground.clone());
                view.since = Some(Moment(*at));
            }
            Status::Withdrawn { at } | Status::Done { at } => view.since = Some(Moment(*at)),
            Status::Submitted
            | Status::UnderReview
            | Status::Intercepting
            | Status::AwaitingParcel
            | Status::Returning
            | Status::SendingReplacement { .. }
            | Status::Repairing
            | Status::InDispute => (),
        }
        view
    }
}

/// A proof attached to a case, by the hash of its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    evidence: String,
    /// The fact it shows.
    shows: FactCode,
    at: Moment,
    by: String,
}

impl EvidenceView {
    fn of(it: &Evidence) -> Self {
        Self {
            evidence: it.id.to_string(),
            shows: Code(it.shows),
            at: Moment(it.at),
            by: it.by.to_string(),
        }
    }
}

/// Something asked of a superior.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RaisedView {
    task: String,
    kind: RaisingCode,
    what: String,
    at: Moment,
    by: String,
    answer: Option<String>,
    answered_at: Option<Moment>,
    answered_by: Option<String>,
}

impl RaisedView {
    fn of(it: &Raised) -> Self {
        let answer = it.answer.as_ref();
        Self {
            task: it.task.to_string(),
            kind: Code(it.kind),
            what: it.what.clone(),
            at: Moment(it.at),
            by: it.by.to_string(),
            answer: answer.map(|it| it.answer.clone()),
            answered_at: answer.map(|it| Moment(it.at)),
            answered_by: answer.map(|it| it.by.to_string()),
        }
    }
}

/// Money a courier owes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimView {
    carrier: String,
    amount: Fen,
    filed_at: Moment,
    /// What it paid, nothing if it declined; none while it has not answered.
    paid: Option<Fen>,
}

impl ClaimView {
    fn of(it: &Claim) -> Self {
        Self {
            carrier: it.carrier.clone(),
            amount: it.amount.into(),
            filed_at: Moment(it.filed_at),
            paid: it.paid.map(Fen::from),
        }
    }
}

/// A case with everything about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseView {
    pub(crate) order: String,
    pub(crate) case: String,
    /// Of the dossier. Also the `ETag`; send it as `If-Match` with a command.
    pub(crate) version: u64,
    /// What the buyer asks for now.
    request: RequestBody,
    opened_at: Moment,
    /// The case this one takes up again.
    follows: Option<String>,
    market: MarketBody,
    #[serde(flatten)]
    status: StatusView,
    judgement: Option<JudgementView>,
    findings: FindingsBody,
    evidence: Vec<EvidenceView>,
    /// Waybills of the buyer's parcels on their way back.
    returns: Vec<String>,
    /// Parcels of the return that were taken in.
    receipts: Vec<ReceiptView>,
    assessment: Option<AssessmentView>,
    deposit: Option<Fen>,
    claim: Option<ClaimView>,
    raised: Vec<RaisedView>,
    tasks: Vec<TaskView>,
    payouts: Vec<PayoutView>,
}

impl CaseView {
    pub(crate) fn of(
        key: &kernel::DossierKey,
        version: store::Version,
        body: &Body,
        case: &Case,
    ) -> Self {
        let payouts = body.payouts.iter().filter(|it| it.case == case.no);
        Self {
            order: key.order.to_string(),
            case: case.no.to_string(),
            version: version.0,
            request: RequestBody::of(&case.request),
            opened_at: Moment(case.opened_at),
            follows: case.follows.as_ref().map(ToString::to_string),
            market: MarketBody::of(&case.market),
            status: StatusView::of(&case.status),
            judgement: case.judgement.as_ref().map(JudgementView::of),
            findings: FindingsBody(case.findings.iter().map(|(&fact, &it)| (fact, it)).collect()),
            evidence: case.evidence.iter().map(EvidenceView::of).collect(),
            returns: case.returns.iter().map(ToString::to_string).collect(),
            receipts: case.receipts.iter().map(ReceiptView::of).collect(),
            assessment: case.assessment.as_ref().map(AssessmentView::of),
            deposit: case.deposit.map(Fen::from),
            claim: case.claim.as_ref().map(ClaimView::of),
            raised: case.raised.iter().map(RaisedView::of).collect(),
            tasks: body.tasks_of(&case.no).map(|it| TaskView::of(key, it)).collect(),
            payouts: payouts.map(PayoutView::of).collect(),
        }
    }
}
