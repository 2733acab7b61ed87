//! Where the database is, and how patient we are with it.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use thiserror::Error;
use tokio_postgres::config::SslMode;

use crate::tls::{self, Trust};

/// How to reach a server and what to ask of it. Parsed from a URL such as
/// `postgres://guitu@db.example/guitu?pool_size=8&lock_timeout_ms=2000`.
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) server: tokio_postgres::Config,
    /// Set if the connection is encrypted.
    pub(crate) trust: Option<Trust>,
    /// Most connections at one time.
    pub pool_size: usize,
    /// The longest wait for one of them to come free.
    pub pool_timeout: Duration,
    pub connect_timeout: Duration,
    /// The server gives up on a statement that takes longer.
    pub statement_timeout: Duration,
    /// The server gives up on a statement that waits longer for another's lock.
    pub lock_timeout: Duration,
    /// We give up on a server that does not answer for longer.
    pub answer_timeout: Duration,
    /// Accepts a server that acknowledges what is not on disk yet.
    pub may_lose_commits: bool,
    /// Where the tables are, if not where the server puts those of this user.
    pub(crate) schema: Option<String>,
}

/// Why a text is not the address of a database.
#[derive(Debug, Error)]
pub enum AddressError {
    #[error("the address of the database cannot be read")]
    Unreadable(#[from] tokio_postgres::Error),
    #[error("`{name}={value}` in the address of the database is not a number from 1")]
    NotANumber { name: String, value: String },
    #[error("`{}` does not hold certificates", file.display())]
    Certificates { file: PathBuf },
    #[error("encryption cannot be set up")]
    Encryption(#[from] rustls::Error),
}

impl FromStr for Config {
    type Err = AddressError;

    /// Takes what libpq takes in a URL, and after the `?` also the names of our own numbers.
    ///
    /// A host that is not this machine is spoken to in TLS, and its certificate has to be good:
    /// signed by one that the system trusts, or by one in the file that `sslrootcert` names.
    /// `sslmode=disable` does without; `verify-full` is what is done anyway.
    fn from_str(url: &str) -> Result<Self, AddressError> {
        let (address, options) = url.split_once('?').unwrap_or((url, ""));
        let options = options.replace("sslmode=verify-full", "sslmode=require");
        let (ours, theirs): (Vec<&str>, Vec<&str>) = options
            .split('&')
            .filter(|it| !it.is_empty())
            .partition(|it| OURS.contains(&it.split('=').next().unwrap_or_default()));
        let address = if theirs.is_empty() {
            address.to_owned()
        } else {
            format!("{address}?{}", theirs.join("&"))
        };
        let mut config = Self::new(address.parse()?);
        let mut root_certificates: Option<&Path> = None;
        for option in ours {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            if name == "sslrootcert" {
                root_certificates = Some(Path::new(value));
            } else {
                config.set(name, value)?;
            }
        }
        if tls::is_wanted(&config.server) {
            config.server.ssl_mode(SslMode::Require);
            config.trust = Some(Trust::new(root_certificates)?);
        }
        Ok(config)
    }
}

/// Options that are not passed on to the server's own.
const OURS: &[&str] = &[
    "pool_size",
    "pool_timeout_ms",
    "connect_timeout_ms",
    "statement_timeout_ms",
    "lock_timeout_ms",
    "answer_timeout_ms",
    "may_lose_commits",
    "sslrootcert",
];

impl Config {
    fn new(mut server: tokio_postgres::Config) -> Self {
        server
            .application_name("guitu")
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .tcp_user_timeout(Duration::from_secs(20));
        Self {
            server,
            trust: None,
            pool_size: 16,
            pool_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_mins(1),
            may_lose_commits: false,
            schema: None,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), AddressError> {
        let number: u32 = value.parse().ok().filter(|it| 0 < *it).ok_or_else(|| {
            AddressError::NotANumber { name: name.to_owned(), value: value.to_owned() }
        })?;
        let time = Duration::from_millis(number.into());
        match name {
            "pool_size" => self.pool_size = usize::try_from(number).unwrap_or(usize::MAX),
            "pool_timeout_ms" => self.pool_timeout = time,
            "connect_timeout_ms" => self.connect_timeout = time,
            "statement_timeout_ms" => self.statement_timeout = time,
            "lock_timeout_ms" => self.lock_timeout = time,
            "answer_timeout_ms" => self.answer_timeout = time,
            _ => self.may_lose_commits = true,
        }
        Ok(())
    }

    /// Where it is, without the password: for messages.
    pub(crate) fn place(&self) -> String {
        let hosts = self.server.get_hosts().iter().map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        });
        let hosts: Vec<String> = hosts.collect();
        let name = self.server.get_dbname().or(self.server.get_user()).unwrap_or_default();
        format!("{} at {}", name, hosts.join(","))
    }

    /// What every session says first.
    ///
    /// Each of our statements is meant to be served by an index. A plan made while a table was
    /// small would be a plan to scan it, and would be kept while the table grows; so the planner is
    /// told once that nothing here is worth a scan. Statements that have to read a whole table
    /// still do.
    pub(crate) fn settings(&self) -> String {
        let schema = self.schema.as_ref().map(|it| format!("SET search_path = {it}; "));
        format!(
            "{}SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; \
             SET client_min_messages = warning; SET bytea_output = hex; SET timezone = 'UTC'; \
             SET default_transaction_isolation = 'read committed'; SET jit = off; \
             SET plan_cache_mode = force_generic_plan; SET random_page_cost = 1.1; \
             SET enable_seqscan = off; SET enable_bitmapscan = off; \
             SET enable_hashjoin = off; SET enable_mergejoin = off",
            schema.unwrap_or_default(),
            self.statement_timeout.as_millis(),
            self.lock_timeout.as_millis(),
            self.answer_timeout.as_millis(),
        )
    }
}
