//! What an installation keeps besides dossiers.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, ToSql};
use store::{
    Draft, Ending, Record, RecordChange, RecordKey, RecordPage, Records, StoreError, Version,
    by_record, ending,
};

use crate::{SqliteStore, row};

pub(crate) const RECORD: &str = "
    SELECT id, version, rank, marks, body
    FROM record
    WHERE kind = ?1 AND shop = ?2 AND id = ?3";

pub(crate) const STANDING: &str = "
    SELECT version, rank, marks
    FROM record
    WHERE kind = ?1 AND shop = ?2 AND id = ?3";

const PUT: &str = "
    INSERT INTO record (kind, shop, id, version, rank, marks, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT (kind, shop, id) DO UPDATE
    SET version = excluded.version, rank = excluded.rank, marks = excluded.marks,
        body = excluded.body";

pub(crate) const DROP: &str = "
    DELETE FROM record
    WHERE kind = ?1 AND shop = ?2 AND id = ?3";

const ADD_MARK: &str = "
    INSERT INTO record_mark (kind, shop, mark, rank, id)
    VALUES (?1, ?2, ?3, ?4, ?5)";

pub(crate) const DROP_MARK: &str = "
    DELETE FROM record_mark
    WHERE kind = ?1 AND shop = ?2 AND mark = ?3 AND rank = ?4 AND id = ?5";

/// A list, in the forms in which it is asked for.
pub(crate) struct Lists {
    pub(crate) ascending: &'static str,
    pub(crate) descending: &'static str,
    pub(crate) count: &'static str,
}

macro_rules! lists {
    ($columns:literal, $list:literal, $join:literal, $within:literal) => {
        Lists {
            ascending: lists!($columns, $list, $join, $within, "ORDER BY l.rank, l.id"),
            descending: lists!($columns, $list, $join, $within, "ORDER BY l.rank DESC, l.id DESC"),
            count: lists!("1", $list, "", $within, ""),
        }
    };
    ($columns:literal, $list:literal, $join:literal, $within:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $list,
            " AS l ",
            $join,
            " WHERE l.kind = ?1 AND l.shop = ?2 AND (l.rank, l.id) > (?3, ?4)
                AND (l.rank, l.id) < (?5, ?6) ",
            $within,
            $order,
            " LIMIT ?7"
        )
    };
}

pub(crate) const OF_KIND: Lists =
    lists!("l.id, l.version, l.rank, l.marks, l.body", "record", "", "");

/// `CROSS JOIN` only says in which order.
pub(crate) const OF_MARK: Lists = lists!(
    "r.id, r.version, r.rank, r.marks, r.body",
    "record_mark",
    "CROSS JOIN record AS r ON r.kind = l.kind AND r.shop = l.shop AND r.id = l.id",
    "AND l.mark = ?8 "
);

pub(crate) const ALL: &str = "
    SELECT id, version, rank, marks, body, kind, shop
    FROM record
    WHERE (kind, shop, id) > (?1, ?2, ?3)
    ORDER BY kind, shop, id
    LIMIT ?4";

impl Records for SqliteStore {
    fn records(&self, keys: &[RecordKey]) -> Result<Vec<Option<Record>>, StoreError> {
        self.readers.read("reading records", |connection| {
            let mut statement = connection.prepare_cached(RECORD)?;
            let mut find = |RecordKey { kind, shop, id }: &RecordKey| {
                statement.query_row((kind, shop, id), |it| record(it, kind, shop)).optional()
            };
            keys.iter().map(&mut find).collect()
        })
    }

    fn write_records(&self, changes: &[RecordChange]) -> Result<bool, StoreError> {
        let by_record = by_record(changes)?;
        if by_record.is_empty() {
            return Ok(true);
        }
        self.write("writing records", |statements| {
            // Everything is judged before anything is written.
            let connection = statements.connection();
            let mut endings = Vec::with_capacity(by_record.len());
            for (key, changes) in &by_record {
                let standing = standing(connection, key)?;
                let found = standing.as_ref().map(|it| it.version).unwrap_or_default();
                let Some(ending) = ending(found, changes) else { return Ok(false) };
                endings.push((*key, standing, ending));
            }
            for (key, standing, ending) in &endings {
                settle(connection, key, standing.as_ref(), *ending)?;
            }
            Ok(true)
        })
    }

    fn list_records(&self, page: &RecordPage) -> Result<Vec<Record>, StoreError> {
        self.readers.read("listing records", |connection| {
            let lists = Lists::of(page);
            let sql = if page.descending { lists.descending } else { lists.ascending };
            let mut statement = connection.prepare_cached(sql)?;
            let RecordPage { kind, shop, .. } = page;
            asked(page, |values| {
                statement.query_map(values, |it| record(it, kind, shop))?.collect()
            })
        })
    }

