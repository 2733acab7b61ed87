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
mod describe;
mod headers;
pub mod ops;
mod options;
mod orders;
mod packs;
mod personal;
mod problem;
mod reference;
mod refusals;
mod search;
mod tasks;
mod trail;
mod wire;

use axum::{
    Router,
    body::Bytes,
    http::{HeaderName, header},
    middleware,
    response::Html,
    routing::get,
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

pub use crate::{
    app::{App, Parts, Settings},
    problem::Problem,
};

/// The routes, and the document that describes them; both come from the same list.
pub fn router() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(describe::Description::openapi())
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
        .routes(routes!(options::list_options))
        .routes(routes!(options::preview_command))
        .routes(routes!(commands::command_cases))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::count_tasks))
        .routes(routes!(commands::command_task))
        .routes(routes!(commands::command_payout))
        .routes(routes!(personal::read_buyer))
        .routes(routes!(personal::reveal_buyer))
        .routes(routes!(personal::erase_buyer))
        .routes(routes!(search::search))
        .routes(routes!(packs::list_packs, packs::publish_pack))
        .routes(routes!(packs::read_pack))
        .routes(routes!(packs::check_pack))
        .routes(routes!(packs::go_back_to_pack))
        .split_for_parts();
    describe::complete(&mut document);
    let (json, page) = described(&document);
    let router = router
        .route("/api/openapi.json", get(move || async move { ([JSON], json) }))
        .route("/api/reference", get(move || async move { ([reference::policy()], Html(page)) }))
        .route("/problems", get(problem::explained::problems_page))
        .route("/problems/{code}", get(problem::explained::problem_page))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_way)
        .layer(middleware::from_fn(problem::in_callers_language));
    (router, document)
}

const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

/// The document as JSON, and as a page for people. Made once, shared by all requests.
fn described(document: &utoipa::openapi::OpenApi) -> (Bytes, Bytes) {
    let value = serde_json::to_value(document).unwrap_or_default();
    (Bytes::from(value.to_string()), Bytes::from(reference::page(&value)))
}

async fn nothing_here() -> Problem {
    Problem::not_found()
}

async fn not_that_way() -> Problem {
    Problem::method_not_allowed()
}

#[cfg(test)]
mod tests;
