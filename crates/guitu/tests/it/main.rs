//! What only the built program shows: files in, files out, exit codes, restarts and kills.
//!
//! **Invariant:** nothing here knows the program's types. It is given arguments and files, and is
//! judged by what it writes and how it exits.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test fails by panicking"
)]

mod again;
mod backups;
mod channels;
mod crash;
mod dirt;
mod explaining;
mod flags;
mod forms;
mod outputs;
mod packs;
mod places;
mod program;
mod server;
mod serving;
mod several;
mod table;
mod times;
mod triage;
mod walk;
mod worklist;
