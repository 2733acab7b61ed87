//! Clauses about what is kept besides dossiers.

mod lists;
pub(super) mod support;

use std::{collections::BTreeSet, sync::Barrier};

pub use self::lists::*;
use self::support::{all, draft, drop_record, ids, key, marked, put, put_draft, refused, write};
use super::durable::Open;
use crate::{Database, Draft, Record, RecordChange, RecordKey, RecordPage, Version};

pub fn a_record_comes_back_as_it_was_put(database: &dyn Database) {
    assert!(write(database, &[]));
    let ann = Draft {
        body: "{\"name\":\"安娜\"}".to_owned(),
        ..draft("user/demo/安娜 1", i64::MIN, "phone:13800 mail:a@b.c 手机")
    };
    let root = Draft { marks: BTreeSet::new(), ..draft("user//root", i64::MAX, "") };
    let changes = [put_draft(&ann, Some(0)), put_draft(&root, None)];
    assert!(write(database, &changes));
    let keys = ["user//root", "user/demo/nobody", "user/demo/安娜 1", "webhook/demo/安娜 1"];
    let found = database.records(&keys.map(key)).unwrap();
    let [ann, root] = [ann, root].map(|draft| Some(Record { version: Version(1), draft }));
    assert_eq!(found, [root, None, ann, None]);
    assert_eq!(database.records(&[]).unwrap(), []);
}

pub fn a_record_is_written_at_the_version_it_is_expected_at(database: &dyn Database) {
    assert!(!write(database, &[put("user/demo/ann", 1, "a", Some(1))]), "there is none yet");
    assert!(write(database, &[put("user/demo/ann", 1, "a", Some(0))]));
    assert!(!write(database, &[put("user/demo/ann", 2, "b", Some(0))]), "there is one already");
    assert!(write(database, &[put("user/demo/ann", 3, "c", Some(1))]));
    assert!(!write(database, &[put("user/demo/ann", 4, "d", Some(1))]), "it is stale");
    assert!(!write(database, &[put("user/demo/ann", 4, "d", Some(3))]), "it is from the future");
    assert_eq!(all(database, "user", "demo"), "ann@3 v2 c");
    assert!(write(database, &[put("user/demo/ann", 5, "e", None)]));
    assert!(write(database, &[put("user/demo/bob", 6, "f", None)]));
    assert_eq!(all(database, "user", "demo"), "ann@5 v3 e; bob@6 v1 f");
}

pub fn a_dropped_record_is_gone_and_starts_over(database: &dyn Database) {
    let drop = |expected| drop_record("user/demo/ann", expected);
    assert!(write(database, &[drop(None), drop(Some(0))]), "there is nothing to drop");
    assert!(!write(database, &[drop(Some(1))]));
    write(database, &[put("user/demo/ann", 1, "a b", None)]);
    write(database, &[put("user/demo/ann", 1, "a b", None)]);
    assert!(!write(database, &[drop(Some(1))]), "it is stale");
    assert!(!write(database, &[drop(Some(0))]), "it is there");
    assert_eq!(all(database, "user", "demo"), "ann@1 v2 a b");
    assert!(write(database, &[drop(Some(2))]));
    assert_eq!(all(database, "user", "demo"), "");
    assert_eq!(marked(database, "user", "demo", "a"), "");
    assert!(write(database, &[put("user/demo/ann", 7, "a", Some(0))]));
    assert_eq!(all(database, "user", "demo"), "ann@7 v1 a");
    assert_eq!(marked(database, "user", "demo", "a"), "ann@7 v1 a");
    assert!(write(database, &[drop(None)]));
    assert_eq!(all(database, "user", "demo"), "");
}

