//! The statements a commit is made of, prepared once per batch.
//!
//! The common commit reads nothing: its guards are a unique key and a `WHERE`.

use std::collections::BTreeSet;

use kernel::{ActorId, CaseNo, Choice, CommandKey, DossierKey, Timestamp};
use rusqlite::{CachedStatement, Connection, OptionalExtension};
use store::{
    Answered, Attempt, CaseRow, Commit, Document, EffectRow, EntryRow, Outcome, RowChange, Seal,
    SpendRow, TaskRow, Term, TimerRow, Version,
};

use crate::{leases::Fences, row};

/// Does nothing if the version has been written or the command answered.
const ADD_TO_JOURNAL: &str = "
    INSERT INTO journal
        (bucket, shop, order_no, version, at, actor, command, fingerprint, answer, events, seal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT DO NOTHING";

const TAKE_FROM_JOURNAL: &str = "
    DELETE FROM journal
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND version = ?4";

const BEGIN_DOSSIER: &str = "
    INSERT INTO dossier (bucket, shop, order_no, version, state, seal)
    VALUES (?1, ?2, ?3, 1, ?4, ?5)
    ON CONFLICT DO NOTHING";

const ADVANCE_DOSSIER: &str = "
    UPDATE dossier
    SET version = version + 1, state = ?4, seal = ?5
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND version = ?6";

pub(crate) const VERSION: &str = "
    SELECT version
    FROM dossier
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3";

const PUT_CASE: &str = "
    REPLACE INTO case_row
        (bucket, shop, order_no, case_no, status, open, rank, opened_at, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const PUT_TASK: &str = "
    REPLACE INTO task
        (bucket, shop, order_no, task, case_no, kind, role, due, rank, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const DROP_TASK: &str = "
    DELETE FROM task
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND task = ?4";

const PUT_TIMER: &str = "
    REPLACE INTO timer (bucket, shop, order_no, timer, at)
    VALUES (?1, ?2, ?3, ?4, ?5)";

const DROP_TIMER: &str = "
    DELETE FROM timer
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND timer = ?4";

const PUT_EFFECT: &str = "
    REPLACE INTO effect (bucket, shop, order_no, effect, kind, due, attempts, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)";

const DROP_EFFECT: &str = "
    DELETE FROM effect
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND effect = ?4";

/// Nothing if it is gone or under way.
pub(crate) const WAITING: &str = "
    SELECT 1
    FROM effect
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND effect = ?4 AND attempts = 0";

const NOTE_ATTEMPT: &str = "
    UPDATE effect
    SET attempts = attempts + 1, due = ?5
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND effect = ?4";

/// An entry that is there already is an error, and undoes the batch.
const ADD_ENTRY: &str = "
    INSERT INTO entry
        (bucket, shop, order_no, posting, position, at, case_no, account, tender, amount)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const ADD_TERM: &str = "
    INSERT INTO term (shop, kind, text, order_no, bucket)
    VALUES (?2, ?4, ?5, ?3, ?1)
    ON CONFLICT DO NOTHING";

const PUT_SPEND: &str = "
    REPLACE INTO spend (shop, actor, day, bucket, order_no, payout, amount)
    VALUES (?2, ?5, ?6, ?1, ?3, ?4, ?7)";

/// Its place is one behind the last.
pub(crate) const ADD_TO_FEED: &str = "
    INSERT INTO feed (at, shop, order_no, version)
    VALUES (?1, ?2, ?3, ?4)";

const KEEP: &str = "
    INSERT INTO document (kind, name, body)
    VALUES (?1, ?2, ?3)
    ON CONFLICT DO NOTHING";

/// Statements of one transaction, each looked up in the connection's cache only once.
pub(crate) struct Statements<'c> {
    add_to_journal: CachedStatement<'c>,
    take_from_journal: CachedStatement<'c>,
    begin_dossier: CachedStatement<'c>,
    advance_dossier: CachedStatement<'c>,
    version: CachedStatement<'c>,
    put_case: CachedStatement<'c>,
    put_task: CachedStatement<'c>,
    drop_task: CachedStatement<'c>,
    put_timer: CachedStatement<'c>,
    drop_timer: CachedStatement<'c>,
    put_effect: CachedStatement<'c>,
    drop_effect: CachedStatement<'c>,
    waiting: CachedStatement<'c>,
    note_attempt: CachedStatement<'c>,
    add_entry: CachedStatement<'c>,
    add_term: CachedStatement<'c>,
    put_spend: CachedStatement<'c>,
    add_to_feed: CachedStatement<'c>,
    keep: CachedStatement<'c>,
    connection: &'c Connection,
    fences: Fences,
}

/// A row of the journal, without its dossier.
#[derive(Clone, Copy)]
pub(crate) struct Line<'l> {
    pub(crate) version: i64,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'l ActorId,
    pub(crate) command: &'l CommandKey,
    pub(crate) answered: &'l Answered,
    pub(crate) events: &'l str,
    pub(crate) seal: Option<Seal>,
}

/// A dossier's key as the tables have it: bucket, shop and order number.
pub(crate) type Key<'k> = (u16, &'k str, &'k str);

pub(crate) fn key(dossier: &DossierKey) -> Key<'_> {
    (dossier.bucket().number(), dossier.shop.as_str(), dossier.order.as_str())
}

