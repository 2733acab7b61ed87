//! Several processes that work one database, one of which is killed.
//!
//! The only waiting is reading what the programs say.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use expect_test::expect;
use store_postgres::sandbox::{Database, database, empty_database};

use crate::{
    program::{guitu, guitu_given, program},
    table::Folder,
};

const ORDERS: u32 = 400;

struct Worker {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(site: &Site, name: &str) -> Self {
        let mut command = program();
        let outside = format!("sandbox:{}", site.provider);
        command.args(["work", "--db", &site.db, "--outside", &outside, "--name", name]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, said }
    }

    /// Reads on until it says something that begins so.
    #[track_caller]
    fn hear(&mut self, beginning: &str) {
        let heard = self.said.by_ref().map(Result::unwrap).any(|it| it.starts_with(beginning));
        assert!(heard, "it ended without saying `{beginning}`");
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop, as whoever runs services does, and returns all it has not been heard to say.
    fn terminate(mut self) -> Vec<String> {
        let name = self.process.id().to_string();
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {name}")]).status();
        assert!(asked.unwrap().success());
        let rest = self.said.by_ref().map(Result::unwrap).collect();
        assert!(self.process.wait().unwrap().success());
        rest
    }
}

/// A database in which much waits to be done, and a provider for all.
struct Site {
    folder: Folder,
    db: String,
    provider: String,
}

impl Site {
    fn in_a_file() -> Self {
        let folder = Folder::new();
        let at = |name| folder.at(name).to_str().unwrap().to_owned();
        Self { db: format!("sqlite:{}", at("orders.db")), provider: at("provider.txt"), folder }
    }

    fn on_a_server(database: &Database) -> Self {
        Self { db: database.url(), ..Self::in_a_file() }
    }

