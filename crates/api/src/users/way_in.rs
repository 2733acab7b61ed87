//! How somebody comes in, when whoever manages people has to see to it.

use axum::extract::State;
use people::{Identity, Permission, User, UserError};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IdentityBody, UserView, asked};
use crate::{
    App, Problem, caller::Caller, headers::IdempotencyKey, once::Given, problem::Input,
    turned_away::TurnedAway as _, wire::UserPath,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordBody {
    /// At least 12 characters.
    #[schema(max_length = 1024)]
    password: String,
}

/// Give somebody a new password
///
/// Ends all their sessions. Takes the right to manage people in every shop in which they work.
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/users/{user}/password",
    operation_id = "setPassword",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = NewPasswordBody,
    responses((status = 204)),
)]
pub(crate) async fn set_password(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    Input(body): Input<NewPasswordBody>,
) -> Result<Given, Problem> {
    // Not the password: what is asked is kept.
    let asked = asked("set-password", &path.shop, path.user.as_str(), &());
    app.see_to(
        caller,
        &key,
        (asked, path),
        ("set-password", move |app, caller, user| {
            app.people().set_password(caller.principal(), &user.id, &body.password)?;
            Ok(Given::nothing())
        }),
    )
    .await
}

/// Take the second step of somebody who has lost it away
///
/// Ends all their sessions.
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/users/{user}/second-step",
    operation_id = "resetSecondStep",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 204)),
)]
pub(crate) async fn reset_second_step(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
) -> Result<Given, Problem> {
    let asked = asked("reset-second-step", &path.shop, path.user.as_str(), &());
    app.see_to(
        caller,
        &key,
        (asked, path),
        ("reset-second-step", |app, caller, user| {
            app.people().reset_second_step(caller.principal(), &user.id)?;
            Ok(Given::nothing())
        }),
    )
    .await
}

/// End all sessions of somebody
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/users/{user}/sessions",
    operation_id = "endUserSessions",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 204)),
)]
pub(crate) async fn end_user_sessions(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
) -> Result<Given, Problem> {
    let asked = asked("end-sessions", &path.shop, path.user.as_str(), &());
    app.see_to(
        caller,
        &key,
        (asked, path),
        ("end-sessions", |app, caller, user| {
            app.people().end_all_sessions(caller.principal(), &user.id)?;
            Ok(Given::nothing())
        }),
    )
    .await
}

/// Let somebody sign in by an identity provider
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/users/{user}/identities",
    operation_id = "linkIdentity",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = IdentityBody,
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn link_identity(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    Input(body): Input<IdentityBody>,
) -> Result<Given, Problem> {
    let asked = asked("link-identity", &path.shop, path.user.as_str(), &body);
    app.see_to(
        caller,
        &key,
        (asked, path),
        ("link-identity", move |app, caller, user| {
            let identity = body.identity();
            let user = app.people().link_identity(caller.principal(), &user.id, &identity)?;
            Ok(Given::ok(&UserView::of(&user)))
        }),
    )
    .await
}

/// No longer let somebody sign in by an identity provider
///
/// Ends all their sessions.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/users/{user}/identities:unlink",
    operation_id = "unlinkIdentity",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    request_body = IdentityBody,
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn unlink_identity(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    Input(body): Input<IdentityBody>,
) -> Result<Given, Problem> {
    let asked = asked("unlink-identity", &path.shop, path.user.as_str(), &body);
    app.see_to(
        caller,
        &key,
        (asked, path),
        ("unlink-identity", move |app, caller, user| {
            let identity = body.identity();
            let user = app.people().unlink_identity(caller.principal(), &user.id, &identity)?;
            Ok(Given::ok(&UserView::of(&user)))
        }),
    )
    .await
}

impl IdentityBody {
    fn identity(&self) -> Identity {
        Identity { issuer: self.issuer.clone(), subject: self.subject.clone() }
    }
}

impl App {
    /// Does something about somebody who works in the shop, once and written down.
    async fn see_to(
        &self,
        caller: Caller,
        key: &IdempotencyKey,
        (asked, path): (serde_json::Value, UserPath),
        (what, work): (
            &'static str,
            impl FnOnce(&Self, &Caller, &User) -> Result<Given, UserError> + Send + 'static,
        ),
    ) -> Result<Given, Problem> {
        caller.require(self, &path.shop, Permission::ManageUsers).await?;
        let by = caller.clone();
        self.once(&caller, key, &asked, move |app| {
            by.noted(app, Some(&path.shop), (what, path.user.to_string()), |_| {
                let user = app.user_of(&by, &path)?;
                work(app, &by, &user).map_err(|error| error.problem(app))
            })
        })
        .await
    }
}
