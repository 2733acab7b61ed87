//! Clauses about the rows beside a dossier: what is put, dropped, due and attempted.

use kernel::{ActorId, CaseNo, TaskId};

use super::support::{
    at, begin, case, case_page, cases, commit, drop_effect, drop_task, drop_timer, due_effects,
    due_timers, effect, key, task, task_page, tasks, timer, write,
};
use crate::{
    Attempt, CaseRow, Commit, EffectRow, EntryRow, Hold, RowChange, Store, TaskRow, Version,
};

pub fn whatever_is_written_comes_back_unchanged(store: &dyn Store) {
    let text = "“退货” ' \" % \\ 🧾\n";
    let case = CaseRow {
        case: CaseNo::new("退款-1").unwrap(),
        status: text.to_owned(),
        open: true,
        rank: i64::MIN,
        opened_at: at(i64::MIN),
        body: String::new(),
    };
    let task = TaskRow {
        task: TaskId::new("t'1").unwrap(),
        case: Some(case.case.clone()),
        kind: text.to_owned(),
        role: text.to_owned(),
        due: at(i64::MAX),
        rank: i64::MAX,
        body: text.to_owned(),
    };
    let effect = EffectRow {
        effect: text.to_owned(),
        kind: text.to_owned(),
        due: at(-1),
        body: String::new(),
    };
    let entry = EntryRow {
        posting: u32::MAX,
        position: u16::MAX,
        at: at(i64::MAX),
        case: Some(case.case.clone()),
        account: text.to_owned(),
        tender: text.to_owned(),
        amount: i64::MIN,
    };
    let rows = vec![
        RowChange::PutCase(case.clone()),
        RowChange::PutTask(task.clone()),
        RowChange::PutEffect(effect.clone()),
        RowChange::PutEntry(entry.clone()),
    ];
    let actor = ActorId::new("小王").unwrap();
    let written = Commit { at: at(-5), actor: actor.clone(), ..commit("店/单'1", 0, "a", rows) };
    let written = Commit { state: vec![0, 255, 0], events: text.to_owned(), ..written };
    store.commit(std::slice::from_ref(&written)).unwrap();

    let dossier = key("店/单'1");
    let [recorded] = store.history(&dossier, Version(0), 9).unwrap().try_into().unwrap();
    assert_eq!((recorded.at, recorded.actor, recorded.events), (at(-5), actor, text.to_owned()));
    let wanted = crate::Wanted { dossier: dossier.clone(), command: written.command };
    assert_eq!(store.load(&[wanted]).unwrap()[0].state, [0, 255, 0]);
    assert_eq!(store.case(&dossier, &case.case).unwrap(), Some(case.clone()));
    assert_eq!(store.cases(&case_page("店", true, Some(text), 9)).unwrap()[0].row, case);
    assert_eq!(store.tasks(&task_page("店", Some(text), 9)).unwrap()[0].row, task);
    assert_eq!(store.due_effects(&Hold::All, at(0), 9).unwrap()[0].row, effect);
    assert_eq!(store.entries(&dossier).unwrap(), [entry]);
}

pub fn a_later_change_to_a_row_wins(store: &dyn Store) {
    let rows = vec![
        task("t", "agent", 5),
        task("t", "warehouse", 3),
        case("c", true, "asked", 5),
        case("c", false, "refused", 3),
        timer("m", 5),
        timer("m", 3),
        effect("e", 5),
        effect("e", 3),
        drop_task("u"),
        task("u", "agent", 9),
        task("v", "agent", 9),
        drop_task("v"),
    ];
    begin(store, "demo/1", rows);
    assert_eq!(tasks(store, "demo", None), "1/t@3 1/u@9");
    assert_eq!(tasks(store, "demo", Some("agent")), "1/u@9");
    assert_eq!(cases(store, "demo", true, None), "");
    assert_eq!(cases(store, "demo", false, Some("refused")), "1/c@3");
    assert_eq!(due_timers(store, 9, 9), "demo/1/m@3");
    assert_eq!(due_effects(store, 9, 9), "demo/1/e@3");

    // The same across commits.
    let rows =
        vec![task("t", "agent", 1), case("c", true, "asked", 1), timer("m", 1), effect("e", 1)];
    write(store, "demo/1", 1, "b", rows);
    assert_eq!(tasks(store, "demo", None), "1/t@1 1/u@9");
    assert_eq!(tasks(store, "demo", Some("warehouse")), "");
    assert_eq!(cases(store, "demo", true, Some("asked")), "1/c@1");
    assert_eq!(cases(store, "demo", false, None), "");
    assert_eq!(due_timers(store, 9, 9), "demo/1/m@1");
    assert_eq!(due_effects(store, 9, 9), "demo/1/e@1");
}

