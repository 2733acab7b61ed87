//! Clauses about who works which bucket, and by what right.

use std::{collections::BTreeMap, sync::Barrier};

use kernel::{Bucket, Timestamp, WorkerId};

use super::support::{
    at, begin, commit, due_effects, effect, history, key, outcomes, task, tasks, timer,
};
use crate::{Attempt, Beat, Commit, Database, Epoch, Hold, Leases, Tenure};

pub fn the_first_process_leases_every_bucket(database: &dyn Database) {
    let tenure = beat(database, "w1", 0);
    assert_eq!(tenure.leases.len(), usize::from(Bucket::COUNT));
    assert_eq!(tenure.share, usize::from(Bucket::COUNT));
    assert!(tenure.leases.values().all(|it| *it == Epoch(1)));
    // It goes on with what it has.
    assert_eq!(beat(database, "w1", 5), tenure);
}

pub fn processes_share_evenly_as_they_come(database: &dyn Database) {
    beat(database, "w1", 0);
    assert_eq!(counts(&beat(database, "w2", 0)), (0, 512));
    let first = beat(database, "w1", 1);
    assert_eq!(counts(&first), (1024, 512));

    give_up_surplus(database, "w1", &first);
    assert_eq!(counts(&beat(database, "w1", 2)), (512, 512));
    let second = beat(database, "w2", 2);
    assert_eq!(counts(&second), (512, 512));
    assert!(second.leases.values().all(|it| *it == Epoch(2)));

    // The first of three has what cannot be shared evenly.
    assert_eq!(counts(&beat(database, "w3", 3)), (0, 341));
    assert_eq!(counts(&beat(database, "w1", 3)), (512, 342));
    assert_eq!(counts(&beat(database, "w2", 3)), (512, 341));
}

pub fn a_process_that_is_not_heard_of_loses_its_buckets(database: &dyn Database) {
    beat(database, "w1", 0);
    assert_eq!(counts(&beat(database, "w2", 9)), (0, 512));
    // The first was to be heard of before 10.
    let second = beat(database, "w2", 10);
    assert_eq!(counts(&second), (1024, 1024));
    assert!(second.leases.values().all(|it| *it == Epoch(2)));
    assert_eq!(counts(&beat(database, "w1", 11)), (0, 512));
}

pub fn a_process_that_leaves_gives_up_everything(database: &dyn Database) {
    beat(database, "w1", 0);
    beat(database, "w2", 0);
    database.leave(&worker("w1")).unwrap();
    assert_eq!(counts(&beat(database, "w2", 1)), (1024, 1024));
    database.leave(&worker("w9")).unwrap();
}

pub fn only_an_owner_gives_a_bucket_up(database: &dyn Database) {
    beat(database, "w1", 0);
    database.release(&worker("w2"), &all_buckets()).unwrap();
    assert_eq!(counts(&beat(database, "w2", 1)), (0, 512));
}

