//! Closed cases go to the month in which they were opened, and are found there.

use kernel::{CaseNo, Timestamp};
use store::{CaseRow, Commit, Outcome, RowChange, Store};

use super::support::{commit, key};
use crate::{
    PostgresStore,
    sandbox::{Database, database},
    session::Session,
};

/// 2024-02-29 12:00, and the last second of that month.
const LEAP_DAY: i64 = 1_709_208_000;
const LAST_SECOND: i64 = 1_709_251_199;

fn put(store: &PostgresStore, expected: u64, case: &str, open: bool, opened_at: i64) {
    let row = CaseRow {
        case: CaseNo::new(case).unwrap(),
        status: "paid".to_owned(),
        open,
        rank: 0,
        opened_at: Timestamp::from_epoch_seconds(opened_at),
        body: format!("body at {opened_at}"),
    };
    let one = Commit {
        rows: vec![RowChange::PutCase(row)],
        ..commit("1", expected, &format!("c{expected}"))
    };
    assert_eq!(store.commit(&[one]).unwrap(), [Outcome::Committed]);
}

/// `case_done_2024_02 a`, one per closed case, with the table it is in.
fn closed(database: &Database) -> String {
    let session = Session::open(&database.url().parse().unwrap()).unwrap();
    let sql = "
        SELECT tableoid::regclass || ' ' || case_no
        FROM case_done
        ORDER BY case_no, opened_at";
    let rows = session.query_once(sql, &[]).unwrap();
    rows.iter().map(|it| it.get::<_, String>(0)).collect::<Vec<_>>().join("\n")
}

fn body(store: &PostgresStore, case: &str) -> Option<String> {
    store.case(&key("1"), &CaseNo::new(case).unwrap()).unwrap().map(|it| it.body)
}

#[test]
fn a_month_is_made_when_the_first_case_of_it_closes() {
    let database = database();
    let store = database.open();
    put(&store, 0, "a", false, LEAP_DAY);
    put(&store, 1, "b", false, LAST_SECOND);
    put(&store, 2, "c", false, LAST_SECOND + 1);
    assert_eq!(closed(&database), "case_done_2024_02 a\ncase_done_2024_02 b\ncase_done_2024_03 c");
    for (case, at) in [("a", LEAP_DAY), ("b", LAST_SECOND), ("c", LAST_SECOND + 1)] {
        assert_eq!(body(&store, case), Some(format!("body at {at}")));
    }
    // Another process learns of it when it opens the database.
    put(&database.open(), 3, "d", false, LEAP_DAY);
    assert!(closed(&database).ends_with("case_done_2024_02 d"));
}

#[test]
fn a_case_is_in_one_place_however_often_it_moves() {
    let database = database();
    let store = database.open();
    put(&store, 0, "a", false, LEAP_DAY);
    put(&store, 1, "a", true, LEAP_DAY);
    assert_eq!(closed(&database), "");
    assert_eq!(body(&store, "a"), Some(format!("body at {LEAP_DAY}")));
    put(&store, 2, "a", false, LAST_SECOND + 1);
    put(&store, 3, "a", false, LEAP_DAY);
    put(&store, 4, "a", false, LAST_SECOND);
    assert_eq!(closed(&database), "case_done_2024_02 a");
    assert_eq!(body(&store, "a"), Some(format!("body at {LAST_SECOND}")));
}

#[test]
fn dates_that_cannot_be_right_have_a_place() {
    let database = database();
    let store = database.open();
    put(&store, 0, "a", false, i64::MIN);
    put(&store, 1, "b", false, i64::MAX);
    put(&store, 2, "c", false, 0);
    assert_eq!(closed(&database), "case_done_other a\ncase_done_other b\ncase_done_other c");
    assert_eq!(body(&store, "b"), Some(format!("body at {}", i64::MAX)));
}

#[test]
fn a_month_that_cannot_be_made_is_done_without() {
    let database = database();
    let store = database.open();
    put(&store, 0, "a", false, LEAP_DAY);
    database.execute("DROP TABLE case_done_2024_02");
    // The store still believes in the partition: the row goes where it can.
    put(&store, 1, "b", false, LEAP_DAY);
    assert_eq!(closed(&database), "case_done_other b");
    // A newly opened one cannot make it, because its rows are elsewhere by now.
    put(&database.open(), 2, "c", false, LEAP_DAY);
    assert_eq!(closed(&database), "case_done_other b\ncase_done_other c");
}

#[test]
fn this_month_and_the_next_are_made_ahead() {
    let database = database();
    let session = Session::open(&database.url().parse().unwrap()).unwrap();
    let sql = "
        SELECT count(*)
        FROM generate_series(0, 3) AS g (n)
        WHERE to_regclass('case_done_' || to_char(now() + make_interval(months => n), 'YYYY_MM'))
            IS NOT NULL";
    // At the turn of the month the template may be a month behind.
    assert!(3 <= session.query_once(sql, &[]).unwrap()[0].get::<_, i64>(0));
}
