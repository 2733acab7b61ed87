//! Two stores, one random life, equal answers.

use std::collections::BTreeMap;

use kernel::{Bucket, CaseNo, Choice, CommandKey, DossierKey};

use super::{
    ledger::document,
    records::support::{self as record, drop_record, put},
    support::{
        at, cancel_effect, case, commit, drop_effect, drop_task, drop_timer, effect, entry, key,
        put_term, shop, task, term, timer,
    },
};
use crate::{
    Attempt, CasePage, Commit, Cursor, Database, Hold, Outcome, RecordChange, RecordPage,
    RowChange, TaskPage, TermKind, Version, Wanted,
};

const SHOPS: [&str; 2] = ["demo", "alba"];
const ROLES: [&str; 3] = ["agent", "finance", "warehouse"];
const STATUSES: [&str; 3] = ["asked", "paid", "returning"];

/// Gives both stores the life that `seed` describes, and compares all they can be asked.
///
/// Names and numbers are drawn from so few that rows meet, ranks tie and versions conflict.
#[track_caller]
pub fn agree(seed: u64, left: &dyn Database, right: &dyn Database) {
    let mut life = Life { random: seed, versions: BTreeMap::new(), n_commands: 0 };
    for _ in 0..12 {
        let batch = life.batch();
        let outcomes = left.commit(&batch).unwrap();
        assert_eq!(outcomes, right.commit(&batch).unwrap(), "seed {seed}");
        life.remember(&batch, &outcomes);

        let attempts: Vec<_> = (0..life.below(3)).map(|_| life.attempt()).collect();
        let made = left.note_attempts(&attempts).unwrap();
        assert_eq!(made, right.note_attempts(&attempts).unwrap(), "seed {seed}");

        let body = format!("body {}", life.n_commands);
        let document = document("pack", &life.id("p"), &body);
        assert_eq!(left.keep(&document).unwrap(), right.keep(&document).unwrap(), "seed {seed}");

        for _ in 0..life.below(4) {
            let changes = life.record_changes(left);
            let written = left.write_records(&changes).unwrap();
            assert_eq!(written, right.write_records(&changes).unwrap(), "seed {seed}");
        }
        compare(&mut life, left, right);
        compare_records(&mut life, left, right);
    }
}

struct Life {
    random: u64,
    versions: BTreeMap<DossierKey, u64>,
    n_commands: u64,
}

impl Life {
    /// `SplitMix64`: enough for tests, and the same on every machine.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn small(&mut self) -> i64 {
        i64::try_from(self.below(5)).unwrap() - 1
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let end = u64::try_from(from.len()).unwrap();
        from[usize::try_from(self.below(end)).unwrap()]
    }

    fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.below(3))
    }

    fn dossier(&mut self) -> DossierKey {
        key(&format!("{}/{}", self.pick(&SHOPS), self.below(5)))
    }

    fn attempt(&mut self) -> Attempt {
        let (dossier, effect) = (self.dossier(), self.id("e"));
        Attempt { dossier, effect, again_at: at(self.small()), fence: None }
    }

    fn batch(&mut self) -> Vec<Commit> {
        let mut versions = self.versions.clone();
        (0..=self.below(6))
            .map(|_| {
                let dossier = self.dossier();
                let version = versions.entry(dossier.clone()).or_default();
                let expected = if self.below(4) == 0 { self.below(6) } else { *version };
                *version += u64::from(*version == expected);
                let number = if self.below(8) == 0 { 0 } else { self.n_commands };
                self.n_commands += 1;
                let rows = (0..self.below(6)).map(|nth| self.row(expected, nth)).collect();
                commit(&dossier.to_string(), expected, &format!("c{number}"), rows)
            })
            .collect()
    }

    fn row(&mut self, expected: u64, nth: u64) -> RowChange {
        let (rank, is_open) = (self.small(), self.below(2) == 0);
        match self.below(10) {
            0 => case(&self.id("c"), is_open, self.pick(&STATUSES), rank),
            1 => task(&self.id("t"), self.pick(&ROLES), rank),
            2 => drop_task(&self.id("t")),
            3 => timer(&self.id("m"), rank),
            4 => drop_timer(&self.id("m")),
            5 => effect(&self.id("e"), rank),
            6 => drop_effect(&self.id("e")),
            7 => put_term(self.pick(TermKind::ALL), &self.id("w")),
            8 => cancel_effect(&self.id("e")),
            // An entry is never written twice: its posting is the commit's version.
            _ => {
                let posting = u32::try_from(expected + 1).unwrap();
                entry(posting, u16::try_from(nth + 1).unwrap(), self.pick(&ROLES), rank)
            }
        }
    }

    fn record_key(&mut self) -> String {
        let shop = self.pick(&["", "demo", "alba"]);
        format!("{}/{shop}/{}", self.pick(&["user", "job"]), self.id("r"))
    }

    /// Most expect what they find.
    fn record_changes(&mut self, records: &dyn Database) -> Vec<RecordChange> {
        let change = |_| {
            let of = self.record_key();
            let found = records.records(&[record::key(&of)]).unwrap().remove(0);
            let found = found.map_or(0, |it| it.version.0);
            let expected = match self.below(8) {
                0 => Some(self.below(3)),
                1..4 => None,
                _ => Some(found),
            };
            let marks = format!("{} {}", self.id("w"), self.id("w"));
            if self.below(4) == 0 {
                drop_record(&of, expected)
            } else {
                put(&of, self.small(), &marks, expected)
            }
        };
        (0..3).map(change).collect()
    }

    fn remember(&mut self, batch: &[Commit], outcomes: &[Outcome]) {
        for (commit, outcome) in batch.iter().zip(outcomes) {
            if *outcome == Outcome::Committed {
                self.versions.insert(commit.dossier.clone(), commit.expected.0 + 1);
            }
        }
    }
}

