//! Which database: a file, or a server.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use anyhow::{Result, bail};
use store::Database;
use store_sqlite::SqliteStore;

/// Where a database is, as people write it: `sqlite:PATH`, or a path alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    File(PathBuf),
}

impl Place {
    /// Opens it, and makes it if there is none.
    pub(crate) fn open(&self) -> Result<Arc<dyn Database>> {
        match self {
            Self::File(path) => Ok(Arc::new(SqliteStore::open(path)?)),
        }
    }

    /// Opens it; what is not there is a mistake.
    pub(crate) fn open_existing(&self) -> Result<Arc<dyn Database>> {
        match self {
            Self::File(path) if !path.exists() => {
                bail!("there is no database at {}", path.display())
            }
            Self::File(_) => self.open(),
        }
    }
}

impl FromStr for Place {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.strip_prefix("sqlite:") {
            Some("") => bail!("a path has to follow `sqlite:`"),
            Some(path) => Ok(Self::File(path.into())),
            None => Ok(Self::File(text.into())),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}
