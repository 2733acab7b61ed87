//! What a request brings to prove who asks.

use axum::http::{HeaderMap, header};

/// The cookie of a session.
pub(crate) const SESSION_COOKIE: &str = "guitu_session";
/// The cookie of a buyer's session, which is apart from that of somebody who works here, and sent
/// to [`BUYER_PATH`] alone.
pub(crate) const BUYER_COOKIE: &str = "guitu_buyer";
pub(crate) const BUYER_PATH: &str = "/api/v1/buyer";
/// The guard that goes with a session's cookie whenever something is changed.
pub(super) const CSRF_HEADER: &str = "x-csrf-token";

/// A cookie's value, if it was sent.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// What somebody who works here is proven by.
pub(crate) fn text_of(headers: &HeaderMap) -> Option<String> {
    bearer(headers).or_else(|| cookie(headers, SESSION_COOKIE)).map(str::to_owned)
}

/// Which cookie counts at an address.
pub(super) fn cookie_of(path: &str) -> &'static str {
    let is_buyers =
        path.strip_prefix(BUYER_PATH).is_some_and(|it| it.is_empty() || it.starts_with('/'));
    if is_buyers { BUYER_COOKIE } else { SESSION_COOKIE }
}
