//! Who expects a parcel, and what to look for in it.

use axum::{Json, extract::State};
use dossier::{Body, Case, Context, case::Status, returns::inspection_form, words::Direction};
use kernel::{DossierKey, ParcelNo, ShopId};
use people::Permission;
use policy::Language;
use serde::{Deserialize, Serialize};
use store::{Term, TermKind};
use utoipa::{IntoParams, ToSchema};

use super::{IncomingView, ReceiptId, kept};
use crate::{
    App, Problem,
    app::Known,
    caller::Caller,
    headers::InLanguage,
    problem::Asked,
    wire::{
        CasePath, Code, ShopPath,
        case::FindingsBody,
        codes::{CaseKindCode, DirectionCode, FlagCode, GradeCode, ReasonCode},
        parsed,
    },
};

/// Most orders looked at for one number.
const MOST_ORDERS: usize = 20;

/// A case whose goods a parcel carries.
pub(super) struct Expecting {
    pub(super) dossier: DossierKey,
    pub(super) case: kernel::CaseNo,
    /// What it was sent out as: a return, or our own parcel that comes back.
    pub(super) direction: Direction,
    /// Whether the case has heard already that the goods are here.
    pub(super) is_here: bool,
    /// What the parcel carries for itself, where it is no return of the case.
    pub(super) of: Option<kernel::CaseNo>,
    known: std::sync::Arc<Known>,
}

/// The open cases that a parcel belongs to. Blocks.
pub(super) fn expecting(
    app: &App,
    shop: &ShopId,
    parcel: &ParcelNo,
) -> Result<Vec<Expecting>, Problem> {
    let term = Term { kind: TermKind::Parcel, text: parcel.to_string() };
    let mut all = Vec::new();
    for dossier in app.database().find(shop, &term, MOST_ORDERS)? {
        let known = std::sync::Arc::new(app.read(&dossier)?);
        for case in &known.body.cases {
            let Some((direction, is_here)) = awaits(&known.body, case, parcel) else { continue };
            all.push(Expecting {
                dossier: dossier.clone(),
                case: case.no.clone(),
                direction,
                is_here,
                of: known.body.parcels.get(parcel).and_then(|it| it.case.clone()),
                known: std::sync::Arc::clone(&known),
            });
        }
    }
    Ok(all)
}

/// How a case awaits the parcel, and whether it is there; none if it does not.
fn awaits(body: &Body, case: &Case, parcel: &ParcelNo) -> Option<(Direction, bool)> {
    if case.returns.contains(parcel) {
        let is_here = case.receipts.iter().any(|it| it.parcel.as_ref() == Some(parcel))
            || case.assessment.is_some()
            || matches!(case.status, Status::Inspecting { .. });
        return (is_here || case.status.is_judged_again()).then_some((Direction::Return, is_here));
    }
    // What we sent and the buyer did not take, or a courier stopped (QC-19).
    let sent = body.parcels.get(parcel).filter(|it| it.direction == Direction::Outbound)?;
    let is_here = sent.is_back();
    let is_open = case.status.is_judged_again() || (is_here && case.status.is_open());
    is_open.then_some((Direction::Outbound, is_here))
}

/// A case that waits for a parcel, for whoever has it in hand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpectedCase {
    pub(super) order: String,
    pub(super) case: String,
    kind: CaseKindCode,
    reason: ReasonCode,
    /// The reason in the buyer's own words.
    reason_text: String,
    status: String,
    /// `return`, or `outbound` for a parcel of ours that comes back.
    direction: DirectionCode,
    /// Whether the goods have been taken in already.
    received: bool,
    lines: Vec<ExpectedLine>,
    /// Such as `refused-carrier`: what to know before it is taken in.
    flags: Vec<FlagCode>,
    findings: FindingsBody,
    form: FormView,
}

/// Goods that should be in the parcel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpectedLine {
    line: u16,
    quantity: u32,
    sku: String,
    title: String,
}

/// What to look for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormView {
    /// As it was published to buyers.
    checks: Vec<CheckView>,
    /// Whom to ask.
    contact: Option<String>,
    grades: Vec<GradeCode>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    code: String,
    text: String,
    /// The best grade of a piece that does not meet it.
    at_best: GradeCode,
}

