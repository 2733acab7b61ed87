//! One box to search: a case, an order, a waybill, a buyer, a phone's last digits.

use axum::{Json, extract::State};
use kernel::OrderNo;
use people::Permission;
use serde::{Deserialize, Serialize};
use store::{Term, TermKind};
use utoipa::{IntoParams, ToSchema};

use crate::{App, Problem, caller::Caller, problem::Asked, wire::ShopPath};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// A number of a case, order or parcel, a buyer's account or pseudonym, a phone number or its
    /// last four digits, or a name in full.
    q: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    /// At most 50.
    hits: Vec<Hit>,
}

/// An order, and why it was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    pub(crate) order: String,
    /// `case`, `parcel`, `buyer`, `order`, `phone`, `phone-tail`, `account` or `name`.
    #[schema(example = "parcel")]
    pub(crate) by: String,
}

const MOST_HITS: usize = 50;

/// Search a shop's orders
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/search",
    operation_id = "search",
    tag = "orders",
    params(ShopPath, SearchQuery),
    responses((status = 200, body = Found)),
)]
pub(crate) async fn search(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
    Asked(query): Asked<SearchQuery>,
) -> Result<Json<Found>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let text = query.q.trim();
        let mut hits = Vec::new();
        for kind in [TermKind::Order, TermKind::Case, TermKind::Parcel, TermKind::Buyer] {
            let term = Term { kind, text: text.to_owned() };
            let found = app.database().find(&path.shop, &term, MOST_HITS)?;
            hits.extend(found.into_iter().map(|it| hit(&it.order, &kind.to_string())));
        }
        hits.extend(app.find_person(&path.shop, text, MOST_HITS)?);
        hits.truncate(MOST_HITS);
        Ok(Json(Found { hits }))
    })
    .await
}

pub(crate) fn hit(order: &OrderNo, by: &str) -> Hit {
    Hit { order: order.to_string(), by: by.to_owned() }
}
