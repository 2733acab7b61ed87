//! Writes that fail, and what is left afterwards.

use std::{
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
};

use expect_test::{Expect, expect};
use kernel::{ActorId, CommandKey, DossierKey, OrderNo, Timestamp};
use rusqlite::ffi;
use store::{Answered, Commit, Outcome, Seal, Store, StoreError, Version};

use super::Place;
use crate::SqliteStore;

fn commit(order: u32, state: Vec<u8>) -> Commit {
    Commit {
        dossier: key(order),
        expected: Version(0),
        at: Timestamp::from_epoch_seconds(0),
        actor: ActorId::new("agent").unwrap(),
        command: CommandKey::new("begin").unwrap(),
        fence: None,
        answered: Answered { fingerprint: 0, answer: String::new() },
        events: String::new(),
        seal: Seal([7; 32]),
        state,
        rows: Vec::new(),
    }
}

fn key(order: u32) -> DossierKey {
    DossierKey::new("demo".parse().unwrap(), OrderNo::new(order.to_string()).unwrap())
}

fn is_written(store: &SqliteStore, order: u32) -> bool {
    !store.dossiers(key(order).bucket(), None, 100).unwrap().is_empty()
}

/// The message and those of its sources.
#[track_caller]
fn check<T>(failed: Result<T, StoreError>, expected: Expect) {
    let Err(error) = failed else { panic!("it did not fail") };
    let mut told = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        told.push(error.to_string());
        source = error.source();
    }
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn a_full_disk_fails_the_batch_and_the_next_one_is_written() {
    let store = SqliteStore::open_temporary().unwrap();
    store.writer().connection().pragma_update(None, "max_page_count", 1).unwrap();
    let batch = [commit(1, vec![1]), commit(2, vec![2; 1_000_000])];
    check(
        store.commit(&batch),
        expect![[r#"
            the store failed: committing a batch
            the database refused
            database or disk is full
            Error code 13: database or disk is full"#]],
    );
    assert!(!is_written(&store, 1), "half a batch was written");

    store.writer().connection().pragma_update(None, "max_page_count", 100_000).unwrap();
    assert_eq!(store.commit(&batch).unwrap(), [Outcome::Committed; 2]);
}

#[test]
fn after_a_failed_sync_nothing_is_written_until_the_file_is_opened_again() {
    let place = Place::new();
    let store = place.open();
    store.commit(&[commit(1, vec![1])]).unwrap();
    learn(&store, ffi::SQLITE_IOERR_FSYNC);
    check(
        store.commit(&[commit(2, vec![2])]),
        expect![[r#"
            the store failed: committing a batch
            an earlier write may not have reached the disk; the file has to be opened again"#]],
    );
    assert!(is_written(&store, 1));
    assert!(!is_written(&store, 2));
    drop(store);
    assert_eq!(
        names(&place),
        ["guitu.db", "guitu.db-shm", "guitu.db-wal"],
        "the log was thrown away"
    );

    let store = place.open();
    assert!(is_written(&store, 1));
    assert_eq!(store.commit(&[commit(2, vec![2])]).unwrap(), [Outcome::Committed]);
}

#[test]
fn after_any_other_failure_writing_goes_on() {
    let store = SqliteStore::open_temporary().unwrap();
    learn(&store, ffi::SQLITE_IOERR_WRITE);
    learn(&store, ffi::SQLITE_FULL);
    learn(&store, ffi::SQLITE_BUSY);
    assert_eq!(store.commit(&[commit(1, vec![1])]).unwrap(), [Outcome::Committed]);
}

/// As if SQLite had said so.
fn learn(store: &SqliteStore, code: i32) {
    let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
    store.writer().syncing().learn(&error);
}

#[test]
fn a_panic_within_a_transaction_undoes_it() {
    let store = SqliteStore::open_temporary().unwrap();
    let interrupted = catch_unwind(AssertUnwindSafe(|| {
        store.write("being interrupted", |statements| -> rusqlite::Result<()> {
            statements.commit_all(&[commit(1, vec![1])])?;
            panic!("on purpose");
        })
    }));
    assert!(interrupted.is_err());
    assert_eq!(store.commit(&[commit(2, vec![2])]).unwrap(), [Outcome::Committed]);
    assert!(!is_written(&store, 1));
}

#[test]
fn a_long_log_is_moved_into_the_file_and_starts_over() {
    let store = SqliteStore::open_temporary().unwrap();
    let mut longest = 0;
    for order in 0..100_000 {
        store.commit(&[commit(order, vec![0; 2_000])]).unwrap();
        let pages = store.writer().log_pages();
        if pages < longest {
            return;
        }
        longest = pages;
    }
    panic!("the log has grown to {longest} pages");
}

#[test]
fn a_closed_store_is_one_file() {
    let place = Place::new();
    let store = place.open();
    store.commit(&[commit(1, vec![1])]).unwrap();
    assert!(is_written(&store, 1));
    assert_eq!(names(&place), ["guitu.db", "guitu.db-shm", "guitu.db-wal"]);
    drop(store);
    assert_eq!(names(&place), ["guitu.db"]);
}

#[test]
fn a_temporary_store_leaves_nothing_behind() {
    let store = SqliteStore::open_temporary().unwrap();
    let directory = store.path().parent().unwrap().to_owned();
    store.commit(&[commit(1, vec![1])]).unwrap();
    assert!(directory.exists());
    drop(store);
    assert!(!directory.exists());
}

fn names(place: &Place) -> Vec<String> {
    let entries = std::fs::read_dir(place.path.parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
