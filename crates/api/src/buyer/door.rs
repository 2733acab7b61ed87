//! How a buyer comes in: by a link, or by a code to the order's phone.
//!
//! **Invariant:** the answer to whoever asks for a code is the same whether there is such an order,
//! whether the digits are right, and whether anything is sent; what is sent is sent afterwards.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{DossierKey, OrderNo, ShopId, Timestamp};
use people::{CodeToSend, SignedIn, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::Reading;

use super::messenger::CodeMessage;
use crate::{
    App, Problem,
    caller::{BUYER_COOKIE, BUYER_PATH, Caller, not_signed_in},
    problem::Input,
    session::From,
    turned_away::TurnedAway as _,
    wire::{Moment, parsed},
};

/// Which order somebody says is theirs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeBody {
    #[schema(example = "north-island")]
    shop: String,
    #[schema(example = "326110042")]
    order: String,
    /// The last four digits of the phone the order was placed with.
    #[schema(min_length = 4, max_length = 4, pattern = "^[0-9]{4}$")]
    tail: String,
}

/// What goes with the code that is entered.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeReceiptView {
    receipt: String,
    until: Moment,
}

/// Ask for a code
///
/// If there is such an order and its phone ends so, six digits are sent to that phone; the answer
/// is the same if not. Limited by order, by address and by phone.
#[utoipa::path(
    post,
    path = "/api/v1/buyer/codes",
    operation_id = "askBuyerCode",
    tag = "buyers",
    security(()),
    request_body = CodeBody,
    responses((status = 202, body = CodeReceiptView)),
)]
pub(crate) async fn ask_code(
    State(app): State<App>,
    from: From,
    Input(body): Input<CodeBody>,
) -> Result<(StatusCode, Json<CodeReceiptView>), Problem> {
    let shop: ShopId = parsed("shop", &body.shop)?;
    let order: OrderNo = parsed("order", &body.order)?;
    let key = DossierKey::new(shop, order);
    let (asked, key) = app
        .run(move |app| {
            let phone = match app.vault().reveal(&key.shop, &key.order)? {
                Reading::Kept(it) => it.phone,
                Reading::Unknown | Reading::Erased(_) => None,
            };
            let phone = phone.as_ref().map(vault::Plain::expose);
            let asked = app.people().ask_code(&key, &body.tail, phone, &from.origin());
            Ok((asked.map_err(|error| error.problem(app))?, key))
        })
        .await?;
    if let Some(send) = asked.send {
        app.send_later(key, send, asked.until);
    }
    let view =
        CodeReceiptView { receipt: asked.receipt.reveal().to_owned(), until: Moment(asked.until) };
    Ok((StatusCode::ACCEPTED, Json(view)))
}

impl App {
    /// Sends a code on a thread of its own, so that how long it takes tells the caller nothing.
    fn send_later(&self, key: DossierKey, send: CodeToSend, until: Timestamp) {
        let app = self.clone();
        drop(tokio::task::spawn_blocking(move || {
            let code = CodeMessage {
                shop: &key.shop,
                order: &key.order,
                phone: send.phone.reveal(),
                code: send.code.reveal(),
                until,
            };
            if let Err(error) = app.messenger().send_code(&code) {
                tracing::error!(%error, shop = %key.shop, "a buyer waits for a code");
            }
        }));
    }
}

/// What a buyer has.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum BuyerSignIn {
    /// The last part of a link.
    Link {
        #[schema(max_length = 1024)]
        link: String,
    },
    /// A code that was sent, with the receipt it was asked for with.
    Code {
        #[schema(max_length = 100)]
        receipt: String,
        #[schema(min_length = 6, max_length = 6)]
        code: String,
    },
}

/// A buyer who is let in.
#[derive(Serialize, ToSchema)]
pub(crate) struct BuyerSessionView {
    /// Send it as `Authorization: Bearer …`, or let the cookie do it. Shown when the session
    /// begins.
    token: Option<String>,
    /// Goes as `X-CSRF-Token` with every request that changes something, where the cookie is used.
    csrf: Option<String>,
    shop: String,
    order: String,
    until: Moment,
}

/// Come in as a buyer
#[utoipa::path(
    post,
    path = "/api/v1/buyer/session",
    operation_id = "enterAsBuyer",
    tag = "buyers",
    security(()),
    request_body = BuyerSignIn,
    responses((status = 200, body = BuyerSessionView)),
)]
pub(crate) async fn enter(
    State(app): State<App>,
    from: From,
    Input(body): Input<BuyerSignIn>,
) -> Result<Response, Problem> {
    let signed_in = app
        .run(move |app| match &body {
            BuyerSignIn::Link { link } => {
                app.people().enter_by_link(link, &from.origin()).map_err(|error| error.problem(app))
            }
            BuyerSignIn::Code { receipt, code } => app
                .people()
                .enter_code(receipt, code, &from.origin())
                .map_err(|error| error.problem(app)),
        })
        .await?;
    let SignedIn { token, csrf, session } = signed_in;
    let Who::Buyer(order) = session.principal.who() else { return Err(not_signed_in()) };
    let view = BuyerSessionView {
        token: Some(token.reveal().to_owned()),
        csrf: Some(csrf.reveal().to_owned()),
        shop: order.shop.to_string(),
        order: order.order.to_string(),
        until: Moment(session.until),
    };
    let cookie = app.cookie(BUYER_COOKIE, BUYER_PATH, &token)?;
    let mut response = Json(view).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Which order is mine
#[utoipa::path(
    get,
    path = "/api/v1/buyer/session",
    operation_id = "readBuyerSession",
    tag = "buyers",
    responses((status = 200, body = BuyerSessionView)),
)]
pub(crate) async fn read_buyer_session(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<BuyerSessionView>, Problem> {
    let order = caller.own_order()?;
    let csrf = caller.cookie_token().map(|it| app.people().csrf(it).reveal().to_owned());
    Ok(Json(BuyerSessionView {
        token: None,
        csrf,
        shop: order.shop.to_string(),
        order: order.order.to_string(),
        until: Moment(caller.session().until),
    }))
}

/// Go out again
#[utoipa::path(
    delete,
    path = "/api/v1/buyer/session",
    operation_id = "leaveAsBuyer",
    tag = "buyers",
    responses((status = 204)),
)]
pub(crate) async fn leave(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.own_order()?;
    let token = caller.token.clone().ok_or_else(Problem::not_found)?;
    app.run(move |app| Ok(app.people().sign_out(&token)?)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cookie = app.cookie_until(BUYER_COOKIE, (BUYER_PATH, "; Max-Age=0"), "")?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
