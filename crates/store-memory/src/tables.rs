//! The tables and their reads and writes.

mod copies;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use kernel::{ActorId, Bucket, CaseNo, CommandKey, DossierKey, OrderNo, ShopId, Timestamp};
use store::{
    Answered, Attempt, CasePage, CaseRow, Commit, Cursor, Document, DueEffect, DueTimer, EffectRow,
    EntryRow, Hold, Listed, Loaded, Outcome, Recorded, RowChange, Seal, StoreError, TaskPage,
    TaskRow, Term, TimerRow, Total, Version, Wanted,
};

use crate::{
    leases::Table,
    ranked::{Place, Ranked, RankedRows},
};

#[derive(Debug, Default)]
pub(crate) struct Tables {
    dossiers: BTreeMap<Bucket, BTreeMap<DossierKey, Dossier>>,
    cases: RankedRows<CaseRow>,
    tasks: RankedRows<TaskRow>,
    timers: RankedRows<TimerRow>,
    effects: RankedRows<Effect>,
    terms: BTreeMap<(ShopId, Term), BTreeSet<OrderNo>>,
    spending: BTreeMap<(ShopId, ActorId, i64), Spending>,
    documents: BTreeMap<(String, String), String>,
    pub(crate) leases: Table,
    pub(crate) feed: crate::feed::Table,
    pub(crate) records: crate::records::Table,
}

/// Amounts by order and payout.
type Spending = BTreeMap<(OrderNo, String), i64>;

#[derive(Debug, Default)]
struct Dossier {
    version: Version,
    state: Vec<u8>,
    seal: Option<Seal>,
    journal: Vec<Recorded>,
    answers: BTreeMap<CommandKey, Answered>,
    entries: BTreeMap<(u32, u16), EntryRow>,
}

#[derive(Debug)]
struct Effect {
    row: EffectRow,
    attempts: u32,
}

impl Ranked for CaseRow {
    type List = (ShopId, bool);

    fn list(&self, dossier: &DossierKey) -> (ShopId, bool) {
        (dossier.shop.clone(), self.open)
    }

    fn rank(&self) -> i64 {
        self.rank
    }
}

impl Ranked for TaskRow {
    type List = ShopId;

    fn list(&self, dossier: &DossierKey) -> ShopId {
        dossier.shop.clone()
    }

    fn rank(&self) -> i64 {
        self.rank
    }
}

impl Ranked for TimerRow {
    type List = ();

    fn list(&self, _: &DossierKey) {}

    fn rank(&self) -> i64 {
        self.at.epoch_seconds()
    }
}

impl Ranked for Effect {
    type List = ();

    fn list(&self, _: &DossierKey) {}

    fn rank(&self) -> i64 {
        self.row.due.epoch_seconds()
    }
}

impl Tables {
    pub(crate) fn load(&self, wanted: &Wanted) -> Loaded {
        let Some(dossier) = self.dossier(&wanted.dossier) else { return Loaded::default() };
        Loaded {
            version: dossier.version,
            state: dossier.state.clone(),
            seal: dossier.seal,
            answered: dossier.answers.get(&wanted.command).cloned(),
        }
    }

    pub(crate) fn conflict(&self, dossier: &DossierKey) -> Outcome {
        let actual = self.dossier(dossier).map_or(Version(0), |it| it.version);
        Outcome::Conflict { actual }
    }

    pub(crate) fn commit(&mut self, commit: &Commit) -> Result<Outcome, StoreError> {
        if !self.leases.lets(&commit.dossier, commit.fence) {
            return Ok(Outcome::Fenced);
        }
        let absent = Dossier::default();
        let before = self.dossier(&commit.dossier).unwrap_or(&absent);
        let actual = before.version;
        if actual != commit.expected || before.answers.contains_key(&commit.command) {
            return Ok(Outcome::Conflict { actual });
        }
        if !commit.rows.iter().all(|it| self.lets(&commit.dossier, it)) {
            return Ok(Outcome::Conflict { actual });
        }
        let entries = before.with_entries(&commit.rows)?;
        let version = Version(actual.0.checked_add(1).ok_or_else(|| failed(TOO_MANY))?);

        let bucket = self.dossiers.entry(commit.dossier.bucket()).or_default();
        let dossier = bucket.entry(commit.dossier.clone()).or_default();
        dossier.version = version;
        dossier.state.clone_from(&commit.state);
        dossier.seal = Some(commit.seal);
        dossier.journal.push(Recorded {
            version,
            at: commit.at,
            actor: commit.actor.clone(),
            command: commit.command.clone(),
            events: commit.events.clone(),
            seal: Some(commit.seal),
        });
        dossier.answers.insert(commit.command.clone(), commit.answered.clone());
        dossier.entries.extend(entries);
        for change in &commit.rows {
            self.change(&commit.dossier, change);
        }
        self.feed.add(commit, version);
        Ok(Outcome::Committed)
    }

