//! The dossier as a whole: a cache of its events.

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    Body, Case, Dossier,
    order::Order,
    parcel::Parcel,
    payout::Payout,
    task::{Task, Timer},
};
use kernel::{ParcelNo, TaskId, TimerId};

use crate::{
    DecodeError,
    shape::{Out, declare::shape_struct},
    text,
};

/// Stands first in every stored state. Raise it when a stored state no longer says all that its
/// events say: states of another format are rebuilt from the events.
const FORMAT: u8 = b'1';

/// Room for most dossiers without growing.
const LARGE: usize = 8192;

/// The state of a dossier, to be stored beside its events. Empty if there is none.
///
/// An open dossier is an object, a stopped one is the text that says where.
pub fn encode_state(dossier: &Dossier) -> Vec<u8> {
    if *dossier == Dossier::Absent {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(LARGE);
    bytes.push(FORMAT);
    match dossier {
        Dossier::Absent => (),
        Dossier::Open(body) => text::put(&Out(&**body), &mut bytes),
        Dossier::Stopped { at } => text::put(at, &mut bytes),
    }
    bytes
}

/// Reads a stored state. [`DecodeError::OtherFormat`] is no damage: [`crate::replay`] the events.
pub fn decode_state(bytes: &[u8]) -> Result<Dossier, DecodeError> {
    match bytes.split_first() {
        None => Ok(Dossier::Absent),
        Some((&FORMAT, at)) if at.starts_with(b"\"") => {
            text::read_bytes("state", at).map(|at| Dossier::Stopped { at })
        }
        Some((&FORMAT, body)) => text::read_bytes("state", body).map(Dossier::Open),
        Some((&format, _)) => Err(DecodeError::OtherFormat { format }),
    }
}

shape_struct! {
    Body {
        order: Order,
    } or {
        parcels: BTreeMap<ParcelNo, Parcel>,
        cases: Vec<Case>,
        tasks: BTreeMap<TaskId, Task>,
        timers: BTreeMap<TimerId, Timer>,
        payouts: Vec<Payout>,
        pending: BTreeSet<String>,
        n_tasks: u32,
        n_texts: u32,
    }
}
