//! Short notation for the clauses: `demo/1` is a dossier, a command's key is a word, and what
//! comes back is put into words.

use kernel::{
    ActorId, CaseNo, CommandKey, DossierKey, OrderNo, ShopId, TaskId, TimerId, Timestamp,
};

use crate::{
    Answered, CasePage, CaseRow, Commit, EffectRow, EntryRow, Hold, Loaded, Outcome, RowChange,
    Seal, Store, TaskPage, TaskRow, Term, TermKind, TimerRow, Version, Wanted,
};

pub(super) fn key(text: &str) -> DossierKey {
    let (shop, order) = text.split_once('/').unwrap();
    DossierKey::new(shop.parse().unwrap(), OrderNo::new(order).unwrap())
}

pub(super) fn shop(text: &str) -> ShopId {
    text.parse().unwrap()
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds)
}

/// A commit whose every part can be told from that of another command.
pub(super) fn commit(dossier: &str, expected: u64, command: &str, rows: Vec<RowChange>) -> Commit {
    Commit {
        dossier: key(dossier),
        expected: Version(expected),
        at: at(1_000),
        actor: ActorId::new("agent-7").unwrap(),
        command: CommandKey::new(command).unwrap(),
        fence: None,
        answered: Answered { fingerprint: 7, answer: format!("answer to {command}") },
        events: format!("events of {command}"),
        seal: seal(command),
        state: format!("state after {command}").into_bytes(),
        rows,
    }
}

/// The beginning of a command's key: stores keep seals, whatever they are over.
pub(super) fn seal(command: &str) -> Seal {
    let mut seal = Seal([0; 32]);
    for (slot, byte) in seal.0.iter_mut().zip(command.bytes()) {
        *slot = byte;
    }
    seal
}

/// Writes one commit and says what became of it.
pub(super) fn write(
    store: &dyn Store,
    dossier: &str,
    expected: u64,
    command: &str,
    rows: Vec<RowChange>,
) -> String {
    outcomes(&store.commit(&[commit(dossier, expected, command, rows)]).unwrap())
}

/// Writes the first commit of a dossier.
pub(super) fn begin(store: &dyn Store, dossier: &str, rows: Vec<RowChange>) {
    assert_eq!(write(store, dossier, 0, "begin", rows), "committed");
}

pub(super) fn outcomes(outcomes: &[Outcome]) -> String {
    let told: Vec<String> = outcomes
        .iter()
        .map(|it| match it {
            Outcome::Committed => "committed".to_owned(),
            Outcome::Conflict { actual } => format!("conflict, actually at {}", actual.0),
            Outcome::Fenced => "fenced".to_owned(),
        })
        .collect();
    told.join("; ")
}

/// `2 state after c2`, and the answer if `command` was given before.
pub(super) fn load(store: &dyn Store, dossier: &str, command: &str) -> String {
    let wanted = Wanted { dossier: key(dossier), command: CommandKey::new(command).unwrap() };
    let [loaded] = store.load(&[wanted]).unwrap().try_into().unwrap();
    loaded_in_words(&loaded)
}

pub(super) fn loaded_in_words(loaded: &Loaded) -> String {
    let state = String::from_utf8(loaded.state.clone()).unwrap();
    assert_eq!(loaded.seal, state.strip_prefix("state after ").map(seal));
    let mut told = format!("{} {state}", loaded.version.0).trim_end().to_owned();
    if let Some(answered) = &loaded.answered {
        told = format!("{told}, {}: {}", answered.fingerprint, answered.answer);
    }
    told
}

