//! Lists out: what is wanted, and the file when it is there.

use axum::{
    extract::State as Shared,
    http::header,
    response::{IntoResponse as _, Response},
};
use kernel::{Choice as _, ShopId};
use people::Permission;
use policy::Language;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Format, FormatCode, List, ListCode, State, accepted, exporting, found,
    record::{Filter, Wanted, Work, folder, name, remove_folder},
};
use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    evidence::Binary,
    headers::{IdempotencyKey, InLanguage},
    problem::Input,
    wire::{Code, Moment, ShopPath, codes::RoleCode},
};

/// What is to be exported.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportBody {
    list: ListCode,
    #[serde(default = "workbook")]
    format: FormatCode,
    /// Of cases: only open ones, or only closed ones; both if it is not given.
    #[serde(default)]
    open: Option<bool>,
    /// Of cases: only those in this status.
    #[serde(default)]
    #[schema(max_length = 60)]
    status: Option<String>,
    /// Of tasks: only those owed by this role.
    #[serde(default)]
    role: Option<RoleCode>,
    /// Not before: when a case was opened, a task is due, an entry was posted or noted.
    #[serde(default)]
    from: Option<Moment>,
    /// Before.
    #[serde(default)]
    to: Option<Moment>,
}

fn workbook() -> FormatCode {
    Code(Format::Xlsx)
}

impl ExportBody {
    fn filter(&self) -> Result<Filter, Problem> {
        let only_of = |field: &str, list: List| {
            if self.list.0 == list {
                return Ok(());
            }
            Err(Problem::malformed(field, format!("is a filter of {list}, not of {}", self.list.0)))
        };
        if self.open.is_some() {
            only_of("open", List::Cases)?;
        }
        if self.status.is_some() {
            only_of("status", List::Cases)?;
        }
        if self.role.is_some() {
            only_of("role", List::Tasks)?;
        }
        Ok(Filter {
            open: self.open,
            status: self.status.clone(),
            role: self.role.map(|it| it.0.code().to_owned()),
            from: self.from.map(|it| it.0.epoch_seconds()),
            to: self.to.map(|it| it.0.epoch_seconds()),
        })
    }
}

/// What somebody needs who exports a list, or fetches one.
pub(super) fn needs(list: List) -> &'static [Permission] {
    match list {
        List::Cases | List::Tasks => &[Permission::Export, Permission::ReadCases],
        List::Entries => &[Permission::Export, Permission::ReadLedger],
        List::Audit => &[Permission::Export, Permission::ReadAudit],
    }
}

pub(super) async fn require(
    app: &App,
    caller: &Caller,
    shop: &ShopId,
    list: List,
) -> Result<(), Problem> {
    for permission in needs(list) {
        caller.require(app, shop, *permission).await?;
    }
    Ok(())
}

/// Export a list
///
/// A workbook or CSV, made in the background and kept for a day. No cell becomes a formula. Nothing
/// personal is in it: buyers have the name that stands for them. Every export is in the audit
/// trail.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/exports",
    operation_id = "createExport",
    tag = "jobs",
    params(
        ShopPath,
        ("Idempotency-Key" = String, Header, description = "Names this job for life."),
    ),
    request_body = ExportBody,
    responses(
        (status = 202, description = "`Location` says where its progress is read.",
            body = super::JobView),
        (status = 507, description = "The disk is full; nothing was kept.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create_export(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    key: IdempotencyKey,
    language: InLanguage,
    Input(body): Input<ExportBody>,
) -> Result<Response, Problem> {
    require(&app, &caller, &path.shop, body.list.0).await?;
    let filter = body.filter()?;
    let id = name(&key, caller.name(), &path.shop);
    let about = (Permission::Export.to_string(), format!("{}, job {id}", body.list.0));
    app.note(caller.note(&path.shop, about, None, None)).await?;
    let asked = serde_json::to_string(&body).map_err(|error| Problem::internal(&error))?;
    let in_english = language.0 == Language::En;
    let (list, format) = (body.list, body.format);
    let wanted = Wanted {
        work: Work::Export { list, format, filter, in_english },
        by: caller.name().to_owned(),
        asked,
        folder: format!("{id}.out"),
    };
    let shop = path.shop.clone();
    let made = app.run(move |app| {
        let place = wanted.folder.clone();
        std::fs::create_dir_all(folder(app, &place)).map_err(|it| super::disk_failed(&it))?;
        let made = app.make_job(&shop, &id, wanted);
        if made.is_err() && app.job(&shop, &id)?.is_none() {
            remove_folder(app, &place);
        }
        made
    });
    Ok(accepted(&path.shop, made.await?, language))
}

/// Fetch the file of an export
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/exports/{job}/file",
    operation_id = "readExport",
    tag = "jobs",
    params(ShopPath, ("job" = String, Path, description = "The job.")),
    responses((status = 200, body = Binary, content_type = "application/octet-stream")),
)]
pub(crate) async fn read_export(
    Shared(app): Shared<App>,
    caller: Caller,
    path: ShopPath,
    job: Named<String>,
) -> Result<Response, Problem> {
    let read = found(&app, &caller, &path.shop, job.0).await?;
    let Work::Export { list, format, .. } = read.job.work else {
        return Err(Problem::not_found());
    };
    if read.job.state.0 != State::Done || read.job.is_swept {
        return Err(Problem::not_found());
    }
    let about = (Permission::Export.to_string(), format!("{}, fetched, job {}", list.0, read.id));
    app.note(caller.note(&path.shop, about, None, None)).await?;
    let place = exporting::file(&app, &read.job.folder, format.0);
    let bytes = app
        .run(move |_| match std::fs::read(place) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Problem::not_found()),
            Err(error) => Err(Problem::internal(&error)),
        })
        .await?;
    let kind = match format.0 {
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let name = format!("attachment; filename=\"{}-{}.{}\"", list.0, read.id, format.0);
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}
