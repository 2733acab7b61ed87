//! Records move with a shop; dossiers are moved by the tests of the program.

use std::collections::BTreeSet;

use store::{Copies, Draft, RecordChange, RecordKey, RecordPage, Records, Version};
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;

use super::{Copied, copy};

fn put(id: &str, rank: i64) -> RecordChange {
    let key = RecordKey::of_all("user", id);
    let marks = BTreeSet::from(["mark".to_owned()]);
    let body = format!("{{\"rank\":{rank}}}");
    RecordChange::Put { draft: Draft { key, rank, marks, body }, expected: None }
}

#[test]
fn records_are_copied_at_their_versions_and_those_that_are_gone_are_dropped() {
    let (from, to) = (MemoryStore::default(), SqliteStore::open_temporary().unwrap());
    let first: Vec<RecordChange> = (0..2_500).map(|it| put(&format!("u{it:04}"), it % 7)).collect();
    from.write_records(&first).unwrap();
    from.write_records(&[put("u0001", 9)]).unwrap();
    to.write_records(&[put("stranger", 1), put("u0002", 1)]).unwrap();

    let copied = copy(&from, &to).unwrap();
    assert_eq!((copied.records_written, copied.records), (2_501, 2_500));
    assert_eq!(to.all_records(None, 9_999).unwrap(), from.all_records(None, 9_999).unwrap());
    let [moved] = to.records(&[RecordKey::of_all("user", "u0001")]).unwrap().try_into().unwrap();
    assert_eq!(moved.unwrap().version, Version(2));

    // Once more: what has changed since is written, and lists are as they were.
    assert_eq!(copy(&from, &to).unwrap(), Copied { records_written: 0, ..copied });
    let gone = RecordChange::Drop { key: RecordKey::of_all("user", "u0003"), expected: None };
    from.write_records(&[gone, put("u0004", 9)]).unwrap();
    let again = copy(&from, &to).unwrap();
    assert_eq!((again.records_written, again.records), (2, 2_499));
    assert_ne!(again.digest, copied.digest);
    let page = RecordPage {
        mark: Some("mark".to_owned()),
        descending: true,
        ..RecordPage::of("user", "", 5)
    };
    assert_eq!(to.list_records(&page).unwrap(), from.list_records(&page).unwrap());
}
