//! What has been committed, one after the other.
//!
//! There is one writer at a time, so that places are given and become visible in one order.

use kernel::Timestamp;
use rusqlite::Connection;
use store::{Fed, Feed, StoreError};

use crate::{SqliteStore, row};

pub(crate) const FEED: &str = "
    SELECT place, at, shop, order_no, version
    FROM feed
    WHERE place > ?1
    ORDER BY place
    LIMIT ?2";

const END: &str = "SELECT coalesce(max(place), 0) FROM feed";

/// The last row stays: places go on from it.
const TRIM: &str = "
    DELETE FROM feed
    WHERE place IN (
        SELECT place
        FROM (SELECT place, at FROM feed ORDER BY place LIMIT ?2)
        WHERE at < ?1 AND place < (SELECT max(place) FROM feed)
    )";

impl Feed for SqliteStore {
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<Fed>, StoreError> {
        self.readers.read("reading the feed", |it| feed(it, after, limit))
    }

    fn feed_end(&self) -> Result<u64, StoreError> {
        self.readers.read("finding the end of the feed", |it| {
            it.prepare_cached(END)?.query_row((), |it| row::unsigned(it, 0))
        })
    }

    fn trim_feed(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.write("trimming the feed", |statements| {
            let mut trim = statements.connection().prepare_cached(TRIM)?;
            trim.execute((before.epoch_seconds(), row::from_limit(limit)))
        })
    }
}

fn feed(connection: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<Fed>> {
    let mut statement = connection.prepare_cached(FEED)?;
    // A place beyond what SQLite can count to is behind every other.
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = statement.query_map((after, row::from_limit(limit)), |it| {
        Ok(Fed {
            place: row::unsigned(it, 0)?,
            at: row::time(it, 1)?,
            dossier: row::dossier(it, 2, 3)?,
            version: row::version(it, 4)?,
        })
    })?;
    rows.collect()
}
