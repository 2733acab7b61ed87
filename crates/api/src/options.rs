//! What may be done about a case now, and what it would come to.

use axum::{Json, extract::State};
use dossier::{
    Command, Context, Offer, Proposal,
    command::Actor,
    words::{Purpose, Role, TaskKind},
};
use engine::Request;
use kernel::CommandKey;
use people::Permission;
use policy::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    commands::{CaseCommand, permission_for},
    headers::InLanguage,
    problem::Input,
    wire::{
        CasePath, Code, Fen, Moment,
        case::StatusView,
        codes::{PurposeCode, RoleCode, TaskKindCode},
        order::{PayoutView, TendersBody},
    },
};

/// Everything that can be asked about a case, and with what bounds.
#[expect(clippy::struct_field_names, reason = "it is what callers read")]
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Options {
    /// The version this was tried on: send it as `If-Match` with the command.
    version: u64,
    options: Vec<OptionView>,
    server_now: Moment,
}

/// A command, as far as it can be known before somebody gives it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionView {
    /// The command's name.
    #[schema(example = "approve")]
    command: String,
    /// What the money is for, where a command can be given for several ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<PurposeCode>,
    /// Yes or no to what waits for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    approve: Option<bool>,
    /// Whether the caller can give it now.
    possible: bool,
    /// Whether it is what policy says.
    suggested: bool,
    needs_ground: bool,
    /// Grounds that are usually given.
    grounds: Vec<GroundView>,
    /// Bounds of the amount, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<BoundsView>,
    /// What leaves, or is set aside, if the preset is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pays: Option<Fen>,
    /// Whose approval the preset needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    approver: Option<RoleCode>,
    /// Why it is not possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroundView {
    code: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BoundsView {
    least: Fen,
    most: Fen,
    /// What policy says; none where it says nothing.
    preset: Option<Fen>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedView {
    #[schema(example = "not-possible-now")]
    code: String,
    detail: String,
}

impl OptionView {
    fn of(offer: Offer, may: bool, language: Language) -> Self {
        let (purpose, approve) = variant(&offer.command);
        let text = |it: &dossier::Ground| match language {
            Language::Zh => it.zh.clone(),
            Language::En => it.en.clone(),
        };
        let ground = |it: &dossier::Ground| GroundView { code: it.code.clone(), text: text(it) };
        let refused = offer.refused.as_ref().map(|it| RefusedView {
            code: it.code().to_owned(),
            detail: views::refusal(it, language),
        });
        Self {
            command: offer.deed.to_string(),
            purpose: purpose.map(Code),
            approve,
            possible: may && offer.refused.is_none(),
            suggested: may && offer.suggested,
            needs_ground: offer.needs_ground,
            grounds: offer.grounds.iter().map(ground).collect(),
            amount: offer.amount.map(|it| BoundsView {
                least: it.least.into(),
                most: it.most.into(),
                preset: it.preset.map(Fen::from),
            }),
            pays: offer.pays.map(Fen::from),
            approver: offer.approver.map(Code),
            refused,
        }
    }
}

/// What tells the commands of one name apart.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others have a name of their own")]
fn variant(command: &Command) -> (Option<Purpose>, Option<bool>) {
    match command {
        Command::Compensate { purpose, .. } => (Some(*purpose), None),
        Command::DecideApproval { approve, .. } => (None, Some(*approve)),
        _ => (None, None),
    }
}

/// List what may be done about a case now
///
/// Each command was tried on a copy of the order as the caller: what is offered with its preset is
/// accepted at this version, and what is not says why.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/options",
    operation_id = "listOptions",
    tag = "cases",
    params(CasePath),
    responses((status = 200, body = Options)),
)]
pub(crate) async fn list_options(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    InLanguage(language): InLanguage,
) -> Result<Json<Options>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let known = app.read(&path.dossier())?;
        known.case(&path)?;
        let actor = caller.usual_actor(&path.shop)?;
        let offers = app.offers(&known, (&path, &actor))?;
        let option = |it: Offer| {
            let permission = permission_for(&it.command);
            let may = permission.is_some_and(|it| caller.principal().may(it, &path.shop));
            OptionView::of(it, may, language)
        };
        let options = offers.into_iter().map(option).collect();
        let version = known.version.0;
        Ok(Json(Options { version, options, server_now: Moment(app.now()) }))
    })
    .await
}

