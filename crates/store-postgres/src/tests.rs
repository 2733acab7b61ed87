//! The clauses, the plans, and what may go wrong between a program and its database.

#![cfg(unix)]

mod failover;
mod faults;
mod feed;
mod months;
mod outcomes;
mod places;
mod plans;
mod records;
mod spread;
mod support;
mod tls;

use store_memory::MemoryStore;

use crate::sandbox::database;

store::conformance_tests!(database().into_store().store);
store::durable_conformance_tests!({
    let database = database();
    move || database.open()
});

/// Memory is simple enough to be seen to be right; here the database has to agree with it.
#[test]
fn memory_and_database_live_the_same_lives() {
    for seed in 0..12 {
        let opened = database().into_store();
        store::conformance::agree(seed, &MemoryStore::default(), &opened.store);
    }
}