    fn crash(&self, more: &[&str], input: &str) -> String {
        let orders = ORDERS.to_string();
        let (db, provider) = (&*self.db, &*self.provider);
        let arguments = ["crash", "--db", db, "--provider", provider, "--orders", &orders];
        guitu_given(arguments.iter().chain(more), input).expect(0).out
    }
}

#[test]
fn on_a_file_one_of_several_workers_is_killed_and_the_others_go_on() {
    one_is_killed_and_the_others_go_on(&Site::in_a_file());
}

#[test]
fn on_a_server_one_of_several_workers_is_killed_and_the_others_go_on() {
    let database = database();
    one_is_killed_and_the_others_go_on(&Site::on_a_server(&database));
}

fn one_is_killed_and_the_others_go_on(site: &Site) {
    let mut acknowledged = site.crash(&["--give"], "");

    let mut first = Worker::start(site, "first");
    first.hear("leases 1024 buckets of a share of 1024");
    first.hear("worked");
    first.kill();
    let (mut second, mut third) = (Worker::start(site, "second"), Worker::start(site, "third"));
    // When the first was not heard of for long enough, the two share what was its.
    second.hear("leases 512 buckets of a share of 512");
    third.hear("leases 512 buckets of a share of 512");
    assert_eq!(second.terminate().last().unwrap(), "second is done");
    // It may have been told of the second's leaving before it was told to leave.
    assert_eq!(third.terminate().last().unwrap(), "third is done");

    // What was under way when the first was killed is asked about an hour later.
    acknowledged.push_str(&site.crash(&[], ""));
    expect![[r#"
        checked 400 orders, 3200 acknowledgements, 800 payments
    "#]]
    .assert_eq(&site.crash(&["--check"], &acknowledged));
    let told = guitu(["db", "check", "--db", &site.db]).expect(0).out;
    assert!(told.starts_with("sound: 400 dossiers, "), "{told}");
}

#[test]
fn a_shop_moves_from_a_file_to_a_server_and_back() {
    let (site, database) = (Site::in_a_file(), database());
    let acknowledged = site.crash(&[], "");
    let copy = |from: &str, to: &str| {
        guitu(["db", "copy", "--from", from, "--to", to]).expect(0).out.replace(',', "\n")
    };
    let there = copy(&site.db, &database.url());
    assert!(
        there.starts_with("400 dossiers and 0 records written; alike in both: 400 dossiers"),
        "{there}"
    );
    let moved = Site { db: database.url(), ..site };
    moved.crash(&["--check"], &acknowledged);

    let again = format!("sqlite:{}", moved.folder.at("back.db").display());
    assert_eq!(copy(&moved.db, &again), there);
    // Nothing has changed since: nothing is written.
    let unchanged = there.replacen("400 dossiers and", "0 dossiers and", 1);
    assert_eq!(copy(&moved.db, &again), unchanged);
    let back = Site { db: again, ..moved };
    back.crash(&["--check"], &acknowledged);
}

/// Whoever can write to the tables can write what he likes, but not so that nobody sees it.
#[test]
fn a_history_that_was_tampered_with_is_found() {
    let database = database();
    let site = Site { db: database.url(), ..Site::in_a_file() };
    site.crash(&["--give"], "");
    let check = || guitu(["db", "check", "--db", &site.db]);
    check().expect(0);
    let tampering = [
        ("UPDATE journal SET actor = 'nobody'", "commit 2 is not what was sealed"),
        ("UPDATE journal SET at = at + 1", "commit 2 is not what was sealed"),
        ("UPDATE journal SET seal = NULL", "commit 2 has lost its seal"),
        ("DELETE FROM journal", "commit 2 is missing"),
    ];
    let of_one = "WHERE version = 2 AND (shop, order_no) = \
                  (SELECT shop, order_no FROM journal ORDER BY shop, order_no LIMIT 1)";
    database.execute("CREATE TABLE kept AS SELECT * FROM journal");
    for (change, told) in tampering {
        database.execute(&format!("{change} {of_one}"));
        let err = check().expect(1).err;
        assert!(err.contains(told), "{change}: {err}");
        database.execute("DELETE FROM journal; INSERT INTO journal SELECT * FROM kept");
    }
    // The end is cut off, and with it what the order says of itself but for its seal.
    database.execute("UPDATE dossier SET seal = decode(repeat('00', 32), 'hex')");
    let err = check().expect(1).err;
    assert!(err.contains("the seal of the order is not that of its history"), "{err}");
}

#[test]
fn a_database_says_how_far_it_is_behind() {
    let folder = Folder::new();
    let file = folder.at("shop.db").display().to_string();
    let database = empty_database();
    for (db, schema) in [(file, "3"), (database.url(), "3")] {
        let told = |command: &str| guitu(["db", command, "--db", &db]);
        if db.starts_with("postgres") {
            let empty = told("status").expect(0).out;
            assert!(empty.contains("is empty; `guitu db migrate` makes its tables"), "{empty}");
        } else {
            told("status").expect(1);
        }
        told("migrate").expect(0);
        let ready = told("status").expect(0).out;
        assert!(ready.ends_with(&format!("has schema {schema} and is up to date\n")), "{ready}");
    }
}

#[test]
fn only_a_server_with_citus_is_distributed() {
    let database = database();
    let folder = Folder::new();
    let file = folder.at("shop.db").display().to_string();
    let told = |db: &str, more: &[&str]| {
        let arguments = ["db", "distribute", "--db", db];
        guitu(arguments.iter().chain(more)).expect(1).err
    };
    let of_a_file = told(&file, &[]);
    assert!(of_a_file.ends_with("is a file; only a server with Citus can be distributed\n"));
    let without = told(&database.url(), &[]);
    assert!(without.contains("has no extension `citus`"), "{without}");
    let too_few = told(&database.url(), &["--buckets", "512"]);
    assert!(too_few.contains("there are 1024 buckets, not 512"), "{too_few}");
}

/// Every scenario, as on the store in memory: it has tables of its own, and leaves none.
#[test]
fn scenarios_hold_on_a_server() {
    let database = database();
    let scenarios = format!("{}/../../scenarios", env!("CARGO_MANIFEST_DIR"));
    let told = guitu(["scenario", "check", &scenarios, "--store", &database.url()]).expect(0).out;
    assert!(told.ends_with(" passed, 0 failed\n"), "{told}");
    assert!(!told.ends_with("\n0 passed, 0 failed\n"), "{told}");
}