pub fn dropped_rows_are_gone(store: &dyn Store) {
    let rows = || vec![task("t", "agent", 1), timer("m", 1), effect("e", 1)];
    begin(store, "demo/1", rows());
    begin(store, "demo/2", rows());
    let drops = vec![drop_task("t"), drop_timer("m"), drop_effect("e")];
    write(store, "demo/1", 1, "b", drops);
    // What is named alike in another dossier is another row.
    assert_eq!(tasks(store, "demo", None), "2/t@1");
    assert_eq!(tasks(store, "demo", Some("agent")), "2/t@1");
    assert_eq!(due_timers(store, 9, 9), "demo/2/m@1");
    assert_eq!(due_effects(store, 9, 9), "demo/2/e@1");
}

pub fn dropping_what_is_not_there_is_fine(store: &dyn Store) {
    let drops = vec![drop_task("t"), drop_timer("m"), drop_effect("e")];
    assert_eq!(write(store, "demo/1", 0, "a", drops), "committed");
}

pub fn due_timers_come_earliest_first_and_no_more_than_asked_for(store: &dyn Store) {
    begin(store, "demo/2", vec![timer("a", 30), timer("b", 10), timer("c", 20)]);
    begin(store, "demo/1", vec![timer("z", 20), timer("y", 20), timer("x", 21)]);
    begin(store, "alba/3", vec![timer("q", 20)]);

    let due = "demo/2/b@10 alba/3/q@20 demo/1/y@20 demo/1/z@20 demo/2/c@20";
    assert_eq!(due_timers(store, 20, 10), due);
    assert_eq!(due_timers(store, 20, 5), due);
    assert_eq!(due_timers(store, 99, 3), "demo/2/b@10 alba/3/q@20 demo/1/y@20");
    assert_eq!(due_timers(store, 9, 10), "");
    assert_eq!(due_timers(store, 99, 0), "");
}

pub fn due_effects_come_earliest_first_and_no_more_than_asked_for(store: &dyn Store) {
    begin(store, "demo/2", vec![effect("a", 30), effect("b", 10), effect("c", 20)]);
    begin(store, "demo/1", vec![effect("z", 20), effect("y", 20), effect("x", 21)]);
    begin(store, "alba/3", vec![effect("q", 20)]);

    let due = "demo/2/b@10 alba/3/q@20 demo/1/y@20 demo/1/z@20 demo/2/c@20";
    assert_eq!(due_effects(store, 20, 10), due);
    assert_eq!(due_effects(store, 20, 5), due);
    assert_eq!(due_effects(store, 99, 3), "demo/2/b@10 alba/3/q@20 demo/1/y@20");
    assert_eq!(due_effects(store, 9, 10), "");
    assert_eq!(due_effects(store, 99, 0), "");
}

pub fn an_attempt_is_counted_and_puts_the_effect_off(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 10), effect("f", 11)]);
    begin(store, "demo/2", vec![effect("e", 12)]);

    attempt(store, &[("demo/1", "e", 50), ("demo/2", "e", 40)]);
    assert_eq!(due_effects(store, 39, 9), "demo/1/f@11");
    assert_eq!(due_effects(store, 50, 9), "demo/1/f@11 demo/2/e@40×1 demo/1/e@50×1");

    // Twice in one call is two attempts; the later time stands.
    attempt(store, &[("demo/1", "e", 70), ("demo/1", "e", 60)]);
    assert_eq!(due_effects(store, 60, 9), "demo/1/f@11 demo/2/e@40×1 demo/1/e@60×3");
}

pub fn attempts_at_dropped_effects_are_passed_over(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 10), effect("f", 10)]);
    write(store, "demo/1", 1, "b", vec![drop_effect("e")]);
    let attempts = [("demo/1", "e", 20), ("demo/9", "e", 20), ("demo/1", "f", 20)];
    assert_eq!(attempt(store, &attempts), [false, false, true]);
    assert_eq!(due_effects(store, 99, 9), "demo/1/f@20×1");
}

pub fn an_effect_put_again_has_no_attempts(store: &dyn Store) {
    begin(store, "demo/1", vec![effect("e", 10)]);
    attempt(store, &[("demo/1", "e", 20)]);
    write(store, "demo/1", 1, "b", vec![effect("e", 30)]);
    assert_eq!(due_effects(store, 99, 9), "demo/1/e@30");
}

/// Notes attempts, and says which may be made.
pub(super) fn attempt(store: &dyn Store, attempts: &[(&str, &str, i64)]) -> Vec<bool> {
    let attempts: Vec<_> = attempts
        .iter()
        .map(|&(dossier, effect, again)| Attempt {
            dossier: key(dossier),
            effect: effect.to_owned(),
            again_at: at(again),
            fence: None,
        })
        .collect();
    store.note_attempts(&attempts).unwrap()
}