    /// Whether a change may be made, as things stand before its commit.
    fn lets(&self, dossier: &DossierKey, change: &RowChange) -> bool {
        let RowChange::CancelEffect(effect) = change else { return true };
        self.effects.get(dossier, effect).is_some_and(|it| it.attempts == 0)
    }

    fn change(&mut self, dossier: &DossierKey, change: &RowChange) {
        match change {
            RowChange::PutCase(row) => self.cases.put(dossier, row.case.as_str(), row.clone()),
            RowChange::PutTask(row) => self.tasks.put(dossier, row.task.as_str(), row.clone()),
            RowChange::DropTask(task) => drop(self.tasks.take(dossier, task.as_str())),
            RowChange::PutTimer(row) => self.timers.put(dossier, row.timer.as_str(), row.clone()),
            RowChange::DropTimer(timer) => drop(self.timers.take(dossier, timer.as_str())),
            RowChange::PutEffect(row) => {
                let effect = Effect { row: row.clone(), attempts: 0 };
                self.effects.put(dossier, &row.effect, effect);
            }
            RowChange::DropEffect(effect) | RowChange::CancelEffect(effect) => {
                drop(self.effects.take(dossier, effect));
            }
            // Entries were taken in by `commit`, which had to check them first.
            RowChange::PutEntry(_) => {}
            RowChange::PutTerm(term) => {
                let found = self.terms.entry((dossier.shop.clone(), term.clone())).or_default();
                found.insert(dossier.order.clone());
            }
            RowChange::PutSpend(it) => {
                let spent = (dossier.shop.clone(), it.actor.clone(), it.day);
                let payout = (dossier.order.clone(), it.payout.clone());
                self.spending.entry(spent).or_default().insert(payout, it.amount);
            }
        }
    }

    pub(crate) fn spent(&self, shop: &ShopId, actor: &ActorId, day: i64) -> i64 {
        let spent = self.spending.get(&(shop.clone(), actor.clone(), day));
        spent.into_iter().flat_map(BTreeMap::values).fold(0, |sum, it| sum.saturating_add(*it))
    }

    pub(crate) fn note_attempt(&mut self, attempt: &Attempt) -> bool {
        let Attempt { dossier, effect, again_at, fence } = attempt;
        if !self.leases.lets(dossier, *fence) {
            return false;
        }
        let Some(mut noted) = self.effects.take(dossier, effect) else { return false };
        noted.attempts = noted.attempts.saturating_add(1);
        noted.row.due = *again_at;
        self.effects.put(dossier, effect, noted);
        true
    }

    pub(crate) fn history(
        &self,
        dossier: &DossierKey,
        after: Version,
        limit: usize,
    ) -> Vec<Recorded> {
        let journal = self.dossier(dossier).map_or(&[][..], |it| &it.journal);
        journal.iter().filter(|it| after < it.version).take(limit).cloned().collect()
    }

    pub(crate) fn due_timers(&self, hold: &Hold, now: Timestamp, limit: usize) -> Vec<DueTimer> {
        let due = self.timers.walk(&(), None).take_while(|(_, row)| row.at <= now);
        due.filter(|(dossier, _)| hold.covers(dossier.bucket()))
            .take(limit)
            .map(|(dossier, row)| DueTimer {
                dossier: dossier.clone(),
                timer: row.timer.clone(),
                at: row.at,
            })
            .collect()
    }

    pub(crate) fn due_effects(&self, hold: &Hold, now: Timestamp, limit: usize) -> Vec<DueEffect> {
        let due = self.effects.walk(&(), None).take_while(|(_, it)| it.row.due <= now);
        due.filter(|(dossier, _)| hold.covers(dossier.bucket()))
            .take(limit)
            .map(|(dossier, it)| DueEffect {
                dossier: dossier.clone(),
                row: it.row.clone(),
                attempts: it.attempts,
            })
            .collect()
    }

