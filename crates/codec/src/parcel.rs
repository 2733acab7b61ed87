//! Parcels and their tracks.

use dossier::{
    parcel::{Parcel, Scan},
    words::{Direction, ScanKind, Signer},
};
use kernel::{CaseNo, ParcelNo, Timestamp};

use serde::{Deserializer, Serializer};

use crate::{
    packed::declare::{packed_struct, state_struct},
    shape::{Shape, declare::shape_struct},
};

packed_struct! {
    Parcel {
        no: ParcelNo,
        direction: Direction,
    } or {
        carrier: String,
        case: Option<CaseNo>,
        scans: Vec<Scan>,
    }
}

state_struct! {
    Scan {
        at: Timestamp,
        kind: ScanKind,
    } or {
        signer: Option<Signer>,
    }
}

/// A parcel and its carrier, as a buyer names them.
struct Named {
    parcel: ParcelNo,
    carrier: String,
}

shape_struct! { Named { parcel: ParcelNo } or { carrier: String } }

impl Shape for (ParcelNo, String) {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (parcel, carrier) = self.clone();
        Named { parcel, carrier }.write(to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Named::read(from).map(|Named { parcel, carrier }| (parcel, carrier))
    }
}
