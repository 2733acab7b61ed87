//! What policy says about a case.

use dossier::case::{Judgement, Worth};
use policy::Record;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Code, Fen, Moment,
    codes::{FlagCode, PayerCode, RouteCode, TaskKindCode, VerdictCode},
    order::TendersBody,
};

/// What policy last said about a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JudgementView {
    at: Moment,
    route: Option<RouteCode>,
    verdict: VerdictCode,
    /// Whether the engine may act on the verdict by itself.
    automatic: bool,
    /// What is paid if the verdict is followed.
    amount: TendersBody,
    /// The most that may be paid for what was asked.
    cap: Fen,
    /// Bounds the remedy sets, whoever decides.
    least: Option<Fen>,
    most: Option<Fen>,
    /// How the amount came about.
    worth: WorthView,
    postage_by: PayerCode,
    /// The work that follows, the first being what the case waits for.
    tasks: Vec<TaskKindCode>,
    /// Name of the reply text for the buyer.
    reply: String,
    flags: Vec<FlagCode>,
    /// By when to look at it; orders the worklist.
    rank: Moment,
    /// The row that decided, as table and row.
    clause: Option<String>,
}

impl JudgementView {
    pub(crate) fn of(it: &Judgement) -> Self {
        Self {
            at: Moment(it.at),
            route: it.route.map(Code),
            verdict: Code(it.verdict),
            automatic: it.automatic,
            amount: TendersBody::of(&it.amount),
            cap: it.cap.into(),
            least: it.least.map(Fen::from),
            most: it.most.map(Fen::from),
            worth: WorthView::of(&it.worth),
            postage_by: Code(it.postage_by),
            tasks: it.tasks.iter().copied().map(Code).collect(),
            reply: it.reply.clone(),
            flags: it.flags.iter().copied().map(Code).collect(),
            rank: Moment(it.rank),
            clause: it.clause(),
        }
    }
}

/// How an amount came about: list price less reductions, promotions lost, earlier compensation and
/// what the condition takes off, plus postage and promotions given back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorthView {
    list: Fen,
    reductions: Fen,
    forfeited: Fen,
    restored: Fen,
    postage: Fen,
    deducted: Fen,
    withheld: Fen,
    due: Fen,
}

impl WorthView {
    pub(crate) fn of(it: &Worth) -> Self {
        Self {
            list: it.list.into(),
            reductions: it.reductions.into(),
            forfeited: it.forfeited.into(),
            restored: it.restored.into(),
            postage: it.postage.into(),
            deducted: it.deducted.into(),
            withheld: it.withheld.into(),
            due: it.due.into(),
        }
    }
}

/// What a policy table said to one question, with the facts it was told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulingView {
    /// The pack's version.
    pack: String,
    question: String,
    /// The row that answered; none if a person must look.
    row: Option<String>,
    /// Entries of the rule book behind the row.
    source: String,
    /// `shipped=no; amount=12.50 yuan`
    inputs: String,
    outputs: String,
}

impl RulingView {
    pub(crate) fn of(it: &Record) -> Self {
        Self {
            pack: it.pack.to_string(),
            question: it.question.clone(),
            row: it.row.clone(),
            source: it.source.clone(),
            inputs: it.inputs.clone(),
            outputs: it.outputs.clone(),
        }
    }
}
