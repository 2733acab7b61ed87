//! The clauses, the plans, and a file that is not ours.

mod faults;
mod files;
mod older;
mod plans;
mod settings;

use std::path::PathBuf;

use store_memory::MemoryStore;

use crate::SqliteStore;

store::conformance_tests!(SqliteStore::open_temporary().unwrap());
store::durable_conformance_tests!({
    let place = Place::new();
    move || place.open()
});

/// A file that outlives the stores that open it, and goes with its folder.
struct Place {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("guitu.db");
        Self { _directory: directory, path }
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path).unwrap()
    }
}

/// Memory is simple enough to be seen to be right; here the file has to agree with it.
#[test]
fn memory_and_file_live_the_same_lives() {
    for seed in 0..24 {
        let file = SqliteStore::open_temporary().unwrap();
        store::conformance::agree(seed, &MemoryStore::default(), &file);
    }
}
