//! What people change about their own way in.

use axum::{Json, extract::State, response::Response};
use people::SessionNote;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    App, Problem,
    caller::Caller,
    commands::Named,
    problem::{Asked, Input},
    turned_away::TurnedAway as _,
    wire::{Moment, Page, bounded, usual_limit},
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The password so far.
    #[schema(max_length = 1024)]
    old: String,
    /// At least 12 characters.
    #[schema(max_length = 1024)]
    new: String,
}

/// Change one's password
///
/// Ends all one's sessions, this one as well: sign in anew.
#[utoipa::path(
    post,
    path = "/api/v1/session/password",
    operation_id = "changePassword",
    tag = "session",
    request_body = PasswordBody,
    responses((status = 204)),
)]
pub(crate) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Input(body): Input<PasswordBody>,
) -> Result<Response, Problem> {
    let on = caller.user()?.to_string();
    app.run(move |app| {
        caller.noted(app, None, ("change-own-password", on), |_| {
            let changed = app.people().change_password(caller.principal(), &body.old, &body.new);
            changed.map_err(|error| error.problem(app))
        })
    })
    .await?;
    Ok(app.signed_out())
}

/// One's password, to show that it is really oneself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofBody {
    #[schema(max_length = 1024)]
    password: String,
}

/// What an authenticator has to be told. Shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferView {
    /// To be typed.
    secret: String,
    /// `otpauth://…`, to be shown as a QR code.
    address: String,
}

/// Begin to set up a second step
///
/// Nothing changes before it is confirmed with a code, within a quarter of an hour.
#[utoipa::path(
    post,
    path = "/api/v1/session/second-step",
    operation_id = "offerSecondStep",
    tag = "session",
    request_body = ProofBody,
    responses((status = 200, body = OfferView)),
)]
pub(crate) async fn offer_second_step(
    State(app): State<App>,
    caller: Caller,
    Input(body): Input<ProofBody>,
) -> Result<Json<OfferView>, Problem> {
    caller.user()?;
    app.run(move |app| {
        let offer = app.people().offer_second_step(caller.principal(), &body.password);
        let offer = offer.map_err(|error| error.problem(app))?;
        let (secret, address) = (offer.secret.reveal().to_owned(), offer.address.reveal());
        Ok(Json(OfferView { secret, address: address.to_owned() }))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// Six digits of the authenticator.
    #[schema(min_length = 6, max_length = 6)]
    code: String,
}

/// Codes for the day the authenticator is lost, each good once. Shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryView {
    recovery_codes: Vec<String>,
}

/// Confirm a second step
///
/// Ends all one's sessions: sign in anew, with a code.
#[utoipa::path(
    put,
    path = "/api/v1/session/second-step",
    operation_id = "confirmSecondStep",
    tag = "session",
    request_body = ConfirmBody,
    responses((status = 200, body = RecoveryView)),
)]
pub(crate) async fn confirm_second_step(
    State(app): State<App>,
    caller: Caller,
    Input(body): Input<ConfirmBody>,
) -> Result<Json<RecoveryView>, Problem> {
    let on = caller.user()?.to_string();
    app.run(move |app| {
        caller.noted(app, None, ("set-up-second-step", on), |_| {
            let codes = app.people().confirm_second_step(caller.principal(), &body.code);
            let codes = codes.map_err(|error| error.problem(app))?;
            let recovery_codes = codes.iter().map(|it| it.reveal().to_owned()).collect();
            Ok(Json(RecoveryView { recovery_codes }))
        })
    })
    .await
}

/// Take one's second step away
#[utoipa::path(
    post,
    path = "/api/v1/session/second-step:drop",
    operation_id = "dropSecondStep",
    tag = "session",
    request_body = ProofBody,
    responses((status = 204)),
)]
pub(crate) async fn drop_second_step(
    State(app): State<App>,
    caller: Caller,
    Input(body): Input<ProofBody>,
) -> Result<axum::http::StatusCode, Problem> {
    let on = caller.user()?.to_string();
    app.run(move |app| {
        caller.noted(app, None, ("drop-second-step", on), |_| {
            let dropped = app.people().drop_second_step(caller.principal(), &body.password);
            dropped.map_err(|error| error.problem(app))
        })
    })
    .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// A session of a user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionNoteView {
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    made_at: Moment,
    /// To the minute.
    used_at: Moment,
    until: Moment,
    /// The network it was begun from.
    #[schema(example = "203.0.113.0/24")]
    address: String,
    /// What the browser called itself.
    agent: String,
}

impl SessionNoteView {
    fn of(it: SessionNote, current: &str) -> Self {
        Self {
            current: it.id == current,
            id: it.id,
            made_at: Moment(it.made_at),
            used_at: Moment(it.used_at),
            until: Moment(it.until),
            address: it.address,
            agent: it.agent,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionsQuery {
    /// Most items; 1 to 200. There is one page.
    #[serde(default = "usual_limit")]
    #[param(minimum = 1, maximum = 200)]
    limit: u16,
}

/// List one's sessions, the one that lasts longest first
#[utoipa::path(
    get,
    path = "/api/v1/session/sessions",
    operation_id = "listSessions",
    tag = "session",
    params(SessionsQuery),
    responses((status = 200, body = Page<SessionNoteView>)),
)]
pub(crate) async fn list_sessions(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<SessionsQuery>,
) -> Result<Json<Page<SessionNoteView>>, Problem> {
    let id = caller.user()?.clone();
    app.run(move |app| {
        let found = app.people().sessions(caller.principal(), &id, bounded(query.limit));
        let found = found.map_err(|error| error.problem(app))?;
        let current = &caller.session().id;
        let items = found.into_iter().map(|it| SessionNoteView::of(it, current)).collect();
        Ok(Json(Page { items, next: None, server_now: Moment(app.now()) }))
    })
    .await
}

/// End one of one's sessions
///
/// One that is not one's own, or is no more, changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/session/sessions/{session}",
    operation_id = "endSession",
    tag = "session",
    params(("session" = String, Path, description = "The session.")),
    responses((status = 204)),
)]
pub(crate) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    session: Named<String>,
) -> Result<axum::http::StatusCode, Problem> {
    let id = caller.user()?.clone();
    app.run(move |app| {
        let ended = app.people().end_session(caller.principal(), &id, &session.0);
        ended.map_err(|error| error.problem(app))
    })
    .await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// End all one's sessions, this one as well
#[utoipa::path(
    delete,
    path = "/api/v1/session/sessions",
    operation_id = "endSessions",
    tag = "session",
    responses((status = 204)),
)]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
) -> Result<Response, Problem> {
    let id = caller.user()?.clone();
    app.run(move |app| {
        let ended = app.people().end_all_sessions(caller.principal(), &id);
        ended.map_err(|error| error.problem(app))
    })
    .await?;
    Ok(app.signed_out())
}
