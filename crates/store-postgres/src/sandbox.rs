//! A private PostgreSQL server for tests, and in it a database for each.
//!
//! The server is started from the binaries of an installed PostgreSQL, listens on a socket in a
//! folder of its own, and is gone with the tests: a shell beside it waits for the end of the
//! process that owns it, however that ends, and then stops it and removes the folder. Under
//! `cargo nextest` that is the runner, so that all tests of a run share one server; under
//! `cargo test` the test program. `GUITU_TEST_POSTGRES_URL` names a server to use instead.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support, linked only into tests"
)]

mod server;
mod shared;

pub use self::{
    server::Server,
    shared::{Database, Opened, database, empty_database},
};
