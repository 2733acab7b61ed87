//! Clauses about lists of records.

use super::support::{all, drop_record, ids, marked, put, write};
use crate::{Database, RecordChange, RecordPage, Records};

pub fn records_are_listed_by_rank_and_id_both_ways(database: &dyn Database) {
    let ranks = [("c", 5), ("a", 5), ("b", -1), ("d", i64::MAX), ("e", i64::MIN), ("B", 5)];
    let changes = ranks.map(|(id, rank)| put(&format!("job//{id}"), rank, "m", None));
    assert!(write(database, &changes));
    let up = ["e", "b", "B", "a", "c", "d"];
    let mut down = up;
    down.reverse();
    for mark in [None, Some("m".to_owned())] {
        for (descending, order) in [(false, up), (true, down)] {
            let of = RecordPage { mark: mark.clone(), descending, ..RecordPage::of("job", "", 9) };
            assert_eq!(ids(database, &of), order);
            for limit in 1..8 {
                let walked = walk(database, &RecordPage { limit, ..of.clone() });
                assert_eq!(walked, order, "in pages of {limit}");
            }
            assert_eq!(ids(database, &RecordPage { limit: 0, ..of }), [""; 0]);
        }
    }
}

pub fn a_page_of_records_goes_on_from_a_place(database: &dyn Database) {
    let changes = ["a", "b", "c"].map(|id| put(&format!("job//{id}"), 5, "m", None));
    write(database, &changes);
    for mark in [None, Some("m".to_owned())] {
        let after = |rank, id: &str, descending| {
            let after = Some((rank, id.to_owned()));
            let (mark, of) = (mark.clone(), RecordPage::of("job", "", 9));
            ids(database, &RecordPage { mark, descending, after, ..of }).join("")
        };
        // The record of the place need not be there any more.
        assert_eq!(after(5, "aa", false), "bc");
        assert_eq!(after(5, "aa", true), "a");
        assert_eq!(after(5, "a\0", false), "bc");
        assert_eq!(after(5, "a\0", true), "a");
        assert_eq!(after(5, "a", true), "");
        assert_eq!(after(5, "c", false), "");
        assert_eq!(after(4, "z", false), "abc");
        assert_eq!(after(4, "z", true), "");
        assert_eq!(after(6, "", true), "cba");
        assert_eq!(after(6, "", false), "");
    }
}

pub fn records_are_listed_within_bounds_of_rank(database: &dyn Database) {
    let changes: Vec<RecordChange> =
        (0..10).map(|it| put(&format!("job//{it}"), it, "m", None)).collect();
    write(database, &changes);
    for mark in [None, Some("m".to_owned())] {
        let listed = |least, most, descending, after: Option<i64>| {
            let after = after.map(|it| (it, it.to_string()));
            let mark = mark.clone();
            let of = RecordPage::of("job", "", 99);
            let page = RecordPage { mark, least, most, descending, after, ..of };
            assert_eq!(database.count_records(&page).unwrap(), ids(database, &page).len());
            ids(database, &page).join("")
        };
        assert_eq!(listed(3, 6, false, None), "3456");
        assert_eq!(listed(3, 6, true, None), "6543");
        assert_eq!(listed(3, 6, false, Some(4)), "56");
        assert_eq!(listed(3, 6, true, Some(4)), "3");
        assert_eq!(listed(3, 6, false, Some(1)), "3456");
        assert_eq!(listed(3, 6, true, Some(8)), "6543");
        assert_eq!(listed(3, 6, false, Some(8)), "");
        assert_eq!(listed(3, 6, true, Some(1)), "");
        assert_eq!(listed(6, 6, false, None), "6");
        assert_eq!(listed(6, 3, false, None), "");
        assert_eq!(listed(6, 3, true, None), "");
        assert_eq!(listed(i64::MIN, 1, true, None), "10");
        assert_eq!(listed(8, i64::MAX, false, None), "89");
    }
}

pub fn records_of_a_mark_are_listed_alone(database: &dyn Database) {
    let changes = [
        put("user/demo/ann", 3, "role:agent active", None),
        put("user/demo/bob", 2, "role:finance active", None),
        put("user/demo/cai", 1, "role:agent", None),
        put("user/alba/dan", 1, "role:agent active", None),
        put("key/demo/ann", 1, "role:agent active", None),
    ];
    write(database, &changes);
    let agents = "cai@1 v1 role:agent; ann@3 v1 active role:agent";
    assert_eq!(marked(database, "user", "demo", "role:agent"), agents);
    assert_eq!(marked(database, "user", "demo", "role"), "");
    assert_eq!(marked(database, "user", "demo", "ROLE:AGENT"), "");
    assert_eq!(marked(database, "user", "demo", "role:_gent"), "");
}

pub fn records_of_shops_and_kinds_never_meet(database: &dyn Database) {
    let changes = [
        put("user/demo/ann", 1, "m", None),
        put("user/alba/ann", 2, "m", None),
        put("user//ann", 3, "m", None),
        put("users/demo/ann", 4, "m", None),
        // Run together, kind, shop and id are the same as those of others.
        put("use/rdemo/ann", 5, "m", None),
    ];
    write(database, &changes);
    for (nth, (kind, shop)) in
        (1..).zip([("user", "demo"), ("user", "alba"), ("user", ""), ("users", "demo")])
    {
        assert_eq!(all(database, kind, shop), format!("ann@{nth} v1 m"));
        assert_eq!(marked(database, kind, shop, "m"), format!("ann@{nth} v1 m"));
        let of = RecordPage::of(kind, shop, 9);
        assert_eq!(database.count_records(&of).unwrap(), 1);
    }
    write(database, &[drop_record("user/demo/ann", None)]);
    assert_eq!(all(database, "user", "alba"), "ann@2 v1 m");
    assert_eq!(marked(database, "users", "demo", "m"), "ann@4 v1 m");
}

pub fn records_are_counted_no_further_than_asked(database: &dyn Database) {
    let changes: Vec<RecordChange> = (0..7)
        .map(|it| put(&format!("job//{it}"), it, if it < 3 { "m" } else { "n" }, None))
        .collect();
    write(database, &changes);
    let count = |mark: Option<&str>, limit| {
        let mark = mark.map(str::to_owned);
        database.count_records(&RecordPage { mark, ..RecordPage::of("job", "", limit) }).unwrap()
    };
    assert_eq!([0, 3, 7, 99].map(|limit| count(None, limit)), [0, 3, 7, 7]);
    assert_eq!([0, 2, 3, 99].map(|limit| count(Some("m"), limit)), [0, 2, 3, 3]);
    assert_eq!(count(Some("o"), 99), 0);
    let nowhere = RecordPage::of("job", "demo", 99);
    assert_eq!(database.count_records(&nowhere).unwrap(), 0);
}

/// The ids of all records of a list, read a page at a time.
fn walk(records: &(impl Records + ?Sized), of: &RecordPage) -> Vec<String> {
    let (mut page, mut walked) = (of.clone(), Vec::new());
    loop {
        let found = records.list_records(&page).unwrap();
        assert!(found.len() <= page.limit);
        let Some(last) = found.last() else { return walked };
        page.after = Some((last.draft.rank, last.draft.key.id.clone()));
        walked.extend(found.into_iter().map(|it| it.draft.key.id));
    }
}
