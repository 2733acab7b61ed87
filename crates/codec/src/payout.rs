//! Money on its way to the buyer.

use dossier::{
    case::Pieces,
    command::PayoutOutcome,
    payout::{HeldText, Payout, PayoutStatus},
    words::Purpose,
};
use kernel::{ActorId, CaseNo, PayoutKey, Timestamp};
use money::{Money, Tenders};

use crate::{
    packed::declare::{packed_struct, state_enum, state_struct},
    shape::declare::shape_enum,
};

state_struct! {
    Payout {
        key: PayoutKey,
        case: CaseNo,
        purpose: Purpose,
        amount: Tenders,
        pieces: Vec<Pieces>,
        maker: ActorId,
        reserved_at: Timestamp,
        status: PayoutStatus,
    } or {
        entitled: Money,
        postage: Money,
    }
}

state_enum! {
    PayoutStatus {
        "reserved" Reserved,
        "sending" Sending { since: Timestamp } or { held_until: Option<Timestamp> },
        "unknown" Unknown { since: Timestamp },
        "settled" Settled { at: Timestamp, reference: String },
        "failed" Failed { at: Timestamp, why: String },
        "released" Released { at: Timestamp },
    }
}

packed_struct! { HeldText { case: CaseNo, number: u32, until: Timestamp } }

shape_enum! {
    PayoutOutcome {
        "done" Done { reference: String },
        "not-done" NotDone { why: String },
        "unknown" Unknown,
    }
}
