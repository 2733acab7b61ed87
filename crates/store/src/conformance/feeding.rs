//! Clauses about the feed, and the seals that commits carry.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use kernel::DossierKey;

use super::support::{at, begin, cancel_effect, commit, key, outcomes, seal, write};
use crate::{Commit, Database, Fed, Seal, Version};

pub fn seals_are_kept_as_they_were_given(database: &dyn Database) {
    let first = Commit { seal: Seal([255; 32]), ..commit("demo/1", 0, "a", vec![]) };
    let second = Commit { seal: Seal([0; 32]), ..commit("demo/1", 1, "b", vec![]) };
    database.commit(&[first, second]).unwrap();
    let history = database.history(&key("demo/1"), Version(0), 9).unwrap();
    let seals: Vec<Option<Seal>> = history.iter().map(|it| it.seal).collect();
    assert_eq!(seals, [Some(Seal([255; 32])), Some(Seal([0; 32]))]);

    // Where there was none, none is made up.
    let mut dumps = database.dump(&[key("demo/1")]).unwrap();
    assert_eq!(dumps[0].seal, Some(Seal([0; 32])));
    dumps[0].seal = None;
    dumps[0].journal[0].0.seal = None;
    dumps[0].journal[1].0.seal = None;
    database.restore(&dumps).unwrap();
    assert_eq!(database.dump(&[key("demo/1")]).unwrap(), dumps);
    write(database, "demo/1", 2, "c", vec![]);
    let [dump] = database.dump(&[key("demo/1")]).unwrap().try_into().unwrap();
    let seals: Vec<Option<Seal>> = dump.journal.iter().map(|(it, _)| it.seal).collect();
    assert_eq!((seals, dump.seal), (vec![None, None, Some(seal("c"))], Some(seal("c"))));
}

pub fn commits_are_fed_in_order(database: &dyn Database) {
    assert_eq!((database.feed(0, 9).unwrap(), database.feed_end().unwrap()), (vec![], 0));
    begin(database, "demo/1", vec![]);
    let batch = [commit("alba/1", 0, "a", vec![]), commit("alba/1", 1, "b", vec![])];
    database.commit(&batch).unwrap();
    let later = Commit { at: at(-7), ..commit("demo/1", 1, "c", vec![]) };
    database.commit(&[later]).unwrap();

    let fed = database.feed(0, 9).unwrap();
    assert_eq!(told(&fed), "demo/1@1 alba/1@1 alba/1@2 demo/1@2");
    assert!(fed.windows(2).all(|it| it[0].place < it[1].place), "{fed:?}");
    let instants: Vec<i64> = fed.iter().map(|it| it.at.epoch_seconds()).collect();
    assert_eq!(instants, [1_000, 1_000, 1_000, -7]);
    assert_eq!(database.feed_end().unwrap(), fed[3].place);
}

pub fn the_feed_is_read_in_pages(database: &dyn Database) {
    for order in 0..7 {
        begin(database, &format!("demo/{order}"), vec![]);
    }
    let whole = database.feed(0, 100).unwrap();
    assert_eq!(whole.len(), 7);
    for limit in [1, 3, 7] {
        let (mut read, mut after): (Vec<Fed>, u64) = (vec![], 0);
        loop {
            let page = database.feed(after, limit).unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            after = last.place;
            read.extend(page);
        }
        assert_eq!(read, whole, "in pages of {limit}");
    }
    assert_eq!(database.feed(0, 0).unwrap(), []);
    assert_eq!(database.feed(u64::MAX, 9).unwrap(), []);
    assert_eq!(database.feed(whole[4].place, 9).unwrap(), whole[5..]);
}

pub fn what_is_not_written_is_not_fed(database: &dyn Database) {
    begin(database, "demo/1", vec![]);
    let fenced = Commit { fence: Some(crate::Epoch(9)), ..commit("demo/2", 0, "a", vec![]) };
    let batch = [
        commit("demo/1", 0, "b", vec![]),
        commit("demo/1", 1, "c", vec![]),
        fenced,
        commit("demo/3", 5, "d", vec![]),
        commit("demo/4", 0, "e", vec![cancel_effect("e")]),
        commit("demo/5", 0, "f", vec![]),
    ];
    let told_outcomes = "conflict, actually at 1; conflict, actually at 1; fenced; \
                         conflict, actually at 0; conflict, actually at 0; committed";
    assert_eq!(outcomes(&database.commit(&batch).unwrap()), told_outcomes);
    assert_eq!(told(&database.feed(0, 9).unwrap()), "demo/1@1 demo/5@1");
}

