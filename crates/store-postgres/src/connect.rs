//! Opening a database: is it ours, is it new enough, and does the server promise what we do.

use thiserror::Error;

use crate::{AddressError, Config, failure::Failure, row, session::Session};

/// Why a database cannot be used as a store.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("{place} cannot be opened")]
    Failed {
        place: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{place} is PostgreSQL {found}; 15 is the oldest that will do")]
    TooOld { place: String, found: String },
    /// The setting would break a promise.
    #[error("{place} has `{setting} = {found}`, and {wanted} is needed")]
    Setting { place: String, setting: &'static str, wanted: &'static str, found: String },
    #[error("{place} is a standby: it can only be read")]
    Standby { place: String },
    #[error("{place} is a database of another program")]
    Foreign { place: String },
    #[error(
        "{place} was written by a newer version: its schema is {found}, this one knows {known}"
    )]
    TooNew { place: String, found: i32, known: i32 },
    /// It was made by other statements than ours, whatever its tables look like.
    #[error("{place} has seen another migration `{migration}` than ours")]
    Altered { place: String, migration: String },
    #[error("{place} has no extension `citus`: it can only be kept on one server")]
    NoCitus { place: String },
    #[error("{place} cannot be spread over {shards} shards: there can be from 1 to 1024")]
    Shards { place: String, shards: u32 },
}

impl OpenError {
    pub(crate) fn new(
        config: &Config,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Failed { place: config.place(), source: source.into() }
    }
}

const SERVER: &str = "
    SELECT current_setting('server_version_num')::integer AS number,
        current_setting('server_version') AS version,
        current_setting('server_encoding') AS encoding,
        current_setting('synchronous_commit') AS synchronous_commit,
        pg_is_in_recovery() AS is_standby";

/// Refuses a server that cannot keep our promises. Nothing is written before.
pub(crate) fn check(session: &Session, config: &Config) -> Result<(), OpenError> {
    let failed = |source: Failure| OpenError::new(config, source);
    let place = || config.place();
    let rows = session.query_once(SERVER, &[]).map_err(failed)?;
    let Some(server) = rows.first() else { return Ok(()) };
    let text = |column| row::get::<String>(server, column).map_err(failed);

    if row::get::<i32>(server, "number").map_err(failed)? < 150_000 {
        return Err(OpenError::TooOld { place: place(), found: text("version")? });
    }
    if row::get(server, "is_standby").map_err(failed)? {
        return Err(OpenError::Standby { place: place() });
    }
    let encoding = text("encoding")?;
    if encoding != "UTF8" {
        let (setting, wanted) = ("server_encoding", "`UTF8`");
        return Err(OpenError::Setting { place: place(), setting, wanted, found: encoding });
    }
    let synchronous_commit = text("synchronous_commit")?;
    if synchronous_commit == "off" && !config.may_lose_commits {
        let (setting, wanted) = ("synchronous_commit", "`on`, `local` or `remote_…`");
        return Err(OpenError::Setting {
            place: place(),
            setting,
            wanted,
            found: synchronous_commit,
        });
    }
    Ok(())
}
