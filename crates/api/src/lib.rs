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
#![expect(clippy::too_many_arguments, reason = "a handler has one for each part of its request")]

mod app;
mod audit;
mod background;
mod buyer;
mod caller;
mod cases;
mod commands;
mod describe;
mod dispute;
mod evidence;
mod facts;
mod happening;
mod headers;
mod hooks;
pub mod jobs;
mod keys;
mod looking;
mod metrics;
mod oidc;
mod once;
mod open_shops;
pub mod ops;
mod options;
mod orders;
mod packs;
mod personal;
mod problem;
mod receipts;
mod reference;
mod refusals;
mod search;
mod session;
mod setup;
mod shops;
mod stream;
mod tasks;
mod trail;
mod turned_away;
mod users;
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
    background::{Background, BackgroundError, background},
    buyer::messenger::{CodeMessage, LogOnly, Messenger, Unsent},
    oidc::{Oidc, OidcSettings},
    problem::Problem,
    setup::SetupCode,
    stream::Told,
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
        .routes(routes!(metrics::read_metrics))
        .routes(routes!(search::search))
        .routes(routes!(packs::list_packs, packs::publish_pack))
        .routes(routes!(packs::read_pack))
        .routes(routes!(packs::check_pack))
        .routes(routes!(packs::go_back_to_pack))
        .merge(people_routes())
        .merge(buyer_routes())
        .merge(evidence::routes())
        .merge(receipts::routes())
        .routes(routes!(facts::record_facts))
        .merge(jobs::routes())
        .merge(telling_routes())
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

/// Who comes in, and what they may do.
fn people_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(setup::read_setup, setup::set_up))
        .routes(routes!(session::read_session, session::sign_in, session::sign_out))
        .routes(routes!(oidc::routes::go))
        .routes(routes!(oidc::routes::come_back))
        .routes(routes!(session::oneself::change_password))
        .routes(routes!(session::oneself::offer_second_step, session::oneself::confirm_second_step))
        .routes(routes!(session::oneself::drop_second_step))
        .routes(routes!(session::oneself::list_sessions, session::oneself::end_sessions))
        .routes(routes!(session::oneself::end_session))
        .routes(routes!(shops::list_shops, shops::create_shop))
        .routes(routes!(shops::read_shop, shops::change_shop))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::read_user, users::change_user))
        .routes(routes!(users::seats::seat_user, users::seats::unseat_user))
        .routes(routes!(users::way_in::set_password))
        .routes(routes!(users::way_in::reset_second_step))
        .routes(routes!(users::way_in::end_user_sessions))
        .routes(routes!(users::way_in::link_identity))
        .routes(routes!(users::way_in::unlink_identity))
        .routes(routes!(users::platform::list_all_users))
        .routes(routes!(users::platform::read_any_user))
        .routes(routes!(users::platform::promote_user, users::platform::demote_user))
        .routes(routes!(keys::list_keys, keys::create_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::list_platform_audit))
        .routes(routes!(audit::read_permissions))
}

/// What buyers reach, and how they get there.
fn buyer_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(buyer::links::create_link, buyer::links::revoke_links))
        .routes(routes!(buyer::door::ask_code))
        .routes(routes!(buyer::door::read_buyer_session, buyer::door::enter, buyer::door::leave))
        .routes(routes!(buyer::order::read_my_order))
        .routes(routes!(buyer::options::list_my_options))
        .routes(routes!(buyer::apply::apply))
        .routes(routes!(buyer::apply::command))
}

/// How others hear of what happened.
fn telling_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(hooks::endpoints::list_webhooks, hooks::endpoints::create_webhook))
        .routes(routes!(
            hooks::endpoints::read_webhook,
            hooks::endpoints::change_webhook,
            hooks::endpoints::delete_webhook
        ))
        .routes(routes!(hooks::endpoints::rotate_webhook))
        .routes(routes!(hooks::endpoints::enable_webhook))
        .routes(routes!(hooks::endpoints::disable_webhook))
        .routes(routes!(hooks::endpoints::ping_webhook))
        .routes(routes!(hooks::deliveries::replay_webhook))
        .routes(routes!(hooks::deliveries::list_deliveries))
        .routes(routes!(hooks::deliveries::read_delivery))
        .routes(routes!(hooks::deliveries::replay_delivery))
        .routes(routes!(stream::read_stream))
        .routes(routes!(looking::read_lease, looking::take_lease, looking::give_back_lease))
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
