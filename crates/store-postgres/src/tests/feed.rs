//! Gaps in the feed: places that may still come, and places that never will.

use expect_test::{Expect, expect};
use kernel::Timestamp;
use store::{Feed, Store};

use super::support::commit;
use crate::{
    Config, PostgresStore,
    sandbox::{Database, database},
    session::Session,
};

/// A store, and another writer beside it who is slow.
struct Slow {
    store: PostgresStore,
    writer: Session,
    database: Database,
}

/// What a commit does last before it is one: a place is drawn, and a row is there that nobody sees.
const WRITE: &str = "
    INSERT INTO feed (bucket, place, at, written_at, shop, order_no, version)
    VALUES (7, nextval('feed_place'), 0,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, 'demo', 'slow', 1)";

impl Slow {
    fn new() -> Self {
        let database = database();
        let store = database.open();
        let writer = Session::open(&database.url().parse::<Config>().unwrap()).unwrap();
        Self { store, writer, database }
    }

    fn commit(&self, order: &str) {
        self.store.commit(&[commit(order, 0, "a")]).unwrap();
    }

    /// Half a minute passes, as far as can be told from what is committed.
    fn age(&self) {
        self.database.execute("UPDATE feed SET written_at = written_at - 31000000");
    }

    /// All commits here are of before the first second.
    fn trim(&self, limit: usize) -> usize {
        self.store.trim_feed(Timestamp::from_epoch_seconds(1), limit).unwrap()
    }

    /// The orders that are fed, and the end.
    #[track_caller]
    fn check(&self, expected: Expect) {
        let fed = self.store.feed(0, 100).unwrap();
        let orders = fed.iter().map(|it| it.dossier.order.as_str());
        let told = orders.collect::<Vec<_>>().join(" ");
        let end = fed.last().map_or(0, |it| it.place);
        assert_eq!(self.store.feed_end().unwrap(), end, "{told}");
        expected.assert_eq(&told);
    }
}

#[test]
fn who_is_slow_holds_back_those_behind_him() {
    let slow = Slow::new();
    slow.commit("1");
    slow.writer.execute("BEGIN").unwrap();
    slow.writer.execute(WRITE).unwrap();
    slow.commit("2");
    slow.check(expect!["1"]);
    // However slow he is.
    slow.age();
    slow.commit("3");
    slow.check(expect!["1 2 3"]);
    slow.writer.execute("COMMIT").unwrap();
    slow.check(expect!["1 slow 2 3"]);
}

#[test]
fn a_place_that_came_to_nothing_is_waited_for_and_then_passed() {
    let slow = Slow::new();
    slow.commit("1");
    slow.writer.execute("BEGIN").unwrap();
    slow.writer.execute(WRITE).unwrap();
    slow.commit("2");
    slow.writer.execute("ROLLBACK").unwrap();
    // It may be that somebody has written what this server cannot see yet.
    slow.check(expect!["1"]);
    slow.age();
    slow.check(expect!["1 2"]);
    slow.commit("3");
    slow.check(expect!["1 2 3"]);
}

#[test]
fn who_began_to_write_later_holds_nobody_back() {
    let slow = Slow::new();
    slow.commit("1");
    slow.database.execute("SELECT nextval('feed_place')");
    slow.commit("2");
    slow.check(expect!["1"]);
    slow.age();
    slow.writer.execute("BEGIN").unwrap();
    slow.writer.execute(WRITE).unwrap();
    slow.check(expect!["1 2"]);
    slow.commit("3");
    slow.check(expect!["1 2"]);
    slow.writer.execute("COMMIT").unwrap();
    slow.check(expect!["1 2 slow 3"]);
}

#[test]
fn what_was_cut_off_in_front_holds_nobody_back() {
    let slow = Slow::new();
    for order in ["1", "2", "3"] {
        slow.commit(order);
    }
    assert_eq!(slow.trim(2), 2);
    slow.commit("4");
    slow.check(expect!["3 4"]);
}

#[test]
fn nothing_is_forgotten_behind_one_who_is_slow() {
    let slow = Slow::new();
    slow.commit("1");
    slow.writer.execute("BEGIN").unwrap();
    slow.writer.execute(WRITE).unwrap();
    slow.commit("2");
    slow.commit("3");
    assert_eq!(slow.trim(9), 0);
    slow.check(expect!["1"]);
    slow.writer.execute("COMMIT").unwrap();
    assert_eq!(slow.trim(9), 3);
    slow.check(expect!["3"]);
}
