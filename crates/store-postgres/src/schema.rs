//! Whose database it is, and how its tables came to be.
//!
//! `refinery` keeps a table of the migrations a database has seen, each with its checksum.
//!
//! **Invariant:** a released migration is never edited; a test knows their checksums. It goes
//! forward only, and one process at a time.

use refinery_core::{Migration, Runner};

use crate::{Config, connect::OpenError, failure::Failure, row, session::Session};

/// In order; the first leads from an empty database to schema 1.
pub(crate) const MIGRATIONS: &[(&str, &str)] = &[
    ("V1__first", include_str!("../migrations/V1__first.sql")),
    ("V2__leases", include_str!("../migrations/V2__leases.sql")),
    ("V3__service", include_str!("../migrations/V3__service.sql")),
];

/// Says that a database is ours.
pub(crate) const TABLE: &str = "guitu_migration";

const IS_OURS: &str = "SELECT to_regclass($1) IS NOT NULL AS is_ours";

/// Tables that belong to no extension.
const HAS_TABLES: &str = "
    SELECT EXISTS (
        SELECT
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
            AND NOT EXISTS (
                SELECT
                FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
            )
    ) AS has_tables";

const SEEN: &str = "
    SELECT version, name, checksum
    FROM guitu_migration
    ORDER BY version";

/// The number is arbitrary, and the same for all who may migrate: "GUIT" in ASCII.
const LOCK: &str = "SELECT pg_advisory_lock(1196771668)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(1196771668)";

/// The schema that this version writes.
pub(crate) fn known() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// The schema a database has: 0 if it is empty. Refuses one that is not ours, or from the future.
pub(crate) fn identify(session: &Session, config: &Config) -> Result<i32, OpenError> {
    let failed = |source: Failure| OpenError::new(config, source);
    let place = || config.place();
    let yes = |sql, values: &[crate::session::Value<'_>], column| {
        let rows = session.query_once(sql, values)?;
        rows.first().map_or(Ok(false), |it| row::get(it, column))
    };
    // In this order: another process may be making ours, beginning with the one that tells.
    let has_tables = yes(HAS_TABLES, &[], "has_tables").map_err(failed)?;
    if !yes(IS_OURS, &[&TABLE], "is_ours").map_err(failed)? {
        return if has_tables { Err(OpenError::Foreign { place: place() }) } else { Ok(0) };
    }
    let seen = session.query_once(SEEN, &[]).map_err(failed)?;
    let found: i32 = seen.last().map_or(Ok(0), |it| row::get(it, "version")).map_err(failed)?;
    if known() < found {
        return Err(OpenError::TooNew { place: place(), found, known: known() });
    }
    let ours = migrations().map_err(|source| OpenError::new(config, source))?;
    for (nth, seen) in seen.iter().enumerate() {
        let checksum: &str = row::get(seen, "checksum").map_err(failed)?;
        if ours.get(nth).is_none_or(|it| it.checksum().to_string() != checksum) {
            let migration = row::get(seen, "name").map_err(failed)?;
            return Err(OpenError::Altered { place: place(), migration });
        }
    }
    Ok(found)
}

fn migrations() -> Result<Vec<Migration>, refinery_core::Error> {
    MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect()
}

/// Runs the migrations that the database has not seen. Processes that come together take turns.
pub(crate) fn migrate(session: &mut Session, config: &Config) -> Result<(), OpenError> {
    if identify(session, config)? == known() {
        return Ok(());
    }
    let failed = |source: Failure| OpenError::new(config, source);
    // The turn of the one before may take long.
    session.execute("SET statement_timeout = 0; SET lock_timeout = 0").map_err(failed)?;
    session.query_once(LOCK, &[]).map_err(failed)?;
    let done = run(session, config);
    // If this fails the session is closed, and the lock goes with it.
    let unlocked = session.query_once(UNLOCK, &[]);
    done?;
    unlocked.map_err(failed)?;
    session.execute(&config.settings()).map_err(failed)
}

fn run(session: &mut Session, config: &Config) -> Result<(), OpenError> {
    identify(session, config)?;
    let failed = |source: refinery_core::Error| OpenError::new(config, source);
    let mut runner = Runner::new(&migrations().map_err(failed)?);
    runner.set_migration_table_name(TABLE);
    session.lend(async |client| runner.run_async(client).await).map_err(failed)?;
    Ok(())
}

/// Tells the sets of migrations apart, a sum for each.
#[cfg(all(unix, any(test, feature = "sandbox")))]
pub(crate) fn sums() -> Vec<String> {
    let sum = |sql: &str| {
        sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    MIGRATIONS.iter().map(|(_, sql)| format!("{:016x}", sum(sql))).collect()
}
