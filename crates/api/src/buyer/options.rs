//! What a buyer can ask for now, and what would come of it.
//!
//! **Invariant:** nothing here knows a rule. Every option is an application that was tried on the
//! order as it is, as the buyer, and says what deciding it said.

use axum::{Json, extract::State};
use dossier::{
    Case, Command, Context, Dossier,
    case::{Judgement, Pieces, Request},
    command::Application,
    facts::Fact,
    words::{CaseKind, Flag, GoodsClaim, Reason, Verdict},
};
use kernel::{CaseNo, Choice as _, LineNo, Quantity};
use people::Permission;
use policy::Value;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    app::Known,
    caller::Caller,
    problem::Asked,
    wire::{
        Code, Fen, Moment,
        codes::{CaseKindCode, FactCode, GoodsClaimCode, PayerCode, ReasonCode},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct OptionsQuery {
    /// The line of the order.
    line: u16,
    /// How many pieces; all that were bought if it is not given.
    #[serde(default)]
    #[param(minimum = 1)]
    quantity: Option<u32>,
    /// Whether the goods have arrived.
    #[serde(default = "unknown")]
    goods: GoodsClaimCode,
    /// Only this kind.
    #[serde(default)]
    kind: Option<CaseKindCode>,
}

fn unknown() -> GoodsClaimCode {
    Code(GoodsClaim::Unknown)
}

/// What can be asked for about a line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuyerOptions {
    line: u16,
    quantity: u32,
    kinds: Vec<KindView>,
    server_now: Moment,
}

/// One kind of request. Kinds that cannot be asked for at all are left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindView {
    kind: CaseKindCode,
    reasons: Vec<ReasonView>,
}

/// What asking for the kind with the reason would come to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    reason: ReasonCode,
    /// `at-once`, `review` by a person, or `unlikely`: policy would decline or talk about it.
    #[schema(example = "review")]
    outlook: &'static str,
    /// What would be paid if it is agreed to.
    amount: Fen,
    /// Who pays for sending the goods back.
    postage_by: PayerCode,
    /// Proof without which nobody decides.
    photos: Vec<FactCode>,
}

/// Proof a buyer can give with a request.
const PROOFS: [Fact; 6] = [
    Fact::Photo,
    Fact::DetailPhoto,
    Fact::LaidOutPhoto,
    Fact::ProblemPhoto,
    Fact::UnpackingVideo,
    Fact::PageScreenshot,
];

/// List what I can ask for about a line of my order
#[utoipa::path(
    get,
    path = "/api/v1/buyer/options",
    operation_id = "listMyOptions",
    tag = "buyers",
    params(OptionsQuery),
    responses((status = 200, body = BuyerOptions)),
)]
pub(crate) async fn list_my_options(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<OptionsQuery>,
) -> Result<Json<BuyerOptions>, Problem> {
    let key = caller.own_order()?;
    let actor = caller.actor(&key.shop, Permission::Apply)?;
    app.run(move |app| {
        let Known { body, pack, .. } = app.read(&key)?;
        let line = body.order.lines.iter().find(|it| it.no.0 == query.line);
        let bought =
            line.ok_or_else(|| Problem::malformed("line", "the order has no such line"))?;
        let quantity = query.quantity.unwrap_or(bought.quantity.pieces());
        let pieces = Pieces { line: LineNo(query.line), quantity: Quantity::new(quantity) };
        let context = Context {
            now: app.now(),
            actor: &actor,
            pack: &pack,
            automatic: app.engine().is_automatic(),
            spent_today: None,
        };
        let trial = Trial { dossier: &Dossier::Open(body), pieces, goods: query.goods.0, context };
        let wanted = |it: &CaseKind| query.kind.is_none_or(|kind| kind.0 == *it);
        let kinds = CaseKind::ALL.iter().copied().filter(wanted);
        let kinds = kinds.map(|kind| KindView { kind: Code(kind), reasons: trial.reasons(kind) });
        Ok(Json(BuyerOptions {
            line: query.line,
            quantity,
            kinds: kinds.filter(|it| !it.reasons.is_empty()).collect(),
            server_now: Moment(app.now()),
        }))
    })
    .await
}

