//! Money on its way to the buyer.

use kernel::{ActorId, CaseNo, LineNo, PayoutKey, Quantity, Timestamp};
use money::{Money, Tenders};

use crate::{case::Pieces, words::Purpose};

/// One movement of money to the buyer, under one key for life.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payout {
    pub key: PayoutKey,
    pub case: CaseNo,
    pub purpose: Purpose,
    pub amount: Tenders,
    /// What the pieces were worth before deductions; nothing unless goods money.
    pub entitled: Money,
    /// The outward postage within `amount`.
    pub postage: Money,
    /// The pieces it is for. For goods money they cannot be paid for again.
    pub pieces: Vec<Pieces>,
    pub maker: ActorId,
    pub reserved_at: Timestamp,
    pub status: PayoutStatus,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PayoutStatus {
    /// Promised or waiting for approval: nobody else can have this money.
    Reserved,
    /// The provider has been asked, or is about to be: not before `held_until`.
    Sending {
        since: Timestamp,
        held_until: Option<Timestamp>,
    },
    /// The provider may or may not have paid. The money stays reserved; it is asked, never told
    /// again under another key.
    Unknown {
        since: Timestamp,
    },
    Settled {
        at: Timestamp,
        reference: String,
    },
    /// Proven not to have been paid. May be sent again, under the same key.
    Failed {
        at: Timestamp,
        why: String,
    },
    /// Given up. The money is free again.
    Released {
        at: Timestamp,
    },
}

impl PayoutStatus {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Sending { .. } => "sending",
            Self::Unknown { .. } => "unknown",
            Self::Settled { .. } => "settled",
            Self::Failed { .. } => "failed",
            Self::Released { .. } => "released",
        }
    }

    /// Whether the money counts as given or promised.
    pub fn holds_money(&self) -> bool {
        match self {
            Self::Reserved | Self::Sending { .. } | Self::Unknown { .. } | Self::Settled { .. } => {
                true
            }
            Self::Failed { .. } | Self::Released { .. } => false,
        }
    }
}

/// A text to the buyer that waits with the payout of the same decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldText {
    pub case: CaseNo,
    pub number: u32,
    pub until: Timestamp,
}

impl Payout {
    /// The moment it leaves, if it waits for that at `now`.
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self.status {
            PayoutStatus::Sending { held_until, .. } => held_until.filter(|it| now < *it),
            PayoutStatus::Reserved
            | PayoutStatus::Unknown { .. }
            | PayoutStatus::Settled { .. }
            | PayoutStatus::Failed { .. }
            | PayoutStatus::Released { .. } => None,
        }
    }

    pub fn quantity_of(&self, line: LineNo) -> Quantity {
        let found = self.pieces.iter().find(|it| it.line == line);
        found.map_or(Quantity::ZERO, |it| it.quantity)
    }
}
