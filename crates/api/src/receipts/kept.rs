//! What is kept of a receipt: a record of the shop.
//!
//! Kind `receipt`, rank the second it was received in. Marks: `state:STATE`, `day:N` (days from
//! 1970 in the installation's zone) and `case:ORDER/CASE` for each case whose goods it carries.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    str::FromStr,
};

use ::evidence::{CaseRef, pack::Weight};
use kernel::{CaseNo, Choice as _, OrderNo, ParcelNo, ShopId, choice};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Version};

use super::CaseName;
use crate::{
    App, Problem,
    caller::Caller,
    headers::IdempotencyKey,
    wire::{CasePath, Code, Moment},
};

pub(super) const RECEIPT: &str = "receipt";
/// Under which a receipt keeps what is not of an order: its label, its photos.
const PREFIX: &str = "receipt-";

choice! {
    /// Where a receipt stands.
    pub(crate) enum ReceiptState {
        /// Its case has the goods.
        TakenIn = "taken-in",
        /// Nobody had announced it.
        Open = "open",
        /// Nobody had announced it, and its case was found.
        Matched = "matched",
        /// Not taken in at the door.
        Refused = "refused",
        GivenBack = "given-back",
    }
}

/// Names a receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ReceiptId(String);

impl ReceiptId {
    pub(super) fn of_parcel(parcel: &ParcelNo) -> Self {
        Self(hash(&[b"parcel", parcel.as_str().as_bytes()]))
    }

    /// Of a parcel without a number that can be read.
    pub(super) fn of_request(caller: &Caller, key: &IdempotencyKey) -> Self {
        Self(hash(&[b"request", key.digest(caller.name()).as_bytes()]))
    }

    /// In place of an order, for what is kept by order.
    pub(super) fn as_order(&self) -> OrderNo {
        OrderNo::lossy(&format!("{PREFIX}{}", self.0))
    }

    /// In place of a case, for its photos.
    pub(super) fn as_case(&self) -> CaseRef {
        CaseRef { order: self.as_order(), case: CaseNo::lossy(RECEIPT) }
    }
}

