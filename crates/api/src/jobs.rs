//! Jobs: files in and out that take longer than a request.
//!
//! A request leaves a job and is answered at once; threads made for that work on it in portions
//! and write down after each how far they have come. See `docs/jobs.md`.
//!
//! **Invariant:** a job that is begun again does nothing twice. What it gives to the engine is
//! named after its content and the moment the job was made, so that a second beginning is answered
//! as the first was.

mod exporting;
mod exports;
mod failures;
mod importing;
mod imports;
mod known;
mod lines;
mod record;
mod sealing;
mod workers;

use axum::{
    Json,
    extract::{DefaultBodyLimit, State as Shared},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use kernel::{ShopId, Timestamp};
use people::Permission;
use serde::{Deserialize, Serialize};
use store::RecordPage;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::failures::{disk_failed, too_large};
use self::record::{Progress, Read, Work};
pub(crate) use self::workers::Bell;
pub use self::workers::Workers;
#[cfg(test)]
pub(crate) use self::workers::work_one;
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    headers::{IdempotencyKey, InLanguage},
    problem::Asked,
    wire::{Code, Moment, Page, ShopPath, bounded, decode_place, encode_place, usual_limit},
};

kernel::choice! {
    /// How far a job is.
    pub(crate) enum State {
        Waiting = "waiting",
        Working = "working",
        Done = "done",
        /// It came to nothing as a whole; a row that was not taken does not make it fail.
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

kernel::choice! {
    /// What the rows of a file are.
    pub(crate) enum Sheets {
        Orders = "orders",
        Items = "items",
        Refunds = "refunds",
        Tracks = "tracks",
    }
}

kernel::choice! {
    /// What can be exported.
    pub(crate) enum List {
        Cases = "cases",
        Tasks = "tasks",
        Entries = "entries",
        Audit = "audit",
    }
}

kernel::choice! {
    /// Kind of the file of an export.
    pub(crate) enum Format {
        Xlsx = "xlsx",
        Csv = "csv",
    }
}

kernel::choice! {
    /// Direction of a job.
    pub(crate) enum Way {
        Import = "import",
        Export = "export",
    }
}

type StateCode = Code<State>;
type SheetsCode = Code<Sheets>;
type ListCode = Code<List>;
type FormatCode = Code<Format>;
type WayCode = Code<Way>;

/// More than any file may have: the limit that is told to callers is a setting.
const MOST_BYTES: usize = 1 << 30;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(imports::create_import))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .routes(routes!(imports::read_rejected))
        .routes(routes!(exports::create_export))
        .routes(routes!(exports::read_export))
        .routes(routes!(list_jobs))
        .routes(routes!(read_job))
        .routes(routes!(cancel_job))
}

/// A file on its way in or out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    job: String,
    way: WayCode,
    state: StateCode,
    /// What the files of an import are.
    sheets: Vec<SheetsCode>,
    /// What is exported.
    list: Option<ListCode>,
    format: Option<FormatCode>,
    by: String,
    created_at: Moment,
    finished_at: Option<Moment>,
    progress: ProgressView,
    failure: Option<FailureView>,
    /// Where the rows of an import that were not taken are, once it is over.
    rejected: Option<String>,
    /// Where the file of an export is, as long as it is kept.
    file: Option<String>,
}

/// How far a job is. Counts begin anew when a job is taken up again after a crash.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressView {
    rows_read: u64,
    /// Rows of which nothing was taken.
    rows_rejected: u64,
    /// Rows that were taken, and should be looked at.
    warnings: u64,
    /// What the rows ask for.
    commands: u64,
    /// Commands that changed something.
    accepted: u64,
    /// Commands that said what was known already.
    unchanged: u64,
    /// Commands that the rules did not allow.
    refused: u64,
    /// Rows of an export.
    rows_written: u64,
}

/// Why a job came to nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailureView {
    #[schema(example = "unreadable-file")]
    code: String,
    detail: String,
}

impl JobView {
    fn of(shop: &ShopId, read: Read, language: InLanguage) -> Self {
        let Read { id, job, .. } = read;
        let is_over = job.finished_at.is_some();
        let path = |it: &str, what: &str| format!("/api/v1/shops/{shop}/{it}/{id}/{what}");
        let is_done = job.state.0 == State::Done;
        let at = |it: i64| Moment(Timestamp::from_epoch_seconds(it));
        let (way, sheets, list, format) = match &job.work {
            Work::Import { sheets } => (Way::Import, sheets.clone(), None, None),
            Work::Export { list, format, .. } => {
                (Way::Export, Vec::new(), Some(*list), Some(*format))
            }
        };
        let has_file = way == Way::Export && is_done && !job.is_swept;
        Self {
            way: Code(way),
            state: job.state,
            sheets,
            list,
            format,
            by: job.by,
            created_at: at(job.created_at),
            finished_at: job.finished_at.map(at),
            progress: ProgressView::of(job.progress),
            failure: job.failure.map(|it| FailureView {
                code: it.code,
                detail: match language.0 {
                    policy::Language::Zh => it.zh,
                    policy::Language::En => it.en,
                },
            }),
            rejected: (way == Way::Import && is_over).then(|| path("imports", "rejected")),
            file: has_file.then(|| path("exports", "file")),
            job: id,
        }
    }
}