/// `1:c1 2:c2`
pub(super) fn history(store: &dyn Store, dossier: &str, after: u64, limit: usize) -> String {
    let commits = store.history(&key(dossier), Version(after), limit).unwrap();
    let words = commits.iter().map(|it| {
        assert_eq!(it.events, format!("events of {}", it.command));
        assert_eq!(it.seal, Some(seal(it.command.as_str())));
        format!("{}:{}", it.version.0, it.command)
    });
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn case(number: &str, open: bool, status: &str, rank: i64) -> RowChange {
    RowChange::PutCase(CaseRow {
        case: CaseNo::new(number).unwrap(),
        status: status.to_owned(),
        open,
        rank,
        opened_at: at(rank),
        body: format!("body of {number}"),
    })
}

pub(super) fn task(id: &str, role: &str, rank: i64) -> RowChange {
    RowChange::PutTask(TaskRow {
        task: TaskId::new(id).unwrap(),
        case: None,
        kind: "inspect".to_owned(),
        role: role.to_owned(),
        due: at(rank),
        rank,
        body: format!("body of {id}"),
    })
}

pub(super) fn drop_task(id: &str) -> RowChange {
    RowChange::DropTask(TaskId::new(id).unwrap())
}

pub(super) fn timer(id: &str, due: i64) -> RowChange {
    RowChange::PutTimer(TimerRow { timer: TimerId::new(id).unwrap(), at: at(due) })
}

pub(super) fn drop_timer(id: &str) -> RowChange {
    RowChange::DropTimer(TimerId::new(id).unwrap())
}

pub(super) fn effect(id: &str, due: i64) -> RowChange {
    RowChange::PutEffect(EffectRow {
        effect: id.to_owned(),
        kind: "refund".to_owned(),
        due: at(due),
        body: format!("body of {id}"),
    })
}

pub(super) fn drop_effect(id: &str) -> RowChange {
    RowChange::DropEffect(id.to_owned())
}

pub(super) fn cancel_effect(id: &str) -> RowChange {
    RowChange::CancelEffect(id.to_owned())
}

pub(super) fn entry(posting: u32, position: u16, account: &str, amount: i64) -> RowChange {
    RowChange::PutEntry(EntryRow {
        posting,
        position,
        at: at(1_000),
        case: None,
        account: account.to_owned(),
        tender: "cash".to_owned(),
        amount,
    })
}

pub(super) fn term(kind: TermKind, text: &str) -> Term {
    Term { kind, text: text.to_owned() }
}

pub(super) fn put_term(kind: TermKind, text: &str) -> RowChange {
    RowChange::PutTerm(term(kind, text))
}

/// `1/t1@5` per task: order number, id and rank.
pub(super) fn tasks(store: &dyn Store, shop: &str, role: Option<&str>) -> String {
    let page = task_page(shop, role, 100);
    let rows = store.tasks(&page).unwrap();
    let words =
        rows.iter().map(|it| format!("{}/{}@{}", it.dossier.order, it.row.task, it.row.rank));
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn task_page(of: &str, role: Option<&str>, limit: usize) -> TaskPage {
    TaskPage { shop: shop(of), role: role.map(str::to_owned), after: None, limit }
}

/// `1/c1@5` per case: order number, case number and rank.
pub(super) fn cases(store: &dyn Store, shop: &str, open: bool, status: Option<&str>) -> String {
    let rows = store.cases(&case_page(shop, open, status, 100)).unwrap();
    let words =
        rows.iter().map(|it| format!("{}/{}@{}", it.dossier.order, it.row.case, it.row.rank));
    words.collect::<Vec<_>>().join(" ")
}

pub(super) fn case_page(of: &str, open: bool, status: Option<&str>, limit: usize) -> CasePage {
    CasePage { shop: shop(of), open, status: status.map(str::to_owned), after: None, limit }
}

/// `demo/1/t1@5` per timer.
pub(super) fn due_timers(store: &dyn Store, now: i64, limit: usize) -> String {
    let due = store.due_timers(&Hold::All, at(now), limit).unwrap();
    let words =
        due.iter().map(|it| format!("{}/{}@{}", it.dossier, it.timer, it.at.epoch_seconds()));
    words.collect::<Vec<_>>().join(" ")
}

/// `demo/1/e1@5` per effect, `×2` if two attempts were noted.
pub(super) fn due_effects(store: &dyn Store, now: i64, limit: usize) -> String {
    let due = store.due_effects(&Hold::All, at(now), limit).unwrap();
    let words = due.iter().map(|it| {
        let attempts = if it.attempts == 0 { String::new() } else { format!("×{}", it.attempts) };
        let (id, due) = (&it.row.effect, it.row.due.epoch_seconds());
        format!("{}/{id}@{due}{attempts}", it.dossier)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `demo/1 demo/2`
pub(super) fn found(store: &dyn Store, of: &str, term: &Term) -> String {
    keys(&store.find(&shop(of), term, 100).unwrap())
}

pub(super) fn keys(keys: &[DossierKey]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
