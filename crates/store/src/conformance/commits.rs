//! Clauses about versions, batches, answers and history.

use std::sync::Barrier;

use kernel::CommandKey;

use super::support::{
    begin, commit, drop_effect, drop_task, drop_timer, due_effects, due_timers, effect, entry,
    found, history, key, load, loaded_in_words, outcomes, put_term, task, tasks, term, timer,
    write,
};
use crate::{Answered, Loaded, Outcome, Store, TermKind, Version, Wanted};

pub fn loading_answers_each_question_in_order(store: &dyn Store) {
    write(store, "demo/1", 0, "a", vec![]);
    write(store, "demo/2", 0, "b", vec![]);
    write(store, "demo/2", 1, "c", vec![]);

    let questions = [("demo/2", "b"), ("demo/9", "b"), ("demo/1", "z"), ("demo/2", "z")];
    let wanted = questions.map(|(dossier, command)| Wanted {
        dossier: key(dossier),
        command: CommandKey::new(command).unwrap(),
    });
    let told: Vec<String> = store.load(&wanted).unwrap().iter().map(loaded_in_words).collect();
    assert_eq!(
        told,
        ["2 state after c, 7: answer to b", "0", "1 state after a", "2 state after c"]
    );
    assert_eq!(store.load(&[]).unwrap(), []);
}

pub fn a_dossier_nobody_wrote_is_at_version_zero(store: &dyn Store) {
    let wanted = Wanted { dossier: key("demo/1"), command: CommandKey::new("a").unwrap() };
    assert_eq!(store.load(&[wanted]).unwrap(), [Loaded::default()]);
    assert_eq!(history(store, "demo/1", 0, 10), "");
    assert_eq!(store.entries(&key("demo/1")).unwrap(), []);
}

pub fn a_commit_raises_the_version_by_one(store: &dyn Store) {
    assert_eq!(write(store, "demo/1", 0, "a", vec![]), "committed");
    assert_eq!(load(store, "demo/1", "z"), "1 state after a");
    assert_eq!(write(store, "demo/1", 1, "b", vec![]), "committed");
    assert_eq!(load(store, "demo/1", "z"), "2 state after b");
    assert_eq!(history(store, "demo/1", 0, 10), "1:a 2:b");
}

pub fn a_stale_writer_is_refused_and_writes_nothing(store: &dyn Store) {
    let rows = vec![task("t", "agent", 1), timer("m", 1), effect("e", 1)];
    begin(store, "demo/1", rows);
    write(store, "demo/1", 1, "b", vec![]);
    refused(store, 1, 2);
    refused(store, 0, 2);
}

pub fn a_writer_from_the_future_is_refused_and_writes_nothing(store: &dyn Store) {
    // One from the future is as wrong as one from the past: it would leave a gap.
    assert_eq!(write(store, "demo/2", 1, "x", vec![task("t", "agent", 1)]), conflict(0));
    assert_eq!(load(store, "demo/2", "x"), "0");
    assert_eq!(tasks(store, "demo", None), "");

    begin(store, "demo/1", vec![task("t", "agent", 1), timer("m", 1), effect("e", 1)]);
    refused(store, 2, 1);
    refused(store, 7, 1);
}

/// Writes all kinds of rows to `demo/1` at a wrong version, and looks for traces of them.
fn refused(store: &dyn Store, expected: u64, actual: u64) {
    let rows = vec![
        drop_task("t"),
        task("u", "agent", 2),
        drop_timer("m"),
        timer("n", 2),
        drop_effect("e"),
        effect("f", 2),
        entry(1, 1, "refunds", 5),
        put_term(TermKind::Buyer, "li"),
    ];
    let before = (load(store, "demo/1", "x"), history(store, "demo/1", 0, 10));
    assert_eq!(write(store, "demo/1", expected, "x", rows), conflict(actual));
    assert_eq!((load(store, "demo/1", "x"), history(store, "demo/1", 0, 10)), before);
    assert_eq!(tasks(store, "demo", None), "1/t@1");
    assert_eq!(due_timers(store, 9, 10), "demo/1/m@1");
    assert_eq!(due_effects(store, 9, 10), "demo/1/e@1");
    assert_eq!(store.entries(&key("demo/1")).unwrap(), []);
    assert_eq!(found(store, "demo", &term(TermKind::Buyer, "li")), "");
}

pub fn a_conflict_leaves_the_rest_of_its_batch_standing(store: &dyn Store) {
    begin(store, "demo/1", vec![]);
    let batch = [
        commit("demo/2", 0, "a", vec![task("t", "agent", 1)]),
        commit("demo/1", 0, "b", vec![task("t", "agent", 2)]),
        commit("demo/3", 4, "c", vec![task("t", "agent", 3)]),
        commit("demo/4", 0, "d", vec![task("t", "agent", 4)]),
    ];
    assert_eq!(
        outcomes(&store.commit(&batch).unwrap()),
        "committed; conflict, actually at 1; conflict, actually at 0; committed",
    );
    assert_eq!(load(store, "demo/2", "z"), "1 state after a");
    assert_eq!(load(store, "demo/1", "b"), "1 state after begin");
    assert_eq!(load(store, "demo/3", "c"), "0");
    assert_eq!(load(store, "demo/4", "z"), "1 state after d");
    assert_eq!(tasks(store, "demo", None), "2/t@1 4/t@4");
}

