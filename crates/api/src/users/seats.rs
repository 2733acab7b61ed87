//! What somebody is in a shop.

use axum::extract::State;
use people::{Permission, Seat};

use super::{SeatBody, UserView, asked, check_unchanged};
use crate::{
    App, Problem,
    caller::Caller,
    headers::{IdempotencyKey, IfMatch},
    once::Given,
    problem::Input,
    turned_away::TurnedAway as _,
    wire::UserPath,
};

/// Give somebody a seat in the shop, in place of what they had there
///
/// Of somebody who works in the shop, `If-Match` says what was read; others of the installation
/// are seated with `*`.
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/users/{user}/seat",
    operation_id = "seatUser",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    request_body = SeatBody,
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn seat_user(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
    Input(body): Input<SeatBody>,
) -> Result<Given, Problem> {
    let seat = Some(body.seat());
    let asked = asked("seat-user", &path.shop, path.user.as_str(), &body);
    app.reseat(caller, (&key, stands_on.required()?), asked, (path, seat)).await
}

/// Take somebody's seat in the shop away
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/users/{user}/seat",
    operation_id = "unseatUser",
    tag = "people",
    params(
        UserPath,
        ("Idempotency-Key" = String, Header, description = "Names this request for life."),
        ("If-Match" = String, Header, description = "The `ETag` that was read, or `*`."),
    ),
    responses((status = 200, body = UserView)),
)]
pub(crate) async fn unseat_user(
    State(app): State<App>,
    caller: Caller,
    path: UserPath,
    key: IdempotencyKey,
    stands_on: IfMatch,
) -> Result<Given, Problem> {
    let asked = asked("unseat-user", &path.shop, path.user.as_str(), &());
    app.reseat(caller, (&key, stands_on.required()?), asked, (path, None)).await
}

impl App {
    async fn reseat(
        &self,
        caller: Caller,
        (key, stands_on): (&IdempotencyKey, Option<store::Version>),
        asked: serde_json::Value,
        (path, seat): (UserPath, Option<Seat>),
    ) -> Result<Given, Problem> {
        caller.require(self, &path.shop, Permission::ManageUsers).await?;
        let by = caller.clone();
        let what = if seat.is_some() { "seat-user" } else { "unseat-user" };
        self.once(&caller, key, &asked, move |app| {
            by.noted(app, Some(&path.shop), (what, path.user.to_string()), |_| {
                let people = app.people();
                let found = people.user(by.principal(), &path.user)?;
                let user = found.ok_or_else(Problem::not_found)?;
                check_unchanged(&user, stands_on)?;
                let before = stands_on.map(|_| &user);
                let at = (&path.user, &path.shop);
                let seated = people.reseat_user(by.principal(), at, seat.as_ref(), before);
                let user = seated.map_err(|error| error.problem(app))?;
                Ok(Given::ok(&UserView::of(&user)))
            })
        })
        .await
    }
}
