//! Each request gets a name, a line in the log and its place in the figures.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::ops::{ClientAddress, Operations};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who a request turned out to come from, for its line in the log: an extension of the request,
/// filled by whoever finds that out.
#[derive(Clone, Debug, Default)]
pub struct Asking(Arc<OnceLock<String>>);

impl Asking {
    /// An id, never a name. What was said first stands.
    pub fn is(&self, id: &str) {
        let _ = self.0.set(id.to_owned());
    }
}

/// The request's name: an extension of the request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RequestId(pub(crate) String);

pub(crate) async fn observed(
    State(operations): State<Operations>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let id = named(&parts.headers);
    let client = ClientAddress::of(&parts, &operations.settings().trusted);
    let asking = Asking::default();
    parts.extensions.insert(client);
    parts.extensions.insert(RequestId(id.clone()));
    parts.extensions.insert(asking.clone());
    let method = method_of(&parts.method);
    let route = parts.extensions.get::<MatchedPath>();
    let route = route.map_or_else(|| "none".to_owned(), |it| it.as_str().to_owned());

    let span = tracing::info_span!(
        "request",
        id,
        method,
        route,
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.response.status_code = tracing::field::Empty,
    );
    let in_flight = InFlight::new();
    let began = Instant::now();
    let mut response = next.run(Request::from_parts(parts, body)).instrument(span.clone()).await;
    let took = began.elapsed();
    drop(in_flight);

    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    // How the service is asked how it is fills no log.
    if is_probe(&route) {
        tracing::debug!(target: "request", id, method, route, status, ms = millis(took));
    } else {
        let caller = asking.0.get().map_or("", String::as_str);
        tracing::info!(target: "request", id, method, route, status, ms = millis(took), caller);
    }
    let labels = [("method", method.to_owned()), ("route", route)];
    metrics::histogram!("guitu_request_seconds", &labels).record(took.as_secs_f64());
    let [method, route] = labels;
    let labels = [method, route, ("status", status.to_string())];
    metrics::counter!("guitu_requests_total", &labels).increment(1);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

/// To a tenth.
#[expect(clippy::float_arithmetic, reason = "nothing is computed with it")]
fn millis(took: std::time::Duration) -> f64 {
    let tenths = u32::try_from(took.as_micros().div_euclid(100)).unwrap_or(u32::MAX);
    f64::from(tenths) * 0.1
}

/// A caller may call a method anything; a label may not be anything.
fn method_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

/// The name the caller gave it, if that is one; else one of our own.
fn named(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|it| it.to_str().ok());
    match given.filter(|it| is_sane(it)) {
        Some(given) => given.to_owned(),
        None => made_up(),
    }
}

fn is_sane(name: &str) -> bool {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    (1..=64).contains(&name.len()) && name.bytes().all(is_plain)
}

fn made_up() -> String {
    // A name that is not there is better than no answer.
    let number = getrandom::u64().unwrap_or_default();
    format!("{number:016x}")
}

/// Counts a request until it is answered, or its caller is gone.
struct InFlight;

impl InFlight {
    fn new() -> Self {
        metrics::gauge!("guitu_requests_in_flight").increment(1);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        metrics::gauge!("guitu_requests_in_flight").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_name_for_a_request_is_taken_if_it_is_one() {
        let named = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, text.parse().unwrap());
            super::named(&headers)
        };
        assert_eq!(named("erp-2026.11_1"), "erp-2026.11_1");
        for bad in ["", "a b", "<script>", "a\tb", &"x".repeat(65)] {
            let made_up = named(bad);
            assert_eq!(made_up.len(), 16, "{made_up}");
            assert_ne!(made_up, bad);
        }
    }
}