pub fn records_are_written_all_or_none(database: &dyn Database) {
    write(database, &[put("user/demo/ann", 1, "a", None), put("job//j", 1, "a", None)]);
    let changes = |expected| {
        [
            put("user/demo/ann", 2, "b", Some(1)),
            put("session/alba/s", 2, "b", Some(0)),
            drop_record("job//j", Some(1)),
            put("webhook/demo/w", 2, "b", Some(expected)),
        ]
    };
    let seen = || {
        let of = [("user", "demo"), ("session", "alba"), ("job", ""), ("webhook", "demo")];
        of.map(|(kind, shop)| all(database, kind, shop)).join(" | ")
    };
    assert!(!write(database, &changes(1)));
    assert_eq!(seen(), "ann@1 v1 a |  | j@1 v1 a | ");
    assert_eq!(marked(database, "user", "demo", "b"), "");
    assert!(write(database, &changes(0)));
    assert_eq!(seen(), "ann@2 v2 b | s@2 v1 b |  | w@2 v1 b");
}

pub fn changes_of_one_record_follow_each_other(database: &dyn Database) {
    let changes = |last| {
        [
            put("user/demo/ann", 1, "a", Some(0)),
            put("user/demo/ann", 2, "b", Some(1)),
            drop_record("user/demo/ann", Some(2)),
            put("user/demo/ann", 3, "c", Some(0)),
            put("user/demo/ann", 4, "d e", Some(last)),
        ]
    };
    assert!(!write(database, &changes(4)));
    assert_eq!(all(database, "user", "demo"), "");
    assert!(write(database, &changes(1)));
    assert_eq!(all(database, "user", "demo"), "ann@4 v2 d e");
    assert_eq!(marked(database, "user", "demo", "a"), "");
    assert_eq!(marked(database, "user", "demo", "c"), "");
    let changes = [put("user/demo/ann", 5, "f", Some(2)), drop_record("user/demo/ann", Some(3))];
    assert!(write(database, &changes));
    assert_eq!(all(database, "user", "demo"), "");
    assert_eq!(marked(database, "user", "demo", "d"), "");
}

pub fn marks_are_replaced_with_the_record(database: &dyn Database) {
    write(database, &[put("user/demo/ann", 1, "a b", None), put("user/demo/bob", 2, "b", None)]);
    assert_eq!(marked(database, "user", "demo", "b"), "ann@1 v1 a b; bob@2 v1 b");
    write(database, &[put("user/demo/ann", 1, "a c", None)]);
    assert_eq!(marked(database, "user", "demo", "a"), "ann@1 v2 a c");
    assert_eq!(marked(database, "user", "demo", "b"), "bob@2 v1 b");
    assert_eq!(marked(database, "user", "demo", "c"), "ann@1 v2 a c");
    // A new rank moves it in the lists of all of its marks.
    write(database, &[put("user/demo/ann", 3, "a b", None)]);
    assert_eq!(marked(database, "user", "demo", "b"), "bob@2 v1 b; ann@3 v3 a b");
    assert_eq!(marked(database, "user", "demo", "c"), "");
    write(database, &[put("user/demo/ann", 3, "", None)]);
    assert_eq!(marked(database, "user", "demo", "a"), "");
    assert_eq!(all(database, "user", "demo"), "bob@2 v1 b; ann@3 v4 ");
}

