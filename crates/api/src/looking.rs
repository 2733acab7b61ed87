//! Who is looking at a case, so that two people do not decide it at once without knowing.
//!
//! A lease binds nobody: what decides between two commands is the version they stand on. It ends
//! by itself when whoever took it does not take it again.

use std::{collections::BTreeSet, fmt::Write as _};

use axum::{Json, extract::State, http::StatusCode};
use kernel::{ShopId, Span, Timestamp};
use people::{Permission, Who};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, StoreError, Version};
use utoipa::ToSchema;

use crate::{
    App, Problem,
    caller::Caller,
    headers::IdempotencyKey,
    once::Given,
    problem::Said,
    wire::{CasePath, Moment},
};

/// Of records whose rank is the second at which they end, marked by the shop.
const KIND: &str = "lease";
const LASTS: Span = Span::seconds(90);
/// Most leases of a shop that are told.
const MOST: usize = 500;

/// Who is looking at a case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct LeaseView {
    shop: String,
    order: String,
    case: String,
    /// Who it is; none if nobody is looking.
    holder: Option<String>,
    /// What the holder is called.
    name: Option<String>,
    /// When it ends, unless it is taken again.
    until: Option<Moment>,
}

impl LeaseView {
    /// Whether the same person looks at the same case, now or still.
    pub(crate) fn is_same_holding(&self, other: &Self) -> bool {
        self.is_same_case(other) && self.holder == other.holder
    }

    pub(crate) fn is_same_case(&self, other: &Self) -> bool {
        self.order == other.order && self.case == other.case
    }

    /// Nobody is looking any more.
    pub(crate) fn ended(self) -> Self {
        Self { holder: None, name: None, until: None, ..self }
    }

    fn nobody(path: &CasePath) -> Self {
        let (shop, order) = (path.shop.to_string(), path.order.to_string());
        Self { shop, order, case: path.case.to_string(), holder: None, name: None, until: None }
    }

    fn of(shop: &ShopId, body: Body, until: Timestamp) -> Self {
        Self {
            shop: shop.to_string(),
            order: body.order,
            case: body.case,
            holder: Some(body.holder),
            name: Some(body.name),
            until: Some(Moment(until)),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    order: String,
    case: String,
    holder: String,
    name: String,
}

fn key(path: &CasePath) -> RecordKey {
    let mut hash = Sha256::new();
    for part in [path.shop.as_str(), path.order.as_str(), path.case.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut id = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        // Writing to a string does not fail.
        let _ = write!(id, "{byte:02x}");
    }
    RecordKey::of_all(KIND, id)
}

fn body(record: &Record) -> Result<Body, Problem> {
    serde_json::from_str(&record.draft.body).map_err(|error| Problem::internal(&error))
}

impl App {
    /// Who is looking at cases of a shop. Blocks.
    pub(crate) fn leases(&self, shop: &ShopId) -> Result<Vec<LeaseView>, Problem> {
        let mut page = RecordPage::of(KIND, "", MOST);
        page.mark = Some(shop.to_string());
        page.least = self.now().epoch_seconds().saturating_add(1);
        let found = self.database().list_records(&page)?;
        let view = |it: &Record| {
            let until = Timestamp::from_epoch_seconds(it.draft.rank);
            Ok(LeaseView::of(shop, body(it)?, until))
        };
        found.iter().map(view).collect()
    }

    /// Drops at most `limit` leases that have ended, and says how many.
    pub(crate) fn sweep_leases(&self, limit: usize) -> Result<usize, StoreError> {
        let mut page = RecordPage::of(KIND, "", limit);
        page.most = self.now().epoch_seconds();
        let mut n_dropped = 0_usize;
        for record in self.database().list_records(&page)? {
            let expected = Some(record.version);
            let dropped = RecordChange::Drop { key: record.draft.key, expected };
            if self.database().write_records(&[dropped])? {
                n_dropped = n_dropped.saturating_add(1);
            }
        }
        Ok(n_dropped)
    }

    /// The lease as it stands, and the version of its record.
    fn lease(&self, path: &CasePath) -> Result<(Version, Option<(Body, Timestamp)>), Problem> {
        if self.database().case(&path.dossier(), &path.case)?.is_none() {
            return Err(Problem::not_found());
        }
        let found = self.database().records(&[key(path)])?.pop().flatten();
        let Some(record) = found else { return Ok((Version(0), None)) };
        let until = Timestamp::from_epoch_seconds(record.draft.rank);
        let live = if self.now() < until { Some((body(&record)?, until)) } else { None };
        Ok((record.version, live))
    }

    fn name_of(&self, caller: &Caller) -> Result<String, Problem> {
        if let Who::User(id) = caller.principal().who()
            && let Some(user) = self.people().user(caller.principal(), id)?
        {
            return Ok(user.name);
        }
        Ok(caller.name().to_owned())
    }
}

/// See who is looking at a case
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/lease",
    operation_id = "readLease",
    tag = "stream",
    params(CasePath),
    responses((status = 200, body = LeaseView)),
)]
pub(crate) async fn read_lease(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
) -> Result<Json<LeaseView>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        Ok(Json(match app.lease(&path)?.1 {
            Some((body, until)) => LeaseView::of(&path.shop, body, until),
            None => LeaseView::nobody(&path),
        }))
    })
    .await
}

