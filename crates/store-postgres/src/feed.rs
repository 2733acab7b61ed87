//! What has been committed, one after the other.
//!
//! A sequence gives places when rows are written; rows become visible when their transactions
//! commit, in whatever order. A place that is not there may therefore still come, or never, because
//! its transaction was undone.
//!
//! **Invariant:** nobody is told of a place while one before it may still come. A gap is passed
//! only if the row behind it was written more than half a minute ago by the clock of the database,
//! and nobody who was writing then still writes.

use kernel::Timestamp;
use store::{Fed, Feed, StoreError};
use tokio_postgres::Row;

use crate::{
    PostgresStore,
    failure::Failure,
    row,
    session::{Request, Session},
};

pub(crate) const FEED: &str = "
    SELECT place, at, written_at, shop, order_no, version
    FROM feed
    WHERE place > $1
    ORDER BY place
    LIMIT $2";

/// Rows written before this instant have only gaps in front of them that stay.
///
/// Who may still fill a gap has locked the table before he drew his place, and began before the row
/// behind the gap was written. Whose beginning may not be seen began long ago. The half minute is
/// for what this server cannot see of the nodes of a cluster.
const SETTLED_BEFORE: &str = "
    SELECT (extract(epoch FROM least(
        clock_timestamp() - interval '30 seconds',
        min(coalesce(a.xact_start, 'epoch'))
    )) * 1000000)::bigint AS settled_before
    FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'relation' AND l.relation = 'feed'::regclass
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()";

/// Reads back from the end, no further than the young rows.
pub(crate) const LAST_SETTLED: &str = "
    SELECT place
    FROM feed
    WHERE written_at < $1
    ORDER BY place DESC
    LIMIT 1";

const FORGET: &str = "
    DELETE FROM feed
    WHERE place = ANY($1::bigint[])
    RETURNING place";

/// The gap in front of what is left is known from now on: nothing there may still come.
const SETTLE: &str = "
    UPDATE feed
    SET written_at = 0
    WHERE place = ANY($1::bigint[])";

/// How many rows are read at a time in search of the end.
const PAGE: usize = 1_000;

impl Feed for PostgresStore {
    fn feed(&self, after: u64, limit: usize) -> Result<Vec<Fed>, StoreError> {
        self.insist(|session| page(session, after, limit))
            .map_err(|failure| failure.into_store_error("reading the feed"))
    }

    fn feed_end(&self) -> Result<u64, StoreError> {
        self.insist(end).map_err(|failure| failure.into_store_error("finding the end of the feed"))
    }

    /// After a lost connection it may have forgotten more than it says.
    fn trim_feed(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.insist(|session| trim(session, before, limit))
            .map_err(|failure| failure.into_store_error("trimming the feed"))
    }
}

fn page(session: &Session, after: u64, limit: usize) -> Result<Vec<Fed>, Failure> {
    // A place beyond what PostgreSQL can count to is behind every other.
    let from = i64::try_from(after).unwrap_or(i64::MAX);
    let limit = row::from_limit(limit);
    let read = || Request::Query(FEED, vec![&from, &limit]);
    let answers = session.pipeline(&[read()])?;
    let rows = answers.first().ok_or(Failure::NoAnswer)?;
    let whole = up_to_a_gap(rows, from, i64::MIN)?;
    if whole.len() == rows.len() {
        return Ok(whole);
    }
    // Who writes is asked for first: who has ended by then is among the rows.
    let answers = session.pipeline(&[Request::Query(SETTLED_BEFORE, Vec::new()), read()])?;
    let [settled, rows] = answers.as_slice() else { return Err(Failure::NoAnswer) };
    up_to_a_gap(rows, from, settled_before(settled)?)
}

fn settled_before(rows: &[Row]) -> Result<i64, Failure> {
    row::get(rows.first().ok_or(Failure::NoAnswer)?, "settled_before")
}

/// The rows in front of the first gap that is followed by a row of `settled_before` or later.
fn up_to_a_gap(rows: &[Row], after: i64, settled_before: i64) -> Result<Vec<Fed>, Failure> {
    let mut last = after;
    let mut fed = Vec::with_capacity(rows.len());
    for it in rows {
        let (place, written_at): (i64, i64) = (row::get(it, "place")?, row::get(it, "written_at")?);
        if last.checked_add(1) != Some(place) && settled_before <= written_at {
            break;
        }
        last = place;
        fed.push(Fed {
            place: row::unsigned(it, "place")?,
            at: row::time(it, "at")?,
            dossier: row::dossier(it)?,
            version: row::version(it)?,
        });
    }
    Ok(fed)
}

fn end(session: &Session) -> Result<u64, Failure> {
    let settled_before = settled_before(&session.query(SETTLED_BEFORE, &[])?)?;
    let settled = session.query(LAST_SETTLED, &[&settled_before])?;
    let mut end = settled.first().map_or(Ok(0), |it| row::unsigned(it, "place"))?;
    while let Some(last) = page(session, end, PAGE)?.last() {
        end = last.place;
    }
    Ok(end)
}

/// Forgets nothing in front of which something may still come, and not the last row before that.
fn trim(session: &Session, before: Timestamp, limit: usize) -> Result<usize, Failure> {
    let first = page(session, 0, limit.saturating_add(1))?;
    let old = first.iter().zip(first.iter().skip(1)).filter(|(it, _)| it.at < before);
    let (old, behind): (Vec<i64>, Vec<i64>) =
        old.map(|(it, next)| (it.place.cast_signed(), next.place.cast_signed())).unzip();
    if old.is_empty() {
        return Ok(0);
    }
    let changes = [Request::Query(FORGET, vec![&old]), Request::Query(SETTLE, vec![&behind])];
    Ok(session.pipeline(&changes)?.first().map_or(0, Vec::len))
}
