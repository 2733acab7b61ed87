//! Killed again and again, and nothing is lost and nothing paid twice.
//!
//! The only waiting is reading what the program says. Where it is killed is drawn from a seed; how
//! far it has got by the time the signal arrives is the machine's business, and part of the test.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use expect_test::{Expect, expect};
use store_postgres::sandbox::{Database, database};

use crate::{
    program::{Outcome, guitu_given, program},
    table::Folder,
};

/// Files that outlive the process, and what it said.
struct Site {
    folder: Folder,
    db: String,
    orders: u32,
    /// Every acknowledgement anybody ever read, once each.
    acknowledged: BTreeSet<String>,
    /// The last order that was worked to its end, as far as anybody heard.
    worked: u32,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Killed,
    Done,
}

impl Site {
    fn new(orders: u32) -> Self {
        let folder = Folder::new();
        let db = folder.at("orders.db").to_str().unwrap().to_owned();
        Self { folder, db, orders, acknowledged: BTreeSet::new(), worked: 0 }
    }

    fn on_a_server(orders: u32, database: &Database) -> Self {
        Self { db: database.url(), ..Self::new(orders) }
    }

    fn arguments(&self) -> Vec<String> {
        let provider = self.folder.at("provider.txt").to_str().unwrap().to_owned();
        let named = [("--db", self.db.clone()), ("--provider", provider)];
        let named = named.into_iter().chain([("--orders", self.orders.to_string())]);
        let named = named.flat_map(|(name, value)| [name.to_owned(), value]);
        ["crash".to_owned()].into_iter().chain(named).collect()
    }

    /// Starts the program a few orders before the last one was killed, so that much is given twice,
    /// and kills it once it has said `patience` things that nobody had heard before.
    fn run(&mut self, patience: usize) -> End {
        let mut command = program();
        let from = if patience == usize::MAX { 0 } else { self.worked.saturating_sub(8) };
        command
            .args(self.arguments())
            .arg(format!("--from={from}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::inherit()).spawn().unwrap();
        let mut patience = Some(patience);
        let mut end = End::Killed;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            // After the kill as well: what is in the pipe was said before it.
            let line = line.unwrap();
            if line == "done" {
                end = End::Done;
            }
            let new = if let Some(order) = line.strip_prefix("worked ") {
                let before = self.worked;
                self.worked = before.max(order.parse().unwrap());
                before < self.worked
            } else {
                line.starts_with("ack ") && self.acknowledged.insert(line)
            };
            if let Some(left) = patience.filter(|_| new) {
                patience = left.checked_sub(1);
                if patience.is_none() {
                    child.kill().unwrap();
                }
            }
        }
        let status = child.wait().unwrap();
        assert_eq!(status.success(), end == End::Done, "{status}");
        end
    }

    fn check(&self) -> Outcome {
        let said: Vec<&str> = self.acknowledged.iter().map(String::as_str).collect();
        self.check_with(&said.join("\n"))
    }

    fn check_with(&self, acknowledged: &str) -> Outcome {
        let arguments = self.arguments().into_iter().chain(["--check".to_owned()]);
        guitu_given(arguments, acknowledged)
    }
}

/// `SplitMix64`.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((word ^ (word >> 31)).checked_rem(most).unwrap()).unwrap()
    }
}

#[test]
fn killed_at_any_moment_and_started_again() {
    kill_and_start_again(Site::new(400));
}

#[test]
fn on_a_server_killed_at_any_moment_and_started_again() {
    let database = database();
    kill_and_start_again(Site::on_a_server(400, &database));
}