/// Half of a SHA-256, in hexadecimal digits.
fn hash(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
        digest.update([0]);
    }
    let mut hex = String::with_capacity(32);
    for byte in digest.finalize().iter().take(16) {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

impl FromStr for ReceiptId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_digit = |it: u8| matches!(it, b'0'..=b'9' | b'a'..=b'f');
        let is_one = text.len() == 32 && text.bytes().all(is_digit);
        if is_one { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether something is kept under a receipt's name and not under that of an order.
pub(crate) fn is_receipt(order: &OrderNo) -> bool {
    order.as_str().strip_prefix(PREFIX).is_some_and(|it| it.parse::<ReceiptId>().is_ok())
}

pub(crate) fn is_of_receipt(case: &CaseRef) -> bool {
    is_receipt(&case.order) && case.case.as_str() == RECEIPT
}

/// The body of the record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    /// Form of this record: 1.
    pub(super) v: u32,
    pub(super) parcel: Option<String>,
    pub(super) carrier: String,
    pub(super) weight_g: Option<u32>,
    pub(super) shelf: String,
    pub(super) skus: Vec<String>,
    pub(super) person: String,
    pub(super) note: String,
    pub(super) state: Code<ReceiptState>,
    pub(super) received_at: Moment,
    pub(super) by: String,
    pub(super) cases: BTreeSet<CaseName>,
    pub(super) ground: String,
    pub(super) closed_at: Option<Moment>,
    pub(super) closed_by: Option<String>,
    /// The last request that changed it: its name, and a hash of what it asked for.
    pub(super) last: (String, String),
}

impl Kept {
    pub(super) fn draft(&self, app: &App, shop: &ShopId, id: &ReceiptId) -> Result<Draft, Problem> {
        let marks = self.cases.iter().map(|it| case_mark(&it.order, &it.case));
        let own = [state_mark(self.state.0), day_mark(app.day_of(self.received_at.0))];
        Ok(Draft {
            key: key(shop, id),
            rank: self.received_at.0.epoch_seconds(),
            marks: marks.chain(own).collect(),
            body: serde_json::to_string(self).map_err(|error| Problem::internal(&error))?,
        })
    }

    pub(super) fn parcel_no(&self) -> Option<ParcelNo> {
        self.parcel.as_deref().and_then(|it| it.parse().ok())
    }

    /// Says that a request ends it.
    pub(super) fn close(&mut self, app: &App, caller: &Caller, state: ReceiptState) {
        self.state = Code(state);
        self.closed_at = Some(Moment(app.now()));
        self.closed_by = Some(caller.name().to_owned());
    }
}

pub(super) fn state_mark(state: ReceiptState) -> String {
    format!("state:{}", state.code())
}

pub(super) fn day_mark(day: i64) -> String {
    format!("day:{day}")
}

fn case_mark(order: &str, case: &str) -> String {
    format!("case:{order}/{case}")
}

fn key(shop: &ShopId, id: &ReceiptId) -> RecordKey {
    RecordKey::of_shop(RECEIPT, shop, id.to_string())
}

pub(super) fn read(record: &Record) -> Result<(ReceiptId, Version, Kept), Problem> {
    let kept = serde_json::from_str(&record.draft.body);
    let kept = kept.map_err(|error| Problem::internal(&error))?;
    Ok((ReceiptId(record.draft.key.id.clone()), record.version, kept))
}

pub(super) fn find(
    app: &App,
    shop: &ShopId,
    id: &ReceiptId,
) -> Result<Option<(Version, Kept)>, Problem> {
    let found = app.database().records(&[key(shop, id)])?.into_iter().flatten().next();
    let read = found.as_ref().map(read).transpose()?;
    Ok(read.map(|(_, version, kept)| (version, kept)))
}

/// Writes a receipt that stands on `version`; gives the version it is at now, or none if somebody
/// else wrote meanwhile.
pub(super) fn write(
    app: &App,
    shop: &ShopId,
    id: &ReceiptId,
    (version, kept): (Version, &Kept),
) -> Result<Option<Version>, Problem> {
    let draft = kept.draft(app, shop, id)?;
    let change = RecordChange::Put { draft, expected: Some(version) };
    let is_written = app.database().write_records(&[change])?;
    Ok(is_written.then(|| Version(version.0.saturating_add(1))))
}

/// Names what a request asks for.
pub(super) fn fingerprint(asked: &impl Serialize) -> String {
    hash(&[serde_json::to_string(asked).unwrap_or_default().as_bytes()])
}

/// What scales said when parcels of a case came in. Blocks.
pub(crate) fn weights(app: &App, path: &CasePath) -> Result<Vec<Weight>, Problem> {
    let page = RecordPage {
        mark: Some(case_mark(path.order.as_str(), path.case.as_str())),
        ..RecordPage::of(RECEIPT, path.shop.as_str(), 50)
    };
    let mut weights = Vec::new();
    for record in app.database().list_records(&page)? {
        let (_, _, kept) = read(&record)?;
        let Some(grams) = kept.weight_g else { continue };
        weights.push(Weight {
            what: "退货到仓称重".to_owned(),
            grams: i64::from(grams),
            at: kept.received_at.0,
            by: if kept.person.is_empty() { kept.by } else { kept.person },
        });
    }
    Ok(weights)
}

/// Receipts of one day, by id; no more than `limit`.
pub(super) fn of_day(
    app: &App,
    shop: &ShopId,
    day: i64,
    limit: usize,
) -> Result<BTreeMap<String, Kept>, Problem> {
    let page =
        RecordPage { mark: Some(day_mark(day)), ..RecordPage::of(RECEIPT, shop.as_str(), limit) };
    let records = app.database().list_records(&page)?;
    records.iter().map(|it| read(it).map(|(id, _, kept)| (id.0, kept))).collect()
}
