//! Starting, stopping and killing a server of one's own.

use std::{
    fs::{self, File, Permissions},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{Config, session::Session};

/// Waits for the end of a process, then stops the server in a folder and removes the folder.
const WATCH: &str = r#"
    while kill -0 "$1" 2>/dev/null; do sleep 0.2; done
    test -f "$2/data/postmaster.pid" && kill -KILL "$(head -n 1 "$2/data/postmaster.pid")"
    rm -rf "$2"
"#;

/// What makes a server small and quick to start.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "log_min_messages=warning",
    "max_prepared_transactions=8",
];

/// A server of a test's own, which may be killed and started again. It is stopped and removed when
/// dropped.
#[derive(Debug)]
pub struct Server {
    process: Option<Child>,
    watcher: Child,
    settings: Vec<String>,
    directory: PathBuf,
    /// Part of the socket's name, even if there is no other.
    port: u16,
    /// `None` for one that outlives this process.
    _removed: Option<TempDir>,
}

impl Server {
    /// Makes a server with settings such as `fsync=off`.
    pub fn start(settings: &[&str]) -> Self {
        let directory = tempfile::Builder::new().prefix(&prefix()).tempdir().unwrap();
        let path = directory.path().to_owned();
        Self::make(path, std::process::id(), settings, Some(directory), initdb)
    }

    /// Makes a server that is reached by TCP as well, on a free port of this machine only.
    pub fn start_on_tcp(settings: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let port = format!("port={port}");
        Self::start(&[settings, &["listen_addresses=127.0.0.1", &port]].concat())
    }

    /// Makes a server that outlives this process, in a folder of its own, for as long as another
    /// one lives.
    pub(super) fn start_for(owner: u32, directory: &Path, settings: &[&str]) -> Self {
        Self::make(directory.to_owned(), owner, settings, None, initdb)
    }