/// Say that one is looking at a case, for the next 90 seconds
///
/// Ask again before they are over. It binds nobody: others see who looks.
#[utoipa::path(
    put,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/lease",
    operation_id = "takeLease",
    tag = "stream",
    params(
        CasePath,
        ("Idempotency-Key" = String, Header, description = "A repeat is as good as the first."),
    ),
    responses((status = 200, body = LeaseView)),
)]
pub(crate) async fn take_lease(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    _: IdempotencyKey,
) -> Result<Json<LeaseView>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let (version, live) = app.lease(&path)?;
        if let Some((body, _)) = live.filter(|(it, _)| it.holder != caller.name()) {
            return Err(held(&body.name));
        }
        let until = app.now().plus(LASTS);
        let body = Body {
            order: path.order.to_string(),
            case: path.case.to_string(),
            holder: caller.name().to_owned(),
            name: app.name_of(&caller)?,
        };
        let draft = Draft {
            key: key(&path),
            rank: until.epoch_seconds(),
            marks: BTreeSet::from([path.shop.to_string()]),
            body: serde_json::to_string(&body).map_err(|error| Problem::internal(&error))?,
        };
        let put = RecordChange::Put { draft, expected: Some(version) };
        if app.database().write_records(&[put])? {
            return Ok(Json(LeaseView::of(&path.shop, body, until)));
        }
        match app.lease(&path)?.1 {
            Some((body, until)) if body.holder == caller.name() => {
                Ok(Json(LeaseView::of(&path.shop, body, until)))
            }
            Some((body, _)) => Err(held(&body.name)),
            None => Err(Problem::busy()),
        }
    })
    .await
}

/// Say that one does not look at a case any more
///
/// Nothing happens if somebody else does.
#[utoipa::path(
    delete,
    path = "/api/v1/shops/{shop}/orders/{order}/cases/{case}/lease",
    operation_id = "giveBackLease",
    tag = "stream",
    params(
        CasePath,
        ("Idempotency-Key" = String, Header, description = "A repeat is as good as the first."),
    ),
    responses((status = 204)),
)]
pub(crate) async fn give_back_lease(
    State(app): State<App>,
    caller: Caller,
    path: CasePath,
    _: IdempotencyKey,
) -> Result<Given, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let (version, live) = app.lease(&path)?;
        if live.is_some_and(|(it, _)| it.holder == caller.name()) {
            // Whoever was faster has it now, or nobody has.
            let drop = RecordChange::Drop { key: key(&path), expected: Some(version) };
            app.database().write_records(&[drop])?;
        }
        Ok(Given::nothing())
    })
    .await
}

fn held(name: &str) -> Problem {
    let detail =
        Said::new(format!("{name}正在查看这个售后单"), format!("{name} is looking at this case"));
    Problem::new(StatusCode::CONFLICT, "held-by-another", detail)
}
