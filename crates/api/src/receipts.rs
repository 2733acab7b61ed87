//! Incoming goods: parcels at our door, announced or not.
//!
//! ```text
//! scan ─▶ a case expects it ─▶ taken-in: the case has the goods
//!      └▶ nobody expects it ─▶ open ─▶ matched with a case, or given-back
//! refuse ─▶ refused at the door
//! ```
//!
//! **Invariant:** a parcel has one receipt, however often and by however many people it is scanned.
//! The receipt is written before the case hears of it; whoever scans again finishes what was begun.
//!
//! **Invariant:** what a label says of a person is sealed, shown masked, and never part of a
//! receipt.

mod board;
mod end;
mod expected;
mod kept;
mod matches;
mod photos;
mod scan;

use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    http::header,
    response::AppendHeaders,
};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::{RecordPage, Version};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use vault::Reading;

use self::kept::{Kept, RECEIPT, ReceiptId, ReceiptState as Standing};
pub(crate) use self::kept::{is_of_receipt, is_receipt, weights};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    evidence::MOST_BYTES,
    headers::etag,
    problem::Asked,
    wire::{Code, Moment, Page, ShopPath, bounded, decode_place, encode_place, usual_limit},
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(photos::list_receipt_evidence, photos::upload_receipt_evidence))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .routes(routes!(list_receipts, scan::scan_parcel))
        .routes(routes!(end::refuse_parcel))
        .routes(routes!(expected::read_expected))
        .routes(routes!(expected::read_inspection_form))
        .routes(routes!(board::read_board))
        .routes(routes!(read_receipt))
        .routes(routes!(end::command_receipt))
        .routes(routes!(matches::list_matches))
        .routes(routes!(photos::read_receipt_content))
        .routes(routes!(photos::read_receipt_thumbnail))
}

pub(crate) type StandingCode = Code<Standing>;

/// A parcel at our door.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncomingView {
    receipt: String,
    /// Also the `ETag`; send it as `If-Match` with a command.
    version: u64,
    /// The courier's number; none if the label could not be read.
    parcel: Option<String>,
    carrier: String,
    weight_g: Option<u32>,
    /// Where it lies.
    shelf: String,
    /// What can be seen to be in it.
    skus: Vec<String>,
    /// Who had it in hand.
    person: String,
    note: String,
    state: StandingCode,
    received_at: Moment,
    by: String,
    /// Cases whose goods it carries.
    cases: Vec<CaseName>,
    /// Of the sender, as the label says; masked.
    name: Option<String>,
    phone: Option<String>,
    /// Why it was refused or given back.
    ground: String,
    closed_at: Option<Moment>,
    closed_by: Option<String>,
}

/// A case by its order and number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct CaseName {
    pub(crate) order: String,
    pub(crate) case: String,
}

impl IncomingView {
    fn of(id: &ReceiptId, version: Version, kept: Kept, label: Reading<vault::Masked>) -> Self {
        let (name, phone) = match label {
            Reading::Kept(it) => (it.name, it.phone),
            Reading::Erased(_) | Reading::Unknown => (None, None),
        };
        Self {
            receipt: id.to_string(),
            version: version.0,
            parcel: kept.parcel,
            carrier: kept.carrier,
            weight_g: kept.weight_g,
            shelf: kept.shelf,
            skus: kept.skus,
            person: kept.person,
            note: kept.note,
            state: Code(kept.state.0),
            received_at: kept.received_at,
            by: kept.by,
            cases: kept.cases.into_iter().collect(),
            name,
            phone,
            ground: kept.ground,
            closed_at: kept.closed_at,
            closed_by: kept.closed_by,
        }
    }
}

impl App {
    /// A receipt as it is shown. Blocks.
    fn shown(
        &self,
        shop: &kernel::ShopId,
        id: &ReceiptId,
        (version, kept): (Version, Kept),
    ) -> Result<IncomingView, Problem> {
        let label = self.vault().masked(shop, &id.as_order())?;
        Ok(IncomingView::of(id, version, kept, label))
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptsQuery {
    /// Only receipts that stand so.
    #[serde(default)]
    state: Option<StandingCode>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List receipts, latest first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts",
    operation_id = "listReceipts",
    tag = "parcels",
    params(ShopPath, ReceiptsQuery),
    responses((status = 200, body = Page<IncomingView>)),
)]
pub(crate) async fn list_receipts(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<ReceiptsQuery>,
) -> Result<Json<Page<IncomingView>>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let after = query.after.as_deref().map(decode_place::<(i64, String)>).transpose()?;
        let limit = bounded(query.limit);
        let page = RecordPage {
            mark: query.state.map(|it| kept::state_mark(it.0)),
            descending: true,
            after,
            ..RecordPage::of(RECEIPT, path.shop.as_str(), limit)
        };
        let records = app.database().list_records(&page)?;
        let last = records.last().filter(|_| records.len() == limit);
        let next = last.map(|it| encode_place(&(it.draft.rank, &it.draft.key.id)));
        let read = records.iter().map(kept::read).collect::<Result<Vec<_>, _>>()?;
        let orders: Vec<_> = read.iter().map(|(id, _, _)| id.as_order()).collect();
        let labels = app.vault().masked_all(&path.shop, &orders.iter().collect::<Vec<_>>())?;
        let shown = read.into_iter().zip(labels).map(|((id, version, kept), label)| {
            IncomingView::of(&id, version, kept, label.unwrap_or(Reading::Unknown))
        });
        Ok(Json(Page { items: shown.collect(), next, server_now: Moment(app.now()) }))
    })
    .await
}

/// Read a receipt
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/{receipt}",
    operation_id = "readReceipt",
    tag = "parcels",
    params(ShopPath, ("receipt" = String, Path, description = "The receipt.")),
    responses((status = 200, body = IncomingView)),
)]
pub(crate) async fn read_receipt(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    id: Named<ReceiptId>,
) -> Result<impl axum::response::IntoResponse, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let view = app.run(move |app| {
        let found = kept::find(app, &path.shop, &id.0)?.ok_or_else(Problem::not_found)?;
        app.shown(&path.shop, &id.0, found)
    });
    let view = view.await?;
    Ok((AppendHeaders([(header::ETAG, etag(Version(view.version)))]), Json(view)))
}
