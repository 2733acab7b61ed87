//! Clauses about effects that must not happen any more.

use std::sync::Barrier;

use super::{
    rows::attempt,
    support::{
        at, begin, cancel_effect, commit, drop_effect, due_effects, effect, history, key, load,
        outcomes, task, tasks, write,
    },
};
use crate::{Attempt, Database, Outcome, Store, Version};

pub fn a_waiting_effect_is_cancelled(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 1), effect("f", 2)]);
    begin(store, "demo/2", vec![effect("e", 3)]);
    let rows = vec![task("t", "agent", 1), cancel_effect("e")];
    assert_eq!(write(store, "demo/1", 1, "b", rows), "committed");
    // What is named alike in another dossier is another effect.
    assert_eq!(due_effects(store, 9, 9), "demo/1/f@2 demo/2/e@3");
    assert_eq!(tasks(store, "demo", None), "1/t@1");
    assert_eq!(attempt(store, &[("demo/1", "e", 20)]), [false]);
}

pub fn an_effect_under_way_is_not_cancelled_and_nothing_is_written(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 1), effect("f", 1)]);
    assert_eq!(attempt(store, &[("demo/1", "e", 5)]), [true]);
    let rows = vec![task("t", "agent", 1), cancel_effect("f"), cancel_effect("e")];
    assert_eq!(write(store, "demo/1", 1, "b", rows), "conflict, actually at 1");
    assert_eq!(due_effects(store, 9, 9), "demo/1/f@1 demo/1/e@5×1");
    assert_eq!(tasks(store, "demo", None), "");
    assert_eq!(history(store, "demo/1", 0, 9), "1:begin");
    assert_eq!(load(store, "demo/1", "b"), "1 state after begin");

    // The rest of a batch stands, but for what was decided on top of it.
    let batch = [
        commit("demo/1", 1, "c", vec![cancel_effect("e")]),
        commit("demo/2", 0, "d", vec![]),
        commit("demo/1", 1, "e", vec![cancel_effect("f")]),
    ];
    let told = "conflict, actually at 1; committed; conflict, actually at 1";
    assert_eq!(outcomes(&store.commit(&batch).unwrap()), told);
    // An outcome may still be noted.
    assert_eq!(write(store, "demo/1", 1, "f", vec![drop_effect("e")]), "committed");
}

pub fn an_effect_that_is_gone_is_not_cancelled_and_nothing_is_written(store: &dyn Store) {
    let rows = vec![task("t", "agent", 1), cancel_effect("e")];
    assert_eq!(write(store, "demo/1", 0, "a", rows), "conflict, actually at 0");
    assert_eq!(load(store, "demo/1", "a"), "0");
    begin(store, "demo/1", vec![effect("e", 1)]);
    write(store, "demo/1", 1, "b", vec![drop_effect("e")]);
    for command in ["c", "d"] {
        let rows = vec![task("t", "agent", 1), cancel_effect("e")];
        assert_eq!(write(store, "demo/1", 2, command, rows), "conflict, actually at 2");
    }
    assert_eq!(tasks(store, "demo", None), "");
    assert_eq!(history(store, "demo/1", 0, 9), "1:begin 2:b");
}

pub fn a_commit_may_cancel_what_one_before_it_in_the_batch_has_put(store: &dyn Store) {
    let batch = [
        commit("demo/1", 0, "a", vec![effect("e", 1), effect("f", 1)]),
        commit("demo/1", 1, "b", vec![cancel_effect("e")]),
        commit("demo/1", 2, "c", vec![cancel_effect("e")]),
        commit("demo/2", 0, "a", vec![effect("e", 1)]),
        commit("demo/2", 1, "b", vec![drop_effect("e")]),
        commit("demo/2", 2, "c", vec![cancel_effect("e")]),
        // What this very commit puts was not there before it.
        commit("demo/3", 0, "a", vec![effect("e", 1), cancel_effect("e")]),
    ];
    let told = "committed; committed; conflict, actually at 2; committed; committed; \
                conflict, actually at 2; conflict, actually at 0";
    assert_eq!(outcomes(&store.commit(&batch).unwrap()), told);
    assert_eq!(due_effects(store, 9, 9), "demo/1/f@1");
    assert_eq!(load(store, "demo/3", "a"), "0");
}

pub fn what_is_cancelled_may_be_put_again(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 1)]);
    let rows = vec![cancel_effect("e"), effect("e", 7)];
    assert_eq!(write(store, "demo/1", 1, "b", rows), "committed");
    assert_eq!(due_effects(store, 9, 9), "demo/1/e@7");
    // Put again over one that was tried, it waits as it did at first.
    attempt(store, &[("demo/1", "e", 8)]);
    write(store, "demo/1", 2, "c", vec![effect("e", 6)]);
    assert_eq!(write(store, "demo/1", 3, "d", vec![cancel_effect("e")]), "committed");
    assert_eq!(due_effects(store, 9, 9), "");
}

pub fn of_an_attempt_and_a_cancellation_exactly_one_is_first(database: &dyn Database) {
    for round in 0..40 {
        let dossier = format!("demo/{round}");
        begin(database, &dossier, vec![effect("e", 1)]);
        let barrier = Barrier::new(2);
        let (made, cancelled) = std::thread::scope(|scope| {
            let attempting = scope.spawn(|| {
                let attempt = Attempt {
                    dossier: key(&dossier),
                    effect: "e".to_owned(),
                    again_at: at(5),
                    fence: None,
                };
                barrier.wait();
                database.note_attempts(&[attempt]).unwrap()
            });
            let cancelling = scope.spawn(|| {
                let cancel = commit(&dossier, 1, "cancel", vec![cancel_effect("e")]);
                barrier.wait();
                database.commit(&[cancel]).unwrap()
            });
            (attempting.join().unwrap(), cancelling.join().unwrap())
        });
        let is_made = made == [true];
        let (outcome, told) = if is_made {
            (Outcome::Conflict { actual: Version(1) }, "1:begin")
        } else {
            (Outcome::Committed, "1:begin 2:cancel")
        };
        assert_eq!(cancelled, [outcome], "round {round}");
        assert_eq!(history(database, &dossier, 0, 9), told);
        // It is there still if it was attempted, and only then.
        let rows = vec![drop_effect("e")];
        let n_left = database.dump(&[key(&dossier)]).unwrap()[0].effects.len();
        assert_eq!(n_left, usize::from(is_made));
        let version = if is_made { 1 } else { 2 };
        assert_eq!(write(database, &dossier, version, "end", rows), "committed");
    }
}
