//! Clauses about ledger entries and documents: what is kept for good.

use super::support::{begin, commit, entry, key, shop, write};
use crate::{Database, Document, RowChange, SpendRow, Store};

pub fn entries_come_in_order_of_posting_and_position(store: &dyn Store) {
    let rows = vec![
        entry(2, 1, "refunds", 30),
        entry(1, 2, "cash", -10),
        entry(1, 1, "refunds", 10),
        entry(10, 1, "refunds", 1),
    ];
    begin(store, "demo/1", rows);
    write(store, "demo/1", 1, "b", vec![entry(2, 2, "cash", -30), entry(10, 2, "cash", -1)]);
    begin(store, "demo/2", vec![entry(1, 1, "refunds", 99)]);

    let entries = store.entries(&key("demo/1")).unwrap();
    let told: Vec<_> = entries.iter().map(|it| (it.posting, it.position, it.amount)).collect();
    assert_eq!(told, [(1, 1, 10), (1, 2, -10), (2, 1, 30), (2, 2, -30), (10, 1, 1), (10, 2, -1)]);
}

pub fn an_entry_written_twice_fails_and_the_first_stands(store: &dyn Store) {
    begin(store, "demo/1", vec![entry(1, 1, "refunds", 10)]);
    let again = commit("demo/1", 1, "b", vec![entry(1, 1, "refunds", 70)]);
    store.commit(&[again]).unwrap_err();
    let within =
        commit("demo/2", 0, "b", vec![entry(1, 1, "refunds", 7), entry(1, 1, "refunds", 8)]);
    store.commit(&[within]).unwrap_err();

    assert_eq!(store.entries(&key("demo/1")).unwrap()[0].amount, 10);
    assert_eq!(totals(store), [("refunds".to_owned(), 10, 1)]);
    // The failure is that call's own.
    assert_eq!(write(store, "demo/1", 1, "c", vec![entry(2, 1, "refunds", 5)]), "committed");
}

pub fn totals_are_the_sums_of_what_was_written(store: &dyn Store) {
    assert_eq!(totals(store), []);
    begin(store, "demo/1", vec![entry(1, 1, "refunds", 250), entry(1, 2, "cash", -250)]);
    begin(store, "alba/2", vec![entry(1, 1, "refunds", 30), entry(1, 2, "coupons", -30)]);
    let expected = [("cash", -250, 1), ("coupons", -30, 1), ("refunds", 280, 2)];
    assert_eq!(totals(store), expected.map(|(account, sum, n)| (account.to_owned(), sum, n)));
}

fn totals(store: &dyn Store) -> Vec<(String, i64, u64)> {
    let totals = store.totals().unwrap();
    assert!(totals.iter().all(|it| it.tender == "cash"));
    let mut told: Vec<_> =
        totals.into_iter().map(|it| (it.account, it.amount, it.n_entries)).collect();
    told.sort();
    told
}

pub fn spending_adds_up_by_shop_person_and_day(store: &dyn Store) {
    let spend = |payout: &str, actor: &str, day, amount| {
        let (payout, actor) = (payout.to_owned(), actor.parse().unwrap());
        RowChange::PutSpend(SpendRow { payout, actor, day, amount })
    };
    begin(store, "demo/1", vec![spend("p1", "ann", 20_000, 300), spend("p2", "ann", 20_000, 50)]);
    begin(store, "demo/2", vec![spend("p1", "ann", 20_000, 7), spend("p2", "ben", 20_000, 1_000)]);
    begin(store, "alba/1", vec![spend("p1", "ann", 20_000, 9_000)]);
    begin(store, "demo/3", vec![spend("p1", "ann", 20_001, 80_000)]);
    let spent =
        |of: &str, actor: &str, day| store.spent(&shop(of), &actor.parse().unwrap(), day).unwrap();
    assert_eq!(spent("demo", "ann", 20_000), 357);
    assert_eq!(spent("demo", "ann", 20_001), 80_000);
    assert_eq!(spent("demo", "ben", 20_000), 1_000);
    assert_eq!(spent("alba", "ann", 20_000), 9_000);
    assert_eq!(spent("alba", "ben", 20_000), 0);
}

pub fn the_first_body_of_a_document_stands(store: &dyn Store) {
    assert!(store.keep(&document("pack", "base@1", "first")).unwrap());
    assert!(!store.keep(&document("pack", "base@1", "second")).unwrap());
    assert!(store.keep(&document("calendar", "base@1", "third")).unwrap());
    assert_eq!(store.documents("pack").unwrap(), [document("pack", "base@1", "first")]);
}

pub fn documents_of_a_kind_are_listed_by_name(store: &dyn Database) {
    for name in ["b", "a", "c"] {
        store.keep(&document("pack", name, "body")).unwrap();
    }
    store.keep(&document("packs", "d", "body")).unwrap();
    let names: Vec<_> = store.documents("pack").unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(store.documents("nothing").unwrap(), []);
    let all = store.all_documents().unwrap().into_iter().map(|it| (it.kind, it.name));
    let all: Vec<String> = all.map(|(kind, name)| format!("{kind}/{name}")).collect();
    assert_eq!(all, ["pack/a", "pack/b", "pack/c", "packs/d"]);
}

pub(super) fn document(kind: &str, name: &str, body: &str) -> Document {
    Document { kind: kind.to_owned(), name: name.to_owned(), body: body.to_owned() }
}