impl ProgressView {
    fn of(it: Progress) -> Self {
        Self {
            rows_read: it.rows_read,
            rows_rejected: it.rows_rejected,
            warnings: it.warnings,
            commands: it.commands,
            accepted: it.accepted,
            unchanged: it.unchanged,
            refused: it.refused,
            rows_written: it.rows_written,
        }
    }
}

/// 202 with where to look.
fn accepted(shop: &ShopId, made: (Read, bool), language: InLanguage) -> Response {
    let (read, is_new) = made;
    let place = format!("/api/v1/shops/{shop}/jobs/{}", read.id);
    let body = Json(JobView::of(shop, read, language));
    let mut response = (StatusCode::ACCEPTED, body).into_response();
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    if !is_new {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    response
}

/// Somebody who sees jobs of that kind.
async fn require_for(
    app: &App,
    caller: &Caller,
    shop: &ShopId,
    work: &Work,
) -> Result<(), Problem> {
    match work {
        Work::Import { .. } => caller.require(app, shop, Permission::Import).await,
        Work::Export { list, .. } => exports::require(app, caller, shop, list.0).await,
    }
}

/// What a caller may know of a job; 404 if there is none.
async fn found(app: &App, caller: &Caller, shop: &ShopId, id: String) -> Result<Read, Problem> {
    if !caller.works_in(shop) {
        return Err(Problem::not_found());
    }
    let place = shop.clone();
    let read = app.run(move |app| app.job(&place, &id)).await?;
    let read = read.ok_or_else(Problem::not_found)?;
    require_for(app, caller, shop, &read.job.work).await?;
    Ok(read)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobsQuery {
    #[serde(default)]
    state: Option<StateCode>,
    #[serde(default)]
    way: Option<WayCode>,
    /// `next` of the page before.
    #[serde(default)]
    after: Option<String>,
    /// Most items; 1 to 200.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

impl JobsQuery {
    fn mark(&self) -> Option<String> {
        let code = |it: Way| kernel::Choice::code(it);
        let state = self.state.map(|it| kernel::Choice::code(it.0));
        match (self.way.map(|it| code(it.0)), state) {
            (Some(way), Some(state)) => Some(record::both(way, state)),
            (way, state) => way.or(state).map(str::to_owned),
        }
    }
}

/// List jobs, newest first
///
/// Imports are shown to those who may import, exports to those who may export what they hold; a
/// page may hold fewer items than asked for and still have a `next`.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/jobs",
    operation_id = "listJobs",
    tag = "jobs",
    params(ShopPath, JobsQuery),
    responses((status = 200, body = Page<JobView>)),
)]
pub(crate) async fn list_jobs(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    language: InLanguage,
    Asked(query): Asked<JobsQuery>,
) -> Result<Json<Page<JobView>>, Problem> {
    let may = |it| caller.principal().may(it, &path.shop);
    if !may(Permission::Import) && !may(Permission::Export) {
        caller.require(&app, &path.shop, Permission::Import).await?;
    }
    let sees = |it: &Read| match &it.job.work {
        Work::Import { .. } => may(Permission::Import),
        Work::Export { list, .. } => exports::needs(list.0).iter().all(|it| may(*it)),
    };
    let limit = bounded(query.limit);
    let mut page = RecordPage::of(record::KIND, path.shop.as_str(), limit);
    page.descending = true;
    page.mark = query.mark();
    page.after = query.after.as_deref().map(decode_place).transpose()?;
    let records = app.run(move |app| Ok(app.database().list_records(&page)?)).await?;
    let last = records.last().filter(|_| records.len() == limit);
    let next = last.map(|it| encode_place(&(it.draft.rank, &it.draft.key.id)));
    let mut items = Vec::new();
    for record in records {
        let read = Read::of(record)?;
        if sees(&read) {
            items.push(JobView::of(&path.shop, read, language));
        }
    }
    Ok(Json(Page { items, next, server_now: Moment(app.now()) }))
}

/// Read how far a job is
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/jobs/{job}",
    operation_id = "readJob",
    tag = "jobs",
    params(ShopPath, ("job" = String, Path, description = "The job.")),
    responses((status = 200, body = JobView)),
)]
pub(crate) async fn read_job(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    language: InLanguage,
    job: Named<String>,
) -> Result<Json<JobView>, Problem> {
    let read = found(&app, &caller, &path.shop, job.0).await?;
    Ok(Json(JobView::of(&path.shop, read, language)))
}

/// Cancel a job
///
/// What it has done by now stays. One that is over stays as it is.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/jobs/{job}/cancel",
    operation_id = "cancelJob",
    tag = "jobs",
    params(
        ShopPath,
        ("job" = String, Path, description = "The job."),
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 200, body = JobView)),
)]
pub(crate) async fn cancel_job(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    _: IdempotencyKey,
    language: InLanguage,
    job: Named<String>,
) -> Result<Json<JobView>, Problem> {
    let read = found(&app, &caller, &path.shop, job.0).await?;
    let shop = path.shop.clone();
    // Whoever works on it writes all the time: a few tries find a moment in between.
    let read = app
        .run(move |app| {
            let (mut read, mut left) = (read, 20_u8);
            loop {
                let id = read.id.clone();
                match app.cancel_job(&shop, read) {
                    Err(busy) if busy == Problem::busy() && 0 < left => {
                        left = left.saturating_sub(1);
                    }
                    outcome => return outcome,
                }
                read = app.job(&shop, &id)?.ok_or_else(Problem::not_found)?;
            }
        })
        .await?;
    Ok(Json(JobView::of(&path.shop, read, language)))
}
