//! Personal data: sealed on the way in, masked on the way out, shown in full to few and never
//! unnoticed.

use axum::{Json, extract::State, http::StatusCode};
use kernel::{DossierKey, ShopId};
use people::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vault::{
    EraseError, KeepError, Personal, Plain, Query, QuotaError, ReadError, Reading, Subject, Unkept,
};

use crate::{
    App, Problem,
    caller::Caller,
    headers::IdempotencyKey,
    problem::{Input, Said},
    search::{Hit, hit},
    wire::{Moment, OrderPath, facts::BuyerBody},
};

/// Who bought, as far as the caller may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuyerView {
    /// `kept`, `erased`, or `unknown` if nothing was ever said.
    #[schema(example = "kept")]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// When it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<Moment>,
    /// How many times more the caller may see one in full today.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_today: Option<u32>,
}

impl BuyerView {
    fn empty(state: &'static str) -> Self {
        Self {
            state,
            name: None,
            phone: None,
            address: None,
            account: None,
            erased_at: None,
            left_today: None,
        }
    }

    fn of_masked(reading: Reading<vault::Masked>) -> Self {
        match reading {
            Reading::Unknown => Self::empty("unknown"),
            Reading::Erased(it) => Self { erased_at: Some(Moment(it.at)), ..Self::empty("erased") },
            Reading::Kept(it) => Self {
                name: it.name,
                phone: it.phone,
                address: it.address,
                account: it.account,
                ..Self::empty("kept")
            },
        }
    }

    fn of_plain(reading: Reading<Personal>) -> Self {
        let shown = |it: Option<Plain>| it.map(|it| it.expose().to_owned());
        match reading {
            Reading::Unknown => Self::empty("unknown"),
            Reading::Erased(it) => Self { erased_at: Some(Moment(it.at)), ..Self::empty("erased") },
            Reading::Kept(it) => Self {
                name: shown(it.name),
                phone: shown(it.phone),
                address: shown(it.address),
                account: shown(it.account),
                ..Self::empty("kept")
            },
        }
    }
}

/// Read who bought, masked
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/buyer",
    operation_id = "readBuyer",
    tag = "orders",
    params(OrderPath),
    responses((status = 200, body = BuyerView)),
)]
pub(crate) async fn read_buyer(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
) -> Result<Json<BuyerView>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let reading = app.vault().masked(&path.shop, &path.order)?;
        Ok(Json(BuyerView::of_masked(reading)))
    })
    .await
}

/// Why somebody has to see personal data in full.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevealBody {
    /// Goes into the audit trail.
    #[schema(min_length = 2, max_length = 200)]
    reason: String,
}

/// Read who bought, in full
///
/// Needs the permission `unmask` and a reason, counts against the caller's quota of the day, and is
/// written into the audit trail before anything is shown.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/buyer:reveal",
    operation_id = "revealBuyer",
    tag = "orders",
    params(OrderPath),
    request_body = RevealBody,
    responses((status = 200, body = BuyerView)),
)]
pub(crate) async fn reveal_buyer(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    Input(body): Input<RevealBody>,
) -> Result<Json<BuyerView>, Problem> {
    caller.require(&app, &path.shop, Permission::Unmask).await?;
    let reason = body.reason.trim().to_owned();
    if reason.chars().count() < 2 {
        return Err(Problem::malformed("reason", "say why, in 2 characters at least"));
    }
    let (who, shop) = (caller.principal().actor(), path.shop.clone());
    let (day, limit) = (app.day(), app.settings().unmasked_a_day);
    let left = app.run(move |app| Ok(app.quota().take(&who, &shop, day, limit)?)).await;
    let about = ("unmask".to_owned(), format!("{}: {reason}", path.order));
    app.note(caller.note(&path.shop, about, None, left.as_ref().err())).await?;
    let left = left?;
    app.run(move |app| {
        let reading = app.vault().reveal(&path.shop, &path.order)?;
        Ok(Json(BuyerView { left_today: Some(left), ..BuyerView::of_plain(reading) }))
    })
    .await
}

/// What erasing a buyer did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Erased {
    /// How many orders lost their personal data. The ledger and the figures stay.
    orders: usize,
}

