//! Files in: taken as they come, and left for a worker.

use std::path::{Path, PathBuf};

use axum::{
    RequestExt as _,
    extract::{FromRequest as _, Multipart, Request, State as Shared, multipart::MultipartError},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kernel::Choice as _;
use people::Permission;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;
use utoipa::{IntoParams, ToSchema};

use super::{
    Sheets, SheetsCode, accepted, disk_failed, found,
    record::{Wanted, Work, name, remove_folder},
    too_large,
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    evidence::Binary,
    headers::{IdempotencyKey, InLanguage},
    problem::{Asked, Said},
    wire::{Code, ShopPath},
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// What the rows of the file are; not said of a form, whose parts say it.
    #[serde(default)]
    kind: Option<SheetsCode>,
}

/// Files that belong together, each at most once.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes what is read piece by piece")]
pub(crate) struct ImportForm {
    orders: Option<Binary>,
    items: Option<Binary>,
    refunds: Option<Binary>,
    tracks: Option<Binary>,
}

/// Import a file
///
/// CSV, XLSX or XLS, as back offices export them. Send one file as the body with its `kind`, or a
/// form with several that belong together: order lines only mean something with their orders.
/// Requests and tracks may also be of orders that are known already. The same file again changes
/// nothing. A row that cannot be taken never keeps another from being taken; see `rejected` of the
/// job.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/imports",
    operation_id = "createImport",
    tag = "jobs",
    params(
        ShopPath,
        ImportQuery,
        ("Idempotency-Key" = String, Header, description = "Names this job for life."),
    ),
    request_body(content(
        (Binary = "application/octet-stream"),
        (ImportForm = "multipart/form-data"),
    )),
    responses(
        (status = 202, description = "`Location` says where its progress is read.",
            body = super::JobView),
        (status = 507, description = "The disk is full; nothing was kept.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create_import(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    language: InLanguage,
    Asked(query): Asked<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Import).await?;
    let id = name(&key, caller.name(), &path.shop);
    let into = Folder::make(&app, &id).await?;
    let (sheets, hash) = received(&app, &into.path, query.kind, request).await?;
    let about = (Permission::Import.to_string(), format!("job {id}"));
    app.note(caller.note(&path.shop, about, None, None)).await?;
    let wanted = Wanted {
        work: Work::Import { sheets: sheets.into_iter().map(Code).collect() },
        by: caller.name().to_owned(),
        asked: hash,
        folder: into.name.clone(),
    };
    let shop = path.shop.clone();
    let made = app.run(move |app| app.make_job(&shop, &id, wanted)).await?;
    if made.1 {
        into.keep();
    }
    Ok(accepted(&path.shop, made, language))
}

/// Where an upload goes; gone again unless it is kept.
struct Folder {
    app: App,
    name: String,
    path: PathBuf,
    is_kept: bool,
}

impl Folder {
    async fn make(app: &App, id: &str) -> Result<Self, Problem> {
        let mut salt = [0; 8];
        getrandom::fill(&mut salt).map_err(|error| Problem::internal(&error))?;
        let name = format!("{id}.{}", URL_SAFE_NO_PAD.encode(salt));
        let path = super::record::folder(app, &name);
        tokio::fs::create_dir_all(&path).await.map_err(|it| disk_failed(&it))?;
        Ok(Self { app: app.clone(), name, path, is_kept: false })
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            remove_folder(&self.app, &self.name);
        }
    }
}

