//! The monthly partitions of closed cases.
//!
//! They are made ahead, and whenever a case closes whose month has none. Where that cannot be done
//! the rows go to `case_done_other`, and everything works as before.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use store::RowChange;

use crate::{failure::Failure, row, session::Session};

/// The months that there are partitions for, by their beginning; the end is past the last second.
#[derive(Debug, Default)]
pub(crate) struct Months {
    known: Mutex<BTreeMap<i64, i64>>,
}

/// Dates outside of these are mistakes, and not worth a partition: 2000 and 2100.
const FIRST: i64 = 946_684_800;
const LAST: i64 = 4_102_444_800;

const EXISTING: &str = "
    SELECT extract(epoch FROM m)::bigint AS begins,
        extract(epoch FROM m + interval '1 month')::bigint AS ends
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 7), 'YYYY_MM')::timestamp) AS l (m)
    WHERE i.inhparent = 'case_done'::regclass AND c.relname ~ '^case_done_[0-9]{4}_[0-9]{2}$'";

/// The month of an instant, or of one some months later.
const MONTH: &str = "
    SELECT to_char(m, 'YYYY_MM') AS name, extract(epoch FROM m)::bigint AS begins,
        extract(epoch FROM m + interval '1 month')::bigint AS ends
    FROM (
        SELECT date_trunc('month', to_timestamp($1::bigint) AT TIME ZONE 'UTC')
            + make_interval(months => $2)
    ) AS l (m)";

const NOW: &str = "SELECT extract(epoch FROM now())::bigint AS at";

impl Months {
    /// Reads which there are.
    pub(crate) fn learn(&self, session: &Session) -> Result<(), Failure> {
        let rows = session.query_once(EXISTING, &[])?;
        let months = rows.iter().map(|it| Ok((row::get(it, "begins")?, row::get(it, "ends")?)));
        let months = months.collect::<Result<BTreeMap<i64, i64>, Failure>>()?;
        self.known().extend(months);
        Ok(())
    }

    /// Makes this month's and the next ones', by the clock of the server.
    pub(crate) fn make_ahead(&self, session: &Session) -> Result<(), Failure> {
        self.learn(session)?;
        let rows = session.query_once(NOW, &[])?;
        let now: i64 = rows.first().map_or(Ok(0), |it| row::get(it, "at"))?;
        (0..4).try_for_each(|months| self.make(session, now, months))
    }

    /// Beginnings of what `rows` close, without a partition so far.
    pub(crate) fn missing<'c>(&self, rows: impl Iterator<Item = &'c RowChange>) -> Vec<i64> {
        let known = self.known();
        let mut missing = Vec::new();
        for change in rows {
            if let RowChange::PutCase(case) = change
                && !case.open
            {
                let at = case.opened_at.epoch_seconds();
                let is_known = known.range(..=at).next_back().is_some_and(|(_, ends)| at < *ends);
                if !is_known && (FIRST..LAST).contains(&at) {
                    missing.push(at);
                }
            }
        }
        missing
    }

    /// Makes the partition for the month some months after `at`, if there is none.
    pub(crate) fn make(&self, session: &Session, at: i64, months: i32) -> Result<(), Failure> {
        let rows = session.query_once(MONTH, &[&at, &months])?;
        let Some(month) = rows.first() else { return Ok(()) };
        let (begins, ends): (i64, i64) = (row::get(month, "begins")?, row::get(month, "ends")?);
        if self.known().contains_key(&begins) {
            return Ok(());
        }
        let name: &str = row::get(month, "name")?;
        // All of it is made of numbers: a statement of this kind takes no parameters.
        let made = session.execute(&format!(
            "CREATE TABLE IF NOT EXISTS case_done_{name} \
             PARTITION OF case_done FOR VALUES FROM ({begins}) TO ({ends})"
        ));
        // Rows of the month may be in `case_done_other` by now, which then keeps them: there is
        // nothing to try again.
        if !made.as_ref().is_err_and(Failure::is_passing) {
            self.known().insert(begins, ends);
        }
        made
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<i64, i64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