/// What a command would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProposalView {
    /// The version this was tried on: send it as `If-Match` with the command.
    version: u64,
    /// What would happen, in order. Empty: it is so already.
    events: Vec<String>,
    /// Cases that would stand elsewhere or be judged anew.
    cases: Vec<CaseAfterView>,
    /// Payments that would be set aside, sent or given up.
    payouts: Vec<PayoutView>,
    opened: Vec<OpenedView>,
    /// Tasks that would be done or not owed any more.
    ended: Vec<String>,
    /// Names of the texts the buyer would be sent.
    texts: Vec<String>,
    /// Money and texts would not leave before then, and may be taken back.
    held_until: Option<Moment>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseAfterView {
    case: String,
    #[serde(flatten)]
    status: StatusView,
    /// Whose approval it would wait for.
    needs: Option<RoleCode>,
    /// What would be paid next if policy is followed.
    due: Option<TendersBody>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenedView {
    kind: TaskKindCode,
    role: RoleCode,
    due: Moment,
}

impl ProposalView {
    fn of(version: store::Version, it: &Proposal) -> Self {
        let case = |it: &dossier::CaseAfter| CaseAfterView {
            case: it.case.to_string(),
            status: StatusView::of(&it.status),
            needs: it.approver.map(Code),
            due: it.due.as_ref().map(|(amount, _)| TendersBody::of(amount)),
        };
        let opened = |it: &dossier::task::Task| OpenedView {
            kind: Code::<TaskKind>(it.kind),
            role: Code::<Role>(it.role),
            due: Moment(it.due),
        };
        Self {
            version: version.0,
            events: it.events.iter().map(|&it| it.to_owned()).collect(),
            cases: it.cases.iter().map(case).collect(),
            payouts: it.payouts.iter().map(PayoutView::of).collect(),
            opened: it.opened.iter().map(opened).collect(),
            ended: it.ended.iter().map(ToString::to_string).collect(),
            texts: it.texts.clone(),
            held_until: it.held_until.map(Moment),
        }
    }
}

/// Show what a command would do
///
/// Nothing is written. The problems are those the command itself would be refused with.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/commands:preview",
    operation_id = "previewCommand",
    tag = "cases",
    params(CasePath),
    request_body = CaseCommand,
    responses((status = 200, body = ProposalView)),
)]
pub(crate) async fn preview_command(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    Input(body): Input<CaseCommand>,
) -> Result<Json<ProposalView>, Problem> {
    let (dossier, command) = (path.dossier(), body.command(path.case)?);
    let permission = permission_for(&command).ok_or_else(Problem::not_found)?;
    caller.require(&app, &dossier.shop, permission).await?;
    let actor = caller.actor(&dossier.shop, permission)?;
    app.run(move |app| {
        let key = CommandKey::lossy("preview");
        let request = Request { dossier, key, actor, command, pack: String::new() };
        let (version, proposal) = app.engine().preview(&request)?;
        Ok(Json(ProposalView::of(version, &proposal)))
    })
    .await
}

impl App {
    /// What somebody may do about a case. Blocks.
    fn offers(
        &self,
        known: &crate::app::Known,
        (path, actor): (&CasePath, &Actor),
    ) -> Result<Vec<Offer>, Problem> {
        let spent = self.engine().spent_today(&path.shop, actor, &known.pack)?;
        let context = Context {
            now: self.now(),
            actor,
            pack: &known.pack,
            automatic: self.engine().is_automatic(),
            spent_today: Some(spent),
        };
        Ok(dossier::offers(&known.body, &path.case, context))
    }
}
