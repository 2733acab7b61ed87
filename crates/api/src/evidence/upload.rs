//! Uploads: as a form, or as the bytes themselves.

use ::evidence::{CaseRef, Limits, Refused, Source, Stored, TakeError, Upload};
use axum::{
    Json, RequestExt as _,
    extract::{
        FromRequest as _, Multipart, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Response},
};
use dossier::{Command, command::Actor, facts::Fact, words::Role};
use engine::Reply;
use kernel::{Choice, CommandKey, EvidenceId, ShopId};
use people::Permission;
use policy::{Language, Pack};
use serde::{Deserialize, Serialize};
use store::Wanted;
use utoipa::{IntoParams, ToSchema};

use super::{Binary, EvidenceItem};
use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, etag},
    problem::{Asked, Said},
    wire::{
        CasePath,
        codes::{FactCode, SourceCode},
    },
};

/// Longest text of a form, in bytes.
const MOST_TEXT: usize = 400;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// The name of the file, as a label for people.
    #[serde(default)]
    name: Option<String>,
    /// The fact of the case it shows, such as `photo`.
    #[serde(default)]
    shows: Option<FactCode>,
    /// Who it came from; by the caller's position if nobody says.
    #[serde(default)]
    source: Option<SourceCode>,
}

/// An upload as a form. What it shows and who it came from may be said in the address instead.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes what is read piece by piece")]
pub(crate) struct UploadForm {
    /// Before the file.
    source: Option<SourceCode>,
    shows: Option<FactCode>,
    file: Binary,
}

/// What became of an upload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Uploaded {
    evidence: EvidenceItem,
    /// Whether the case did not have it before.
    is_new: bool,
    /// Of the dossier, after it. Also the `ETag`.
    version: u64,
}

