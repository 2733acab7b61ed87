//! Who works which bucket.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Bucket, WorkerId};
use store::{Beat, Epoch, Lease, Leases, Sharing, StoreError, Tenure};
use tokio_postgres::Row;

use crate::{
    PostgresStore,
    bulk::{Bulk, Layout, Sql},
    commit,
    failure::Failure,
    row,
    session::{Request, Session},
};

const PRUNE: &str = r#"DELETE FROM worker WHERE "until" <= $1"#;

const HEAR: &str = r#"
    INSERT INTO worker (worker, "until")
    VALUES ($1, $2)
    ON CONFLICT (worker) DO UPDATE SET "until" = excluded."until""#;

const ALIVE: &str = "SELECT worker FROM worker";

const LEASES: &str = "SELECT bucket, epoch, owner FROM lease ORDER BY bucket";

/// Of two that take a bucket at one time the second finds another epoch. Rows are locked in order,
/// as those do that compare epochs.
const TAKE: Sql = Sql {
    many: "
    WITH free AS MATERIALIZED (
        SELECT l.bucket, n.worker
        FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS n (bucket, epoch, worker)
        JOIN lease l ON l.bucket = n.bucket AND l.epoch = n.epoch
        ORDER BY l.bucket
        FOR UPDATE OF l
    )
    UPDATE lease l
    SET owner = free.worker, epoch = l.epoch + 1
    FROM free
    WHERE l.bucket = free.bucket
    RETURNING l.bucket, l.epoch",
    one: "
    UPDATE lease
    SET owner = $3, epoch = epoch + 1
    WHERE bucket = $1 AND epoch = $2
    RETURNING bucket, epoch",
};

const RELEASE: &str = "
    UPDATE lease
    SET owner = NULL
    WHERE bucket = ANY($1) AND owner = $2";

const RELEASE_ALL: &str = "UPDATE lease SET owner = NULL WHERE owner = $1";

const FORGET: &str = "DELETE FROM worker WHERE worker = $1";

/// Until the end of the transaction nobody else can take the bucket.
const FENCE: Sql = Sql {
    many: "
    SELECT bucket, epoch
    FROM lease
    WHERE bucket = ANY($1::smallint[])
    ORDER BY bucket
    FOR SHARE",
    one: "
    SELECT bucket, epoch
    FROM lease
    WHERE bucket = $1
    FOR SHARE",
};

/// The epochs of buckets in which something is to be written by right of a lease. They stay until
/// the end of the transaction.
#[derive(Debug, Default)]
pub(crate) struct Fences {
    /// Empty if nothing is: then there is no transaction yet.
    epochs: BTreeMap<Bucket, Epoch>,
}

impl Fences {
    /// Begins a transaction and locks the buckets that are fenced in it, if there are any.
    pub(crate) fn lock(
        session: &Session,
        layout: Layout,
        fenced: impl Iterator<Item = Bucket>,
    ) -> Result<Self, Failure> {
        let buckets: BTreeSet<Bucket> = fenced.collect();
        if buckets.is_empty() {
            return Ok(Self::default());
        }
        let rows = buckets.into_iter().map(|it| (it.number().cast_signed(),));
        let fence = Bulk::new(&FENCE, rows.collect());
        let mut requests = vec![Request::Control(commit::BEGIN)];
        requests.extend(fence.requests(layout));
        let answers = session.pipeline(&requests)?;
        let epochs = answers.iter().flatten().map(epoch);
        Ok(Self { epochs: epochs.collect::<Result<_, Failure>>()? })
    }

    /// What begins the transaction where there were no fences to begin it with.
    pub(crate) fn begin_after<'r>(&self) -> Vec<Request<'r>> {
        if self.epochs.is_empty() { vec![Request::Control(commit::BEGIN)] } else { Vec::new() }
    }

    /// Whether what is decided under `fence` may be written.
    pub(crate) fn let_pass(&self, bucket: Bucket, fence: Option<Epoch>) -> bool {
        fence.is_none_or(|it| self.epochs.get(&bucket) == Some(&it))
    }
}

fn epoch(found: &Row) -> Result<(Bucket, Epoch), Failure> {
    Ok((row::bucket(found)?, Epoch(row::unsigned(found, "epoch")?)))
}

impl Leases for PostgresStore {
    fn beat(&self, beat: &Beat) -> Result<Tenure, StoreError> {
        self.insist(|session| share_out(session, self.layout(), beat))
            .map_err(|failure| failure.into_store_error("sharing out buckets"))
    }

    fn release(&self, worker: &WorkerId, buckets: &[Bucket]) -> Result<(), StoreError> {
        let buckets: Vec<i16> = buckets.iter().map(|it| it.number().cast_signed()).collect();
        self.insist(|session| session.query(RELEASE, &[&buckets, &worker.as_str()]))
            .map(drop)
            .map_err(|failure| failure.into_store_error("giving up buckets"))
    }

    fn leave(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let worker = worker.as_str();
        self.insist(|session| {
            session.query(RELEASE_ALL, &[&worker])?;
            session.query(FORGET, &[&worker])
        })
        .map(drop)
        .map_err(|failure| failure.into_store_error("leaving"))
    }
}

/// Not one transaction: what is taken is taken by its epoch, whatever was read before.
fn share_out(session: &Session, layout: Layout, beat: &Beat) -> Result<Tenure, Failure> {
    let (worker, now, until) =
        (beat.worker.as_str(), beat.now.epoch_seconds(), beat.until.epoch_seconds());
    let answers = session.pipeline(&[
        Request::Query(PRUNE, vec![&now]),
        Request::Query(HEAR, vec![&worker, &until]),
        Request::Query(ALIVE, Vec::new()),
        Request::Query(LEASES, Vec::new()),
    ])?;
    let [_, _, alive, leases] = answers.as_slice() else { return Err(Failure::NoAnswer) };
    let alive: BTreeSet<WorkerId> =
        alive.iter().map(|it| row::id(it, "worker")).collect::<Result<_, Failure>>()?;
    let leases = leases.iter().map(|it| {
        let (bucket, epoch) = epoch(it)?;
        Ok(Lease { bucket, epoch, owner: row::optional_id(it, "owner")? })
    });
    let leases: Vec<Lease> = leases.collect::<Result<_, Failure>>()?;
    let sharing = Sharing::of(&beat.worker, &alive, &leases);

    let take = sharing
        .free
        .iter()
        .map(|(bucket, epoch)| (bucket.number().cast_signed(), epoch.0.cast_signed(), worker));
    let take = Bulk::new(&TAKE, take.collect());
    let answers = session.pipeline(&take.requests(layout))?;
    let taken = answers.iter().flatten().map(epoch).collect::<Result<Vec<_>, Failure>>()?;
    Ok(sharing.settle(taken))
}
