//! Clauses about dossiers read and written whole.

use kernel::{ActorId, DossierKey};

use super::{
    rows::attempt,
    support::{
        begin, case, cases, due_effects, due_timers, effect, entry, found, history, key, load,
        put_term, seal, task, tasks, term, timer, write,
    },
};
use crate::{Database, Finding, RowChange, SpendRow, Spending, TermKind, Version};

pub fn a_restored_dossier_is_as_it_was_dumped(database: &dyn Database) {
    let rows = vec![
        case("c", true, "asked", 1),
        case("d", false, "paid", 2),
        task("t", "agent", 2),
        timer("m", 3),
        effect("e", 4),
        entry(1, 1, "refunds", 5),
        entry(1, 2, "takings", -5),
    ];
    begin(database, "demo/1", rows);
    begin(database, "demo/2", vec![task("u", "agent", 9)]);
    attempt(database, &[("demo/1", "e", 20)]);
    let keys = [key("demo/2"), key("demo/9"), key("demo/1")];
    let dumps = database.dump(&keys).unwrap();
    let dumped: Vec<&DossierKey> = dumps.iter().map(|it| &it.dossier).collect();
    assert_eq!(dumped, [&keys[0], &keys[2]]);

    // Much happens, and is undone.
    let rows = vec![
        case("c", false, "refused", 7),
        case("f", true, "asked", 7),
        task("t", "finance", 7),
        task("v", "agent", 7),
        timer("n", 7),
        effect("e", 7),
        effect("f", 7),
        entry(2, 1, "refunds", 7),
    ];
    write(database, "demo/1", 1, "b", rows);
    database.restore(&dumps).unwrap();

    assert_eq!(database.dump(&keys).unwrap(), dumps);
    assert_eq!(load(database, "demo/1", "begin"), "1 state after begin, 7: answer to begin");
    assert_eq!(load(database, "demo/1", "b"), "1 state after begin");
    assert_eq!(dumps[1].seal, Some(seal("begin")));
    assert_eq!(history(database, "demo/1", 0, 9), "1:begin");
    assert_eq!(cases(database, "demo", true, None), "1/c@1");
    assert_eq!(cases(database, "demo", false, None), "1/d@2");
    assert_eq!(tasks(database, "demo", None), "1/t@2 2/u@9");
    assert_eq!(due_timers(database, 99, 9), "demo/1/m@3");
    assert_eq!(due_effects(database, 99, 9), "demo/1/e@20×1");
    assert_eq!(database.entries(&keys[2]).unwrap(), dumps[1].entries);
    // And life goes on.
    assert_eq!(write(database, "demo/1", 1, "b", vec![]), "committed");
}

pub fn versions_are_read_without_the_rest(database: &dyn Database) {
    begin(database, "demo/1", vec![]);
    write(database, "demo/1", 1, "b", vec![]);
    begin(database, "demo/2", vec![]);
    let versions = database.versions(&[key("demo/2"), key("demo/9"), key("demo/1")]).unwrap();
    assert_eq!(versions, [Version(1), Version(0), Version(2)]);
}

pub fn walking_the_words_meets_each_once(database: &dyn Database) {
    let kinds = [TermKind::Buyer, TermKind::Parcel, TermKind::PhoneTail];
    for order in 0..7 {
        let rows = kinds.map(|kind| put_term(kind, &format!("w{}", order % 3)));
        begin(database, &format!("demo/{order}"), rows.to_vec());
    }
    for limit in [1, 4, 100] {
        let mut walked = pages(limit, |after, limit| database.findings(after, limit).unwrap());
        walked.sort();
        assert_eq!(walked.len(), 21);
        walked.dedup();
        assert_eq!(walked.len(), 21, "in pages of {limit}");
    }

    let more = Finding { dossier: key("alba/1"), term: term(TermKind::Buyer, "w1") };
    database.add_findings(&[more.clone(), more]).unwrap();
    assert_eq!(found(database, "alba", &term(TermKind::Buyer, "w1")), "alba/1");
}

pub fn walking_what_was_given_meets_each_once(database: &dyn Database) {
    let spend = |actor: &str, payout: &str| SpendRow {
        payout: payout.to_owned(),
        actor: ActorId::new(actor).unwrap(),
        day: 3,
        amount: 100,
    };
    for order in 0..5 {
        let rows = [spend("a", "p1"), spend("b", "p1"), spend("a", "p2")];
        let rows = rows.map(RowChange::PutSpend).to_vec();
        begin(database, &format!("demo/{order}"), rows);
    }
    for limit in [1, 4, 100] {
        let walked = pages(limit, |after, limit| database.spendings(after, limit).unwrap());
        assert_eq!(walked.len(), 15, "in pages of {limit}");
    }
    let spent = |actor: &str| {
        let actor = ActorId::new(actor).unwrap();
        database.spent(&key("demo/0").shop, &actor, 3).unwrap()
    };
    assert_eq!((spent("a"), spent("b")), (1_000, 500));

    let again = Spending { dossier: key("demo/0"), row: spend("a", "p1") };
    let new = Spending { dossier: key("demo/0"), row: spend("a", "p3") };
    database.add_spendings(&[again, new]).unwrap();
    assert_eq!(spent("a"), 1_100);
}

/// Walks to the end, a page at a time.
fn pages<R: Clone>(limit: usize, page: impl Fn(Option<&R>, usize) -> Vec<R>) -> Vec<R> {
    let mut walked: Vec<R> = Vec::new();
    loop {
        let rows = page(walked.last(), limit);
        assert!(rows.len() <= limit);
        if rows.is_empty() {
            return walked;
        }
        walked.extend(rows);
    }
}
