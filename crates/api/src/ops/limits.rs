//! How often, and how long.

use std::{
    fmt,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use sha2::{Digest as _, Sha256};

use crate::{
    ops::{ClientAddress, Limits, Operations, Rate},
    problem::{Problem, Said},
};

/// Who has asked how often.
#[derive(Debug)]
pub(crate) struct Rates {
    addresses: Limiter<IpAddr>,
    /// By the hash of what the caller calls its key: it is not known yet whether it is one.
    keys: Limiter<[u8; 16]>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { addresses: Limiter::new(limits.per_address), keys: Limiter::new(limits.per_key) }
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    states: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// After so many requests whoever was not heard of lately is forgotten, so that memory is
    /// bounded by the callers of a while.
    const FORGET_AFTER: u32 = 16_384;

    fn new(rate: Rate) -> Self {
        let per_second = NonZeroU32::new(rate.per_second);
        let states = per_second.map(|per_second| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(per_second);
            RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))
        });
        Self { states, clock: DefaultClock::default(), asked: AtomicU32::new(0) }
    }

    /// Seconds to wait, at least one, if it is too often.
    fn ask(&self, who: &K) -> Result<(), u32> {
        let Some(states) = &self.states else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(Self::FORGET_AFTER) {
            states.retain_recent();
        }
        states.check_key(who).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}

impl<K: Hash + Eq + Clone> fmt::Debug for Limiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").finish_non_exhaustive()
    }
}

/// Turns away who asks too often, by address and by key.
pub(crate) async fn at_the_rate(
    State(operations): State<Operations>,
    request: Request,
    next: Next,
) -> Response {
    let rates = &operations.0.rates;
    if let Some(client) = request.extensions().get::<ClientAddress>()
        && let Err(seconds) = rates.addresses.ask(&client.neighborhood())
    {
        return too_often("address", seconds);
    }
    if let Some(key) = key_of(request.headers())
        && let Err(seconds) = rates.keys.ask(&key)
    {
        return too_often("key", seconds);
    }
    next.run(request).await
}

fn key_of(headers: &HeaderMap) -> Option<[u8; 16]> {
    let key = headers.get(header::AUTHORIZATION)?;
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    hash.first_chunk().copied()
}

fn too_often(by: &'static str, seconds: u32) -> Response {
    metrics::counter!("guitu_rate_limited_total", "by" => by).increment(1);
    let detail = Said::new(
        format!("请求过于频繁，请在{seconds}秒后重试；这次什么都没有做"),
        format!("these are too many requests; nothing was done, try again in {seconds} s"),
    );
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail)
        .after_seconds(seconds)
        .into_response()
}

/// Gives an answer when there is none in time. What was begun goes on.
pub(crate) async fn in_time(
    State(operations): State<Operations>,
    request: Request,
    next: Next,
) -> Response {
    let limits = &operations.settings().limits;
    let limit = if is_upload(request.headers()) { limits.upload } else { limits.request };
    if let Ok(response) = tokio::time::timeout(limit, next.run(request)).await {
        return response;
    }
    let detail = Said::new(
        "处理超时，结果未知；请用同一个 Idempotency-Key 重试",
        "it took too long, and what became of it is not known; try again under the same \
         Idempotency-Key",
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail)
        .after_seconds(1)
        .into_response()
}

fn is_upload(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    kind.is_some_and(|it| !it.trim_start().to_ascii_lowercase().starts_with("application/json"))
}
