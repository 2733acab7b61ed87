//! Photos of a parcel that nobody announced.

use ::evidence::Limits;
use axum::{
    Json,
    extract::{Request, State},
    http::HeaderMap,
    response::Response,
};
use people::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ReceiptId, kept};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    evidence::{
        Binary, EvidenceItem, EvidenceName, Labels, ThumbnailQuery, UploadForm, UploadQuery,
        destination, found, receive, thumbnail_of,
    },
    headers::IdempotencyKey,
    problem::Asked,
    wire::ShopPath,
};

/// All photos of a receipt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Photos {
    /// First come first.
    photos: Vec<EvidenceItem>,
}

/// Add a photo to a receipt
///
/// It becomes evidence of the case the receipt is matched with. To send it again is harmless.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/evidence",
    operation_id = "uploadReceiptEvidence",
    tag = "parcels",
    params(
        ShopPath,
        ("receipt" = String, Path, description = "The receipt."),
        UploadQuery,
        ("Idempotency-Key" = String, Header, description = "Names this upload for life."),
    ),
    request_body(content(
        (UploadForm = "multipart/form-data"),
        (Binary = "application/octet-stream"),
    )),
    responses(
        (status = 200, body = Photos),
        (status = 507, description = "The disk is full; nothing was kept.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn upload_receipt_evidence(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    id: Named<ReceiptId>,
    _: IdempotencyKey,
    Asked(query): Asked<UploadQuery>,
    request: Request,
) -> Result<Json<Photos>, Problem> {
    caller.require(&app, &path.shop, Permission::AttachEvidence).await?;
    let actor = caller.actor(&path.shop, Permission::AttachEvidence)?;
    let (shop, name) = (path.shop.clone(), id.0.clone());
    let receipt = app.run(move |app| kept::find(app, &shop, &name)).await?;
    receipt.ok_or_else(Problem::not_found)?;
    let case = id.0.as_case();
    let to = destination(&app, &path.shop, case.clone(), &actor, Limits::default());
    receive(&app, to, Labels::of(query, actor.role), request).await?;
    list(&app, &path, &case).await.map(Json)
}

async fn list(app: &App, path: &ShopPath, case: &::evidence::CaseRef) -> Result<Photos, Problem> {
    let all = app.evidence().list(&path.shop, case).await?;
    Ok(Photos { photos: all.iter().map(|it| EvidenceItem::of(it, Vec::new())).collect() })
}

/// List the photos of a receipt
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/evidence",
    operation_id = "listReceiptEvidence",
    tag = "parcels",
    params(ShopPath, ("receipt" = String, Path, description = "The receipt.")),
    responses((status = 200, body = Photos)),
)]
pub(crate) async fn list_receipt_evidence(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    id: Named<ReceiptId>,
) -> Result<Json<Photos>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    list(&app, &path, &id.0.as_case()).await.map(Json)
}

/// The names in `/receipts/{receipt}/evidence/{evidence}/…`.
pub(crate) struct PhotoPath {
    receipt: ReceiptId,
    evidence: EvidenceName,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for PhotoPath {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Problem> {
        let params = axum::extract::RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::not_found())?;
        let named = |name: &str| {
            let found = params.iter().find(|(it, _)| *it == name).map(|(_, it)| it);
            found.ok_or_else(Problem::not_found)
        };
        let receipt = named("receipt")?.parse().map_err(|()| Problem::not_found())?;
        let evidence = named("evidence")?.parse().map_err(|()| Problem::not_found())?;
        Ok(Self { receipt, evidence })
    }
}

/// Read a photo of a receipt itself
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/evidence/{evidence}/content",
    operation_id = "readReceiptContent",
    tag = "parcels",
    params(
        ShopPath,
        ("receipt" = String, Path, description = "The receipt."),
        ("evidence" = String, Path, description = "Its hash."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of a copy."),
    ),
    responses(
        (status = 200, body = Binary, content_type = "*/*"),
        (status = 206, description = "The part that was asked for.", body = Binary,
            content_type = "*/*"),
        (status = 304, description = "The copy is right."),
        (status = 416, description = "There is no such part.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read_receipt_content(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    names: PhotoPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let case = names.receipt.as_case();
    let photo = found(app.evidence(), &path.shop, &case, names.evidence.0).await?;
    crate::evidence::kept(&app, &path.shop, &photo, &headers).await
}

/// Read a thumbnail of a photo of a receipt
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/{receipt}/evidence/{evidence}/thumbnail",
    operation_id = "readReceiptThumbnail",
    tag = "parcels",
    params(
        ShopPath,
        ThumbnailQuery,
        ("receipt" = String, Path, description = "The receipt."),
        ("evidence" = String, Path, description = "Its hash."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of a copy."),
    ),
    responses(
        (status = 200, body = Binary, content_type = "image/jpeg"),
        (status = 304, description = "The copy is right."),
    ),
)]
pub(crate) async fn read_receipt_thumbnail(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    names: PhotoPath,
    Asked(query): Asked<ThumbnailQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let case = names.receipt.as_case();
    let photo = found(app.evidence(), &path.shop, &case, names.evidence.0).await?;
    thumbnail_of(&app, &path.shop, photo.hash, query.size.0, &headers).await
}