pub fn what_is_restored_is_not_fed(database: &dyn Database) {
    begin(database, "demo/1", vec![]);
    let dumps = database.dump(&[key("demo/1")]).unwrap();
    write(database, "demo/1", 1, "b", vec![]);
    database.restore(&dumps).unwrap();
    assert_eq!(told(&database.feed(0, 9).unwrap()), "demo/1@1 demo/1@2");
    write(database, "demo/1", 1, "c", vec![]);
    assert_eq!(told(&database.feed(0, 9).unwrap()), "demo/1@1 demo/1@2 demo/1@2");
}

pub fn old_commits_are_forgotten_but_the_last(database: &dyn Database) {
    for (nth, instant) in (0..).zip([1, 2, 9, 3, 4]) {
        let dossier = format!("demo/{nth}");
        let one = Commit { at: at(instant), ..commit(&dossier, 0, "a", vec![]) };
        database.commit(&[one]).unwrap();
    }
    let whole = database.feed(0, 9).unwrap();
    assert_eq!(database.trim_feed(at(1), 9).unwrap(), 0);
    assert_eq!(database.trim_feed(at(9), 0).unwrap(), 0);
    assert_eq!(database.trim_feed(at(9), 1).unwrap(), 1);
    assert_eq!(database.trim_feed(at(9), 2).unwrap(), 1);
    // Whoever has read that far has missed nothing.
    assert_eq!(database.feed(whole[1].place, 9).unwrap(), whole[2..]);
    // The last stays, however old.
    assert_eq!(database.trim_feed(at(9), 9).unwrap(), 1);
    assert_eq!(database.trim_feed(at(9), 9).unwrap(), 0);
    assert_eq!(database.trim_feed(at(10), 9).unwrap(), 1);
    assert_eq!(database.trim_feed(at(10), 9).unwrap(), 0);
    assert_eq!(database.feed(whole[3].place, 9).unwrap(), whole[4..]);
    assert_eq!(database.feed_end().unwrap(), whole[4].place);
    begin(database, "demo/9", vec![]);
    assert_eq!(told(&database.feed(whole[4].place, 9).unwrap()), "demo/9@1");
}

/// Writers race for the versions of a few dossiers while one reader follows.
pub fn a_reader_behind_many_writers_meets_every_commit_once(database: &dyn Database) {
    const N_WRITERS: usize = 4;
    const N_ROUNDS: u64 = 25;
    const N_DOSSIERS: u64 = 3;
    let n_busy = AtomicUsize::new(N_WRITERS);
    let write = |writer: usize| {
        let mut n_written = 0;
        for round in 0..N_ROUNDS {
            for dossier in 0..N_DOSSIERS {
                let command = format!("w{writer}-{round}-{dossier}");
                let mut own = vec![commit(&format!("own-{writer}/{dossier}"), round, "x", vec![])];
                own[0].command = kernel::CommandKey::new(&*command).unwrap();
                own.push(commit(&format!("demo/{dossier}"), round, &command, vec![]));
                let outcomes = database.commit(&own).unwrap();
                n_written += outcomes.iter().filter(|it| **it == crate::Outcome::Committed).count();
            }
        }
        n_busy.fetch_sub(1, Ordering::SeqCst);
        n_written
    };
    let read = || {
        let (mut met, mut after): (Vec<Fed>, u64) = (vec![], 0);
        loop {
            // In this order: what was written before it is known that all is, is read after.
            let is_over = n_busy.load(Ordering::SeqCst) == 0;
            assert!(after <= database.feed_end().unwrap());
            let page = database.feed(after, 5).unwrap();
            match page.last() {
                Some(last) => after = last.place,
                None if is_over => return met,
                None => std::thread::yield_now(),
            }
            met.extend(page);
        }
    };
    let (met, n_written) = std::thread::scope(|scope| {
        let write = &write;
        let writers: Vec<_> = (0..N_WRITERS).map(|it| scope.spawn(move || write(it))).collect();
        let met = scope.spawn(read).join().unwrap();
        (met, writers.into_iter().map(|it| it.join().unwrap()).sum::<usize>())
    });
    assert_eq!(met.len(), n_written);
    assert!(met.windows(2).all(|it| it[0].place < it[1].place));
    let mut versions: BTreeMap<DossierKey, u64> = BTreeMap::new();
    for fed in met {
        let version = versions.entry(fed.dossier.clone()).or_default();
        *version += 1;
        assert_eq!(fed.version, Version(*version), "{}", fed.dossier);
    }
    assert!(versions.values().all(|it| *it == N_ROUNDS), "{versions:?}");
}

/// `demo/1@2`, a word a commit.
fn told(fed: &[Fed]) -> String {
    let words = fed.iter().map(|it| format!("{}@{}", it.dossier, it.version.0));
    words.collect::<Vec<_>>().join(" ")
}
