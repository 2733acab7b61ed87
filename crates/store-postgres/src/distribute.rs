//! Spreading the tables over the nodes of a Citus cluster.

use kernel::Bucket;

use crate::{
    Config, PostgresStore, bulk::Layout, connect::OpenError, failure::Failure, row,
    session::Session,
};

/// Spread by bucket, all alike: the rows of one dossier are on one node, those of a record too. The
/// first leads.
const BY_BUCKET: &[&str] = &[
    "dossier",
    "journal",
    "case_open",
    "case_done",
    "task",
    "timer",
    "effect",
    "entry",
    "term",
    "spend",
    "lease",
    "record",
    "record_mark",
    "feed",
];

/// Copied to every node.
const EVERYWHERE: &[&str] = &["document", "worker"];

const HAS_CITUS: &str =
    "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus') AS has_citus";

/// Citus keeps in it what it has spread.
const SPREAD: &str = "
    SELECT c.relname
    FROM pg_dist_partition p
    JOIN pg_class c ON c.oid = p.logicalrelid
    WHERE c.relnamespace = current_schema()::regnamespace";

/// How the tables lie.
pub(crate) fn layout(session: &Session) -> Result<Layout, Failure> {
    let is_spread = has_citus(session)? && spread(session)?.iter().any(|it| it == "dossier");
    Ok(if is_spread { Layout::Spread } else { Layout::Whole })
}

fn has_citus(session: &Session) -> Result<bool, Failure> {
    let rows = session.query_once(HAS_CITUS, &[])?;
    rows.first().map_or(Ok(false), |it| row::get(it, "has_citus"))
}

fn spread(session: &Session) -> Result<Vec<String>, Failure> {
    session.query_once(SPREAD, &[])?.iter().map(|it| row::get(it, "relname")).collect()
}

/// What is left to do, one call each, so that an interrupted run is taken up where it ended.
pub(crate) fn statements(shards: u32, spread: &[String]) -> Vec<String> {
    let is_left = |table: &&&str| !spread.iter().any(|it| it == **table);
    let by_bucket = BY_BUCKET.iter().filter(is_left).map(|table| {
        if *table == "dossier" {
            format!("SELECT create_distributed_table('dossier', 'bucket', shard_count := {shards})")
        } else {
            format!(
                "SELECT create_distributed_table('{table}', 'bucket', colocate_with := 'dossier')"
            )
        }
    });
    let everywhere = EVERYWHERE
        .iter()
        .filter(is_left)
        .map(|table| format!("SELECT create_reference_table('{table}')"));
    by_bucket.chain(everywhere).collect()
}

impl PostgresStore {
    /// Spreads a database on Citus over its nodes, in `shards` parts; again if it has been
    /// interrupted. What is spread already stays as it is. No other process should write
    /// meanwhile, and all have to open the database again afterwards.
    pub fn distribute(&mut self, shards: u32) -> Result<(), OpenError> {
        let config: &Config = self.pool.config();
        let failed = |source: Failure| OpenError::new(config, source);
        if shards == 0 || u32::from(Bucket::COUNT) < shards {
            return Err(OpenError::Shards { place: config.place(), shards });
        }
        let session = Session::open(config).map_err(failed)?;
        if !has_citus(&session).map_err(failed)? {
            return Err(OpenError::NoCitus { place: config.place() });
        }
        // Moving the rows takes as long as it takes.
        session.execute("SET statement_timeout = 0").map_err(failed)?;
        for statement in statements(shards, &spread(&session).map_err(failed)?) {
            session.execute(&statement).map_err(failed)?;
        }
        self.layout = layout(&session).map_err(failed)?;
        Ok(())
    }
}
