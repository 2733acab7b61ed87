//! Writes that do not go through the engine, each done once under its `Idempotency-Key`.
//!
//! A request claims its key, does its work and leaves its answer there; a repeat is given that
//! answer. Two requests under one key never work at the same time. A request that was refused
//! leaves nothing, and may be tried again.
//!
//! **Limit:** what a process did that died between its work and its answer is done again when it
//! is asked for again, after [`ABANDONED`]; the work itself says then what was there already.
//!
//! **Invariant:** nothing secret is kept: an answer that shows a secret is kept without it.

use std::collections::BTreeSet;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use store::{Draft, RecordChange, RecordKey, RecordPage, Records, Version};

use crate::{
    App, Problem,
    caller::Caller,
    headers::IdempotencyKey,
    problem::{Said, idempotency_key_reused},
};

/// Of records whose rank is the second from which they may be swept away.
pub(crate) const KIND: &str = "once";
/// How long an answer is kept.
const KEPT: Span = Span::days(7);
/// A claim without an answer after this long is of a process that died.
const ABANDONED: Span = Span::minutes(2);

/// What a write answers.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    status: StatusCode,
    body: Option<Value>,
    /// In place of `body` when the request is repeated.
    kept: Option<Value>,
    repeated: bool,
}

impl Given {
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::of(StatusCode::OK, Some(plain(body)))
    }

    pub(crate) fn created(body: &impl Serialize) -> Self {
        Self::of(StatusCode::CREATED, Some(plain(body)))
    }

    /// 204
    pub(crate) fn nothing() -> Self {
        Self::of(StatusCode::NO_CONTENT, None)
    }

    /// What is kept for repeats, where the answer itself shows a secret.
    pub(crate) fn keeping(self, body: &impl Serialize) -> Self {
        Self { kept: Some(plain(body)), ..self }
    }

    fn of(status: StatusCode, body: Option<Value>) -> Self {
        Self { status, body, kept: None, repeated: false }
    }
}

fn plain(body: &impl Serialize) -> Value {
    serde_json::to_value(body).unwrap_or_default()
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => (self.status, Json(body)).into_response(),
            None => self.status.into_response(),
        };
        if self.repeated {
            let name = HeaderName::from_static("idempotency-replayed");
            response.headers_mut().insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    /// SHA-256 of what was asked.
    asked: String,
    claimed_at: i64,
    /// None while the work is being done.
    answer: Option<Kept>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Option<Value>,
}

/// Whose turn it is.
enum Claim {
    Ours(Version),
    Done(Given),
}

struct Asked {
    key: RecordKey,
    asked: String,
}

impl App {
    /// Does `work`, or gives the answer it gave under the caller's key before. `asked` is all that
    /// tells one request from another, without what is secret.
    pub(crate) async fn once(
        &self,
        caller: &Caller,
        key: &IdempotencyKey,
        asked: &impl Serialize,
        work: impl FnOnce(&Self) -> Result<Given, Problem> + Send + 'static,
    ) -> Result<Given, Problem> {
        let digest = sha256(&plain(asked).to_string());
        let key = RecordKey::of_all(KIND, key.digest(caller.name()));
        let asked = Asked { key, asked: digest };
        self.run(move |app| {
            let version = match app.claim(&asked)? {
                Claim::Ours(version) => version,
                Claim::Done(given) => return Ok(given),
            };
            match work(app) {
                Ok(given) => {
                    app.leave(&asked, version, &given)?;
                    Ok(given)
                }
                Err(problem) => {
                    let key = asked.key.clone();
                    let dropped = RecordChange::Drop { key, expected: Some(version) };
                    if let Err(error) = app.database().write_records(&[dropped]) {
                        tracing::warn!(%error, "a claim stays until it is abandoned");
                    }
                    Err(problem)
                }
            }
        })
        .await
    }

    fn claim(&self, asked: &Asked) -> Result<Claim, Problem> {
        let now = self.now();
        let found = self.database().records(std::slice::from_ref(&asked.key))?;
        let (version, answered) = match found.into_iter().flatten().next() {
            None => (Version(0), None),
            Some(it) if it.draft.rank <= now.epoch_seconds() => (it.version, None),
            Some(it) => {
                let body: Body = serde_json::from_str(&it.draft.body)
                    .map_err(|error| Problem::internal(&error))?;
                (it.version, Some(body))
            }
        };
        if let Some(body) = answered {
            if body.asked != asked.asked {
                return Err(idempotency_key_reused());
            }
            let since = Timestamp::from_epoch_seconds(body.claimed_at);
            match body.answer {
                Some(answer) => return Ok(Claim::Done(answer.given()?)),
                None if now < since.plus(ABANDONED) => return Err(in_progress()),
                None => {}
            }
        }
        let body =
            Body { asked: asked.asked.clone(), claimed_at: now.epoch_seconds(), answer: None };
        if self.database().write_records(&[self.put(asked, version, &body)])? {
            return Ok(Claim::Ours(Version(version.0.saturating_add(1))));
        }
        Err(in_progress())
    }

    /// Leaves the answer for repeats.
    fn leave(&self, asked: &Asked, version: Version, given: &Given) -> Result<(), Problem> {
        let body = given.kept.clone().or_else(|| given.body.clone());
        let answer = Some(Kept { status: given.status.as_u16(), body });
        let claimed_at = self.now().epoch_seconds();
        let body = Body { asked: asked.asked.clone(), claimed_at, answer };
        // If somebody thought the claim abandoned, theirs is the answer that is kept.
        self.database().write_records(&[self.put(asked, version, &body)])?;
        Ok(())
    }

    fn put(&self, asked: &Asked, version: Version, body: &Body) -> RecordChange {
        let draft = Draft {
            key: asked.key.clone(),
            rank: self.now().plus(KEPT).epoch_seconds(),
            marks: BTreeSet::new(),
            body: plain(body).to_string(),
        };
        RecordChange::Put { draft, expected: Some(version) }
    }

    /// Drops at most `limit` answers that are too old to be given again, and says how many.
    pub fn sweep_once(&self, limit: usize) -> Result<usize, store::StoreError> {
        let mut page = RecordPage::of(KIND, "", limit);
        page.most = self.now().epoch_seconds();
        let database: &dyn Records = &**self.database();
        let mut n_dropped = 0_usize;
        for record in database.list_records(&page)? {
            let expected = Some(record.version);
            let dropped = RecordChange::Drop { key: record.draft.key, expected };
            if database.write_records(&[dropped])? {
                n_dropped = n_dropped.saturating_add(1);
            }
        }
        Ok(n_dropped)
    }
}

impl Kept {
    fn given(self) -> Result<Given, Problem> {
        let status =
            StatusCode::from_u16(self.status).map_err(|error| Problem::internal(&error))?;
        Ok(Given { status, body: self.body, kept: None, repeated: true })
    }
}

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

fn in_progress() -> Problem {
    let detail = Said::new(
        "使用这个 Idempotency-Key 的请求还在处理，请稍后再试",
        "a request under this `Idempotency-Key` is still being worked on; ask again in a moment",
    );
    Problem::new(StatusCode::CONFLICT, "in-progress", detail).after_seconds(2)
}
