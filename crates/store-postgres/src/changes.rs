//! The rows that the commits of a batch leave behind, each once.
//!
//! A statement may touch a row only once, so that of several changes to one row the last is kept
//! and the others were never there.

use std::collections::BTreeMap;

use kernel::Choice;
use store::{CaseRow, EffectRow, EntryRow, RowChange, SpendRow, TaskRow, Term, TimerRow};

use crate::bulk::Bulk;
use crate::{lookups::Key, outcome::Standing, statements as sql};

/// By dossier and the row's own id; `None` where the row goes.
type Rows<'c, R> = BTreeMap<(Key<'c>, &'c str), Option<&'c R>>;

#[derive(Debug, Default)]
pub(crate) struct Changes<'c> {
    cases: BTreeMap<(Key<'c>, &'c str), (&'c CaseRow, Standing)>,
    tasks: Rows<'c, TaskRow>,
    timers: Rows<'c, TimerRow>,
    effects: Rows<'c, EffectRow>,
    entries: Vec<(Key<'c>, &'c EntryRow)>,
    terms: Vec<(Key<'c>, &'c Term)>,
    spends: BTreeMap<(Key<'c>, &'c str, &'c str, i64), i64>,
}

impl<'c> Changes<'c> {
    pub(crate) fn add(&mut self, key: Key<'c>, standing: Standing, rows: &'c [RowChange]) {
        for change in rows {
            match change {
                RowChange::PutCase(it) => {
                    self.cases.insert((key, it.case.as_str()), (it, standing));
                }
                RowChange::PutTask(it) => {
                    self.tasks.insert((key, it.task.as_str()), Some(it));
                }
                RowChange::DropTask(it) => {
                    self.tasks.insert((key, it.as_str()), None);
                }
                RowChange::PutTimer(it) => {
                    self.timers.insert((key, it.timer.as_str()), Some(it));
                }
                RowChange::DropTimer(it) => {
                    self.timers.insert((key, it.as_str()), None);
                }
                RowChange::PutEffect(it) => {
                    self.effects.insert((key, &it.effect), Some(it));
                }
                RowChange::DropEffect(it) | RowChange::CancelEffect(it) => {
                    self.effects.insert((key, it), None);
                }
                RowChange::PutEntry(it) => self.entries.push((key, it)),
                RowChange::PutTerm(it) => self.terms.push((key, it)),
                RowChange::PutSpend(SpendRow { payout, actor, day, amount }) => {
                    self.spends.insert((key, payout, actor.as_str(), *day), *amount);
                }
            }
        }
    }

    /// The statements that make it so, in an order in which they may run.
    pub(crate) fn bulks(&self) -> Vec<Bulk<'c>> {
        let mut bulks = Vec::new();
        self.cases(&mut bulks);
        self.tasks(&mut bulks);
        self.timers(&mut bulks);
        self.effects(&mut bulks);
        self.ledger(&mut bulks);
        bulks
    }

    /// A case leaves the table it was in, which is known to be needless for most.
    fn cases(&self, bulks: &mut Vec<Bulk<'c>>) {
        let (mut reopened, mut closed, mut open, mut done) = (vec![], vec![], vec![], vec![]);
        for (&((bucket, shop, order), case), &(row, standing)) in &self.cases {
            let opened_at = row.opened_at.epoch_seconds();
            let (status, rank, body) = (row.status.as_str(), row.rank, row.body.as_str());
            if let Some((from, to)) = standing.done {
                reopened.push((bucket, shop, order, case, from, to));
            }
            if row.open {
                open.push((bucket, shop, order, case, status, rank, opened_at, body));
            } else {
                if !standing.is_new {
                    closed.push((bucket, shop, order, case));
                }
                done.push((bucket, shop, order, case, opened_at, status, rank, body));
            }
        }
        bulks.push(Bulk::new(&sql::TAKE_DONE_CASE, reopened));
        bulks.push(Bulk::new(&sql::TAKE_OPEN_CASE, closed));
        bulks.push(Bulk::new(&sql::PUT_OPEN_CASE, open));
        bulks.push(Bulk::new(&sql::PUT_DONE_CASE, done));
    }

    fn tasks(&self, bulks: &mut Vec<Bulk<'c>>) {
        let (mut dropped, mut put) = (vec![], vec![]);
        for (&((bucket, shop, order), task), row) in &self.tasks {
            match row {
                None => dropped.push((bucket, shop, order, task)),
                Some(TaskRow { case, kind, role, due, rank, body, .. }) => {
                    let case = case.as_ref().map(kernel::CaseNo::as_str);
                    let (kind, role, due) = (kind.as_str(), role.as_str(), due.epoch_seconds());
                    let body = body.as_str();
                    put.push((bucket, shop, order, task, case, kind, role, due, *rank, body));
                }
            }
        }
        bulks.push(Bulk::new(&sql::DROP_TASK, dropped));
        bulks.push(Bulk::new(&sql::PUT_TASK, put));
    }

    fn timers(&self, bulks: &mut Vec<Bulk<'c>>) {
        let (mut dropped, mut put) = (vec![], vec![]);
        for (&((bucket, shop, order), timer), row) in &self.timers {
            match row {
                None => dropped.push((bucket, shop, order, timer)),
                Some(row) => put.push((bucket, shop, order, timer, row.at.epoch_seconds())),
            }
        }
        bulks.push(Bulk::new(&sql::DROP_TIMER, dropped));
        bulks.push(Bulk::new(&sql::PUT_TIMER, put));
    }

    fn effects(&self, bulks: &mut Vec<Bulk<'c>>) {
        let (mut dropped, mut put) = (vec![], vec![]);
        for (&((bucket, shop, order), effect), row) in &self.effects {
            match row {
                None => dropped.push((bucket, shop, order, effect)),
                Some(row) => {
                    let (kind, body) = (row.kind.as_str(), row.body.as_str());
                    let due = row.due.epoch_seconds();
                    put.push((bucket, shop, order, effect, kind, due, body));
                }
            }
        }
        bulks.push(Bulk::new(&sql::DROP_EFFECT, dropped));
        bulks.push(Bulk::new(&sql::PUT_EFFECT, put));
    }

    fn ledger(&self, bulks: &mut Vec<Bulk<'c>>) {
        let entries = self.entries.iter().map(|&((bucket, shop, order), row)| {
            let case = row.case.as_ref().map(kernel::CaseNo::as_str);
            let (posting, position) = (i64::from(row.posting), i32::from(row.position));
            let (account, tender) = (row.account.as_str(), row.tender.as_str());
            let at = row.at.epoch_seconds();
            (bucket, shop, order, posting, position, at, case, account, tender, row.amount)
        });
        bulks.push(Bulk::new(&sql::ADD_ENTRY, entries.collect()));
        let terms = self.terms.iter().map(|&((bucket, shop, order), term)| {
            (bucket, shop, term.kind.code(), term.text.as_str(), order)
        });
        bulks.push(Bulk::new(&sql::ADD_TERM, terms.collect()));
        let spends =
            self.spends.iter().map(|(&((bucket, shop, order), payout, actor, day), it)| {
                (bucket, shop, order, payout, actor, day, *it)
            });
        bulks.push(Bulk::new(&sql::PUT_SPEND, spends.collect()));
    }
}
