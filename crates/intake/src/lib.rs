//! A merchant's files in, worklists and registers out.
//!
//! ```text
//! bytes ─▶ Sheet ─▶ OrderRow, ItemRow, RefundRow, TrackRow ─▶ (triage, import)
//!            │               │
//!            ▼               ▼
//!        FileError       Complaint, RejectedRow          Table ─▶ CSV, XLSX, terminal
//! ```
//!
//! [`read_sheet`] looks at what a file *is* (not at what it is called), finds its header and its
//! encoding, and hands out rows. [`read_orders`], [`read_items`], [`read_refunds`] and
//! [`read_tracks`] turn rows into values; what cannot be read becomes a [`Complaint`] that names
//! file, row and column, and the row is kept aside as it stood. Which header means which column,
//! and which marketplace word means which of our codes, is data: a [`Dictionary`].
//!
//! **Invariant:** a value that cannot be read is never replaced by a default. Either the cell was
//! empty and the field is `None`, or the row is refused.
//!
//! **Invariant:** no bytes make this crate panic, and memory is bounded by what the rows need: text
//! is read line by line, workbooks cell by cell, archives are measured before they are unpacked.
//!
//! **Invariant:** names, addresses and telephone numbers never appear in complaints.

mod complaint;
mod dictionary;
mod fold;
mod items;
mod orders;
mod packs;
mod reading;
mod references;
mod refunds;
mod sheet;
mod tracks;
mod value;
mod words;

pub mod commands;
pub mod out;

pub use crate::{
    complaint::{Complaint, Expected, FileError, FileProblem, Language, Phrase, Severity},
    dictionary::{Carrier, Concept, Dictionary},
    items::{ItemRow, read_items},
    orders::{OrderRow, read_orders},
    packs::pack_sources,
    reading::{Context, Reading, Rejected, RejectedRow, rows_as_they_stand},
    references::check_references,
    refunds::{RefundRow, read_refunds},
    sheet::{Format, Sheet, open_sheet, read_sheet},
    tracks::{TrackRow, read_tracks},
    words::{
        Extent, GoodsState, OrderStatus, Reason, RefundKind, RefundStatus, Signer, TrackStatus,
    },
};

#[cfg(test)]
mod tests;
