//! Commits to write, and a way to break the line between a store and its server.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    sync::{Arc, Mutex},
    thread,
};

use kernel::{ActorId, CommandKey, DossierKey, OrderNo, TaskId, Timestamp};
use store::{Answered, Commit, RowChange, Seal, Store, TaskRow, Version, Wanted};
use tempfile::TempDir;
use tokio_postgres::config::Host;

use crate::Config;

pub(super) fn key(order: &str) -> DossierKey {
    DossierKey::new("demo".parse().unwrap(), OrderNo::new(order).unwrap())
}

/// A commit that puts a task named like its command.
pub(super) fn commit(order: &str, expected: u64, command: &str) -> Commit {
    let task = TaskRow {
        task: TaskId::new(command).unwrap(),
        case: None,
        kind: "inspect".to_owned(),
        role: "agent".to_owned(),
        due: Timestamp::from_epoch_seconds(0),
        rank: 0,
        body: String::new(),
    };
    Commit {
        dossier: key(order),
        expected: Version(expected),
        at: Timestamp::from_epoch_seconds(0),
        actor: ActorId::new("agent").unwrap(),
        command: CommandKey::new(command).unwrap(),
        fence: None,
        answered: Answered { fingerprint: 7, answer: String::new() },
        events: command.to_owned(),
        seal: Seal([7; 32]),
        state: vec![1],
        rows: vec![RowChange::PutTask(task)],
    }
}

/// `1:a 2:b`, the commits that are there.
pub(super) fn history(store: &dyn Store, order: &str) -> String {
    let commits = store.history(&key(order), Version(0), 1_000).unwrap();
    let words = commits.iter().map(|it| format!("{}:{}", it.version.0, it.command));
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn version(store: &dyn Store, order: &str) -> u64 {
    let wanted = Wanted { dossier: key(order), command: CommandKey::new("none").unwrap() };
    store.load(&[wanted]).unwrap()[0].version.0
}

/// Where the line breaks, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cut {
    Never,
    /// The server does not hear of the `COMMIT`.
    BeforeCommit,
    /// The server has committed, and nobody is told.
    AfterCommit,
}

/// Stands between a store and a server.
pub(super) struct Proxy {
    cut: Arc<Mutex<Cut>>,
    directory: TempDir,
    config: Config,
}

impl Proxy {
    /// In front of the server at `url`, which is reached by a socket in a folder.
    pub(super) fn before(url: &str) -> Self {
        let config: Config = url.parse().unwrap();
        let [Host::Unix(folder)] = config.server.get_hosts() else { panic!("{config:?}") };
        let port = config.server.get_ports().first().unwrap();
        let server = folder.join(format!(".s.PGSQL.{port}"));
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).unwrap();
        let cut = Arc::new(Mutex::new(Cut::Never));
        let armed = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = UnixStream::connect(&server).unwrap();
                let armed = Arc::clone(&armed);
                thread::spawn(move || pass(client, server, &armed));
            }
        });
        Self { cut, directory, config }
    }

    pub(super) fn config(&self) -> Config {
        let name = self.config.server.get_dbname().unwrap();
        let folder = self.directory.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{name}").parse().unwrap()
    }

    pub(super) fn arm(&self, cut: Cut) {
        *self.cut.lock().unwrap() = cut;
    }

    pub(super) fn is_armed(&self) -> bool {
        *self.cut.lock().unwrap() != Cut::Never
    }
}

/// Passes bytes both ways until one side ends, or the line is cut.
fn pass(mut client: UnixStream, mut server: UnixStream, cut: &Arc<Mutex<Cut>>) {
    let (mut to_client, mut from_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let armed = Arc::clone(cut);
    let back = thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        while let Ok(n_read @ 1..) = from_server.read(&mut buffer) {
            let read = &buffer[..n_read];
            if contains(read, b"COMMIT\0") && is_due(&armed, Cut::AfterCommit) {
                break;
            }
            if to_client.write_all(read).is_err() {
                break;
            }
        }
        shut(&to_client, &from_server);
    });
    let mut buffer = vec![0; 65_536];
    while let Ok(n_read @ 1..) = client.read(&mut buffer) {
        let read = &buffer[..n_read];
        if contains(read, b"COMMIT\0") && is_due(cut, Cut::BeforeCommit) {
            break;
        }
        if server.write_all(read).is_err() {
            break;
        }
    }
    shut(&client, &server);
    back.join().unwrap();
}

/// Whether the line breaks here; it will not a second time.
fn is_due(cut: &Mutex<Cut>, here: Cut) -> bool {
    let mut cut = cut.lock().unwrap();
    let is_due = *cut == here;
    if is_due {
        *cut = Cut::Never;
    }
    is_due
}

fn shut(client: &UnixStream, server: &UnixStream) {
    let _ = client.shutdown(std::net::Shutdown::Both);
    let _ = server.shutdown(std::net::Shutdown::Both);
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|it| it == word)
}
