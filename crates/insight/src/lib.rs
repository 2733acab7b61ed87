//! Figures of what happened: how much, how fast, why.
//!
//! ```text
//! feed ──▶ Reader: events of each commit ──▶ counts ──▶ sums of a shop and day ──▶ Report
//! ```
//!
//! The reader follows the feed and adds what each commit counts to the sums of its day. A report
//! adds up days and divides; it reads one record a day, however many cases there were.
//!
//! **Invariant:** the sums and the place in the feed they stand for are written together, under
//! the versions they were read at. Every commit is counted once, by one of the processes.
//!
//! **Invariant:** what happened is only read. Nothing here decides anything.

mod counts;
mod reader;
mod report;
mod segments;
mod sums;

pub use crate::{
    reader::{InsightError, Progress, Reader, read_up_to},
    report::{Agent, Average, Due, Rate, Report, report},
    segments::Segment,
    sums::Sums,
};

#[cfg(test)]
mod tests;
