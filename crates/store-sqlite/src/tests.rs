use super::SqliteStore;
store::conformance_tests!(SqliteStore::open_temporary().unwrap());