pub fn commits_of_one_dossier_may_follow_each_other_in_a_batch(store: &dyn Store) {
    let batch = [
        commit("demo/1", 0, "a", vec![task("t", "agent", 1), task("u", "agent", 2)]),
        commit("demo/1", 1, "b", vec![drop_task("t")]),
        commit("demo/1", 1, "c", vec![drop_task("u")]),
        commit("demo/1", 2, "d", vec![task("v", "agent", 3)]),
    ];
    assert_eq!(
        outcomes(&store.commit(&batch).unwrap()),
        "committed; committed; conflict, actually at 2; conflict, actually at 2",
    );
    // The last may have been decided on top of the one that was left out.
    assert_eq!(load(store, "demo/1", "z"), "2 state after b");
    assert_eq!(history(store, "demo/1", 0, 10), "1:a 2:b");
    assert_eq!(tasks(store, "demo", None), "1/u@2");
}

pub fn of_many_concurrent_writers_exactly_one_wins(store: &dyn Store) {
    const N_WRITERS: usize = 4;
    for round in 0..10_u64 {
        let barrier = Barrier::new(N_WRITERS);
        let compete = |name: usize| {
            let command = format!("r{round}-w{name}");
            let one = commit("demo/1", round, &command, vec![task(&command, "agent", 1)]);
            barrier.wait();
            store.commit(&[one]).unwrap()
        };
        let (won, lost): (Vec<Outcome>, Vec<Outcome>) = std::thread::scope(|scope| {
            let compete = &compete;
            let writers: Vec<_> =
                (0..N_WRITERS).map(|name| scope.spawn(move || compete(name))).collect();
            let outcomes = writers.into_iter().flat_map(|it| it.join().unwrap());
            outcomes.partition(|it| *it == Outcome::Committed)
        });
        assert_eq!(won.len(), 1);
        let conflict = Outcome::Conflict { actual: Version(round + 1) };
        assert_eq!(lost, [conflict; N_WRITERS - 1]);
        let n_tasks = tasks(store, "demo", None).split(' ').count();
        assert_eq!(u64::try_from(n_tasks).unwrap(), round + 1, "a loser left a row");
    }
}

pub fn an_answered_command_is_found_again(store: &dyn Store) {
    let answered = Answered { fingerprint: u64::MAX, answer: "已退款".to_owned() };
    let first = crate::Commit { answered, ..commit("demo/1", 0, "a", vec![]) };
    store.commit(&[first]).unwrap();
    write(store, "demo/1", 1, "b", vec![]);
    begin(store, "demo/2", vec![]);

    let max = u64::MAX;
    assert_eq!(load(store, "demo/1", "a"), format!("2 state after b, {max}: 已退款"));
    assert_eq!(load(store, "demo/1", "b"), "2 state after b, 7: answer to b");
    assert_eq!(load(store, "demo/2", "a"), "1 state after begin");
}

pub fn a_command_is_answered_only_once(store: &dyn Store) {
    write(store, "demo/1", 0, "a", vec![]);
    assert_eq!(write(store, "demo/1", 1, "a", vec![task("t", "agent", 1)]), conflict(1));
    assert_eq!(load(store, "demo/1", "a"), "1 state after a, 7: answer to a");
    assert_eq!(tasks(store, "demo", None), "");

    let twice = [commit("demo/2", 0, "a", vec![]), commit("demo/2", 1, "a", vec![])];
    assert_eq!(outcomes(&store.commit(&twice).unwrap()), "committed; conflict, actually at 1");
}

pub fn history_is_read_in_pages_oldest_first(store: &dyn Store) {
    for (version, command) in (0..).zip(["a", "b", "c", "d"]) {
        write(store, "demo/1", version, command, vec![]);
        write(store, "demo/2", version, "x", vec![]);
    }
    assert_eq!(history(store, "demo/1", 0, 10), "1:a 2:b 3:c 4:d");
    assert_eq!(history(store, "demo/1", 0, 2), "1:a 2:b");
    assert_eq!(history(store, "demo/1", 2, 10), "3:c 4:d");
    assert_eq!(history(store, "demo/1", 4, 10), "");
    assert_eq!(history(store, "demo/1", 0, 0), "");

    let [first] = store.history(&key("demo/1"), Version(0), 1).unwrap().try_into().unwrap();
    assert_eq!(first.at.epoch_seconds(), 1_000);
    assert_eq!(first.actor.as_str(), "agent-7");
}

pub fn an_empty_batch_changes_nothing(store: &dyn Store) {
    assert_eq!(store.commit(&[]).unwrap(), []);
    store.note_attempts(&[]).unwrap();
    assert_eq!(due_effects(store, i64::MAX, 10), "");
}

fn conflict(actual: u64) -> String {
    format!("conflict, actually at {actual}")
}
