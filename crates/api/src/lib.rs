//! The HTTP API.
//!
//! One API under everything: the browser, a buyer's phone, an ERP and a marketplace all talk to it,
//! and none has a door of its own.
//!
//! **Invariant:** handlers translate and nothing else: request to command, outcome to answer. A
//! rule found in a handler is a rule the command line, the simulator and the next handler do not
//! have.
//!
//! **Invariant:** a caller learns nothing of a shop it does not belong to: what is there and what
//! is not give the same answer.

#![expect(unused_qualifications, reason = "utoipa's macros write paths out")]

mod app;
mod caller;
mod cases;
mod commands;
mod headers;
pub mod ops;
mod orders;
mod problem;
mod refusals;
mod tasks;
mod wire;

use axum::{Router, middleware};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use crate::{
    app::{App, Settings},
    problem::Problem,
};

#[derive(OpenApi)]
#[openapi(info(
    title = "Guitu",
    version = "1",
    description = "After-sales: refunds, returns, exchanges, repairs, claims and what belongs to \
        them. Amounts are whole fen of CNY, instants RFC 3339. Every write takes an \
        `Idempotency-Key`; problems are RFC 9457 in the language of `Accept-Language`."
))]
struct Description;

/// The routes, and the document that describes them; both come from the same list.
pub fn router() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(orders::read_order, orders::record_order))
        .routes(routes!(commands::command_order))
        .routes(routes!(orders::read_history))
        .routes(routes!(orders::read_entries))
        .routes(routes!(orders::record_scans))
        .routes(routes!(orders::file_case))
        .routes(routes!(cases::list_cases))
        .routes(routes!(cases::read_case))
        .routes(routes!(cases::explain_case))
        .routes(routes!(orders::record_market))
        .routes(routes!(commands::command_case))
        .routes(routes!(commands::command_cases))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::count_tasks))
        .routes(routes!(commands::command_task))
        .routes(routes!(commands::command_payout))
        .split_for_parts();
    let router = router
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_way)
        .layer(middleware::from_fn(problem::in_callers_language));
    (router, document)
}

async fn nothing_here() -> Problem {
    Problem::not_found()
}

async fn not_that_way() -> Problem {
    Problem::method_not_allowed()
}
