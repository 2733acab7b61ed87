//! Short notation: `user/demo/ann` is a record's key, `user//root` one of the installation.

use crate::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, StoreError, Version};

pub(in super::super) fn key(text: &str) -> RecordKey {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    let mut part = || parts.next().unwrap();
    RecordKey { kind: part(), shop: part(), id: part() }
}

/// Marks are words with a space between.
pub(in super::super) fn draft(of: &str, rank: i64, marks: &str) -> Draft {
    let marks = marks.split_whitespace().map(str::to_owned).collect();
    Draft { key: key(of), rank, marks, body: format!("body of {of} at {rank}") }
}

pub(in super::super) fn put_draft(draft: &Draft, expected: Option<u64>) -> RecordChange {
    RecordChange::Put { draft: draft.clone(), expected: expected.map(Version) }
}

pub(in super::super) fn put(
    of: &str,
    rank: i64,
    marks: &str,
    expected: Option<u64>,
) -> RecordChange {
    put_draft(&draft(of, rank, marks), expected)
}

pub(in super::super) fn drop_record(of: &str, expected: Option<u64>) -> RecordChange {
    RecordChange::Drop { key: key(of), expected: expected.map(Version) }
}

pub(in super::super) fn write(records: &(impl Records + ?Sized), changes: &[RecordChange]) -> bool {
    records.write_records(changes).unwrap()
}

/// `ann@5 v2 a b` per record: id, rank, version and marks.
pub(in super::super) fn all(records: &(impl Records + ?Sized), kind: &str, shop: &str) -> String {
    told(&records.list_records(&RecordPage::of(kind, shop, 99)).unwrap())
}

/// The same, of those that carry a mark.
pub(in super::super) fn marked(
    records: &(impl Records + ?Sized),
    kind: &str,
    shop: &str,
    mark: &str,
) -> String {
    let page = RecordPage { mark: Some(mark.to_owned()), ..RecordPage::of(kind, shop, 99) };
    told(&records.list_records(&page).unwrap())
}

pub(in super::super) fn told(records: &[Record]) -> String {
    let words = records.iter().map(|Record { version, draft }| {
        let Draft { key, rank, marks, body } = draft;
        assert_eq!(*body, format!("body of {}/{}/{} at {rank}", key.kind, key.shop, key.id));
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        format!("{}@{rank} v{} {}", key.id, version.0, marks.join(" "))
    });
    words.collect::<Vec<_>>().join("; ")
}

pub(in super::super) fn ids(records: &(impl Records + ?Sized), page: &RecordPage) -> Vec<String> {
    let records = records.list_records(page).unwrap();
    records.into_iter().map(|it| it.draft.key.id).collect()
}

#[track_caller]
pub(in super::super) fn refused(written: Result<bool, StoreError>, why: &str) {
    let error = written.unwrap_err();
    assert!(!error.is_busy());
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), why);
}