fn compare(life: &mut Life, left: &dyn Database, right: &dyn Database) {
    let (few, now) = (usize::try_from(1 + life.below(4)).unwrap(), at(life.small()));
    let both = [left, right];
    let same = |told: [String; 2]| assert_eq!(told[0], told[1]);
    for limit in [few, 1_000] {
        same(both.map(|it| format!("{:?}", it.due_timers(&Hold::All, now, limit).unwrap())));
        same(both.map(|it| format!("{:?}", it.due_effects(&Hold::All, now, limit).unwrap())));
    }
    for of in SHOPS {
        let after = (life.below(2) == 0).then(|| Cursor {
            rank: life.small(),
            dossier: key(&format!("{of}/{}", life.below(5))),
            id: life.id("t"),
        });
        let (of, limit) = (shop(of), few);
        for role in ROLES.into_iter().map(Some).chain([None]) {
            let role = role.map(str::to_owned);
            let page = TaskPage { shop: of.clone(), role, after: after.clone(), limit };
            same(both.map(|it| format!("{:?}", it.tasks(&page).unwrap())));
        }
        for (status, open) in [(None, true), (None, false), (Some("asked"), true)] {
            let (status, after) = (status.map(str::to_owned), after.clone());
            let page = CasePage { shop: of.clone(), open, status, after, limit };
            same(both.map(|it| format!("{:?}", it.cases(&page).unwrap())));
        }
        for &kind in TermKind::ALL {
            let term = term(kind, &life.id("w"));
            same(both.map(|it| format!("{:?}", it.find(&of, &term, limit).unwrap())));
        }
    }
    for order in 0..10 {
        let dossier = key(&format!("{}/{}", SHOPS[order % 2], order / 2));
        same(both.map(|it| told_of_dossier(it, &dossier)));
    }
    same(both.map(|it| format!("{:?}", it.totals().unwrap())));
    same(both.map(|it| format!("{:?}", it.documents("pack").unwrap())));
}

fn compare_records(life: &mut Life, left: &dyn Database, right: &dyn Database) {
    let both = [left, right];
    let same = |told: [String; 2]| assert_eq!(told[0], told[1]);
    for (kind, shop) in [("user", "demo"), ("user", ""), ("job", "alba")] {
        let (least, limit) = (life.small(), usize::try_from(life.below(4)).unwrap());
        let page = RecordPage {
            mark: (life.below(2) == 0).then(|| life.id("w")),
            least,
            most: least.saturating_add(life.small()),
            descending: life.below(2) == 0,
            after: (life.below(2) == 0).then(|| (life.small(), life.id("r"))),
            ..RecordPage::of(kind, shop, limit)
        };
        same(both.map(|it| format!("{page:?} {:?}", it.list_records(&page).unwrap())));
        same(both.map(|it| format!("{page:?} {:?}", it.count_records(&page).unwrap())));
        let all = RecordPage { least: i64::MIN, most: i64::MAX, limit: 99, ..page };
        same(both.map(|it| format!("{all:?} {:?}", it.list_records(&all).unwrap())));
    }
    same(both.map(|it| format!("{:?}", it.all_records(None, 99).unwrap())));
}

fn told_of_dossier(store: &dyn Database, dossier: &DossierKey) -> String {
    let command = CommandKey::new("c0").unwrap();
    let loaded = store.load(&[Wanted { dossier: dossier.clone(), command }]).unwrap();
    let history = store.history(dossier, Version(1), 3).unwrap();
    let case = store.case(dossier, &CaseNo::new("c1").unwrap()).unwrap();
    let entries = store.entries(dossier).unwrap();
    let bucket = Bucket::new(dossier.bucket().number()).unwrap();
    let neighbors = store.dossiers(bucket, None, 5).unwrap();
    let dump = store.dump(std::slice::from_ref(dossier)).unwrap();
    format!("{loaded:?}\n{history:?}\n{case:?}\n{entries:?}\n{neighbors:?}\n{dump:?}")
}
