//! Links for buyers, made by people who work here.

use axum::{Json, extract::State, http::StatusCode};
use kernel::Span;
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    problem::Input,
    turned_away::TurnedAway as _,
    wire::{Moment, OrderPath},
};

/// How long a link lasts if nobody says.
const USUAL: Span = Span::days(7);

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLinkBody {
    /// When it ends; in 7 days if it is not given. At most 30 days from now.
    #[serde(default)]
    until: Option<Moment>,
}

/// A link to an order. It lets whoever has it in: send it to the buyer and nobody else.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// The whole link, if the installation knows how people reach it.
    address: Option<String>,
    /// The part that lets in, for `POST /api/v1/buyer/session`.
    link: String,
    until: Moment,
}

/// Make a link for the buyer of an order
///
/// Nothing is kept of it: a link made again is one more.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/buyer-links",
    operation_id = "createBuyerLink",
    tag = "buyers",
    params(OrderPath),
    request_body = NewLinkBody,
    responses((status = 201, body = LinkView)),
)]
pub(crate) async fn create_link(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    Input(body): Input<NewLinkBody>,
) -> Result<(StatusCode, Json<LinkView>), Problem> {
    caller.require(&app, &path.shop, Permission::Apply).await?;
    app.run(move |app| {
        let on = path.order.to_string();
        caller.noted(app, Some(&path.shop), ("create-buyer-link", on), |_| {
            let key = path.dossier();
            app.read(&key)?;
            let until = body.until.map_or_else(|| app.now().plus(USUAL), |it| it.0);
            let link = app.people().make_link(&key, until).map_err(|error| error.problem(app))?;
            let link = link.reveal().to_owned();
            let public = app.settings().public_url.as_deref();
            // Behind the hash, so that no server and no log on the way sees it.
            let address = public.map(|it| format!("{}/buyer#{link}", it.trim_end_matches('/')));
            let view = LinkView { address, link, until: Moment(until) };
            Ok((StatusCode::CREATED, Json(view)))
        })
    })
    .await
}

/// Take back every link to an order
///
/// Ends the sessions of its buyer as well.
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/orders/{order}/buyer-links",
    operation_id = "revokeBuyerLinks",
    tag = "buyers",
    params(OrderPath),
    responses((status = 204)),
)]
pub(crate) async fn revoke_links(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
) -> Result<StatusCode, Problem> {
    caller.require(&app, &path.shop, Permission::Apply).await?;
    app.run(move |app| {
        let on = path.order.to_string();
        caller.noted(app, Some(&path.shop), ("revoke-buyer-links", on), |_| {
            app.read(&path.dossier())?;
            app.people().shut_door(&path.dossier())?;
            Ok(StatusCode::NO_CONTENT)
        })
    })
    .await
}
