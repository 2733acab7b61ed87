//! One server for all tests of a run, and a database for each test.

use std::{
    fs::{self, DirBuilder, File},
    os::unix::{fs::DirBuilderExt, process::parent_id},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::server::{Server, url};
use crate::{Config, PostgresStore, schema, session::Session};

/// A database of a test's own, with all tables and no rows. It is dropped with this.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    pub fn url(&self) -> String {
        shared().url(&self.name)
    }

    pub fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url()).unwrap()
    }

    /// Opens it for a test that needs nothing but the store.
    pub fn into_store(self) -> Opened {
        Opened { store: self.open(), database: self }
    }

    /// Runs statements without parameters.
    pub fn execute(&self, sql: &str) {
        session(&self.url()).execute(sql).unwrap();
    }
}

/// A store that takes its database with it.
#[derive(Debug)]
pub struct Opened {
    pub store: PostgresStore,
    pub database: Database,
}

impl Drop for Database {
    fn drop(&mut self) {
        // A store may still be open. If this fails, it goes with the server.
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Ok(session) = Session::open(&shared().url("postgres").parse::<Config>().unwrap()) {
            let _ = session.execute(&drop);
        }
    }
}

/// Makes a database with all tables on the server that this run's tests share.
pub fn database() -> Database {
    let shared = shared();
    copy(shared, &shared.template)
}

/// Makes a database without tables.
pub fn empty_database() -> Database {
    copy(shared(), "template0")
}

fn copy(shared: &Shared, template: &str) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("guitu_test_{}_{number}", std::process::id());
    let session = session(&shared.url("postgres"));
    session.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
    Database { name }
}

struct Shared {
    /// With `DATABASE` in place of a name.
    url: String,
    template: String,
}

impl Shared {
    fn url(&self, database: &str) -> String {
        self.url.replace("DATABASE", database)
    }
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let lock = File::create(std::env::temp_dir().join("guitu-pg-lock")).unwrap();
        lock.lock().unwrap();
        let url = asked_for().unwrap_or_else(started);
        // The sum of the last tells which there are: none is ever edited once there is another.
        let last = schema::sums().pop().unwrap_or_default();
        let template = format!("guitu_template_{last}");
        let shared = Shared { url, template };
        make_template(&shared);
        shared
    })
}

#[expect(clippy::disallowed_methods, reason = "which server to test on is up to the environment")]
fn asked_for() -> Option<String> {
    let url = std::env::var("GUITU_TEST_POSTGRES_URL").ok()?;
    let (address, options) = url.split_once('?').unwrap_or((&url, ""));
    let (server, _) = address.rsplit_once('/').expect("a URL that ends in a database");
    Some(format!("{server}/DATABASE?{options}"))
}

/// Finds the server of this run, or starts it.
fn started() -> String {
    clear_away();
    let owner = owner();
    let directory = place(owner);
    let url = url(&directory, 5432, "DATABASE");
    let config: Config = url.replace("DATABASE", "postgres").parse().unwrap();
    if Session::open(&config).is_err() {
        let _ = fs::remove_dir_all(&directory);
        DirBuilder::new().mode(0o700).create(&directory).unwrap();
        // Nothing here has to survive the power.
        let settings = ["fsync=off", "full_page_writes=off"];
        Server::start_for(owner, &directory, &settings).leave();
    }
    url
}

/// The process that the server lives as long as. A runner that was killed leaves its tests to the
/// first process of all, whose end nobody would see.
#[expect(clippy::disallowed_methods, reason = "nextest says so in the environment")]
fn owner() -> u32 {
    let runner = std::env::var("NEXTEST").ok().map(|_| parent_id());
    runner.filter(|it| *it != 1).unwrap_or_else(std::process::id)
}

fn place(owner: u32) -> PathBuf {
    std::env::temp_dir().join(format!("guitu-pg-{owner}-shared"))
}

/// Stops and removes servers whose owner and whose watcher were both killed.
fn clear_away() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|it| it.strip_prefix("guitu-pg-"));
        let owner =
            owner.and_then(|it| it.split('-').next()).filter(|it| it.parse::<u32>().is_ok());
        if let Some(owner) = owner
            && Path::new("/proc/self").exists()
            && !Path::new("/proc").join(owner).exists()
        {
            stop(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn stop(directory: &Path) {
    let file = fs::read_to_string(directory.join("data/postmaster.pid")).unwrap_or_default();
    if let Some(process) = file.lines().next() {
        let _ = Command::new("kill").args(["-KILL", process]).status();
    }
}

/// Makes the database that those of the tests are copies of.
fn make_template(shared: &Shared) {
    let session = session(&shared.url("postgres"));
    let template = &shared.template;
    let rows = session
        .query_once("SELECT FROM pg_database WHERE datname = $1", &[&template.as_str()])
        .unwrap();
    if rows.is_empty() {
        // Under another name until it is whole.
        session.execute(&format!("DROP DATABASE IF EXISTS {template}_begun")).unwrap();
        session.execute(&format!("CREATE DATABASE {template}_begun TEMPLATE template0")).unwrap();
        drop(PostgresStore::open(&shared.url(&format!("{template}_begun"))).unwrap());
        session.execute(&format!("ALTER DATABASE {template}_begun RENAME TO {template}")).unwrap();
    }
}

fn session(url: &str) -> Session {
    Session::open(&url.parse::<Config>().unwrap()).unwrap()
}