/// Add evidence to a case
///
/// The file is looked at: what it is, its bytes say. Send a form with `file`, or the bytes alone
/// with what they show in the address. After 503, 507 or a lost answer send the same again under
/// the same `Idempotency-Key`.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/evidence",
    operation_id = "uploadEvidence",
    tag = "evidence",
    params(
        CasePath,
        UploadQuery,
        ("Idempotency-Key" = String, Header, description = "Names this upload for life."),
    ),
    request_body(content(
        (UploadForm = "multipart/form-data"),
        (Binary = "application/octet-stream"),
    )),
    responses(
        (status = 200, body = Uploaded),
        (status = 507, description = "The disk is full; nothing was kept.",
            body = crate::problem::ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn upload_evidence(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    key: IdempotencyKey,
    Asked(query): Asked<UploadQuery>,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(&app, &path.shop, Permission::AttachEvidence).await?;
    let sender = Sender {
        actor: caller.actor(&path.shop, Permission::AttachEvidence)?,
        key: key.command_key(caller.name())?,
    };
    take_evidence(&app, sender, &path, query, request).await
}

/// Somebody who may add evidence to the case.
pub(crate) struct Sender {
    pub(crate) actor: Actor,
    pub(crate) key: CommandKey,
}

/// Keeps an upload and tells the case of it. That the sender may do so is the caller's to know.
pub(crate) async fn take_evidence(
    app: &App,
    sender: Sender,
    path: &CasePath,
    query: UploadQuery,
    request: Request,
) -> Result<Response, Problem> {
    let labels = Labels::of(query, sender.actor.role);
    let limits = prepared(app, &sender, path, labels.shows).await?;
    let to = destination(app, &path.shop, path.case_ref(), &sender.actor, limits);
    let (stored, labels) = receive(app, to, labels, request).await?;
    let shows = labels.shows.ok_or_else(|| {
        Problem::malformed("shows", "say what it shows, before or after the file")
    })?;
    let evidence = stored.evidence.hash.id().map_err(|error| Problem::internal(&error))?;
    let request = attaching(&sender, path, evidence, shows);
    let Reply { version, repeated, .. } = app.carry_out(request, None).await?;
    let body = Uploaded {
        evidence: EvidenceItem::of(&stored.evidence, vec![shows]),
        is_new: stored.is_new,
        version: version.0,
    };
    let tag = AppendHeaders([(header::ETAG, etag(version))]);
    let mut response = (tag, Json(body)).into_response();
    if repeated {
        let name = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(name, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The limits of the case's pack. Whatever would be refused of a file of any kind is refused before
/// it is sent.
async fn prepared(
    app: &App,
    sender: &Sender,
    path: &CasePath,
    shows: Option<Fact>,
) -> Result<Limits, Problem> {
    let placeholder = EvidenceId::lossy("-");
    let trial = shows.map(|it| attaching(sender, path, placeholder, it));
    let (path, command) = (path.clone(), sender.key.clone());
    app.run(move |app| {
        let known = app.read(&path.dossier())?;
        known.case(&path)?;
        let wanted = Wanted { dossier: path.dossier(), command };
        let loaded = app.database().load(&[wanted])?;
        let is_repeat = loaded.iter().any(|it| it.answered.is_some());
        if let Some(trial) = trial.filter(|_| !is_repeat) {
            app.engine().preview(&trial)?;
        }
        Ok(limits(&known.pack))
    })
    .await
}

fn attaching(
    sender: &Sender,
    path: &CasePath,
    evidence: EvidenceId,
    shows: Fact,
) -> engine::Request {
    engine::Request {
        key: sender.key.clone(),
        actor: sender.actor.clone(),
        dossier: path.dossier(),
        command: Command::AttachEvidence { case: path.case.clone(), evidence, shows },
        pack: String::new(),
    }
}

/// What a pack says; what it leaves unsaid is as usual.
pub(crate) fn limits(pack: &Pack) -> Limits {
    let usual = Limits::default();
    let kilobytes = |name: &str, usual: u64| {
        pack.count(name).map_or(usual, |it| u64::from(it).saturating_mul(1024))
    };
    Limits {
        photo_bytes: kilobytes("evidence-photo-kilobytes", usual.photo_bytes),
        video_bytes: kilobytes("evidence-video-kilobytes", usual.video_bytes),
        document_bytes: kilobytes("evidence-document-kilobytes", usual.document_bytes),
        per_case: pack
            .count("evidence-per-case")
            .map_or(usual.per_case, |it| usize::try_from(it).unwrap_or(usual.per_case)),
        ..usual
    }
}

/// What is said about a file.
#[derive(Clone, Debug)]
pub(crate) struct Labels {
    name: String,
    source: Source,
    pub(crate) shows: Option<Fact>,
    /// A buyer sends for nobody else.
    is_fixed: bool,
}

impl Labels {
    pub(crate) fn of(query: UploadQuery, role: Role) -> Self {
        let (own, is_fixed) = (source_of(role), role == Role::Buyer);
        let said = query.source.map(|it| it.0).filter(|_| !is_fixed);
        Self {
            name: query.name.unwrap_or_default(),
            source: said.unwrap_or(own),
            shows: query.shows.map(|it| it.0),
            is_fixed,
        }
    }

    fn take_over(&mut self, name: &str, text: &str, is_sent: bool) -> Result<(), Problem> {
        match name {
            "shows" => self.shows = Some(code("shows", text)?),
            "source" if is_sent => {
                return Err(Problem::malformed("source", "comes before the file"));
            }
            "source" if self.is_fixed => {}
            "source" => self.source = code("source", text)?,
            _ => return Err(Problem::malformed(name, "is no part of this form")),
        }
        Ok(())
    }
}

fn code<T: Choice>(field: &str, text: &str) -> Result<T, Problem> {
    T::from_code(text.trim()).ok_or_else(|| {
        let why = format!("`{text}` is not one of: {}", T::CODES.join(", "));
        Problem::malformed(field, why).allowing(T::CODES.iter().copied())
    })
}

/// Whose evidence it is if nobody says.
fn source_of(role: Role) -> Source {
    match role {
        Role::Buyer => Source::Buyer,
        Role::Warehouse | Role::Inspector | Role::Shipping | Role::QualityControl => {
            Source::Warehouse
        }
        Role::CourierContact => Source::Courier,
        Role::PreSale
        | Role::Agent
        | Role::Veteran
        | Role::DifficultCaseAgent
        | Role::ComplaintAgent
        | Role::Specialist
        | Role::Leader
        | Role::StoreManager
        | Role::Supervisor
        | Role::Logistics
        | Role::Operations
        | Role::Finance
        | Role::System
        | Role::Marketplace => Source::Agent,
    }
}

/// An upload that is to come.
pub(crate) fn destination(
    app: &App,
    shop: &ShopId,
    case: CaseRef,
    by: &Actor,
    limits: Limits,
) -> Upload {
    Upload {
        shop: shop.clone(),
        case,
        by: by.id.clone(),
        source: source_of(by.role),
        name: String::new(),
        limits,
        zone: app.settings().zone,
    }
}

/// Keeps the file of a request, and gives what was said about it.
pub(crate) async fn receive(
    app: &App,
    to: Upload,
    mut labels: Labels,
    request: Request,
) -> Result<(Stored, Labels), Problem> {
    let named =
        |labels: &Labels| Upload { source: labels.source, name: labels.name.clone(), ..to.clone() };
    if !is_form(&request) {
        let body = request.with_limited_body().into_body().into_data_stream();
        let stored = app.evidence().take(named(&labels), body).await.map_err(not_taken)?;
        return Ok((stored, labels));
    }
    let form = Multipart::from_request(request, app).await;
    let mut form = form.map_err(|it| Problem::malformed("body", it.body_text()))?;
    let mut stored = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" && stored.is_none() {
            if labels.name.is_empty() {
                field.file_name().unwrap_or_default().clone_into(&mut labels.name);
            }
            let taken = app.evidence().take(named(&labels), field).await;
            stored = Some(taken.map_err(not_taken)?);
        } else {
            let text = short_text(&name, field).await?;
            labels.take_over(&name, &text, stored.is_some())?;
        }
    }
    let stored = stored.ok_or_else(|| Problem::malformed("file", "is missing"))?;
    Ok((stored, labels))
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| it.trim_start().to_ascii_lowercase().starts_with("multipart/"))
}

async fn short_text(name: &str, mut field: Field<'_>) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if MOST_TEXT < bytes.len() {
            return Err(Problem::malformed(name, format!("has more than {MOST_TEXT} bytes")));
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::malformed(name, "is not UTF-8"))
}

#[expect(clippy::needless_pass_by_value, reason = "it is for `map_err`")]
fn broken(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broke_off() }
}