/// Keeps the files of a request, and says which there are and a hash of them all.
async fn received(
    app: &App,
    folder: &Path,
    kind: Option<SheetsCode>,
    request: Request,
) -> Result<(Vec<Sheets>, String), Problem> {
    let most = app.settings().import_bytes;
    if !is_form(&request) {
        let kind = kind.ok_or_else(no_kind)?.0;
        if kind == Sheets::Items {
            return Err(no_orders());
        }
        let body = request.with_limited_body().into_body().into_data_stream();
        let body = body.map(|it| it.map_err(|_| broke_off()));
        let hash = written(&folder.join(kind.code()), body, most).await?;
        return Ok((vec![kind], format!("{kind} {hash}")));
    }
    if kind.is_some() {
        return Err(Problem::malformed("kind", "is not said of a form: its parts say it"));
    }
    let form = Multipart::from_request(request, app).await;
    let mut form = form.map_err(|it| Problem::malformed("body", it.body_text()))?;
    let mut there: Vec<(Sheets, String)> = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|it| broken(&it, most))? {
        let name = field.name().unwrap_or_default().to_owned();
        let kind = Sheets::from_code(&name);
        let kind = kind.ok_or_else(|| {
            let words = Sheets::CODES.iter().copied();
            Problem::malformed("body", format!("`{name}` is no part of it")).allowing(words)
        })?;
        if there.iter().any(|it| it.0 == kind) {
            return Err(Problem::malformed(&name, "is there twice"));
        }
        let body = field.map(|it| it.map_err(|it| broken(&it, most)));
        let hash = written(&folder.join(kind.code()), body, most).await?;
        there.push((kind, hash));
    }
    there.sort();
    let has = |kind| there.iter().any(|it| it.0 == kind);
    if there.is_empty() {
        return Err(Problem::malformed("body", "has no file"));
    }
    if has(Sheets::Items) && !has(Sheets::Orders) {
        return Err(no_orders());
    }
    let hash: Vec<String> = there.iter().map(|(kind, hash)| format!("{kind} {hash}")).collect();
    Ok((there.into_iter().map(|it| it.0).collect(), hash.join(" ")))
}

fn no_kind() -> Problem {
    let words = [Sheets::Orders, Sheets::Refunds, Sheets::Tracks].map(kernel::Choice::code);
    Problem::malformed("kind", "say what the rows of the file are").allowing(words)
}

fn no_orders() -> Problem {
    Problem::malformed("items", "come with `orders`: send a form with both")
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| it.trim_start().to_ascii_lowercase().starts_with("multipart/"))
}

/// Writes a file, durably; its hash.
async fn written(
    path: &Path,
    body: impl Stream<Item = Result<Bytes, Problem>>,
    most: u64,
) -> Result<String, Problem> {
    let failed = |error: std::io::Error| disk_failed(&error);
    let mut file = tokio::fs::File::create_new(path).await.map_err(failed)?;
    let (mut hash, mut n_bytes) = (Sha256::new(), 0_u64);
    let mut body = std::pin::pin!(body);
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        n_bytes = n_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if most < n_bytes {
            return Err(too_large(most));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    if n_bytes == 0 {
        return Err(Problem::malformed("body", "is empty"));
    }
    file.sync_all().await.map_err(failed)?;
    Ok(URL_SAFE_NO_PAD.encode(hash.finalize()))
}

fn broken(error: &MultipartError, most: u64) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large(most) } else { broke_off() }
}

fn broke_off() -> Problem {
    let detail = Said::new(
        "上传中断，没有保存；请重新上传",
        "the upload broke off and nothing was kept; send it again",
    );
    Problem::new(StatusCode::BAD_REQUEST, "upload-broke-off", detail).at("body")
}

/// Read which rows of an import were not taken, and why
///
/// CSV: file, line, column, value and reason. Empty until the job is over. At most 20,000 lines.
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/imports/{job}/rejected",
    operation_id = "readRejectedRows",
    tag = "jobs",
    params(ShopPath, ("job" = String, Path, description = "The job.")),
    responses((status = 200, body = Binary, content_type = "text/csv")),
)]
pub(crate) async fn read_rejected(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    language: InLanguage,
    job: Named<String>,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::Import).await?;
    let read = found(&app, &caller, &path.shop, job.0).await?;
    if !matches!(read.job.work, Work::Import { .. }) {
        return Err(Problem::not_found());
    }
    let (shop, id) = (path.shop.clone(), read.id.clone());
    let bytes = app
        .run(move |app| {
            let table = app.job_lines(&shop, &id, language.0)?;
            let mut bytes = Vec::new();
            intake::out::write_csv(&table, &mut bytes).map_err(|it| Problem::internal(&it))?;
            Ok(bytes)
        })
        .await?;
    let name = format!("attachment; filename=\"rejected-{}.csv\"", read.id);
    let kind = "text/csv; charset=utf-8".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
