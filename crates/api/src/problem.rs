//! Errors as the caller sees them: RFC 9457 problem details, in the caller's language.
//!
//! **Invariant:** `type`, `code` and `status` are API, chosen here and in [`crate::refusals`] and
//! nowhere else. `title` and `detail` are prose and may change. What went wrong inside is logged,
//! never sent.

pub(crate) mod explained;

use axum::{
    body::Body,
    extract::{
        FromRequest, FromRequestParts, Request,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use policy::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::headers::language_of;

/// A sentence in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Said {
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Said {
    pub(crate) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    fn into_language(self, language: Language) -> String {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}

/// What went wrong, before it is put into the caller's language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    /// Apart, as results that may be problems are passed around by value.
    detail: Box<Said>,
    field: Option<String>,
    allowed: Vec<String>,
    retry_after: Option<u32>,
}

/// The body of every answer that is not a success (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Stable; an address of the service that explains the problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/exceeds-cap")]
    kind: String,
    /// The same for every problem of the type.
    title: String,
    status: u16,
    /// A sentence for people, about this very case.
    detail: String,
    /// Branch on this. Later versions may know more.
    #[schema(schema_with = explained::codes)]
    code: &'static str,
    /// What of the request is at fault, as a path such as `lines[0].quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What would be accepted instead: commands, or words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<String>,
}

impl Problem {
    /// `code` is one of those that [`explained`] lists, under a status that it lists.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: Said) -> Self {
        #[cfg(test)]
        assert!(
            explained::Explained::by_code(code).is_some_and(|it| it.allows(status)),
            "`{code}` under {status} is not explained in problem/explained"
        );
        Self {
            status,
            code,
            detail: Box::new(detail),
            field: None,
            allowed: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn allowing<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.allowed = words.into_iter().map(Into::into).collect();
        self
    }

    /// Come back in so many seconds.
    pub(crate) fn after_seconds(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The caller does not learn whether the thing exists and is somebody else's.
    pub(crate) fn not_found() -> Self {
        let detail = Said::new("没有找到", "there is no such thing here");
        Self::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let detail =
            Said::new("这个地址不支持这种请求方法", "this address does not take that method");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
    }

    pub(crate) fn malformed(field: &str, why: impl std::fmt::Display) -> Self {
        let detail = Said::new(format!("“{field}”填写有误：{why}"), format!("`{field}`: {why}"));
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed", detail).at(field)
    }

    pub(crate) fn busy() -> Self {
        let detail = Said::new(
            "系统繁忙，请稍后重试；这次什么都没有做",
            "too much is going on; nothing was done, try again in a moment",
        );
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).after_seconds(1)
    }

    /// `error` is for the log.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = &error, "a request failed inside");
        let detail = Said::new(
            "系统内部出错，已记录；请用同一个 Idempotency-Key 重试",
            "something failed inside and was logged; try again under the same Idempotency-Key",
        );
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Whether the same may well be done in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    /// In a language, for an answer that tells of several.
    pub(crate) fn body(self, language: Language) -> ProblemBody {
        ProblemBody {
            kind: format!("/problems/{}", self.code),
            title: title_of(self.code, language),
            status: self.status.as_u16(),
            detail: self.detail.into_language(language),
            code: self.code,
            field: self.field,
            allowed: self.allowed,
        }
    }

    fn render(self, language: Language) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, axum::Json(self.body(language))).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tag(language)));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

pub(crate) fn idempotency_key_reused() -> Problem {
    let detail = Said::new(
        "这个 Idempotency-Key 已经用于另一个不同的请求",
        "this `Idempotency-Key` was used before for another request",
    );
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "idempotency-key-reused", detail).at("Idempotency-Key")
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

fn title_of(code: &str, language: Language) -> String {
    match (explained::Explained::by_code(code), language) {
        (Some(it), Language::Zh) => it.title.0.to_owned(),
        (Some(it), Language::En) => it.title.1.to_owned(),
        (None, language) => views::names::name(code, language),
    }
}

/// Carries the problem to [`in_callers_language`], which writes it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problems of all handlers inside, and of axum itself, in the caller's language.
pub(crate) async fn in_callers_language(request: Request, next: Next) -> Response {
    let language = language_of(request.headers());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let mut written = problem.render(language);
    // What the router says beside the problem: the methods there are.
    if let Some(methods) = response.headers_mut().remove(header::ALLOW) {
        written.headers_mut().insert(header::ALLOW, methods);
    }
    written
}

/// A JSON body. Axum's own extractor answers a bad one in plain text; nothing here may.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(crate) struct Input<T>(pub(crate) T);

/// The query of the address.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Asked<T>(pub(crate) T);

impl From<JsonRejection> for Problem {
    #[expect(clippy::wildcard_enum_match_arm, reason = "axum may add to them")]
    fn from(rejection: JsonRejection) -> Self {
        let text = rejection.body_text();
        let (code, zh) = match &rejection {
            JsonRejection::MissingJsonContentType(_) => {
                ("content-type", "请求体必须是 JSON，并带 Content-Type: application/json")
            }
            JsonRejection::JsonSyntaxError(_) => ("malformed", "请求体不是有效的 JSON"),
            JsonRejection::JsonDataError(_) => ("malformed", "请求体内容有误"),
            _ => ("body", "请求体无法读取"),
        };
        let why = text.split_once("type: ").map_or(text.as_str(), |(_, why)| why);
        let detail = Said::new(format!("{zh}：{why}"), text.clone());
        let problem = Self::new(rejection.status(), code, detail);
        match why.split_once(": ") {
            Some((field, _)) if !field.is_empty() && !field.contains(' ') => problem.at(field),
            _ => problem,
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let text = rejection.body_text();
        let detail = Said::new(format!("查询参数有误：{text}"), text);
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed", detail)
    }
}
