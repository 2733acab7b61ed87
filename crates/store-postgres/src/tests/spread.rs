//! The same clauses with the statements and transactions meant for Citus, one dossier a statement
//! and one bucket a transaction. A plain server takes them as well.

use store_memory::MemoryStore;

use crate::{
    bulk::Layout,
    sandbox::{Opened, database},
};

store::conformance_tests!(spread().store);

fn spread() -> Opened {
    let mut opened = database().into_store();
    opened.store.layout = Layout::Spread;
    opened
}

#[test]
fn memory_and_a_spread_database_live_the_same_lives() {
    for seed in 0..6 {
        store::conformance::agree(seed, &MemoryStore::default(), &spread().store);
    }
}
