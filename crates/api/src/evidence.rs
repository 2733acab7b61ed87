//! Evidence of a case: photos, videos and documents, in and out.
//!
//! **Invariant:** a content is kept before its record is written, and the record before the case
//! hears of it. A caller whose answer was lost asks again under the same key and with the same
//! bytes, and nothing is there twice.

mod content;
pub(crate) mod upload;

use ::evidence::{Archive, CaseRef, Evidence, Hash};
use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
};
use dossier::{Case, facts::Fact};
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::{
    content::{AttachmentName, Binary, ThumbnailQuery, kept, thumbnail_of},
    upload::{Labels, UploadForm, UploadQuery, destination, limits, not_taken, receive},
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    problem::{Asked, Said},
    receipts,
    wire::{
        CasePath, Code, Moment, Page, bounded,
        codes::{FactCode, LikenessCode, MediaCode, SourceCode},
        decode_place, encode_place, usual_limit,
    },
};

/// Most bytes of a request that carries an upload, whatever a pack says.
pub(crate) const MOST_BYTES: usize = 1 << 30;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_evidence, upload::upload_evidence))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .routes(routes!(read_evidence))
        .routes(routes!(content::read_content))
        .routes(routes!(content::read_thumbnail))
        .routes(routes!(crate::dispute::read_dispute_pack))
}

/// A piece of evidence of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvidenceItem {
    /// SHA-256 of the bytes: its name.
    #[schema(min_length = 64, max_length = 64)]
    evidence: String,
    /// Its place in the case, from 1.
    number: usize,
    media: MediaCode,
    bytes: u64,
    /// In pixels, as it is seen; of photos that can be shown.
    width: Option<u32>,
    height: Option<u32>,
    /// Whether there are thumbnails.
    thumbnails: bool,
    /// By the camera's own clock: a claim.
    taken_at: Option<Moment>,
    /// The program that last wrote it, by its metadata: a claim.
    software: Option<String>,
    uploaded_at: Moment,
    by: String,
    source: SourceCode,
    /// As the sender named it.
    name: String,
    /// Facts of the case it was attached for; none if the case has not heard of it.
    shows: Vec<FactCode>,
    /// Where the same was used before, in another case of the shop.
    duplicate_of: Option<DuplicateView>,
}

/// An earlier use of the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DuplicateView {
    evidence: String,
    order: String,
    case: String,
    like: LikenessCode,
}

impl EvidenceItem {
    /// `shows`: the facts the case knows it for.
    pub(crate) fn of(it: &Evidence, shows: Vec<Fact>) -> Self {
        let elsewhere = it.duplicate_of.as_ref().filter(|it| !receipts::is_of_receipt(&it.case));
        Self {
            evidence: it.hash.to_string(),
            number: it.number,
            media: Code(it.media),
            bytes: it.n_bytes,
            width: it.size.map(|it| it.0),
            height: it.size.map(|it| it.1),
            thumbnails: it.media.is_shown(),
            taken_at: it.taken_at.map(Moment),
            software: it.software.clone(),
            uploaded_at: Moment(it.uploaded_at),
            by: it.by.to_string(),
            source: Code(it.source),
            name: it.name.clone(),
            shows: shows.into_iter().map(Code).collect(),
            duplicate_of: elsewhere.map(|it| DuplicateView {
                evidence: it.hash.to_string(),
                order: it.case.order.to_string(),
                case: it.case.case.to_string(),
                like: Code(it.like),
            }),
        }
    }

    fn in_case(it: &Evidence, case: &Case) -> Self {
        let name = it.hash.to_string();
        let attached = case.evidence.iter().filter(|it| it.id.as_str() == name);
        Self::of(it, attached.map(|it| it.shows).collect())
    }
}

impl CasePath {
    pub(crate) fn case_ref(&self) -> CaseRef {
        CaseRef { order: self.order.clone(), case: self.case.clone() }
    }
}

impl App {
    /// All evidence of a case; at most as much as the pack allows.
    pub(crate) async fn evidence_of(&self, path: &CasePath) -> Result<Vec<EvidenceItem>, Problem> {
        let asked = path.clone();
        let known = self.run(move |app| {
            let known = app.read(&asked.dossier())?;
            known.case(&asked).cloned()
        });
        let case = known.await?;
        let all = self.evidence().list(&path.shop, &path.case_ref()).await?;
        Ok(all.iter().map(|it| EvidenceItem::in_case(it, &case)).collect())
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceQuery {
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List the evidence of a case, first come first
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/evidence",
    operation_id = "listEvidence",
    tag = "evidence",
    params(CasePath, EvidenceQuery),
    responses((status = 200, body = Page<EvidenceItem>)),
)]
pub(crate) async fn list_evidence(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    Asked(query): Asked<EvidenceQuery>,
) -> Result<Json<Page<EvidenceItem>>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let after: usize = query.after.as_deref().map(decode_place).transpose()?.unwrap_or_default();
    let limit = bounded(query.limit);
    let mut items = app.evidence_of(&path).await?;
    items.retain(|it| after < it.number);
    let is_more = limit < items.len();
    items.truncate(limit);
    let next = items.last().filter(|_| is_more).map(|it| encode_place(&it.number));
    Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
}

/// Read what is known of a piece of evidence
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/evidence/{evidence}",
    operation_id = "readEvidence",
    tag = "evidence",
    params(CasePath, ("evidence" = String, Path, description = "Its hash.")),
    responses((status = 200, body = EvidenceItem)),
)]
pub(crate) async fn read_evidence(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    name: Named<EvidenceName>,
) -> Result<Json<EvidenceItem>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    let name = name.0.0.to_string();
    let found = app.evidence_of(&path).await?.into_iter().find(|it| it.evidence == name);
    found.map(Json).ok_or_else(Problem::not_found)
}

/// The hash in a path.
pub(crate) struct EvidenceName(pub(crate) Hash);

impl std::str::FromStr for EvidenceName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Hash::parse(text).map(Self).ok_or(())
    }
}

impl From<::evidence::Failure> for Problem {
    fn from(failure: ::evidence::Failure) -> Self {
        if let ::evidence::Failure::Absent { .. } = failure {
            return Self::not_found();
        }
        if failure.is_full() {
            let error: &dyn std::error::Error = &failure;
            tracing::error!(error, "no room for evidence");
            return disk_full();
        }
        if failure.is_busy() { Self::busy() } else { Self::internal(&failure) }
    }
}

pub(crate) fn disk_full() -> Problem {
    let detail = Said::new(
        "存储空间已满，文件没有保存；请联系管理员清理后，用同一个 Idempotency-Key 重试",
        "the disk is full and nothing was kept; whoever runs the service has to make room, then \
         try again under the same Idempotency-Key",
    );
    Problem::new(axum::http::StatusCode::INSUFFICIENT_STORAGE, "disk-full", detail)
}

/// What a case has of a hash; 404 if it has none.
pub(crate) async fn found(
    archive: &Archive,
    shop: &kernel::ShopId,
    case: &CaseRef,
    hash: Hash,
) -> Result<Evidence, Problem> {
    archive.find(shop, case, hash).await?.ok_or_else(Problem::not_found)
}
