//! Writes of records that break off, and where records lie.

use std::{collections::BTreeSet, thread, time::Duration};

use expect_test::{Expect, expect};
use kernel::Bucket;
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, StoreError, Version};

use super::support::{Cut, Proxy};
use crate::{Config, PostgresStore, bulk::Layout, records, sandbox::database, session::Session};

fn put(id: &str, rank: i64, expected: Option<u64>) -> RecordChange {
    let key = RecordKey::of_all("job", id);
    let draft = Draft { key, rank, marks: BTreeSet::from(["m".to_owned()]), body: String::new() };
    RecordChange::Put { draft, expected: expected.map(Version) }
}

fn drop_record(id: &str) -> RecordChange {
    RecordChange::Drop { key: RecordKey::of_all("job", id), expected: None }
}

/// `a@1 v1` per record that carries the mark: id, rank and version.
fn told(store: &impl Records) -> String {
    let page = RecordPage { mark: Some("m".to_owned()), ..RecordPage::of("job", "", 99) };
    let records = store.list_records(&page).unwrap();
    let words = records
        .iter()
        .map(|Record { version, draft }| format!("{}@{} v{}", draft.key.id, draft.rank, version.0));
    words.collect::<Vec<_>>().join(" ")
}

/// The message and that of its source.
#[track_caller]
fn check(failed: Result<bool, StoreError>, expected: Expect) -> StoreError {
    let error = failed.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    expected.assert_eq(&format!("{error}\n{source}"));
    error
}

/// Unlike a command, a change has no name by which it could be found again: somebody else may have
/// written the same.
#[test]
fn a_change_whose_answer_is_lost_is_not_known_and_not_made_again() {
    for (layout, cut, left) in [
        (Layout::Whole, Cut::BeforeCommit, "a@1 v1"),
        (Layout::Whole, Cut::AfterCommit, "a@2 v2 b@3 v1"),
        (Layout::Spread, Cut::BeforeCommit, "a@1 v1"),
        (Layout::Spread, Cut::AfterCommit, "a@2 v2 b@3 v1"),
    ] {
        let database = database();
        let proxy = Proxy::before(&database.url());
        let mut store = PostgresStore::open_with(proxy.config()).unwrap();
        store.layout = layout;
        assert!(store.write_records(&[put("a", 1, Some(0))]).unwrap());
        proxy.arm(cut);
        let error = check(
            store.write_records(&[put("a", 2, None), put("b", 3, None)]),
            expect![[r#"
                the store failed: writing records
                it is not known whether it was done"#]],
        );
        assert!(!proxy.is_armed(), "the line was not cut");
        assert!(!error.is_busy());
        assert_eq!(told(&store), left, "{layout:?} {cut:?}");
    }
}

#[test]
fn a_connection_that_is_gone_before_anything_was_written_is_replaced() {
    let database = database();
    let store = database.open();
    assert!(store.write_records(&[put("a", 1, Some(0))]).unwrap());
    let other = session(&database.url());
    let terminate = "
        SELECT pg_terminate_backend(pid)
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(!other.query_once(terminate, &[]).unwrap().is_empty());
    assert!(store.write_records(&[put("a", 2, Some(1))]).unwrap());
    assert_eq!(told(&store), "a@2 v2");
}

#[test]
fn a_write_of_records_that_finds_no_connection_says_so() {
    let database = database();
    let mut config: Config = database.url().parse().unwrap();
    config.pool_size = 1;
    config.pool_timeout = Duration::from_millis(50);
    let store = PostgresStore::open_with(config).unwrap();
    let lent = store.pool.lend().unwrap();
    let error = check(
        store.write_records(&[put("a", 1, Some(0))]),
        expect![[r#"
            the store failed: writing records
            all connections are in use"#]],
    );
    assert!(error.is_busy());
    lent.give_back();
    assert!(store.write_records(&[put("a", 1, Some(0))]).unwrap());
}

/// Each would wait for a record that the other one has locked, if not all locked in one order.
#[test]
fn writers_of_the_same_records_in_opposite_orders_get_through() {
    let database = database();
    for layout in [Layout::Whole, Layout::Spread] {
        let mut store = database.open();
        store.layout = layout;
        assert!(store.write_records(&["a", "b", "c"].map(|it| put(it, 0, None))).unwrap());
        let write = |forward: bool| {
            for rank in 0..50 {
                let mut changes = ["a", "b", "c"].map(|it| put(it, rank, None)).to_vec();
                changes.push(put(&format!("{forward} {rank}"), rank, None));
                if !forward {
                    changes.reverse();
                }
                assert!(store.write_records(&changes).unwrap());
            }
        };
        thread::scope(|scope| {
            for forward in [true, false] {
                let write = &write;
                scope.spawn(move || write(forward));
            }
        });
        let found = store.records(&[RecordKey::of_all("job", "a")]).unwrap();
        assert_eq!(found[0].as_ref().unwrap().version, Version(101));
        assert!(store.write_records(&["a", "b", "c"].map(drop_record)).unwrap());
    }
}

#[test]
fn a_refused_change_leaves_no_transaction_open() {
    let database = database();
    let store = database.open();
    assert!(!store.write_records(&[put("a", 1, Some(0)), put("b", 1, Some(7))]).unwrap());
    let other = session(&database.url());
    let open = "
        SELECT count(*)
        FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    assert_eq!(other.query_once(open, &[]).unwrap()[0].get::<_, i64>(0), 0);
    assert_eq!(told(&store), "");
}

/// Rows out there lie in these very buckets.
#[test]
fn a_record_lies_where_it_always_did() {
    let bucket = |key: RecordKey| records::key(&key).0;
    let demo = "demo".parse().unwrap();
    let buckets = [
        bucket(RecordKey::of_shop("user", &demo, "ann")),
        bucket(RecordKey::of_shop("user", &demo, "bob")),
        bucket(RecordKey::of_all("user", "ann")),
        bucket(RecordKey::of_all("session", "安娜")),
    ];
    assert!(buckets.iter().all(|it| (0..Bucket::COUNT.cast_signed()).contains(it)));
    expect!["[624, 928, 939, 80]"].assert_eq(&format!("{buckets:?}"));
}

fn session(url: &str) -> Session {
    Session::open(&url.parse::<Config>().unwrap()).unwrap()
}
