//! What is known already of the orders that a file speaks of without bringing them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use dossier::{Body, Command, Dossier, words::Direction};
use intake::{
    Complaint, Expected, ItemRow, OrderRow, RefundRow, Severity, TrackRow,
    commands::{Planned, key_of},
};
use kernel::{DossierKey, OrderNo, ParcelNo, ShopId, Timestamp};
use store::Term;

use crate::{App, Problem};

/// Orders of the database, as rows that other rows can be joined to.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) orders: Vec<OrderRow>,
    pub(super) items: Vec<ItemRow>,
}

impl Known {
    /// The orders that refunds and tracks name, and that are not `uploaded`. Blocks.
    pub(super) fn read(
        app: &App,
        shop: &ShopId,
        uploaded: &BTreeSet<OrderNo>,
        refunds: &[RefundRow],
        tracks: &[TrackRow],
    ) -> Result<Self, Problem> {
        let named = refunds.iter().map(|it| &it.order_no);
        let named = named.chain(tracks.iter().filter_map(|it| it.order_no.as_ref()));
        let named: BTreeSet<&OrderNo> = named.filter(|it| !uploaded.contains(*it)).collect();
        let mut known = Self::default();
        for order in named {
            if let Some(body) = body_of(app, shop, order)? {
                known.take(order, &body);
            }
        }
        Ok(known)
    }

    fn take(&mut self, no: &OrderNo, body: &Body) {
        let order = &body.order;
        let paid = order.paid.total().unwrap_or(money::Money::fen(0));
        self.orders.push(OrderRow::of_known(no.clone(), paid));
        self.items.extend(order.lines.iter().map(|line| ItemRow {
            row: 0,
            order_no: no.clone(),
            suborder_no: None,
            sku: Some(line.sku.clone()),
            title: Some(line.title.as_str().into()),
            attributes: None,
            unit_price: Some(line.unit_price),
            quantity: line.quantity,
            discount_share: None,
            paid_share: Some(line.paid),
            status: None,
            goods_class: None,
        }));
    }
}

/// `None` if the order is not known, or nobody can work on it.
fn body_of(app: &App, shop: &ShopId, order: &OrderNo) -> Result<Option<Box<Body>>, Problem> {
    let key = DossierKey::new(shop.clone(), order.clone());
    match app.engine().dossier(&key)?.1 {
        Dossier::Open(body) => Ok(Some(body)),
        Dossier::Absent | Dossier::Stopped { .. } => Ok(None),
    }
}

/// Gives tracks that name no order the order whose parcel it is, as far as that is known; complains
/// once of each parcel that is nobody's. `named`: the parcels that the same files speak of. Blocks.
pub(super) fn find_orders(
    app: &App,
    shop: &ShopId,
    named: &BTreeSet<ParcelNo>,
    file: &Arc<str>,
    tracks: &mut [TrackRow],
) -> Result<Vec<Complaint>, Problem> {
    let mut found: BTreeMap<ParcelNo, Option<OrderNo>> = BTreeMap::new();
    let mut complaints = Vec::new();
    for track in tracks.iter_mut() {
        if track.order_no.is_some() || named.contains(&track.parcel) {
            continue;
        }
        if !found.contains_key(&track.parcel) {
            let holders = app.database().find(shop, &Term::parcel(&track.parcel), 1)?;
            let order = holders.into_iter().next().map(|it| it.order);
            if order.is_none() {
                complaints.push(nobodys(file, track));
            }
            found.insert(track.parcel.clone(), order);
        }
        track.order_no = found.get(&track.parcel).cloned().flatten();
    }
    Ok(complaints)
}

/// Complains of the tracks whose order is neither uploaded nor known.
pub(super) fn strangers(
    orders: &[OrderRow],
    file: &Arc<str>,
    tracks: &[TrackRow],
) -> Vec<Complaint> {
    let known: BTreeSet<&OrderNo> = orders.iter().map(|it| &it.order_no).collect();
    let is_stranger =
        |it: &&TrackRow| it.order_no.as_ref().is_some_and(|order| !known.contains(order));
    tracks.iter().filter(is_stranger).map(|it| nobodys(file, it)).collect()
}

fn nobodys(file: &Arc<str>, track: &TrackRow) -> Complaint {
    Complaint {
        file: Arc::clone(file),
        row: Some(track.row),
        column: None,
        found: track.parcel.to_string(),
        expected: Expected::KnownOrder,
        severity: Severity::Error,
    }
}

/// A parcel that is known to come back stays one that comes back, whatever file it is in. Blocks.
pub(super) fn as_known(app: &App, planned: &mut Planned, now: Timestamp) -> Result<(), Problem> {
    let Command::RecordScans { parcel, direction, case, .. } = &mut planned.command else {
        return Ok(());
    };
    if *direction != Direction::Outbound {
        return Ok(());
    }
    let key = &planned.dossier;
    let Some(body) = body_of(app, &key.shop, &key.order)? else { return Ok(()) };
    let Some(known) = body.parcels.values().find(|it| it.no == *parcel) else { return Ok(()) };
    if known.direction != *direction {
        *direction = known.direction;
        case.clone_from(&known.case);
        planned.key = key_of("scans", now, &planned.command).unwrap_or(planned.key.clone());
    }
    Ok(())
}
