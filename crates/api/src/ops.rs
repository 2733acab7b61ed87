//! What stands around the handlers: limits, security headers, logs, metrics, and the addresses by
//! which whoever runs the service learns how it is.
//!
//! ```text
//! request ─▶ observed ─▶ headers, gzip ─▶ in the caller's language ─▶ panics
//!                                          handler ◀─ time ◀─ rates ◀───┘
//! ```
//!
//! **Invariant:** no log line and no label of a metric has anything of a body, a query or a path
//! but the path's template.

mod address;
mod drain;
mod gauges;
mod limits;
mod observed;
mod probes;
mod watch;

use std::{fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware,
    routing::get,
};
use ipnet::IpNet;
use kernel::ShopId;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
    set_header::SetResponseHeaderLayer,
};

pub(crate) use self::observed::RequestId;
pub use self::{
    address::{ClientAddress, Networks},
    drain::{Drain, Draining},
    observed::Asking,
    probes::Pulse,
    watch::Counted,
};
use crate::{App, Problem, ops::limits::Rates, problem};

/// How much one caller may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Requests a second in the long run. Zero: as many as it likes.
    pub per_second: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

/// What a request may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Most bytes of a body. Routes that take uploads have a limit of their own.
    pub body_bytes: usize,
    /// Until the answer begins.
    pub request: Duration,
    /// The same for a request with a body that is not JSON: an upload.
    pub upload: Duration,
    pub per_address: Rate,
    pub per_key: Rate,
}

/// What the binary knows and the handlers do not.
pub struct Settings {
    pub limits: Limits,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted: Networks,
    /// Who may read `/metrics`.
    pub metrics_for: Networks,
    /// Whether callers come by TLS, here or at a proxy.
    pub secure: bool,
    pub drain: Drain,
    /// Of the worker inside; `None` if there is none.
    pub pulse: Option<Arc<Pulse>>,
    /// Writes down all metrics that were counted.
    pub render: Box<dyn Fn() -> String + Send + Sync>,
    /// The shops there are, for figures about tasks. Blocks.
    pub shops: fn(&App) -> Vec<ShopId>,
}

/// [`Settings`] at work.
#[derive(Clone)]
pub(crate) struct Operations(Arc<Parts>);

struct Parts {
    settings: Settings,
    rates: Rates,
    gauges: gauges::Gauges,
}

/// The API with everything around it, ready to be served with the peer's address as
/// [`axum::extract::ConnectInfo`].
pub fn around(router: Router<App>, app: App, settings: Settings) -> Router {
    let secure = settings.secure;
    let body_bytes = settings.limits.body_bytes;
    let rates = Rates::new(&settings.limits);
    let operations =
        Operations(Arc::new(Parts { settings, rates, gauges: gauges::Gauges::default() }));

    let limited = router
        .layer(middleware::from_fn_with_state(operations.clone(), limits::in_time))
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(middleware::from_fn_with_state(operations.clone(), limits::at_the_rate));
    let probes = Router::new()
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
        .layer(axum::Extension(operations.clone()));
    let served = limited
        .merge(probes)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(problem::in_callers_language))
        .layer(CompressionLayer::new().gzip(true).compress_when(worth_compressing()))
        .layer(header_unless_there(header::CACHE_CONTROL, "no-store"))
        .layer(header_unless_there(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_unless_there(header::REFERRER_POLICY, "no-referrer"))
        .layer(header_unless_there(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ));
    let served = if secure {
        let lasting = "max-age=31536000; includeSubDomains";
        served.layer(header_unless_there(header::STRICT_TRANSPORT_SECURITY, lasting))
    } else {
        served
    };
    served.layer(middleware::from_fn_with_state(operations, observed::observed)).with_state(app)
}

fn header_unless_there(
    name: HeaderName,
    value: &'static str,
) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Nothing small, nothing that is compressed already, and no stream.
fn worth_compressing() -> impl Predicate {
    SizeAbove::new(1024)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("application/zip"))
}

/// A panic is a bug in one request, and stays in it.
fn panicked(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    let error = Panicked(said.unwrap_or("nothing").to_owned());
    axum::response::IntoResponse::into_response(Problem::internal(&error))
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked, saying {0}")]
struct Panicked(String);

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Operations {
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }
}

/// `10.0.0.0/8`, or one address.
pub fn network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    let text = text.trim();
    match text.parse::<std::net::IpAddr>() {
        Ok(address) => Ok(address.into()),
        Err(_) => text.parse(),
    }
}

#[cfg(test)]
mod tests;
