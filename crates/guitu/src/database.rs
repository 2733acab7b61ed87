//! Which database: a file, or a server.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc};

use anyhow::{Result, bail};
use store::{Database, Schema};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

/// Where a database is, as people write it: `sqlite:PATH` or a path alone for a file,
/// `postgres://…` for a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    File(PathBuf),
    Server { url: String },
}

impl Place {
    /// Opens it, brings it up to date, and makes it if there is none.
    pub(crate) fn open(&self) -> Result<Arc<dyn Database>> {
        match self {
            Self::File(path) => Ok(Arc::new(SqliteStore::open(path)?)),
            Self::Server { url } => Ok(Arc::new(PostgresStore::open(url)?)),
        }
    }

    /// Opens it; what is not there is a mistake.
    pub(crate) fn open_existing(&self) -> Result<Arc<dyn Database>> {
        self.require()?;
        self.open()
    }

    /// How far it is behind; changes nothing.
    pub(crate) fn schema(&self) -> Result<Schema> {
        self.require()?;
        match self {
            Self::File(path) => Ok(SqliteStore::schema(path)?),
            Self::Server { url } => Ok(PostgresStore::schema(url)?),
        }
    }

    fn require(&self) -> Result<()> {
        match self {
            Self::File(path) if !path.exists() => {
                bail!("there is no database at {}", path.display())
            }
            Self::File(_) | Self::Server { .. } => Ok(()),
        }
    }
}

impl FromStr for Place {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once(':') else { return Ok(Self::File(text.into())) };
        match scheme {
            "sqlite" if rest.is_empty() => bail!("a path has to follow `sqlite:`"),
            "sqlite" => Ok(Self::File(rest.into())),
            "postgres" | "postgresql" => Ok(Self::Server { url: text.to_owned() }),
            // A drive's letter, or a colon in a name.
            _ if !rest.starts_with("//") => Ok(Self::File(text.into())),
            _ => bail!("`{scheme}:` is no database; there are `sqlite:PATH` and `postgres://…`"),
        }
    }
}

/// Without the password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server { url } => {
                let address = url.split('?').next().unwrap_or(url);
                let (scheme, rest) = address.split_once("//").unwrap_or(("", address));
                let (_, host) = rest.rsplit_once('@').unwrap_or(("", rest));
                write!(f, "{scheme}//{host}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<Place>() {
            Ok(place @ Place::File(_)) => format!("file {place}"),
            Ok(place @ Place::Server { .. }) => format!("server {place}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn places_are_read_as_people_write_them_and_shown_without_passwords() {
        assert_eq!(shown("shop.db"), "file shop.db");
        assert_eq!(shown("sqlite:/var/lib/guitu/shop.db"), "file /var/lib/guitu/shop.db");
        assert_eq!(shown("C:\\shop.db"), "file C:\\shop.db");
        assert_eq!(shown("sqlite:"), "a path has to follow `sqlite:`");
        let url = "postgres://guitu:p@ss@db.example:5432/shop?sslmode=require&password=x";
        assert_eq!(shown(url), "server postgres://db.example:5432/shop");
        let told = "`mysql:` is no database; there are `sqlite:PATH` and `postgres://…`";
        assert_eq!(shown("mysql://db.example/shop"), told);
    }
}
