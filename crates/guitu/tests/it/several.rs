//! Several processes that work one database, one of which is killed.
//!
//! The only waiting is reading what the programs say.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use expect_test::expect;

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
    _folder: Folder,
    db: String,
    provider: String,
}

impl Site {
    fn new() -> Self {
        let folder = Folder::new();
        let at = |name| folder.at(name).to_str().unwrap().to_owned();
        let (db, provider) = (format!("sqlite:{}", at("orders.db")), at("provider.txt"));
        Self { db, provider, _folder: folder }
    }

    fn crash(&self, more: &[&str], input: &str) -> String {
        let orders = ORDERS.to_string();
        let (db, provider) = (&*self.db, &*self.provider);
        let arguments = ["crash", "--db", db, "--provider", provider, "--orders", &orders];
        guitu_given(arguments.iter().chain(more), input).expect(0).out
    }
}

#[test]
fn one_of_several_workers_is_killed_and_the_others_go_on() {
    let site = Site::new();
    let mut acknowledged = site.crash(&["--give"], "");

    let mut first = Worker::start(&site, "first");
    first.hear("leases 1024 buckets of a share of 1024");
    first.hear("worked");
    first.kill();
    let (mut second, mut third) = (Worker::start(&site, "second"), Worker::start(&site, "third"));
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
