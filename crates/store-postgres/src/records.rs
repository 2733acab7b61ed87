//! What an installation keeps besides dossiers.

mod write;

use kernel::Bucket;
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Records, StoreError, by_record};
use tokio_postgres::Row;

pub(crate) use self::write::restore;
use crate::{
    PostgresStore,
    bulk::Bulk,
    failure::Failure,
    row,
    session::{Session, Value},
    statements::record::{self as sql, Lists},
};

/// Bucket, kind, shop and id, as the tables have it.
pub(crate) type Key<'k> = (i16, &'k str, &'k str, &'k str);

pub(crate) fn key(key: &RecordKey) -> Key<'_> {
    (bucket(key), &key.kind, &key.shop, &key.id)
}

/// Where a record lies. Stored, so the answer must never change: as with dossiers, FNV-1a over
/// kind, shop and id with a zero byte between, folded into 1024 buckets.
fn bucket(RecordKey { kind, shop, id }: &RecordKey) -> i16 {
    let bytes = kind.bytes().chain([0]).chain(shop.bytes()).chain([0]).chain(id.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let folded = (hash ^ (hash >> 32)) & u64::from(Bucket::COUNT.saturating_sub(1));
    i16::try_from(folded).unwrap_or_default()
}

impl Records for PostgresStore {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError> {
        // A key that cannot be has no record; the server would not even take it.
        let can_be = (0..).zip(keys).filter(|(_, key)| key.check().is_ok());
        let asked = can_be.map(|(nth, of)| {
            let (bucket, kind, shop, id) = key(of);
            (bucket, kind, shop, id, nth)
        });
        let asked: Vec<(i16, &str, &str, &str, i64)> = asked.collect();
        if asked.is_empty() {
            return Ok(vec![None; keys.len()]);
        }
        let find = Bulk::new(&sql::FIND, asked);
        self.read("reading records", |session| {
            let mut records = vec![None; keys.len()];
            for found in session.pipeline(&find.requests(self.layout()))?.iter().flatten() {
                let nth: usize = row::unsigned(found, "nth")?;
                if let Some((slot, key)) = records.get_mut(nth).zip(keys.get(nth)) {
                    *slot = Some(record(found, key.clone())?);
                }
            }
            Ok(records)
        })
    }

    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError> {
        let by_record = by_record(changes)?;
        if by_record.is_empty() {
            return Ok(true);
        }
        self.insist(|session| write::change(session, self.layout(), &by_record))
            .map_err(|failure| failure.into_store_error("writing records"))
    }

    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError> {
        let Some(lists) = lists(page) else { return Ok(Vec::new()) };
        let sql = if page.descending { lists.descending } else { lists.ascending };
        self.read("listing records", |session| {
            let rows = asked(page, |values| session.query(sql, values))?;
            let RecordPage { kind, shop, .. } = page;
            let records = rows.iter().map(|it| {
                let (kind, shop, id) = (kind.clone(), shop.clone(), row::get(it, "id")?);
                record(it, RecordKey { kind, shop, id })
            });
            records.collect()
        })
    }

    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError> {
        let Some(lists) = lists(page) else { return Ok(0) };
        self.read("counting records", |session| {
            let rows = asked(page, |values| session.query(lists.count, values))?;
            rows.first().map_or(Ok(0), |it| row::unsigned(it, "n_records"))
        })
    }
}

/// `None` if nothing can be in the list: the server would not take what is asked for.
fn lists(page: &RecordPage) -> Option<&'static Lists> {
    let words = [Some(&page.kind), Some(&page.shop), page.mark.as_ref()];
    if words.into_iter().flatten().any(|it| it.contains('\0')) {
        return None;
    }
    Some(if page.mark.is_some() { &sql::OF_MARK } else { &sql::OF_KIND })
}

/// Calls `ask` with the parameters of the list.
fn asked<T>(page: &RecordPage, ask: impl FnOnce(&[Value<'_>]) -> T) -> T {
    let RecordPage { kind, shop, .. } = page;
    let ((from, from_id), (to, to_id)) = page.between();
    let limit = row::from_limit(page.limit);
    let mut values: Vec<Value<'_>> = vec![kind, shop, &from, &from_id, &to, &to_id, &limit];
    values.extend(page.mark.as_ref().map(|it| -> Value<'_> { it }));
    ask(&values)
}

/// See [`store::Copies::all_records`].
pub(crate) fn all(
    session: &Session,
    after: Option<&RecordKey>,
    limit: usize,
) -> Result<Vec<Record>, Failure> {
    // No kind is empty.
    let (kind, shop, id) =
        after.map_or(("", "", ""), |it| (it.kind.as_str(), it.shop.as_str(), it.id.as_str()));
    let rows = session.query(sql::ALL, &[&kind, &shop, &id, &row::from_limit(limit)])?;
    let records = rows.iter().map(|it| {
        let (kind, shop) = (row::get(it, "kind")?, row::get(it, "shop")?);
        record(it, RecordKey { kind, shop, id: row::get(it, "id")? })
    });
    records.collect()
}

fn record(it: &Row, key: RecordKey) -> Result<Record, Failure> {
    let (rank, marks, body) = (row::get(it, "rank")?, marks(it)?, row::get(it, "body")?);
    let marks = marks.into_iter().map(str::to_owned).collect();
    Ok(Record { version: row::version(it)?, draft: Draft { key, rank, marks, body } })
}

/// A mark has no line breaks.
fn marks(it: &Row) -> Result<Vec<&str>, Failure> {
    Ok(row::get::<&str>(it, "marks")?.lines().collect())
}