/// The order as it is, and what is asked about.
struct Trial<'a> {
    dossier: &'a Dossier,
    pieces: Pieces,
    goods: GoodsClaim,
    context: Context<'a>,
}

impl Trial<'_> {
    fn reasons(&self, kind: CaseKind) -> Vec<ReasonView> {
        Reason::ALL.iter().copied().filter_map(|it| self.view(kind, it)).collect()
    }

    /// None if it cannot be asked for, or policy has no answer to it.
    fn view(&self, kind: CaseKind, reason: Reason) -> Option<ReasonView> {
        let case = self.tried(kind, reason, &[])?;
        let photos = match &case.judgement {
            Some(it) if it.flags.contains(&Flag::EvidenceMissing) => self.missing(kind, reason),
            _ => Vec::new(),
        };
        let case = if photos.is_empty() { case } else { self.tried(kind, reason, &photos)? };
        let judgement = case.judgement.as_ref()?;
        if judgement.verdict == Verdict::Person {
            return None;
        }
        Some(ReasonView {
            reason: Code(reason),
            outlook: outlook(&case, judgement),
            amount: judgement.amount.total().ok()?.into(),
            postage_by: Code(judgement.postage_by),
            photos: photos.into_iter().map(Code).collect(),
        })
    }

    /// The fewest proofs with which the request is complete; none if that takes something else.
    fn missing(&self, kind: CaseKind, reason: Reason) -> Vec<Fact> {
        let single = PROOFS.iter().map(|it| vec![*it]);
        let pairs = PROOFS.iter().enumerate().flat_map(|(nth, first)| {
            PROOFS.iter().skip(nth.saturating_add(1)).map(|second| vec![*first, *second])
        });
        let is_enough = |proofs: &Vec<Fact>| {
            let case = self.tried(kind, reason, proofs);
            let judgement = case.and_then(|it| it.judgement);
            judgement.is_some_and(|it| !it.flags.contains(&Flag::EvidenceMissing))
        };
        single.chain(pairs).find(is_enough).unwrap_or_default()
    }

    /// The case that would be opened, as it would be judged.
    fn tried(&self, kind: CaseKind, reason: Reason, proofs: &[Fact]) -> Option<Case> {
        let case = CaseNo::new("trial").ok()?;
        let application = Application {
            case: case.clone(),
            request: Request {
                kind,
                reason,
                reason_text: String::new(),
                pieces: vec![self.pieces],
                asked: None,
                goods: self.goods,
                note: String::new(),
            },
            filed_at: self.context.now,
            follows: None,
            market: dossier::case::Market::default(),
            findings: proofs.iter().map(|it| (*it, Value::Flag(true))).collect(),
            return_parcel: None,
        };
        let command = Command::Apply(Box::new(application));
        let (_, after) = self.dossier.carry_out(&command, self.context).ok()?;
        match after {
            Dossier::Open(body) => body.case(&case).cloned(),
            Dossier::Absent | Dossier::Stopped { .. } => None,
        }
    }
}

fn outlook(case: &Case, judgement: &Judgement) -> &'static str {
    match judgement.verdict {
        Verdict::Decline | Verdict::Guide => "unlikely",
        _ if !case.status.is_undecided() => "at-once",
        Verdict::Refund
        | Verdict::AcceptReturn
        | Verdict::Intercept
        | Verdict::RefundOnReturn
        | Verdict::Compensate
        | Verdict::Exchange
        | Verdict::Reship
        | Verdict::Repair
        | Verdict::AskBuyer
        | Verdict::Wait
        | Verdict::Inspect
        | Verdict::Review
        | Verdict::Settle
        | Verdict::Person => "review",
    }
}
