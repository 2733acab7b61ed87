//! One attempt over HTTP.

use std::{error::Error, sync::Arc, time::Duration};

use kernel::{Span, Timestamp};
use reqwest::{
    Client, Response,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP};
use tokio::time::Instant;

use crate::{
    Attempt, Delivery, Fault, Refusal, Secret, TargetError,
    resolve::{Guard, LookUpError},
    schedule,
    target::Target,
};

const USER_AGENT: &str = concat!("Guitu-Webhooks/", env!("CARGO_PKG_VERSION"));
/// What is read of an answer, in bytes.
const MOST_READ: usize = 64 * 1_024;
/// What is kept of it.
const MOST_KEPT: usize = 1_024;
const MOST_DETAIL: usize = 300;

/// How much of everything an attempt may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Until there is a connection, looking up the name and TLS included.
    pub connect: Duration,
    /// For the whole attempt.
    pub total: Duration,
    /// Endpoints that are sent to at the same time. Failing ones get at most half of these.
    pub lanes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15), lanes: 64 }
    }
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) attempt: Attempt,
    /// How long the receiver asks us to wait.
    pub(crate) retry_after: Option<Span>,
}

impl Answer {
    /// The receiver says that it is gone for good.
    pub(crate) fn is_gone(&self) -> bool {
        self.attempt.status == Some(410)
    }

    /// Of an attempt that did not come to a connection.
    pub(crate) fn without_sending(at: Timestamp, fault: Fault, detail: &dyn Error) -> Self {
        let attempt = Attempt {
            at,
            took_ms: 0,
            status: None,
            fault: Some(fault),
            detail: chain(detail),
            answer: String::new(),
        };
        Self { attempt, retry_after: None }
    }
}

/// A client that connects to what the guard has checked.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    client: Client,
    guard: Guard,
}

impl Sender {
    pub(crate) fn new(guard: Guard, limits: Limits) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .dns_resolver(Arc::new(guard.clone()))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            // A connection that is used again is to an address that was checked another time.
            .pool_max_idle_per_host(0)
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { client, guard })
    }

    /// Sends the delivery, signed with each of `secrets`, as of `now`.
    pub(crate) async fn send(
        &self,
        url: &str,
        delivery: &Delivery,
        secrets: &[Secret],
        now: Timestamp,
    ) -> Answer {
        // The rules may have become stricter, and an address needs no resolver to be checked.
        let target = match Target::parse(url, &self.guard.rules) {
            Ok(target) => target,
            Err(error @ (TargetError::Address(_) | TargetError::InsideName(_))) => {
                return Answer::without_sending(now, Fault::Address, &error);
            }
            Err(error) => return Answer::without_sending(now, Fault::Url, &error),
        };
        let headers = match headers(delivery, secrets, now) {
            Ok(headers) => headers,
            Err(error) => return Answer::without_sending(now, Fault::Secret, &error),
        };
        let began = Instant::now();
        let request = self.client.post(target.url().clone()).headers(headers);
        let mut answer = match request.body(delivery.payload.clone()).send().await {
            Ok(response) => heard(response, now).await,
            Err(error) => Answer::without_sending(now, fault_of(&error), &error.without_url()),
        };
        let took = began.elapsed().as_millis();
        answer.attempt.took_ms = u64::try_from(took).unwrap_or(u64::MAX);
        answer
    }
}

/// A header that no value fits into, or no secret to sign with.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be signed")]
struct Unsigned;

fn headers(delivery: &Delivery, secrets: &[Secret], now: Timestamp) -> Result<HeaderMap, Unsigned> {
    let (id, at) = (delivery.message.as_str(), now.epoch_seconds());
    let sign = |it: &Secret| it.sign(id, at, &delivery.payload);
    let signatures: Option<Vec<String>> = secrets.iter().map(sign).collect();
    let signatures = signatures.filter(|it| !it.is_empty()).ok_or(Unsigned)?;
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| Unsigned);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(HEADER_WEBHOOK_ID, value(id)?);
    headers.insert(HEADER_WEBHOOK_TIMESTAMP, value(&at.to_string())?);
    headers.insert(HEADER_WEBHOOK_SIGNATURE, value(&signatures.join(" "))?);
    Ok(headers)
}

/// The status decides. A body that breaks off says nothing about what the receiver has done.
async fn heard(mut response: Response, now: Timestamp) -> Answer {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|it| it.to_str().ok());
    let retry_after = retry_after.and_then(|it| schedule::retry_after(it, now));
    let mut body: Vec<u8> = Vec::new();
    let mut n_read = 0_usize;
    while let Ok(Some(chunk)) = response.chunk().await {
        n_read = n_read.saturating_add(chunk.len());
        let room = MOST_KEPT.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if MOST_READ <= n_read {
            break;
        }
    }
    let fault = (!status.is_success()).then_some(Fault::Status);
    let detail = fault.map(|_| format!("the receiver answered {status}")).unwrap_or_default();
    let attempt = Attempt {
        at: now,
        took_ms: 0,
        status: Some(status.as_u16()),
        fault,
        detail,
        answer: legible(&String::from_utf8_lossy(&body), MOST_KEPT),
    };
    Answer { attempt, retry_after: retry_after.filter(|_| fault.is_some()) }
}

fn fault_of(error: &reqwest::Error) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(found) = cause {
        if found.is::<Refusal>() {
            return Fault::Address;
        }
        if found.is::<LookUpError>() {
            return Fault::Name;
        }
        cause = found.source();
    }
    if error.is_timeout() { Fault::Timeout } else { Fault::Connection }
}

/// The error and its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        let more = found.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = found.source();
    }
    legible(&text, MOST_DETAIL)
}

/// At most `most` bytes, whole letters, with control characters and marks that turn the direction
/// of writing replaced: it is shown to people and written to logs.
fn legible(text: &str, most: usize) -> String {
    let mut legible = String::new();
    for letter in text.chars() {
        let is_harmless = !letter.is_control()
            && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            && !matches!(letter, '\u{2066}'..='\u{2069}' | '\u{feff}');
        let letter = if is_harmless { letter } else { '\u{fffd}' };
        if most < legible.len().saturating_add(letter.len_utf8()) {
            break;
        }
        legible.push(letter);
    }
    legible
}