fn too_large() -> Problem {
    let detail = Said::new("上传的内容太大", "the request is too large");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "evidence-too-large", detail).at("file")
}

fn broke_off() -> Problem {
    let detail = Said::new(
        "上传中断，没有保存；请重新上传",
        "the upload broke off and nothing was kept; send it again",
    );
    Problem::new(StatusCode::BAD_REQUEST, "upload-broke-off", detail).at("file")
}

pub(crate) fn not_taken(error: TakeError) -> Problem {
    match error {
        TakeError::Refused(refused) => refused_upload(&refused),
        TakeError::BrokeOff(source) => {
            tracing::debug!(%source, "an upload broke off");
            let is_too_large = source
                .downcast_ref::<MultipartError>()
                .is_some_and(|it| it.status() == StatusCode::PAYLOAD_TOO_LARGE);
            if is_too_large { too_large() } else { broke_off() }
        }
        TakeError::Failed(failure) => failure.into(),
    }
}

fn refused_upload(refused: &Refused) -> Problem {
    let (status, code) = match refused {
        Refused::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "evidence-empty"),
        Refused::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "evidence-too-large"),
        Refused::TooMany { .. } => (StatusCode::CONFLICT, "evidence-too-many"),
        Refused::Unsupported { .. } => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "evidence-unsupported"),
        Refused::Truncated { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "evidence-truncated"),
        Refused::Unreadable { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "evidence-unreadable"),
        Refused::Dangerous { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "evidence-dangerous"),
        Refused::TooManyPixels { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "evidence-too-many-pixels")
        }
        Refused::UnpacksTooLarge { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "evidence-unpacks-too-large")
        }
    };
    let detail = Said::new(refused.said(Language::Zh), refused.said(Language::En));
    Problem::new(status, code, detail).at("file")
}