pub fn of_many_processes_each_bucket_has_one_owner(database: &dyn Database) {
    const N_WORKERS: usize = 4;
    let barrier = Barrier::new(N_WORKERS);
    let live = |nth: usize| {
        let name = format!("w{nth}");
        barrier.wait();
        for second in 0..6 {
            let tenure = beat(database, &name, second);
            give_up_surplus(database, &name, &tenure);
        }
        barrier.wait();
        beat(database, &name, 7)
    };
    let tenures: Vec<Tenure> = std::thread::scope(|scope| {
        let live = &live;
        let workers: Vec<_> = (0..N_WORKERS).map(|nth| scope.spawn(move || live(nth))).collect();
        workers.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let mut owners: BTreeMap<Bucket, usize> = BTreeMap::new();
    for bucket in tenures.iter().flat_map(|it| it.leases.keys()) {
        *owners.entry(*bucket).or_default() += 1;
    }
    assert_eq!(owners.into_values().max(), Some(1), "two own a bucket");
}

pub fn what_was_decided_under_an_earlier_owner_is_not_written(database: &dyn Database) {
    begin(database, "demo/1", vec![]);
    let earlier = fence(&beat(database, "w1", 0), "demo/1");
    let later = fence(&beat(database, "w2", 10), "demo/1");
    assert!(earlier < later);

    let fenced = |dossier: &str, expected, command: &str, fence| Commit {
        fence,
        ..commit(dossier, expected, command, vec![task(command, "agent", 1)])
    };
    let batch = [
        fenced("demo/1", 1, "a", earlier),
        // It stands on what was not written.
        fenced("demo/1", 2, "b", later),
        fenced("demo/2", 0, "c", None),
    ];
    let told = "fenced; conflict, actually at 1; committed";
    assert_eq!(outcomes(&database.commit(&batch).unwrap()), told);
    assert_eq!(history(database, "demo/1", 0, 9), "1:begin");
    assert_eq!(tasks(database, "demo", None), "2/c@1");

    let batch = [fenced("demo/1", 1, "d", later), fenced("demo/1", 2, "e", None)];
    assert_eq!(outcomes(&database.commit(&batch).unwrap()), "committed; committed");
}

pub fn attempts_by_an_earlier_owner_are_not_made(database: &dyn Database) {
    begin(database, "demo/1", vec![effect("e", 1)]);
    let earlier = fence(&beat(database, "w1", 0), "demo/1");
    let later = fence(&beat(database, "w2", 10), "demo/1");
    let attempt = |fence, again: i64| Attempt {
        dossier: key("demo/1"),
        effect: "e".to_owned(),
        again_at: at(again),
        fence,
    };
    assert_eq!(database.note_attempts(&[attempt(earlier, 50)]).unwrap(), [false]);
    assert_eq!(due_effects(database, 99, 9), "demo/1/e@1");
    let both = [attempt(later, 60), attempt(earlier, 70)];
    assert_eq!(database.note_attempts(&both).unwrap(), [true, false]);
    assert_eq!(due_effects(database, 99, 9), "demo/1/e@60×1");
}

pub fn what_is_due_is_listed_by_bucket(database: &dyn Database) {
    for order in 0..40 {
        let rows = vec![timer("m", order), effect("e", order)];
        begin(database, &format!("demo/{order:02}"), rows);
    }
    let of = |hold: &Hold, limit| {
        let timers = database.due_timers(hold, at(99), limit).unwrap();
        let effects = database.due_effects(hold, at(99), limit).unwrap();
        let timers: Vec<_> = timers.into_iter().map(|it| it.dossier).collect();
        assert_eq!(timers, effects.into_iter().map(|it| it.dossier).collect::<Vec<_>>());
        timers
    };
    let all = of(&Hold::All, 99);
    assert_eq!(all.len(), 40);
    let half = |parity| {
        let buckets = (0..Bucket::COUNT).filter(|it| it % 2 == parity).filter_map(Bucket::new);
        Hold::Leased(buckets.map(|it| (it, Epoch(1))).collect())
    };
    let (even, odd) = (of(&half(0), 99), of(&half(1), 99));
    assert!(!even.is_empty() && !odd.is_empty());
    assert_eq!(even.len() + odd.len(), 40);
    let is_even = |it: &&kernel::DossierKey| it.bucket().number().is_multiple_of(2);
    assert_eq!(even, all.iter().filter(is_even).cloned().collect::<Vec<_>>());
    assert_eq!(of(&half(0), 3), even[..3]);
    assert_eq!(of(&Hold::Leased(BTreeMap::new()), 99), []);
}

/// Says that a process lives, and will be heard of within ten seconds.
fn beat(leases: &(impl Leases + ?Sized), name: &str, now: i64) -> Tenure {
    let until = Timestamp::from_epoch_seconds(now + 10);
    leases.beat(&Beat { worker: worker(name), now: at(now), until }).unwrap()
}

fn give_up_surplus(database: &dyn Database, name: &str, tenure: &Tenure) {
    let surplus: Vec<Bucket> = tenure.leases.keys().copied().skip(tenure.share).collect();
    database.release(&worker(name), &surplus).unwrap();
}

fn fence(tenure: &Tenure, dossier: &str) -> Option<Epoch> {
    Hold::Leased(tenure.leases.clone()).fence(key(dossier).bucket())
}

/// How many buckets it has, and how many it should have.
fn counts(tenure: &Tenure) -> (usize, usize) {
    (tenure.leases.len(), tenure.share)
}

fn all_buckets() -> Vec<Bucket> {
    (0..Bucket::COUNT).filter_map(Bucket::new).collect()
}

fn worker(name: &str) -> WorkerId {
    WorkerId::new(name).unwrap()
}
