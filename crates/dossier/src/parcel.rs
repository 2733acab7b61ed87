//! Something in a courier's hands, outbound or on its way back, and its track.

use kernel::{CaseNo, ParcelNo, Span, Timestamp};

use crate::words::{Direction, ScanKind, Signer};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parcel {
    pub no: ParcelNo,
    pub carrier: String,
    pub direction: Direction,
    /// The case whose goods it carries; none for what the shop sent out first.
    pub case: Option<CaseNo>,
    /// In order of time, without repeats.
    pub scans: Vec<Scan>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Scan {
    pub at: Timestamp,
    pub kind: ScanKind,
    /// Only said of a parcel that was signed for.
    pub signer: Option<Signer>,
}

impl Parcel {
    pub fn last(&self) -> Option<&Scan> {
        self.scans.last()
    }

    fn scan_of(&self, kind: ScanKind) -> Option<&Scan> {
        self.scans.iter().find(|it| it.kind == kind)
    }

    pub fn signed(&self) -> Option<&Scan> {
        self.scan_of(ScanKind::Signed)
    }

    /// Refused, turned round or back: the goods are returning to the shop (INTC-07).
    pub fn is_coming_back(&self) -> bool {
        self.scans.iter().any(|it| {
            matches!(it.kind, ScanKind::Refused | ScanKind::Returning | ScanKind::Returned)
        })
    }

    pub fn is_back(&self) -> bool {
        match self.direction {
            Direction::Outbound => self.scan_of(ScanKind::Returned).is_some(),
            Direction::Return => self.signed().is_some(),
        }
    }

    /// Whether the courier has had it in hand at all.
    pub fn is_moving(&self) -> bool {
        self.scans.iter().any(|it| it.kind != ScanKind::Printed)
    }

    /// The time since the courier last said anything; none if it never did.
    pub fn silent_for(&self, now: Timestamp) -> Option<Span> {
        let moved = self.scans.iter().rev().find(|it| it.kind != ScanKind::Printed)?;
        Some(now.since(moved.at))
    }

    /// Adds scans that are not known yet. Answers whether there were any.
    pub fn add(&mut self, scans: &[Scan]) -> bool {
        let before = self.scans.len();
        for scan in scans {
            if let Err(at) = self.scans.binary_search(scan) {
                self.scans.insert(at, *scan);
            }
        }
        before < self.scans.len()
    }
}
