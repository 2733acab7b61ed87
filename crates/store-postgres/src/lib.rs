//! A [`Store`] on PostgreSQL, 15 or newer: for a team, and on Citus for a platform.
//!
//! A batch is one transaction of two round trips. On Citus it is one for each bucket, several at a
//! time, because a transaction that touches one shard is a plain one there and any other is not.
//! Reads take one round trip each. Many processes may share one database: they conflict by version.
//!
//! **Invariant:** an outcome is returned only after the server has acknowledged the transaction.
//! Where the acknowledgement was lost, the commands are looked up, under lock, by their keys.
//!
//! **Invariant:** every list is served from an index; a test reads the query plans.

mod bulk;
mod changes;
mod commit;
mod config;
mod connect;
mod copies;
mod distribute;
mod failure;
mod feed;
mod leases;
mod lists;
mod lookups;
mod months;
mod outcome;
mod pool;
pub mod raw;
mod records;
mod row;
#[cfg(all(unix, any(test, feature = "sandbox")))]
pub mod sandbox;
mod schema;
mod session;
mod spread;
mod statements;
mod temporary;
#[cfg(test)]
mod tests;
mod tls;

use std::time::Duration;

use kernel::{ActorId, Bucket, CaseNo, DossierKey, ShopId, Timestamp};
use store::{
    Attempt, CasePage, CaseRow, Commit, Document, DueEffect, DueTimer, EntryRow, Hold, Listed,
    Loaded, Outcome, Recorded, RowChange, Schema, Store, StoreError, TaskPage, TaskRow, Term,
    Total, Version, Wanted,
};

use crate::{
    bulk::Layout, failure::Failure, months::Months, pool::Pool, session::Session,
    temporary::Temporary,
};
pub use crate::{
    config::{AddressError, Config},
    connect::OpenError,
};

/// A database.
#[derive(Debug)]
pub struct PostgresStore {
    pool: Pool,
    layout: Layout,
    months: Months,
    /// Dropped last.
    temporary: Option<Temporary>,
}