impl FormView {
    fn of(known: &Known, case: &kernel::CaseNo, context: Context<'_>, language: Language) -> Self {
        let form = inspection_form(&known.body, case, context);
        let checks = form.iter().flat_map(|it| &it.checks).map(|it| CheckView {
            code: it.code.clone(),
            text: match language {
                Language::Zh => it.zh.clone(),
                Language::En => it.en.clone(),
            },
            at_best: Code(it.at_best),
        });
        let checks = checks.collect();
        let grades = kernel::Choice::ALL.iter().copied().map(Code).collect();
        Self { checks, contact: form.and_then(|it| it.contact), grades }
    }
}

impl ExpectedCase {
    /// None if the case is not there.
    pub(super) fn of(
        it: &Expecting,
        (actor, now): (&dossier::command::Actor, kernel::Timestamp),
        language: Language,
    ) -> Option<Self> {
        let (known, case) = (&it.known, it.known.body.case(&it.case)?);
        let line = |pieces: &dossier::case::Pieces| {
            let of_order = known.body.order.line(pieces.line);
            ExpectedLine {
                line: pieces.line.0,
                quantity: pieces.quantity.pieces(),
                sku: of_order.map(|it| it.sku.to_string()).unwrap_or_default(),
                title: of_order.map(|it| it.title.clone()).unwrap_or_default(),
            }
        };
        let flags = case.judgement.iter().flat_map(|it| it.flags.iter().copied());
        let context =
            Context { now, actor, pack: &known.pack, automatic: false, spent_today: None };
        Some(Self {
            order: it.dossier.order.to_string(),
            case: case.no.to_string(),
            kind: Code(case.request.kind),
            reason: Code(case.request.reason),
            reason_text: case.request.reason_text.clone(),
            status: case.status.code().to_owned(),
            direction: Code(it.direction),
            received: it.is_here,
            lines: case.request.pieces.iter().map(line).collect(),
            flags: flags.map(Code).collect(),
            findings: FindingsBody(case.findings.iter().map(|(&fact, &it)| (fact, it)).collect()),
            form: FormView::of(known, &case.no, context, language),
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedQuery {
    /// The number on the label.
    #[param(min_length = 1, max_length = 96)]
    parcel: String,
}

/// Who expects a parcel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Expected {
    /// Empty if nobody does.
    cases: Vec<ExpectedCase>,
    /// If it was scanned before.
    receipt: Option<IncomingView>,
}

/// Read who expects a parcel
///
/// For the station: what should be in it, why it comes back, and what to look for.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/expected",
    operation_id = "readExpected",
    tag = "parcels",
    params(ShopPath, ExpectedQuery),
    responses((status = 200, body = Expected)),
)]
pub(crate) async fn read_expected(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    InLanguage(language): InLanguage,
    Asked(query): Asked<ExpectedQuery>,
) -> Result<Json<Expected>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let parcel: ParcelNo = parsed("parcel", query.parcel.trim())?;
    let actor = caller.usual_actor(&path.shop)?;
    app.run(move |app| {
        let id = ReceiptId::of_parcel(&parcel);
        let found = kept::find(app, &path.shop, &id)?;
        let receipt = found.map(|it| app.shown(&path.shop, &id, it)).transpose()?;
        let all = expecting(app, &path.shop, &parcel)?;
        let who = (&actor, app.now());
        let cases = all.iter().filter_map(|it| ExpectedCase::of(it, who, language)).collect();
        Ok(Json(Expected { cases, receipt }))
    })
    .await
}

/// Read what to look for in a case's goods
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/inspection-form",
    operation_id = "readInspectionForm",
    tag = "cases",
    params(CasePath),
    responses((status = 200, body = FormView)),
)]
pub(crate) async fn read_inspection_form(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    InLanguage(language): InLanguage,
) -> Result<Json<FormView>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let actor = caller.usual_actor(&path.shop)?;
    app.run(move |app| {
        let known = app.read(&path.dossier())?;
        known.case(&path)?;
        let (now, actor, pack) = (app.now(), &actor, &known.pack);
        let context = Context { now, actor, pack, automatic: false, spent_today: None };
        Ok(Json(FormView::of(&known, &path.case, context, language)))
    })
    .await
}
