//! Clauses about what lasts. Each is handed a way to open the same place again and again.

use kernel::CaseNo;

use super::{
    ledger::document,
    rows::attempt,
    support::{
        at, begin, case, cases, due_effects, due_timers, effect, entry, found, history, key, keys,
        load, put_term, task, tasks, term, timer, write,
    },
};
use crate::{Database, TermKind};

/// Opens one place afresh.
pub type Open<'a> = &'a dyn Fn() -> Box<dyn Database>;

pub fn everything_survives_closing_and_reopening(open: Open<'_>) {
    let store = open();
    let rows = vec![
        case("c", true, "asked", 1),
        task("t", "agent", 2),
        timer("m", 3),
        effect("e", 4),
        entry(1, 1, "refunds", 5),
        put_term(TermKind::Buyer, "li"),
    ];
    begin(&*store, "demo/1", rows);
    write(&*store, "demo/1", 1, "b", vec![]);
    store.keep(&document("pack", "base@1", "body")).unwrap();
    drop(store);

    let store = &*open();
    assert_eq!(load(store, "demo/1", "begin"), "2 state after b, 7: answer to begin");
    assert_eq!(history(store, "demo/1", 0, 9), "1:begin 2:b");
    assert_eq!(cases(store, "demo", true, None), "1/c@1");
    assert_eq!(tasks(store, "demo", None), "1/t@2");
    assert_eq!(due_timers(store, 9, 9), "demo/1/m@3");
    assert_eq!(due_effects(store, 9, 9), "demo/1/e@4");
    assert_eq!(found(store, "demo", &term(TermKind::Buyer, "li")), "demo/1");
    assert!(store.case(&key("demo/1"), &CaseNo::new("c").unwrap()).unwrap().is_some());
    assert_eq!(store.entries(&key("demo/1")).unwrap().len(), 1);
    assert_eq!(store.totals().unwrap().len(), 1);
    assert_eq!(keys(&store.dossiers(key("demo/1").bucket(), None, 9).unwrap()), "demo/1");
    assert_eq!(store.documents("pack").unwrap(), [document("pack", "base@1", "body")]);
    assert_eq!(write(store, "demo/1", 1, "c", vec![]), "conflict, actually at 2");
    assert_eq!(write(store, "demo/1", 2, "c", vec![]), "committed");
}

pub fn attempts_survive_closing_and_reopening(open: Open<'_>) {
    let store = open();
    begin(&*store, "demo/1", vec![effect("e", 4)]);
    attempt(&*store, &[("demo/1", "e", 20)]);
    attempt(&*store, &[("demo/1", "e", 30)]);
    drop(store);
    assert_eq!(due_effects(&*open(), 30, 9), "demo/1/e@30×2");
}

pub fn places_go_on_after_reopening(open: Open<'_>) {
    let database = open();
    begin(&*database, "demo/1", vec![]);
    let first = database.feed_end().unwrap();
    // Whatever can be forgotten is.
    database.trim_feed(at(i64::MAX), 10).unwrap();
    drop(database);
    let database = open();
    assert_eq!(database.feed_end().unwrap(), first);
    begin(&*database, "demo/2", vec![]);
    let [fed] = database.feed(first, 9).unwrap().try_into().unwrap();
    assert!(first < fed.place);
    assert_eq!(fed.dossier, key("demo/2"));
}

pub fn two_openings_of_a_place_share_it_and_conflict_by_version(open: Open<'_>) {
    let (left, right) = (open(), open());
    begin(&*left, "demo/1", vec![task("t", "agent", 1)]);
    assert_eq!(write(&*right, "demo/1", 0, "x", vec![]), "conflict, actually at 1");
    assert_eq!(write(&*right, "demo/1", 1, "b", vec![]), "committed");
    assert_eq!(write(&*left, "demo/1", 1, "c", vec![]), "conflict, actually at 2");
    assert_eq!(tasks(&*right, "demo", None), "1/t@1");
    assert_eq!(history(&*left, "demo/1", 0, 9), "1:begin 2:b");
}
