//! The limit to measure against: the rows of the same commits in the same batches, written with
//! nothing but bare inserts, replacements and deletions, on one connection.
//!
//! What a store adds to it is the price of its guards: nothing is locked or read here, no version
//! is compared, no outcome is told, and a batch is one round trip instead of two.
//!
//! **Invariant:** only benchmarks use it. It believes every version it is told.

use store::{Commit, StoreError};

use crate::{
    OpenError, PostgresStore,
    bulk::{Bulk, Layout, Sql, insert},
    commit::{self, BEGIN, COMMIT},
    failure::Failure,
    leases::Fences,
    outcome::{Standing, Verdict, by_dossier},
    session::{Request, Session},
};

const PUT_DOSSIER: Sql = insert!(
    "dossier (bucket, shop, order_no, version, state, seal, done_from, done_to)",
    "$1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[],
         $7::bigint[], $8::bigint[]",
    "$1, $2, $3, $4, $5, $6, $7, $8",
    "ON CONFLICT (bucket, shop, order_no) DO UPDATE
     SET version = excluded.version, state = excluded.state, seal = excluded.seal"
);

/// Writes commits as fast as PostgreSQL can on this machine and one connection.
#[derive(Debug)]
pub struct RawWriter {
    session: Session,
}

impl RawWriter {
    /// Writes to the tables of a store.
    pub fn beside(store: &PostgresStore) -> Result<Self, OpenError> {
        let config = store.pool.config();
        let session = Session::open(config).map_err(|source| OpenError::new(config, source))?;
        Ok(Self { session })
    }

    /// Writes a batch in one transaction, durably.
    pub fn write(&mut self, batch: &[Commit]) -> Result<(), StoreError> {
        let written = self.transaction(batch);
        written.map_err(|failure| failure.into_store_error("writing a raw batch"))
    }

    fn transaction(&self, batch: &[Commit]) -> Result<(), Failure> {
        let groups = by_dossier(&batch.iter().collect::<Vec<_>>(), &Fences::default())?;
        let judged: Vec<Vec<Verdict>> =
            groups.iter().map(|it| vec![Verdict::Write; it.commits.len()]).collect();
        let standings = vec![Standing::default(); groups.len()];

        let dossiers = groups.iter().zip(&judged);
        let dossiers = dossiers.filter_map(|(group, judged)| commit::dossier_row(group, judged));
        let mut bulks = vec![Bulk::new(&PUT_DOSSIER, dossiers.collect())];
        bulks.extend(commit::rows(&groups, &standings, &judged));

        let mut requests = vec![Request::Control(BEGIN)];
        requests.extend(bulks.iter().flat_map(|it| it.requests(Layout::Whole)));
        requests.push(Request::Control(COMMIT));
        self.session.pipeline(&requests).map(drop)
    }
}