pub fn what_cannot_be_a_record_fails_and_nothing_is_written(database: &dyn Database) {
    let long = "x".repeat(201);
    let key = |kind: &str, shop: &str, id: &str| RecordKey {
        kind: kind.to_owned(),
        shop: shop.to_owned(),
        id: id.to_owned(),
    };
    let unfit = [
        (key("user", "demo", ""), "the id of a record is empty"),
        (key("", "demo", "a"), "the kind of a record is empty"),
        (key("user", "demo", &long), "the id of a record has 201 bytes, and at most 200 fit"),
        (key("user", "demo", "a\0"), "the id `a\\0` of a record has control characters"),
        (key("user", "de\nmo", "a"), "the shop `de\\nmo` of a record has control characters"),
    ];
    let good = put("user/demo/ann", 1, "a", None);
    for (key, why) in &unfit {
        let draft = Draft { key: key.clone(), ..draft("user/demo/ann", 1, "a") };
        refused(database.write_records(&[good.clone(), put_draft(&draft, None)]), why);
        let drop = RecordChange::Drop { key: key.clone(), expected: None };
        refused(database.write_records(&[good.clone(), drop]), why);
        assert_eq!(database.records(std::slice::from_ref(key)).unwrap(), [None]);
        let (kind, shop) = (key.kind.clone(), key.shop.clone());
        let page = RecordPage { kind, shop, ..RecordPage::of("user", "demo", 9) };
        assert_eq!(database.list_records(&page).unwrap(), []);
    }
    for (mark, why) in [
        ("", "the mark of a record is empty"),
        (&*long, "the mark of a record has 201 bytes, and at most 200 fit"),
        ("a\nb", "the mark `a\\nb` of a record has control characters"),
    ] {
        let draft =
            Draft { marks: BTreeSet::from([mark.to_owned()]), ..draft("user/demo/bob", 1, "") };
        refused(database.write_records(&[good.clone(), put_draft(&draft, None)]), why);
    }
    assert_eq!(all(database, "user", "demo"), "");
    let longest = RecordKey { id: "\u{10ffff}".repeat(50), ..key("user", "demo", "") };
    let draft = Draft { key: longest, ..draft("user/demo/ann", i64::MAX, "\u{10ffff}") };
    assert!(write(database, &[put_draft(&draft, None)]));
    for mark in [None, Some("\u{10ffff}"), Some("\u{10ffff}\0")] {
        let mark = mark.map(str::to_owned);
        let n_found = usize::from(mark.as_ref().is_none_or(|it| !it.contains('\0')));
        let page = RecordPage { mark, ..RecordPage::of("user", "demo", 9) };
        assert_eq!(ids(database, &page).len(), n_found);
        assert_eq!(database.count_records(&page).unwrap(), n_found);
        assert_eq!(ids(database, &RecordPage { descending: true, ..page }).len(), n_found);
    }
}

pub fn of_many_who_write_a_record_at_one_version_exactly_one_does(database: &dyn Database) {
    const N_WRITERS: i64 = 4;
    for round in 0..10_u64 {
        let barrier = Barrier::new(4);
        let compete = |name: i64| {
            // Each in another order, and with a record of its own.
            let mut changes = vec![
                put("job//shared", name, "m", Some(round)),
                put("job/demo/shared", name, "m", Some(round)),
                put(&format!("job/alba/r{round}-w{name}"), name, "m", Some(0)),
            ];
            changes.rotate_left(usize::try_from(name).unwrap() % 3);
            barrier.wait();
            write(database, &changes)
        };
        let won: Vec<bool> = std::thread::scope(|scope| {
            let compete = &compete;
            let writers: Vec<_> =
                (0..N_WRITERS).map(|name| scope.spawn(move || compete(name))).collect();
            writers.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(won.iter().filter(|it| **it).count(), 1, "round {round}: {won:?}");
        let winner = won.iter().position(|it| *it).unwrap();
        let seen = format!("shared@{winner} v{} m", round + 1);
        assert_eq!(all(database, "job", ""), seen);
        assert_eq!(marked(database, "job", "demo", "m"), seen);
        let n_own = database.count_records(&RecordPage::of("job", "alba", 99)).unwrap();
        assert_eq!(u64::try_from(n_own).unwrap(), round + 1, "a loser left a record");
    }
}

pub fn records_that_many_make_and_drop_keep_their_marks(database: &dyn Database) {
    const N_WRITERS: u64 = 4;
    let work = |name: u64| {
        for step in 0..25 {
            let id = format!("job//{}", (step + name) % 3);
            let rank = i64::try_from(name).unwrap();
            let change = match (step + name) % 4 {
                0 => drop_record(&id, None),
                _ => put(&id, rank, &format!("m all by:{name}"), None),
            };
            assert!(write(database, &[change, put("job//3", rank, "all", None)]));
        }
    };
    std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..N_WRITERS).map(|it| scope.spawn(move || work(it))).collect();
        for worker in workers {
            worker.join().unwrap();
        }
    });
    let listed = database.list_records(&RecordPage::of("job", "", 99)).unwrap();
    assert_eq!(marked(database, "job", "", "all"), all(database, "job", ""));
    for record in &listed {
        for mark in &record.draft.marks {
            let of = RecordPage { mark: Some(mark.clone()), ..RecordPage::of("job", "", 99) };
            assert!(ids(database, &of).contains(&record.draft.key.id), "{record:?}");
        }
    }
    let last = database.records(&[key("job//3")]).unwrap();
    assert_eq!(last[0].as_ref().unwrap().version, Version(100));
}