fn kill_and_start_again(mut site: Site) {
    let mut draw = Draw(20_261_112);
    let mut kills = 0_u32;
    // Small steps at first, as the beginning of a file has moments that never come again.
    while kills < 18 {
        let most = if kills < 6 { 12 } else { 200 };
        match site.run(draw.below(most)) {
            End::Killed => kills = kills.checked_add(1).unwrap(),
            End::Done => break,
        }
    }
    assert!(15 <= kills, "it was done after {kills} kills");
    assert_eq!(site.run(usize::MAX), End::Done);
    // Commands that the finished run found done are acknowledged, too.
    assert_eq!(site.acknowledged.len(), 400 * 8);
    expect![[r#"
        checked 400 orders, 3200 acknowledgements, 800 payments
    "#]]
    .assert_eq(&site.check().expect(0).out);
}

/// A small run that went well, for the checks to be wrong about.
fn done() -> Site {
    let mut site = Site::new(6);
    assert_eq!(site.run(20), End::Killed);
    assert_eq!(site.run(usize::MAX), End::Done);
    site.check().expect(0);
    site
}

#[track_caller]
fn refused(outcome: Outcome, expected: Expect) {
    expected.assert_eq(&outcome.expect(1).err);
}

#[test]
fn the_check_sees_that_a_payment_is_missing_or_there_twice() {
    let site = done();
    let provider = site.folder.at("provider.txt");
    let paid = fs::read_to_string(&provider).unwrap();
    let mut lines: Vec<&str> = paid.lines().collect();
    // In whatever order they left.
    lines.sort_unstable();
    let spoil = |lines: &[&str]| fs::write(&provider, lines.join("\n") + "\n").unwrap();

    spoil(&lines[1..]);
    refused(
        site.check(),
        expect![[r#"
        guitu: order bench/B00000000: C00000000-1-1 is settled with 1609, paid is None
    "#]],
    );
    spoil(&[&lines[..], &lines[2..3]].concat());
    refused(
        site.check(),
        expect![[r#"
        guitu: C00000001-1-1 was paid twice: 970 fen and 970 fen
    "#]],
    );
    spoil(&[&lines[..], &["C00000001-1-2 500"]].concat());
    refused(
        site.check(),
        expect![[r#"
            guitu: C00000001-1-2 was paid, and no order knows of it
        "#]],
    );
    let (key, _) = lines[3].split_once(' ').unwrap();
    let other = format!("{key} 1");
    spoil(&[&lines[..3], &[&other], &lines[4..]].concat());
    refused(
        site.check(),
        expect![[r#"
        guitu: order bench/B00000001: C00000001-2-1 is settled with 438, paid is Some(1)
    "#]],
    );
    spoil(&lines);
    site.check().expect(0);
}

#[test]
fn the_check_sees_that_an_acknowledgement_is_not_kept() {
    let site = done();
    refused(
        site.check_with("ack bench/B00000002 order-2-step-9 8 1"),
        expect![[r#"
            guitu: order bench/B00000002: order-2-step-9 was acknowledged and is gone
        "#]],
    );
    refused(
        site.check_with("ack bench/B00000002 order-2-step-9 99 1"),
        expect![[r#"
        guitu: order bench/B00000002: version 99 was acknowledged for order-2-step-9 and is gone
    "#]],
    );
    let said: Vec<&String> = site.acknowledged.iter().collect();
    let moved = said[5].replace("step-5", "step-4");
    refused(
        site.check_with(&format!("{}\n{moved}", said[4])),
        expect![[r#"
            guitu: `ack bench/B00000000 order-0-step-4 6 6` was said otherwise before
        "#]],
    );
}

#[test]
fn the_check_sees_that_the_database_is_an_older_one() {
    let mut site = Site::new(6);
    assert_eq!(site.run(20), End::Killed);
    let files = || fs::read_dir(site.folder.path()).unwrap().map(|it| it.unwrap().path());
    let is_db = |it: &std::path::PathBuf| it.file_name().unwrap().to_str().unwrap().contains(".db");
    let copies: Vec<_> =
        files().filter(is_db).map(|it| (it.clone(), fs::read(it).unwrap())).collect();
    assert_eq!(site.run(usize::MAX), End::Done);
    let stale: Vec<_> = fs::read_dir(site.folder.path()).unwrap().collect();
    for path in stale.into_iter().map(|it| it.unwrap().path()).filter(is_db) {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in copies {
        fs::write(path, bytes).unwrap();
    }
    let told = site.check().expect(1).err;
    assert!(told.contains("was acknowledged"), "{told}");
}

#[test]
fn the_check_sees_that_a_run_was_not_finished() {
    let mut site = Site::new(6);
    assert_eq!(site.run(20), End::Killed);
    site.check().expect(1);
    let other = Site::new(6);
    refused_without_files(&other);
}

fn refused_without_files(site: &Site) {
    let told = site.check().expect(1).err;
    assert!(told.contains("there is no database at"), "{told}");
}
