//! Backups that are taken while a database is written, and what is made of them.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

use crate::{
    program::{guitu, program},
    table::Folder,
};

/// A data folder that somebody has worked in, and a backup's place.
struct Site {
    folder: Folder,
}

impl Site {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("data/evidence/one/ab/abcdef", b"a photo");
        folder.write("data/evidence/two/00/001122", b"another");
        folder.write("data/keys.toml", b"secret");
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.at(name).display().to_string()
    }

    fn back_up(&self, to: &str, more: &[&str]) -> String {
        let (data, to) = (self.path("data"), self.path(to));
        let all = ["backup", "--data", &data, "--to", &to];
        guitu(all.iter().chain(more)).expect(0).out
    }

    fn restore(&self, from: &str, to: &str) -> crate::program::Outcome {
        guitu(["restore", "--from", &self.path(from), "--data", &self.path(to)])
    }

    /// Orders whose version was acknowledged.
    fn write_orders(&self, count: u32) -> std::process::Command {
        let mut command = program();
        command.args(["crash", "--db", &self.path("data/guitu.db"), "--give"]);
        command.args(["--provider", &self.path("provider.txt"), "--orders", &count.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

fn dossiers(told: &str) -> usize {
    let (_, rest) = told.split_once("sound: ").unwrap_or_else(|| panic!("{told}"));
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_backup_taken_while_orders_are_written_is_sound_and_has_all_that_was_acknowledged() {
    let site = Site::new();
    let mut writing = site.write_orders(4_000).spawn().unwrap();
    let mut said = BufReader::new(writing.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        // Some are acknowledged, and more are on their way, when the backup begins.
        acknowledged.extend(said.by_ref().take(500).map(Result::unwrap));
        let name = format!("backup-{round}");
        site.back_up(&name, &[]);
        assert!(writing.try_wait().unwrap().is_none(), "it is written to all the time");
        let data = format!("restored-{round}");
        let told = site.restore(&name, &data).expect(0).out;
        let orders: std::collections::BTreeSet<&str> =
            acknowledged.iter().filter_map(|it| it.split(' ').nth(1)).collect();
        let found = dossiers(&told);
        assert!(orders.len() <= found && found < 4_000, "{} of {found}", orders.len());
    }
    writing.kill().unwrap();
    writing.wait().unwrap();
}

#[test]
fn what_is_restored_is_what_was_backed_up() {
    let site = Site::new();
    assert!(site.write_orders(3).output().unwrap().status.success());
    for (to, data) in [("whole", "again"), ("whole.zip", "again-too")] {
        let told = site.back_up(to, &["--with-keys"]);
        assert!(told.contains(": 4 files, ") && !told.contains("left out"), "{told}");
        assert!(site.restore(to, data).expect(0).out.contains("sound: 3 dossiers"));
        for name in ["evidence/one/ab/abcdef", "evidence/two/00/001122", "keys.toml"] {
            let read = |folder| fs::read(site.folder.at(folder).join(name)).unwrap();
            assert_eq!(read(data), read("data"), "{name}");
        }
        assert!(!site.folder.at(data).join("manifest.json").exists());
    }
    // Without being asked, nobody carries keys around.
    let told = site.back_up("without", &[]);
    assert!(told.contains("left out: keys.toml"), "{told}");
    assert!(!site.folder.at("without/keys.toml").exists());
    let told = site.restore("without", "without-keys").expect(0).out;
    assert!(told.ends_with("put back by hand: keys.toml\n"), "{told}");
}

#[test]
fn nothing_is_written_over_and_nothing_damaged_is_restored() {
    let site = Site::new();
    assert!(site.write_orders(3).output().unwrap().status.success());
    site.back_up("backup", &["--with-keys"]);
    let refused = |outcome: crate::program::Outcome, why: &str| {
        assert!(outcome.err.contains(why), "{}", outcome.err);
        assert_eq!(outcome.code, 1);
    };
    let to = site.path("backup");
    let again = guitu(["backup", "--data", &site.path("data"), "--to", &to]);
    refused(again, "is there already; a backup is never written over");
    refused(site.restore("backup", "data"), "is not empty; nothing is written over");
    refused(site.restore("nothing", "new"), "there is no backup at");
    refused(site.restore("data", "new"), "this is no backup");
    let server = ["backup", "--db", "postgres://db.example/guitu", "--to", "x"];
    refused(guitu(server), "back it up with its own tools, `pg_dump`");

    let damaged = |name: &str, change: &dyn Fn(&Path)| {
        let copy = Folder::copy_of(&site.folder.at("backup"));
        change(&copy.at(name));
        let from = copy.path().display().to_string();
        let outcome = guitu(["restore", "--from", &from, "--data", &site.path("new")]);
        assert!(!site.folder.at("new").exists());
        outcome
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    refused(damaged("guitu.db", &flip), "`guitu.db` is not what was backed up");
    let photo = "evidence/one/ab/abcdef";
    refused(damaged(photo, &flip), "is not what was backed up");
    refused(damaged(photo, &|it| fs::remove_file(it).unwrap()), "abcdef");
    let added = |it: &Path| fs::write(it, "x").unwrap();
    refused(damaged("evidence/more", &added), "`evidence/more` was not backed up");
    let outside = |it: &Path| {
        let text = fs::read_to_string(it).unwrap();
        fs::write(it, text.replace("keys.toml", "../keys.toml")).unwrap();
    };
    refused(damaged("manifest.json", &outside), "does not belong into a backup");
    // Nothing is left of what was begun.
    let left: Vec<_> = fs::read_dir(site.folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|it| it.starts_with('.'))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