    fn count_records(&self, page: &RecordPage) -> Result<usize, StoreError> {
        self.readers.read("counting records", |connection| {
            let mut statement = connection.prepare_cached(Lists::of(page).count)?;
            asked(page, |values| {
                let mut rows = statement.query(values)?;
                let mut count = 0_usize;
                while rows.next()?.is_some() {
                    count = count.saturating_add(1);
                }
                Ok(count)
            })
        })
    }
}

impl Lists {
    fn of(page: &RecordPage) -> &'static Self {
        if page.mark.is_some() { &OF_MARK } else { &OF_KIND }
    }
}

/// Calls `ask` with the parameters of the list.
fn asked<T>(page: &RecordPage, ask: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
    let RecordPage { kind, shop, .. } = page;
    let ((from, from_id), (to, to_id)) = page.between();
    let limit = row::from_limit(page.limit);
    let mut values: Vec<&dyn ToSql> = vec![kind, shop, &from, &from_id, &to, &to_id, &limit];
    values.extend(page.mark.as_ref().map(|it| -> &dyn ToSql { it }));
    ask(&values)
}

/// Reads the columns of [`RECORD`] and of the lists.
fn record(it: &Row<'_>, kind: &str, shop: &str) -> rusqlite::Result<Record> {
    let key = RecordKey { kind: kind.to_owned(), shop: shop.to_owned(), id: it.get(0)? };
    let draft = Draft { key, rank: it.get(2)?, marks: marks(it, 3)?, body: it.get(4)? };
    Ok(Record { version: row::version(it, 1)?, draft })
}

/// A mark has no line breaks.
fn marks(it: &Row<'_>, column: usize) -> rusqlite::Result<BTreeSet<String>> {
    Ok(it.get_ref(column)?.as_str()?.lines().map(str::to_owned).collect())
}

/// A record as it is found by.
struct Standing {
    version: Version,
    rank: i64,
    marks: BTreeSet<String>,
}

fn standing(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Option<Standing>> {
    let RecordKey { kind, shop, id } = key;
    let mut statement = connection.prepare_cached(STANDING)?;
    let found = statement.query_row((kind, shop, id), |it| {
        Ok(Standing { version: row::version(it, 0)?, rank: it.get(1)?, marks: marks(it, 2)? })
    });
    found.optional()
}

/// Makes a record, which stands as it does, what it is in the end.
fn settle(
    connection: &Connection,
    key: &RecordKey,
    standing: Option<&Standing>,
    ending: Ending<'_>,
) -> rusqlite::Result<()> {
    let RecordKey { kind, shop, id } = key;
    let (had, has) = (standing.map(|it| (it.rank, &it.marks)), found_by(ending));
    if had != has {
        let mut drop_mark = connection.prepare_cached(DROP_MARK)?;
        if let Some((rank, marks)) = had {
            marks
                .iter()
                .try_for_each(|it| drop_mark.execute((kind, shop, it, rank, id)).map(drop))?;
        }
        let mut add_mark = connection.prepare_cached(ADD_MARK)?;
        if let Some((rank, marks)) = has {
            marks
                .iter()
                .try_for_each(|it| add_mark.execute((kind, shop, it, rank, id)).map(drop))?;
        }
    }
    match ending {
        Ending::There { version, draft: Draft { rank, marks, body, .. } } => {
            let version = row::from_version(version)?;
            let marks = marks.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
            let values = (kind, shop, id, version, rank, marks, body);
            connection.prepare_cached(PUT)?.execute(values)?;
        }
        Ending::Gone => {
            connection.prepare_cached(DROP)?.execute((kind, shop, id))?;
        }
    }
    Ok(())
}

fn found_by(ending: Ending<'_>) -> Option<(i64, &BTreeSet<String>)> {
    match ending {
        Ending::There { draft, .. } => Some((draft.rank, &draft.marks)),
        Ending::Gone => None,
    }
}

/// See [`store::Copies::all_records`].
pub(crate) fn all(
    connection: &Connection,
    after: Option<&RecordKey>,
    limit: usize,
) -> rusqlite::Result<Vec<Record>> {
    let mut statement = connection.prepare_cached(ALL)?;
    // No kind is empty.
    let (kind, shop, id) = after.map_or(("", "", ""), |it| (&it.kind, &it.shop, &it.id));
    let rows = statement.query_map((kind, shop, id, row::from_limit(limit)), |it| {
        record(it, it.get_ref(5)?.as_str()?, it.get_ref(6)?.as_str()?)
    })?;
    rows.collect()
}

/// See [`store::Copies::restore_records`].
pub(crate) fn restore(connection: &Connection, record: &Record) -> rusqlite::Result<()> {
    let Record { version, draft } = record;
    let ending = Ending::There { version: *version, draft };
    let standing = standing(connection, &draft.key)?;
    settle(connection, &draft.key, standing.as_ref(), ending)
}
