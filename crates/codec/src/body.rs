//! The dossier as a whole: a cache of its events.

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    Body, Case, Dossier,
    order::{Extension, Order},
    parcel::Parcel,
    payout::{HeldText, Payout},
    task::{Task, Timer},
};
use kernel::{ParcelNo, TaskId, TimerId};

use crate::{
    DecodeError,
    packed::{Damaged, Packed, Unpacker, declare::packed_struct, folded, joined},
};

/// Raise it when the same events make another dossier than before: the form of the stored fields
/// is in the format by itself.
const GENERATION: u64 = 1;

/// Stands first in every stored state.
const FORMAT: u32 = folded(joined(Body::FORM, GENERATION));

/// Room for most dossiers without growing.
const ROOM: usize = 8192;

/// The state of a dossier, to be stored beside its events. Empty if there is none.
pub fn encode_state(dossier: &Dossier) -> Vec<u8> {
    if *dossier == Dossier::Absent {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(ROOM);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    match dossier {
        Dossier::Absent => (),
        Dossier::Open(body) => {
            true.pack(&mut bytes);
            body.pack(&mut bytes);
        }
        Dossier::Stopped { at } => {
            false.pack(&mut bytes);
            at.pack(&mut bytes);
        }
    }
    bytes
}

/// Reads a stored state. An error is no loss: [`crate::replay`] the events instead.
pub fn decode_state(bytes: &[u8]) -> Result<Dossier, DecodeError> {
    if bytes.is_empty() {
        return Ok(Dossier::Absent);
    }
    match bytes.split_first_chunk() {
        Some((format, rest)) if u32::from_le_bytes(*format) == FORMAT => {
            Unpacker::all(rest, read).map_err(|Damaged| DecodeError::Damaged)
        }
        Some(_) | None => Err(DecodeError::OtherFormat),
    }
}

fn read(from: &mut Unpacker<'_>) -> Result<Dossier, Damaged> {
    if bool::unpack(from)? {
        return Packed::unpack(from).map(Dossier::Open);
    }
    Ok(Dossier::Stopped { at: Packed::unpack(from)? })
}

packed_struct! {
    Body {
        order: Order,
    } or {
        parcels: BTreeMap<ParcelNo, Parcel>,
        cases: Vec<Case>,
        tasks: BTreeMap<TaskId, Task>,
        timers: BTreeMap<TimerId, Timer>,
        payouts: Vec<Payout>,
        extensions: Vec<Extension>,
        pending: BTreeSet<String>,
        held_texts: Vec<HeldText>,
        n_tasks: u32,
        n_texts: u32,
    }
}
