//! What couriers say of the order's parcels.

use std::collections::BTreeSet;

use dossier::{
    Command,
    parcel::Scan,
    words::{Direction, ScanKind, Signer},
};
use kernel::{CaseNo, ParcelNo, Timestamp};

use super::{OneOrder, same_code};
use crate::tracks::TrackRow;

impl<'a> OneOrder<'_, 'a> {
    /// Parcels the order's row names, and those the tracks name the order for.
    fn outbound(&self) -> BTreeSet<&'a ParcelNo> {
        let join = self.join;
        let tracked = join.parcels_of.get(&self.order.order_no).into_iter().flatten().copied();
        let named = self.order.parcels.iter();
        named.chain(tracked).filter(|it| !join.returns.contains(*it)).collect()
    }

    fn tracks(&self, parcel: &ParcelNo) -> &[&'a TrackRow] {
        self.join.tracks.get(parcel).map_or(&[], Vec::as_slice)
    }

    pub(super) fn outbound_scans(&mut self) {
        for parcel in self.outbound() {
            let carrier = self.order.carrier.as_ref().map(|it| it.name.to_string());
            self.scans(parcel, carrier, Direction::Outbound, None);
        }
    }

    pub(super) fn return_scans(&mut self) {
        let refunds = self.join.refunds(&self.order.order_no).to_vec();
        for refund in refunds {
            if let Some(parcel) = &refund.return_parcel {
                let carrier = refund.return_carrier.as_ref().map(|it| it.name.to_string());
                self.scans(parcel, carrier, Direction::Return, Some(refund.refund_no.clone()));
            }
        }
    }

    fn scans(
        &mut self,
        parcel: &ParcelNo,
        carrier: Option<String>,
        direction: Direction,
        case: Option<CaseNo>,
    ) {
        let rows = self.tracks(parcel);
        let scans: Vec<Scan> = rows.iter().map(|it| scan(it)).collect();
        if scans.is_empty() && direction == Direction::Return {
            return;
        }
        let tracked = rows.iter().find_map(|it| it.carrier.as_ref()).map(|it| it.name.to_string());
        let command = Command::RecordScans {
            parcel: parcel.clone(),
            carrier: tracked.or(carrier).unwrap_or_default(),
            direction,
            case,
            scans,
        };
        self.push("scans", command, None);
    }

    fn scanned(&self) -> impl Iterator<Item = &'a TrackRow> + '_ {
        self.outbound().into_iter().flat_map(|it| self.tracks(it).iter().copied())
    }

    pub(super) fn first_outbound_scan(&self) -> Option<Timestamp> {
        self.scanned().map(scan).filter(|it| it.kind != ScanKind::Printed).map(|it| it.at).min()
    }

    pub(super) fn last_outbound_scan(&self) -> Option<Timestamp> {
        self.scanned().map(|it| it.at).max()
    }

    pub(super) fn is_remote_by_track(&self) -> bool {
        self.scanned().any(|it| it.remote == Some(true))
    }
}

/// A scan whose word nobody knows still shows that the parcel moves.
fn scan(row: &TrackRow) -> Scan {
    let kind = same_code(row.status).unwrap_or(ScanKind::Moving);
    Scan { at: row.at, kind, signer: row.signer.and_then(same_code::<_, Signer>) }
}