    pub(crate) fn tasks(&self, page: &TaskPage) -> Vec<Listed<TaskRow>> {
        let rows = self.tasks.walk(&page.shop, place(page.after.as_ref(), &page.shop));
        rows.filter(|(_, row)| page.role.as_ref().is_none_or(|it| *it == row.role))
            .take(page.limit)
            .map(|(dossier, row)| Listed { dossier: dossier.clone(), row: row.clone() })
            .collect()
    }

    pub(crate) fn cases(&self, page: &CasePage) -> Vec<Listed<CaseRow>> {
        let list = (page.shop.clone(), page.open);
        let rows = self.cases.walk(&list, place(page.after.as_ref(), &page.shop));
        rows.filter(|(_, row)| page.status.as_ref().is_none_or(|it| *it == row.status))
            .take(page.limit)
            .map(|(dossier, row)| Listed { dossier: dossier.clone(), row: row.clone() })
            .collect()
    }

    pub(crate) fn find(&self, shop: &ShopId, term: &Term, limit: usize) -> Vec<DossierKey> {
        let found = self.terms.get(&(shop.clone(), term.clone()));
        let orders = found.into_iter().flatten().take(limit);
        orders.map(|order| DossierKey::new(shop.clone(), order.clone())).collect()
    }

    pub(crate) fn case(&self, dossier: &DossierKey, case: &CaseNo) -> Option<CaseRow> {
        self.cases.get(dossier, case.as_str()).cloned()
    }

    pub(crate) fn entries(&self, dossier: &DossierKey) -> Vec<EntryRow> {
        self.dossier(dossier).into_iter().flat_map(|it| it.entries.values()).cloned().collect()
    }

    pub(crate) fn totals(&self) -> Result<Vec<Total>, StoreError> {
        let mut sums: BTreeMap<(&str, &str), (i64, u64)> = BTreeMap::new();
        for entry in
            self.dossiers.values().flat_map(BTreeMap::values).flat_map(|it| it.entries.values())
        {
            let (sum, count) = sums.entry((&entry.account, &entry.tender)).or_default();
            *sum = sum.checked_add(entry.amount).ok_or_else(|| failed(TOO_MUCH))?;
            *count = count.saturating_add(1);
        }
        let totals = sums.into_iter().map(|((account, tender), (amount, n_entries))| Total {
            account: account.to_owned(),
            tender: tender.to_owned(),
            amount,
            n_entries,
        });
        Ok(totals.collect())
    }

    pub(crate) fn dossiers(
        &self,
        bucket: Bucket,
        after: Option<&DossierKey>,
        limit: usize,
    ) -> Vec<DossierKey> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = self.dossiers.get(&bucket).into_iter();
        let keys = keys.flat_map(|it| it.range((from, Bound::Unbounded)));
        keys.take(limit).map(|(key, _)| key.clone()).collect()
    }

    pub(crate) fn keep(&mut self, document: &Document) -> bool {
        let name = (document.kind.clone(), document.name.clone());
        let is_new = !self.documents.contains_key(&name);
        self.documents.entry(name).or_insert_with(|| document.body.clone());
        is_new
    }

    pub(crate) fn documents(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Document> {
        let documents = self.documents.iter().filter(|((kind, _), _)| is_wanted(kind));
        documents
            .map(|((kind, name), body)| Document {
                kind: kind.clone(),
                name: name.clone(),
                body: body.clone(),
            })
            .collect()
    }

    fn dossier(&self, key: &DossierKey) -> Option<&Dossier> {
        self.dossiers.get(&key.bucket())?.get(key)
    }
}

impl Dossier {
    /// The entries among `rows`, if every one of them is new.
    fn with_entries(
        &self,
        rows: &[RowChange],
    ) -> Result<BTreeMap<(u32, u16), EntryRow>, StoreError> {
        let mut entries = BTreeMap::new();
        for change in rows {
            let RowChange::PutEntry(entry) = change else { continue };
            let place = (entry.posting, entry.position);
            let written = self.entries.contains_key(&place);
            if written || entries.insert(place, entry.clone()).is_some() {
                return Err(failed("a ledger entry was written twice"));
            }
        }
        Ok(entries)
    }
}

const TOO_MANY: &str = "a dossier has more commits than a version can count";
const TOO_MUCH: &str = "the sum of an account is out of range";

fn failed(what: &'static str) -> StoreError {
    StoreError::new("keeping tables in memory", what)
}

fn place(cursor: Option<&Cursor>, shop: &ShopId) -> Option<Place> {
    let it = cursor?;
    Some((it.rank, DossierKey::new(shop.clone(), it.dossier.order.clone()), it.id.clone()))
}