    /// Makes a standby that follows this server under a name, as `synchronous_standby_names` knows
    /// it.
    pub fn standby(&self, name: &str) -> Self {
        let directory = tempfile::Builder::new().prefix(&prefix()).tempdir().unwrap();
        let path = directory.path().to_owned();
        let primary = format!(
            "host={} port={} user=postgres application_name={name}",
            self.directory.display(),
            self.port
        );
        // It is reached by its socket only: the port of the other is taken.
        let is_shared = |it: &&str| !it.starts_with("port=") && !it.starts_with("listen_");
        let settings: Vec<&str> =
            self.settings.iter().map(String::as_str).filter(is_shared).collect();
        Self::make(path, std::process::id(), &settings, Some(directory), |data| {
            let mut backup = program("pg_basebackup");
            backup.args(["-d", &primary, "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
            backup.arg("-D").arg(data);
            backup
        })
    }

    fn make(
        directory: PathBuf,
        owner: u32,
        settings: &[&str],
        removed: Option<TempDir>,
        fill: impl FnOnce(&Path) -> Command,
    ) -> Self {
        if let Some((user, group)) = unprivileged(&directory) {
            chown(&directory, Some(user), Some(group)).unwrap();
        }
        let watcher = Command::new("sh")
            .args(["-c", WATCH, "watch", &owner.to_string()])
            .arg(&directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let port = settings.iter().find_map(|it| it.strip_prefix("port=")?.parse().ok());
        let settings = settings.iter().map(|it| (*it).to_owned()).collect();
        let port = port.unwrap_or(5432);
        let mut server =
            Self { process: None, watcher, settings, directory, port, _removed: removed };
        server.run(&mut fill(&server.data()));
        server.start_again();
        server
    }

    /// Runs a program of PostgreSQL's to its end.
    fn run(&self, command: &mut Command) {
        let command = self.prepare(command, "setup.log");
        let status = command.status().unwrap();
        assert!(status.success(), "{command:?} ended with {status}: {}", self.log("setup.log"));
    }

    /// Away from this process's user, folder, group and output.
    fn prepare<'c>(&self, command: &'c mut Command, log: &str) -> &'c mut Command {
        if let Some((user, group)) = unprivileged(&self.directory) {
            command.uid(user).gid(group);
        }
        let log = File::options().create(true).append(true).open(self.directory.join(log)).unwrap();
        command
            .current_dir(&self.directory)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
    }

    /// Starts a server that was stopped or killed, and waits until it answers.
    pub fn start_again(&mut self) {
        let mut postgres = program("postgres");
        postgres.arg("-D").arg(self.data()).arg("-k").arg(&self.directory);
        for setting in SETTINGS.iter().copied().chain(self.settings.iter().map(String::as_str)) {
            postgres.args(["-c", setting]);
        }
        let mut process = self.prepare(&mut postgres, "server.log").spawn().unwrap();
        for _ in 0..1_000 {
            if self.try_session("postgres").is_some() {
                self.process = Some(process);
                return;
            }
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", self.log("server.log"));
            pause();
        }
        panic!("the server does not answer: {}", self.log("server.log"));
    }

    /// The end, as by the loss of power: nothing is finished or said.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let id = process.id();
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            process.kill().unwrap();
            process.wait().unwrap();
            // They would notice within moments, but might answer meanwhile.
            let children = children.unwrap_or_default();
            let _ = Command::new("kill")
                .arg("-KILL")
                .args(children.split_whitespace())
                .stderr(Stdio::null())
                .status();
        }
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        let mut promote = program("pg_ctl");
        promote.args(["promote", "-w", "-D"]).arg(self.data());
        self.run(&mut promote);
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        url(&self.directory, self.port, database)
    }

    /// The port it listens on, if it was started on TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Puts a file that a setting names where the server looks for it. Nobody else may read it.
    pub fn give_file(&self, name: &str, content: &str) {
        let path = self.data().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        if let Some((user, group)) = unprivileged(&self.directory) {
            chown(&path, Some(user), Some(group)).unwrap();
        }
    }

    /// Runs statements without parameters in a database.
    pub fn execute(&self, database: &str, sql: &str) {
        self.try_session(database).unwrap().execute(sql).unwrap();
    }

    pub(super) fn try_session(&self, database: &str) -> Option<Session> {
        Session::open(&self.url(database).parse::<Config>().unwrap()).ok()
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap_or_default()
    }

    /// Leaves the server to its watcher.
    pub(super) fn leave(self) {
        std::mem::forget(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
    }
}

/// Folders of servers begin with it.
pub(super) fn prefix() -> String {
    format!("guitu-pg-{}-", std::process::id())
}

pub(super) fn url(directory: &Path, port: u16, database: &str) -> String {
    let host = directory.display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{host}:{port}/{database}")
}

/// Fills a folder with an empty server that trusts whoever can reach it.
fn initdb(data: &Path) -> Command {
    let mut initdb = program("initdb");
    initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"]);
    initdb.arg(data);
    initdb
}

/// A program from the path, or from where Debian puts the newest.
fn program(name: &str) -> Command {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|it| {
            let version = it.file_name().to_str()?.parse().ok()?;
            let path = it.path().join("bin").join(name);
            path.exists().then_some((version, path))
        })
        .collect();
    found.sort();
    Command::new(found.pop().map_or_else(|| PathBuf::from(name), |(_, path)| path))
}

/// Whom to be instead of root, whom PostgreSQL refuses to run as. `None` if we are not root.
fn unprivileged(directory: &Path) -> Option<(u32, u32)> {
    let is_root =
        fs::metadata("/proc/self").or_else(|_| fs::metadata(directory)).unwrap().uid() == 0;
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let user = users.lines().map(|it| it.split(':').collect::<Vec<_>>());
        let user = user.into_iter().find(|it| it.first() == Some(&name))?;
        Some((user.get(2)?.parse().ok()?, user.get(3)?.parse().ok()?))
    };
    Some(find("postgres").or_else(|| find("nobody")).expect("a user to run PostgreSQL as"))
}

#[expect(clippy::disallowed_methods, reason = "a server takes its time to start")]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}