pub fn walking_all_records_meets_each_once(database: &dyn Database) {
    let keys = ["user/demo/a", "user//b", "job/demo/c", "user/demo/d", "user/alba/e", "job//f"];
    let changes: Vec<RecordChange> = keys.iter().map(|it| put(it, 5, "m", None)).collect();
    assert!(write(database, &changes));
    for limit in [1, 4, 99] {
        let mut walked: Vec<RecordKey> = Vec::new();
        loop {
            let page = database.all_records(walked.last(), limit).unwrap();
            assert!(page.len() <= limit);
            if page.is_empty() {
                break;
            }
            walked.extend(page.into_iter().map(|it| it.draft.key));
        }
        let mut all = keys.map(key);
        all.sort();
        assert_eq!(walked, all, "in pages of {limit}");
    }
}

pub fn restored_records_are_as_they_were_read(database: &dyn Database) {
    write(database, &[put("job//a", 1, "m n", None), put("job//b", 2, "m", None)]);
    write(database, &[put("job//a", 3, "m n", None)]);
    let kept = database.all_records(None, 9).unwrap();
    let changes = [drop_record("job//a", None), put("job//b", 7, "o", None)];
    assert!(write(database, &changes));
    database.restore_records(&kept).unwrap();
    assert_eq!(database.all_records(None, 9).unwrap(), kept);
    assert_eq!(marked(database, "job", "", "m"), "b@2 v1 m; a@3 v2 m n");
    assert_eq!(marked(database, "job", "", "o"), "");
    assert!(write(database, &[put("job//a", 4, "m", Some(2))]));
    database.restore_records(&[]).unwrap();
}

pub fn records_survive_closing_and_reopening(open: Open<'_>) {
    let database = open();
    write(&*database, &[put("user/demo/ann", 1, "a", None), put("user//bob", 2, "b", None)]);
    write(&*database, &[put("user/demo/ann", 3, "c", Some(1)), drop_record("user//bob", None)]);
    drop(database);
    let database = &*open();
    assert_eq!(all(database, "user", "demo"), "ann@3 v2 c");
    assert_eq!(marked(database, "user", "demo", "c"), "ann@3 v2 c");
    assert_eq!(marked(database, "user", "demo", "a"), "");
    assert_eq!(all(database, "user", ""), "");
    assert!(!write(database, &[put("user/demo/ann", 4, "d", Some(1))]));
    assert!(write(database, &[put("user/demo/ann", 4, "d", Some(2))]));
}

pub fn two_openings_of_a_place_conflict_over_a_record(open: Open<'_>) {
    let (left, right) = (open(), open());
    assert!(write(&*left, &[put("job//a", 1, "m", Some(0))]));
    assert!(!write(&*right, &[put("job//a", 2, "m", Some(0))]));
    assert!(write(&*right, &[put("job//a", 2, "n", Some(1))]));
    assert!(!write(&*left, &[drop_record("job//a", Some(1))]));
    assert_eq!(marked(&*left, "job", "", "n"), "a@2 v2 n");
}
