//! From rows to commands: what a merchant's files ask of the engine.
//!
//! Rows of four files are joined by order number into one sequence per order: the order, its
//! parcels' scans, the requests, and the scans of what comes back. A command is named after what it
//! says and when it was said: the same row at the same instant is the same command, and a row that
//! says again what it said before something else is a new one.

mod lines;
mod orders;
mod parcels;
mod requests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dossier::{Command, words::Channel};
use kernel::{CommandKey, DossierKey, OrderNo, ParcelNo, ShopId, Timestamp};

use crate::{
    complaint::{Complaint, Expected, Severity},
    items::ItemRow,
    orders::OrderRow,
    refunds::RefundRow,
    tracks::TrackRow,
    words::RefundStatus,
};

/// What the files say, joined.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    pub orders: &'a [OrderRow],
    pub items: &'a [ItemRow],
    pub refunds: &'a [RefundRow],
    pub tracks: &'a [TrackRow],
    /// Name of the refunds file, for complaints.
    pub refunds_file: &'a Arc<str>,
}

/// A command for one dossier, and the row of the refunds file it comes from, if any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    pub dossier: DossierKey,
    pub key: CommandKey,
    pub command: Command,
    pub refund_row: Option<u32>,
}

/// Where and when the files belong.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The shop of orders whose rows do not name one.
    pub shop: ShopId,
    pub channel: Channel,
    pub now: Timestamp,
}

/// The commands, in an order in which each finds what it builds on, and complaints about rows that
/// could only be understood in part.
pub fn plan(files: Files<'_>, setting: &Setting) -> (Vec<Planned>, Vec<Complaint>) {
    let join = Join::new(files);
    let mut planned = Vec::new();
    let mut complaints = Vec::new();
    for order in files.orders {
        let mut one = OneOrder { join: &join, setting, order, planned: &mut planned };
        one.record();
        one.outbound_scans();
        for refund in join.refunds(&order.order_no) {
            complaints.extend(one.apply(refund));
        }
        one.return_scans();
    }
    (planned, complaints)
}

/// What a command of a file is called: after what it says, and when that was said. `what` is one
/// short word. `None` only if that is no word.
pub fn key_of(what: &str, now: Timestamp, command: &Command) -> Option<CommandKey> {
    let at = now.epoch_seconds();
    CommandKey::new(format!("{what}-{at}-{:016x}", codec::fingerprint(command))).ok()
}

/// The rows of each order.
struct Join<'a> {
    files: Files<'a>,
    items: BTreeMap<&'a OrderNo, Vec<&'a ItemRow>>,
    refunds: BTreeMap<&'a OrderNo, Vec<&'a RefundRow>>,
    tracks: BTreeMap<&'a ParcelNo, Vec<&'a TrackRow>>,
    parcels_of: BTreeMap<&'a OrderNo, BTreeSet<&'a ParcelNo>>,
    returns: BTreeSet<&'a ParcelNo>,
    /// Return numbers that more than one buyer gave (FRAUD-02).
    shared: BTreeSet<&'a ParcelNo>,
}

impl<'a> Join<'a> {
    fn new(files: Files<'a>) -> Self {
        let mut items: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for item in files.items {
            items.entry(&item.order_no).or_default().push(item);
        }
        let mut refunds: BTreeMap<_, Vec<&RefundRow>> = BTreeMap::new();
        for refund in files.refunds {
            refunds.entry(&refund.order_no).or_default().push(refund);
        }
        // What was refunded is gone. Of the rest, who asked first has the first claim.
        let is_open = |it: &RefundRow| it.status != RefundStatus::Refunded;
        for rows in refunds.values_mut() {
            rows.sort_by_key(|it| (is_open(it), it.applied_at, it.row));
        }
        let mut tracks: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut parcels_of: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for track in files.tracks {
            tracks.entry(&track.parcel).or_default().push(track);
            if let Some(order) = &track.order_no {
                parcels_of.entry(order).or_default().insert(&track.parcel);
            }
        }
        let buyers: BTreeMap<&OrderNo, &str> = files
            .orders
            .iter()
            .map(|it| (&it.order_no, it.buyer.as_deref().unwrap_or(it.order_no.as_str())))
            .collect();
        let mut given_by: BTreeMap<&ParcelNo, BTreeSet<&str>> = BTreeMap::new();
        for refund in files.refunds {
            if let Some(parcel) = &refund.return_parcel {
                let buyer = buyers.get(&refund.order_no).copied();
                given_by
                    .entry(parcel)
                    .or_default()
                    .insert(buyer.unwrap_or(refund.order_no.as_str()));
            }
        }
        let returns = given_by.keys().copied().collect();
        let shared =
            given_by.into_iter().filter(|(_, by)| 1 < by.len()).map(|(parcel, _)| parcel).collect();
        Self { files, items, refunds, tracks, parcels_of, returns, shared }
    }

    fn refunds(&self, order: &OrderNo) -> &[&'a RefundRow] {
        self.refunds.get(order).map_or(&[], Vec::as_slice)
    }

    fn items(&self, order: &OrderNo) -> &[&'a ItemRow] {
        self.items.get(order).map_or(&[], Vec::as_slice)
    }
}

/// One order in the making.
struct OneOrder<'j, 'a> {
    join: &'j Join<'a>,
    setting: &'j Setting,
    order: &'a OrderRow,
    planned: &'j mut Vec<Planned>,
}

impl OneOrder<'_, '_> {
    fn dossier(&self) -> DossierKey {
        let named = self.order.shop.as_deref().map(ShopId::lossy);
        let shop = named.unwrap_or_else(|| self.setting.shop.clone());
        DossierKey::new(shop, self.order.order_no.clone())
    }

    fn push(&mut self, what: &str, command: Command, refund_row: Option<u32>) {
        if let Some(key) = key_of(what, self.setting.now, &command) {
            let dossier = self.dossier();
            self.planned.push(Planned { dossier, key, command, refund_row });
        }
    }

    fn warn(&self, row: u32, found: String, expected: Expected) -> Complaint {
        Complaint {
            file: Arc::clone(self.join.files.refunds_file),
            row: Some(row),
            column: None,
            found,
            expected,
            severity: Severity::Warning,
        }
    }
}

/// The same code in another crate's closed set of words.
fn same_code<F: kernel::Choice, T: kernel::Choice>(from: F) -> Option<T> {
    T::from_code(from.code())
}