impl<'c> Statements<'c> {
    pub(crate) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        let prepare = |sql| connection.prepare_cached(sql);
        Ok(Self {
            add_to_journal: prepare(ADD_TO_JOURNAL)?,
            take_from_journal: prepare(TAKE_FROM_JOURNAL)?,
            begin_dossier: prepare(BEGIN_DOSSIER)?,
            advance_dossier: prepare(ADVANCE_DOSSIER)?,
            version: prepare(VERSION)?,
            put_case: prepare(PUT_CASE)?,
            put_task: prepare(PUT_TASK)?,
            drop_task: prepare(DROP_TASK)?,
            put_timer: prepare(PUT_TIMER)?,
            drop_timer: prepare(DROP_TIMER)?,
            put_effect: prepare(PUT_EFFECT)?,
            drop_effect: prepare(DROP_EFFECT)?,
            waiting: prepare(WAITING)?,
            note_attempt: prepare(NOTE_ATTEMPT)?,
            add_entry: prepare(ADD_ENTRY)?,
            add_term: prepare(ADD_TERM)?,
            put_spend: prepare(PUT_SPEND)?,
            add_to_feed: prepare(ADD_TO_FEED)?,
            keep: prepare(KEEP)?,
            connection,
            fences: Fences::default(),
        })
    }

    pub(crate) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Writes what stands of a batch; see [`store::Store::commit`].
    pub(crate) fn commit_all(&mut self, batch: &[Commit]) -> rusqlite::Result<Vec<Outcome>> {
        let mut left_out: BTreeSet<&DossierKey> = BTreeSet::new();
        let mut outcomes = Vec::with_capacity(batch.len());
        for commit in batch {
            let dossier = &commit.dossier;
            let outcome = if left_out.contains(dossier) {
                self.conflict(key(dossier))?
            } else if self.fences.let_pass(self.connection, dossier, commit.fence)? {
                self.commit(commit)?
            } else {
                Outcome::Fenced
            };
            if outcome != Outcome::Committed {
                left_out.insert(dossier);
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    fn commit(&mut self, commit: &Commit) -> rusqlite::Result<Outcome> {
        let key = key(&commit.dossier);
        let expected = row::from_version(commit.expected)?;
        let version = expected.saturating_add(1);
        let line = Line {
            version,
            at: commit.at,
            actor: &commit.actor,
            command: &commit.command,
            answered: &commit.answered,
            events: &commit.events,
            seal: Some(commit.seal),
        };
        if !self.may_cancel(key, &commit.rows)? || !self.add_to_journal(key, line)? {
            return self.conflict(key);
        }
        if !self.advance(key, commit, expected)? {
            // A version from the future: nobody had written it, and nobody may yet.
            let (bucket, shop, order) = key;
            self.take_from_journal.execute((bucket, shop, order, version))?;
            return self.conflict(key);
        }
        for change in &commit.rows {
            self.change(key, change)?;
        }
        let (_, shop, order) = key;
        self.add_to_feed.execute((commit.at.epoch_seconds(), shop, order, version))?;
        Ok(Outcome::Committed)
    }

    /// Whether all effects that are to be cancelled are there and were never attempted.
    fn may_cancel(
        &mut self,
        (bucket, shop, order): Key<'_>,
        rows: &[RowChange],
    ) -> rusqlite::Result<bool> {
        for change in rows {
            if let RowChange::CancelEffect(effect) = change
                && !self.waiting.exists((bucket, shop, order, effect))?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether it is new.
    pub(crate) fn add_to_journal(
        &mut self,
        (bucket, shop, order): Key<'_>,
        line: Line<'_>,
    ) -> rusqlite::Result<bool> {
        let added = self.add_to_journal.execute((
            bucket,
            shop,
            order,
            line.version,
            line.at.epoch_seconds(),
            line.actor.as_str(),
            line.command.as_str(),
            line.answered.fingerprint.cast_signed(),
            &line.answered.answer,
            line.events,
            row::from_seal(line.seal.as_ref()),
        ))?;
        Ok(added == 1)
    }

    fn advance(
        &mut self,
        (bucket, shop, order): Key<'_>,
        Commit { state, seal, .. }: &Commit,
        expected: i64,
    ) -> rusqlite::Result<bool> {
        let seal = row::from_seal(Some(seal));
        let advanced = if expected == 0 {
            self.begin_dossier.execute((bucket, shop, order, state, seal))?
        } else {
            self.advance_dossier.execute((bucket, shop, order, state, seal, expected))?
        };
        Ok(advanced == 1)
    }

    fn conflict(&mut self, key: Key<'_>) -> rusqlite::Result<Outcome> {
        let actual = self.version.query_row(key, |it| row::version(it, 0)).optional()?;
        Ok(Outcome::Conflict { actual: actual.unwrap_or(Version(0)) })
    }

    pub(crate) fn change(&mut self, key: Key<'_>, change: &RowChange) -> rusqlite::Result<()> {
        let (bucket, shop, order) = key;
        match change {
            RowChange::PutCase(it) => self.put_case(key, it),
            RowChange::PutTask(it) => self.put_task(key, it),
            RowChange::DropTask(it) => {
                self.drop_task.execute((bucket, shop, order, it.as_str())).map(drop)
            }
            RowChange::PutTimer(TimerRow { timer, at }) => {
                let row = (bucket, shop, order, timer.as_str(), at.epoch_seconds());
                self.put_timer.execute(row).map(drop)
            }
            RowChange::DropTimer(it) => {
                self.drop_timer.execute((bucket, shop, order, it.as_str())).map(drop)
            }
            RowChange::PutEffect(EffectRow { effect, kind, due, body }) => {
                let row = (bucket, shop, order, effect, kind, due.epoch_seconds(), body);
                self.put_effect.execute(row).map(drop)
            }
            RowChange::DropEffect(it) | RowChange::CancelEffect(it) => {
                self.drop_effect.execute((bucket, shop, order, it)).map(drop)
            }
            RowChange::PutEntry(it) => self.add_entry(key, it),
            RowChange::PutSpend(SpendRow { payout, actor, day, amount }) => {
                let row = (bucket, shop, order, payout, actor.as_str(), day, amount);
                self.put_spend.execute(row).map(drop)
            }
            RowChange::PutTerm(Term { kind, text }) => {
                self.add_term.execute((bucket, shop, order, kind.code(), text)).map(drop)
            }
        }
    }

    fn put_case(&mut self, (bucket, shop, order): Key<'_>, it: &CaseRow) -> rusqlite::Result<()> {
        let (case, opened_at) = (it.case.as_str(), it.opened_at.epoch_seconds());
        let CaseRow { status, open, rank, body, .. } = it;
        let row = (bucket, shop, order, case, status, open, rank, opened_at, body);
        self.put_case.execute(row).map(drop)
    }

    fn put_task(&mut self, (bucket, shop, order): Key<'_>, it: &TaskRow) -> rusqlite::Result<()> {
        let (task, case) = (it.task.as_str(), it.case.as_ref().map(CaseNo::as_str));
        let TaskRow { kind, role, rank, body, .. } = it;
        let due = it.due.epoch_seconds();
        let row = (bucket, shop, order, task, case, kind, role, due, rank, body);
        self.put_task.execute(row).map(drop)
    }

    fn add_entry(&mut self, (bucket, shop, order): Key<'_>, it: &EntryRow) -> rusqlite::Result<()> {
        let (at, case) = (it.at.epoch_seconds(), it.case.as_ref().map(CaseNo::as_str));
        let EntryRow { posting, position, account, tender, amount, .. } = it;
        let row = (bucket, shop, order, posting, position, at, case, account, tender, amount);
        self.add_entry.execute(row).map(drop)
    }

    /// Whether it may be made.
    pub(crate) fn note_attempt(&mut self, attempt: &Attempt) -> rusqlite::Result<bool> {
        let Attempt { dossier, effect, again_at, fence } = attempt;
        if !self.fences.let_pass(self.connection, dossier, *fence)? {
            return Ok(false);
        }
        let (bucket, shop, order) = key(dossier);
        let row = (bucket, shop, order, effect, again_at.epoch_seconds());
        Ok(self.note_attempt.execute(row)? == 1)
    }

    pub(crate) fn keep(&mut self, document: &Document) -> rusqlite::Result<bool> {
        let Document { kind, name, body } = document;
        Ok(self.keep.execute((kind, name, body))? == 1)
    }
}