/// Erase a buyer
///
/// Destroys the key of everything personal that is kept of the buyer of this order, in all orders
/// of the shop. What was decided and paid stays, under a name that stands for nobody any more.
#[utoipa::path(
    post,
    path = "/api/v1/shops/{shop}/orders/{order}/buyer:erase",
    operation_id = "eraseBuyer",
    tag = "orders",
    params(
        OrderPath,
        ("Idempotency-Key" = String, Header, description = "Names this erasure for life."),
    ),
    request_body = RevealBody,
    responses((status = 200, body = Erased)),
)]
pub(crate) async fn erase_buyer(
    State(app): State<App>,
    caller: Caller,
    path: OrderPath,
    _: IdempotencyKey,
    Input(body): Input<RevealBody>,
) -> Result<Json<Erased>, Problem> {
    caller.require(&app, &path.shop, Permission::EraseBuyer).await?;
    let about = ("erase-buyer".to_owned(), format!("{}: {}", path.order, body.reason.trim()));
    app.note(caller.note(&path.shop, about, None, None)).await?;
    let who = caller.principal().actor();
    app.run(move |app| {
        let subject = Subject::BuyerOf(path.order.clone());
        let erasure = app.vault().erase(&path.shop, &subject, &who)?;
        Ok(Json(Erased { orders: erasure.n_orders }))
    })
    .await
}

impl App {
    /// Seals what is personal, and gives the name that stands for the buyer in the dossier: empty
    /// if the source named no account.
    pub(crate) async fn seal_buyer(
        &self,
        key: &DossierKey,
        buyer: BuyerBody,
    ) -> Result<String, Problem> {
        let said = |text: String| (!text.trim().is_empty()).then(|| Plain::new(text));
        let personal = Personal {
            name: said(buyer.name),
            phone: said(buyer.phone),
            address: said(buyer.address),
            account: said(buyer.account),
        };
        if personal == Personal::default() {
            return Ok(String::new());
        }
        let key = key.clone();
        self.run(move |app| {
            let pseudonym = match app.vault().keep(&key.shop, &key.order, &personal) {
                // What was erased stays so; the order keeps the name that stands for nobody.
                Err(KeepError::Refused(Unkept::Erased(_))) => {
                    personal.account.as_ref().map(|it| app.vault().pseudonym(&key.shop, it))
                }
                kept => kept?,
            };
            Ok(pseudonym.map(|it| it.as_str().to_owned()).unwrap_or_default())
        })
        .await
    }

    /// Orders by what is personal about them. Blocks.
    pub(crate) fn find_person(
        &self,
        shop: &ShopId,
        text: &str,
        limit: usize,
    ) -> Result<Vec<Hit>, Problem> {
        let plain = || Plain::new(text);
        let is_tail = text.len() == 4 && text.bytes().all(|it| it.is_ascii_digit());
        let queries = if is_tail {
            vec![("phone-tail", Query::PhoneTail(plain()))]
        } else {
            vec![
                ("phone", Query::Phone(plain())),
                ("account", Query::Account(plain())),
                ("name", Query::Name(plain())),
            ]
        };
        let mut hits = Vec::new();
        for (by, query) in queries {
            let mut orders = self.vault().find(shop, &query, limit)?;
            // Labels of parcels nobody announced are kept there too.
            orders.retain(|it| !crate::receipts::is_receipt(it));
            hits.extend(orders.iter().map(|it| hit(it, by)));
        }
        Ok(hits)
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::Unreadable(error) => Self::internal(&error),
        }
    }
}

impl From<KeepError> for Problem {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Store(error) => error.into(),
            KeepError::Contended => Self::busy(),
            KeepError::Refused(error @ Unkept::TooLong { .. }) => Self::malformed("buyer", error),
            error @ (KeepError::Refused(_) | KeepError::NoRandomness(_)) => Self::internal(&error),
        }
    }
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Store(error) => error.into(),
            EraseError::Contended => Self::busy(),
            error @ EraseError::Unreadable(_) => Self::internal(&error),
        }
    }
}

impl From<QuotaError> for Problem {
    fn from(error: QuotaError) -> Self {
        match error {
            QuotaError::Store(error) => error.into(),
            QuotaError::Contended => Self::busy(),
            QuotaError::Exceeded { limit } => {
                let detail = Said::new(
                    format!("今天查看完整个人信息的次数（{limit} 次）已用完"),
                    format!(
                        "personal data may be seen in full {limit} times a day, and that is up"
                    ),
                );
                Self::new(StatusCode::FORBIDDEN, "quota-exceeded", detail)
            }
            error @ QuotaError::Unreadable(_) => Self::internal(&error),
        }
    }
}
