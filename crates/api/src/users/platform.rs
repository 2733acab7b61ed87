//! People of the installation as a whole, for platform admins.

use axum::{Json, extract::State};
use people::{Permission, UserId};

use super::{UserView, UsersQuery};
use crate::{
    App, Problem, caller::Caller, commands::Named, headers::IdempotencyKey, once::Given,
    problem::Asked, turned_away::TurnedAway as _, wire::Page,
};

/// List the people of the installation, oldest first
///
/// For platform admins.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    operation_id = "listAllUsers",
    tag = "people",
    params(UsersQuery),
    responses((status = 200, body = Page<UserView>)),
)]
pub(crate) async fn list_all_users(
    State(app): State<App>,
    caller: Caller,
    Asked(query): Asked<UsersQuery>,
) -> Result<Json<Page<UserView>>, Problem> {
    caller.require_everywhere(Permission::Platform)?;
    app.run(move |app| app.users_page(&caller, None, &query)).await
}

/// Read a user of the installation
///
/// For platform admins.
#[utoipa::path(
    get,
    path = "/api/v1/users/{user}",
    operation_id = "readAnyUser",
    tag = "people",
    params(("user" = String, Path, description = "The user.")),
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn read_any_user(
    State(app): State<App>,
    caller: Caller,
    user: Named<UserId>,
) -> Result<Json<UserView>, Problem> {
    caller.require_everywhere(Permission::Platform)?;
    app.run(move |app| {
        let found = app.people().user(caller.principal(), &user.0)?;
        found.map(|it| Json(UserView::of(&it))).ok_or_else(Problem::not_found)
    })
    .await
}

/// Make a user a platform admin
#[utoipa::path(
    post,
    path = "/api/v1/users/{user}/platform-admin",
    operation_id = "promoteUser",
    tag = "people",
    params(
        ("user" = String, Path, description = "The user."),
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn promote_user(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    user: Named<UserId>,
) -> Result<Given, Problem> {
    app.raise(caller, &key, user.0, "promote-user").await
}

/// Make a user one that is no platform admin
#[utoipa::path(
    delete,
    path = "/api/v1/users/{user}/platform-admin",
    operation_id = "demoteUser",
    tag = "people",
    params(
        ("user" = String, Path, description = "The user."),
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
    ),
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn demote_user(
    State(app): State<App>,
    caller: Caller,
    key: IdempotencyKey,
    user: Named<UserId>,
) -> Result<Given, Problem> {
    app.raise(caller, &key, user.0, "demote-user").await
}

impl App {
    async fn raise(
        &self,
        caller: Caller,
        key: &IdempotencyKey,
        user: UserId,
        what: &'static str,
    ) -> Result<Given, Problem> {
        caller.require_everywhere(Permission::Platform)?;
        let by = caller.clone();
        self.once(&caller, key, &(what, user.to_string()), move |app| {
            by.noted(app, None, (what, user.to_string()), |_| {
                let people = app.people();
                let outcome = if what == "promote-user" {
                    people.promote(by.principal(), &user)
                } else {
                    people.demote(by.principal(), &user)
                };
                let user = outcome.map_err(|error| error.problem(app))?;
                Ok(Given::ok(&UserView::of(&user)))
            })
        })
        .await
    }
}