impl PostgresStore {
    /// Opens a database by its URL, and makes its tables if it is empty.
    pub fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_with(url.parse()?)
    }

    /// How far a database is behind. Changes nothing.
    pub fn schema(url: &str) -> Result<Schema, OpenError> {
        let config: Config = url.parse()?;
        let session = Session::open(&config).map_err(|it| OpenError::new(&config, it))?;
        let found = schema::identify(&session, &config)?;
        let number = |it: i32| u32::try_from(it).unwrap_or_default();
        Ok(Schema { found: number(found), known: number(schema::known()) })
    }

    pub fn open_with(config: Config) -> Result<Self, OpenError> {
        let pool = Pool::new(config);
        let config = pool.config();
        let failed = |source: Failure| OpenError::new(config, source);
        let mut session = Session::open(config).map_err(failed)?;
        connect::check(&session, config)?;
        schema::migrate(&mut session, config)?;
        let months = Months::default();
        // Without them closed cases have a place all the same.
        let _ = months.make_ahead(&session);
        let layout = distribute::layout(&session).map_err(failed)?;
        Ok(Self { pool, layout, months, temporary: None })
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    /// Does `work`, which only reads, on any session; again if the connection is lost.
    fn read<T>(
        &self,
        during: &'static str,
        work: impl Fn(&Session) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.insist(work).map_err(|failure| failure.into_store_error(during))
    }

    /// Does `work` until it succeeds, fails for good, or has been tried often enough.
    fn insist<T>(
        &self,
        mut work: impl FnMut(&Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (mut tries_left, mut pause) = (MOST_TRIES, FIRST_PAUSE);
        let mut earlier = None;
        loop {
            let failure = match self.attempt(&mut work) {
                Err(failure) if failure.is_passing() => failure,
                // To say that there was no room would be to say that nothing was done.
                Err(failure) if failure.is_busy() => return Err(earlier.unwrap_or(failure)),
                done => return done,
            };
            // A wait for an answer was long enough for many tries.
            let at_most = if failure.was_waited_for() { 1 } else { MOST_TRIES };
            tries_left = tries_left.saturating_sub(1).min(at_most);
            if tries_left == 0 {
                return Err(failure);
            }
            if failure.leaves_doubt() {
                self.pool.close_idle();
            }
            earlier = Some(failure);
            wait(pause);
            pause = pause.saturating_mul(2);
        }
    }

    fn attempt<T>(
        &self,
        work: &mut impl FnMut(&Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let lent = self.pool.lend()?;
        // A session that failed is dropped here, and closed with it.
        let done = work(lent.session())?;
        lent.give_back();
        Ok(done)
    }

    fn make_missing_months<'c>(&self, rows: impl Iterator<Item = &'c RowChange>) {
        for at in self.months.missing(rows) {
            // Without a partition the rows have a place all the same.
            let _ = self.attempt(&mut |session: &Session| self.months.make(session, at, 0));
        }
    }
}

/// Tries before a failure that passes is taken for one that stays: about five seconds in all.
const MOST_TRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

#[expect(clippy::disallowed_methods, reason = "how long a server is away is not the domain's time")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

impl Store for PostgresStore {
    fn load(&self, wanted: &[Wanted]) -> Result<Vec<Loaded>, StoreError> {
        let loaded = self.in_parts(
            wanted,
            |it| &it.dossier,
            |part| self.insist(|session| lookups::load(session, self.layout, part)),
        );
        loaded.map_err(|failure| failure.into_store_error("loading dossiers"))
    }

    fn commit(&self, batch: &[Commit]) -> Result<Vec<Outcome>, StoreError> {
        self.make_missing_months(batch.iter().flat_map(|it| &it.rows));
        let outcomes = self.in_parts(
            batch,
            |it| &it.dossier,
            |part| {
                let mut in_doubt = false;
                self.insist(|session| commit::attempt(session, self.layout, part, &mut in_doubt))
            },
        );
        outcomes.map_err(|failure| failure.into_store_error("committing a batch"))
    }

    fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Recorded>, StoreError> {
        self.read("reading a history", |it| lookups::history(it, dossier, after, limit))
    }

    fn due_timers(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueTimer>, StoreError> {
        self.read("listing due timers", |it| lists::due_timers(it, hold, now, limit))
    }

    fn due_effects(
        &self,
        hold: &Hold,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<DueEffect>, StoreError> {
        self.read("listing due effects", |it| lists::due_effects(it, hold, now, limit))
    }

    /// After a lost connection an attempt may be counted once too often: as one that may have been
    /// made.
    fn note_attempts(&self, attempts: &[Attempt]) -> Result<Vec<bool>, StoreError> {
        let noted = self.in_parts(
            attempts,
            |it| &it.dossier,
            |part| self.insist(|session| commit::note_attempts(session, self.layout, part)),
        );
        noted.map_err(|failure| failure.into_store_error("noting attempts"))
    }

    fn tasks(&self, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, StoreError> {
        self.read("listing tasks", |it| lists::tasks(it, page))
    }

    fn cases(&self, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, StoreError> {
        self.read("listing cases", |it| lists::cases(it, page))
    }

    fn find(
        &self,
        shop: &ShopId,
        term: &Term,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.read("finding dossiers", |it| lists::find(it, shop, term, limit))
    }

    fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Result<Option<CaseRow>, StoreError> {
        self.read("looking up a case", |it| lookups::case(it, dossier, case))
    }

    fn entries(&self, dossier: &DossierKey) -> Result<Vec<EntryRow>, StoreError> {
        self.read("reading a ledger", |it| lookups::entries(it, dossier))
    }

    fn totals(&self) -> Result<Vec<Total>, StoreError> {
        self.read("adding up the ledger", lookups::totals)
    }

    fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> Result<i64, StoreError> {
        self.read("adding up a day", |it| lookups::spent(it, shop, actor, day))
    }

    fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Result<Vec<DossierKey>, StoreError> {
        self.read("walking a bucket", |it| lists::dossiers(it, bucket, after, limit))
    }

    fn keep(&self, document: &Document) -> Result<bool, StoreError> {
        let mut in_doubt = false;
        self.insist(|session| commit::keep(session, document, &mut in_doubt))
            .map_err(|failure| failure.into_store_error("keeping a document"))
    }

    fn documents(&self, kind: &str) -> Result<Vec<Document>, StoreError> {
        self.read("reading documents", |it| lookups::documents(it, kind))
    }
}
