//! The addresses by which the service says how it is: `/healthz`, `/readyz` and `/metrics`.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use axum::{
    Extension, Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{CommandKey, DossierKey, OrderNo, ShopId, Span, Timestamp};
use serde_json::json;
use store::Wanted;

use crate::{
    App,
    ops::{ClientAddress, Operations},
    problem::{Problem, Said},
};

/// When the worker inside was last heard of.
#[derive(Debug)]
pub struct Pulse {
    /// Epoch seconds.
    last: AtomicI64,
    patience: Span,
}

impl Pulse {
    /// It counts as heard of at `now`.
    pub fn new(now: Timestamp, patience: Span) -> Self {
        Self { last: AtomicI64::new(now.epoch_seconds()), patience }
    }

    pub fn heard(&self, now: Timestamp) {
        self.last.store(now.epoch_seconds(), Ordering::Relaxed);
    }

    fn beats(&self, now: Timestamp) -> bool {
        let last = Timestamp::from_epoch_seconds(self.last.load(Ordering::Relaxed));
        now <= last.plus(self.patience)
    }
}

/// The process lives.
pub(crate) async fn healthz() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// It can do its work, too.
pub(crate) async fn readyz(
    State(app): State<App>,
    Extension(operations): Extension<Operations>,
) -> Response {
    match is_ready(&app, &operations).await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(why) => {
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", why);
            problem.after_seconds(1).into_response()
        }
    }
}

/// What a database gets to answer.
const PATIENCE: Duration = Duration::from_secs(2);

async fn is_ready(app: &App, operations: &Operations) -> Result<(), Said> {
    let settings = operations.settings();
    if settings.drain.has_begun() {
        return Err(Said::new("服务正在停止", "the service is about to stop"));
    }
    if settings.pulse.as_ref().is_some_and(|it| !it.beats(app.now())) {
        let zh = "处理定时任务和退款的后台进程没有响应";
        return Err(Said::new(zh, "the worker of timers and effects was not heard of in time"));
    }
    let database = app.clone();
    let answer = tokio::task::spawn_blocking(move || answers(&database));
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(true)) => Ok(()),
        Ok(_) => Err(Said::new("数据库出错", "the database fails")),
        Err(_) => Err(Said::new("数据库没有响应", "the database does not answer")),
    }
}

/// Asks for an order that is nobody's.
fn answers(app: &App) -> bool {
    let dossier = DossierKey { shop: ShopId::lossy("ready"), order: OrderNo::lossy("ready") };
    let Ok(command) = CommandKey::new("ready") else { return false };
    match app.database().load(&[Wanted { dossier, command }]) {
        Ok(_) => true,
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the database fails");
            false
        }
    }
}

/// Figures for Prometheus, for whom the configuration lets read them. Others learn nothing.
pub(crate) async fn metrics(
    State(app): State<App>,
    Extension(operations): Extension<Operations>,
    Extension(client): Extension<ClientAddress>,
) -> Response {
    let is_allowed = operations.settings().metrics_for.contain(client.address);
    // Behind a proxy that is not in the configuration everybody comes from its address.
    if !is_allowed || client.through_unknown {
        return Problem::not_found().into_response();
    }
    let asked = operations.clone();
    let taken = tokio::task::spawn_blocking(move || {
        asked.0.gauges.take(&app, &asked);
        (asked.settings().render)()
    });
    match taken.await {
        Ok(text) => {
            let kind = "text/plain; version=0.0.4; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::internal(&error).into_response(),
    }
}
