//! Dossiers written and read whole.

use kernel::{Choice, DossierKey};
use rusqlite::{Connection, OptionalExtension};
use store::{
    Copies, Document, Dump, EffectRow, Finding, Record, RecordKey, RowChange, SpendRow, Spending,
    StoreError, TaskRow, Term, TimerRow, Version,
};

use crate::{
    SqliteStore, lookups, records, row,
    write::{self, Line, Statements, key},
};

const JOURNAL: &str = "
    SELECT version, at, actor, command, events, seal, fingerprint, answer
    FROM journal
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY version";

const CASES: &str = "
    SELECT case_no, status, open, rank, opened_at, body
    FROM case_row
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY case_no";

const TASKS: &str = "
    SELECT task, case_no, kind, role, due, rank, body
    FROM task
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY task";

const TIMERS: &str = "
    SELECT timer, at
    FROM timer
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY timer";

const EFFECTS: &str = "
    SELECT effect, kind, due, body, attempts
    FROM effect
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY effect";

const FINDINGS: &str = "
    SELECT shop, order_no, kind, text
    FROM term
    WHERE (shop, kind, text, order_no) > (?1, ?2, ?3, ?4)
    ORDER BY shop, kind, text, order_no
    LIMIT ?5";

const SPENDINGS: &str = "
    SELECT shop, order_no, actor, day, payout, amount
    FROM spend
    WHERE (shop, actor, day, order_no, payout) > (?1, ?2, ?3, ?4, ?5)
    ORDER BY shop, actor, day, order_no, payout
    LIMIT ?6";

/// Every table that a dossier's own rows are in.
const TABLES: [&str; 7] = ["dossier", "journal", "case_row", "task", "timer", "effect", "entry"];

const PUT_DOSSIER: &str = "
    INSERT INTO dossier (bucket, shop, order_no, version, state, seal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const PUT_ATTEMPTS: &str = "
    UPDATE effect
    SET attempts = ?5
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND effect = ?4";

impl Copies for SqliteStore {
    fn versions(&self, dossiers: &[DossierKey]) -> Result<Vec<Version>, StoreError> {
        self.readers.read("reading versions", |connection| {
            let mut statement = connection.prepare_cached(write::VERSION)?;
            let mut version = |it: &DossierKey| {
                let found = statement.query_row(key(it), |it| row::version(it, 0)).optional()?;
                Ok(found.unwrap_or_default())
            };
            dossiers.iter().map(&mut version).collect()
        })
    }

    fn dump(&self, dossiers: &[DossierKey]) -> Result<Vec<Dump>, StoreError> {
        self.readers.read("dumping dossiers", |connection| {
            dossiers.iter().filter_map(|it| dump(connection, it).transpose()).collect()
        })
    }

    fn restore(&self, dumps: &[Dump]) -> Result<(), StoreError> {
        self.write("restoring dossiers", |statements| {
            dumps.iter().try_for_each(|it| restore(statements, it))
        })
    }

    fn findings(&self, after: Option<&Finding>, limit: usize) -> Result<Vec<Finding>, StoreError> {
        self.readers.read("walking words", |connection| {
            let mut statement = connection.prepare_cached(FINDINGS)?;
            let (shop, kind, text, order) = after.map_or(("", "", "", ""), |it| {
                let Finding { dossier: DossierKey { shop, order }, term } = it;
                (shop.as_str(), term.kind.code(), term.text.as_str(), order.as_str())
            });
            let place = (shop, kind, text, order, row::from_limit(limit));
            let rows = statement.query_map(place, |it| {
                let term = Term { kind: row::code(it, 2)?, text: it.get(3)? };
                Ok(Finding { dossier: row::dossier(it, 0, 1)?, term })
            })?;
            rows.collect()
        })
    }

    fn add_findings(&self, findings: &[Finding]) -> Result<(), StoreError> {
        self.write("adding words", |statements| {
            findings.iter().try_for_each(|it| {
                statements.change(key(&it.dossier), &RowChange::PutTerm(it.term.clone()))
            })
        })
    }

    fn spendings(
        &self,
        after: Option<&Spending>,
        limit: usize,
    ) -> Result<Vec<Spending>, StoreError> {
        self.readers.read("walking what was given", |connection| {
            let mut statement = connection.prepare_cached(SPENDINGS)?;
            let nowhere = ("", "", i64::MIN, "", "");
            let (shop, actor, day, order, payout) = after.map_or(nowhere, |it| {
                let Spending { dossier: DossierKey { shop, order }, row } = it;
                (shop.as_str(), row.actor.as_str(), row.day, order.as_str(), row.payout.as_str())
            });
            let place = (shop, actor, day, order, payout, row::from_limit(limit));
            let rows = statement.query_map(place, |it| {
                let spent = SpendRow {
                    actor: row::id(it, 2)?,
                    day: it.get(3)?,
                    payout: it.get(4)?,
                    amount: it.get(5)?,
                };
                Ok(Spending { dossier: row::dossier(it, 0, 1)?, row: spent })
            })?;
            rows.collect()
        })
    }

    fn add_spendings(&self, spendings: &[Spending]) -> Result<(), StoreError> {
        self.write("adding what was given", |statements| {
            spendings.iter().try_for_each(|it| {
                statements.change(key(&it.dossier), &RowChange::PutSpend(it.row.clone()))
            })
        })
    }

    fn all_documents(&self) -> Result<Vec<Document>, StoreError> {
        self.readers.read("reading documents", lookups::all_documents)
    }

    fn all_records(
        &self,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.readers.read("walking records", |it| records::all(it, after, limit))
    }

    fn restore_records(&self, records: &[Record]) -> Result<(), StoreError> {
        self.write("restoring records", |statements| {
            records.iter().try_for_each(|it| records::restore(statements.connection(), it))
        })
    }
}

fn dump(connection: &Connection, dossier: &DossierKey) -> rusqlite::Result<Option<Dump>> {
    let of = key(dossier);
    let found = connection
        .prepare_cached(lookups::DOSSIER)?
        .query_row(of, |it| Ok((row::version(it, 0)?, it.get(1)?, row::seal(it, 2)?)));
    let Some((version, state, seal)) = found.optional()? else { return Ok(None) };
    let mut journal = connection.prepare_cached(JOURNAL)?;
    let journal =
        journal.query_map(of, |it| Ok((lookups::recorded(it)?, lookups::answered(it, 6)?)));
    let mut cases = connection.prepare_cached(CASES)?;
    let cases = cases.query_map(of, lookups::case_row);
    let mut tasks = connection.prepare_cached(TASKS)?;
    let tasks = tasks.query_map(of, |it| {
        Ok(TaskRow {
            task: row::id(it, 0)?,
            case: row::optional_id(it, 1)?,
            kind: it.get(2)?,
            role: it.get(3)?,
            due: row::time(it, 4)?,
            rank: it.get(5)?,
            body: it.get(6)?,
        })
    });
    let mut timers = connection.prepare_cached(TIMERS)?;
    let timers =
        timers.query_map(of, |it| Ok(TimerRow { timer: row::id(it, 0)?, at: row::time(it, 1)? }));
    let mut effects = connection.prepare_cached(EFFECTS)?;
    let effects = effects.query_map(of, |it| {
        let effect = EffectRow {
            effect: it.get(0)?,
            kind: it.get(1)?,
            due: row::time(it, 2)?,
            body: it.get(3)?,
        };
        Ok((effect, it.get(4)?))
    });
    Ok(Some(Dump {
        dossier: dossier.clone(),
        version,
        state,
        seal,
        journal: journal?.collect::<rusqlite::Result<_>>()?,
        cases: cases?.collect::<rusqlite::Result<_>>()?,
        tasks: tasks?.collect::<rusqlite::Result<_>>()?,
        timers: timers?.collect::<rusqlite::Result<_>>()?,
        effects: effects?.collect::<rusqlite::Result<_>>()?,
        entries: lookups::entries(connection, dossier)?,
    }))
}

fn restore(statements: &mut Statements<'_>, dump: &Dump) -> rusqlite::Result<()> {
    let connection = statements.connection();
    let of = key(&dump.dossier);
    for table in TABLES {
        let clear =
            format!("DELETE FROM {table} WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3");
        connection.prepare_cached(&clear)?.execute(of)?;
    }
    let (bucket, shop, order) = of;
    let version = row::from_version(dump.version)?;
    let row = (bucket, shop, order, version, &dump.state, row::from_seal(dump.seal.as_ref()));
    connection.prepare_cached(PUT_DOSSIER)?.execute(row)?;
    for (recorded, answered) in &dump.journal {
        let line = Line {
            version: row::from_version(recorded.version)?,
            at: recorded.at,
            actor: &recorded.actor,
            command: &recorded.command,
            answered,
            events: &recorded.events,
            seal: recorded.seal,
        };
        statements.add_to_journal(of, line)?;
    }
    let rows = (dump.cases.iter().cloned().map(RowChange::PutCase))
        .chain(dump.tasks.iter().cloned().map(RowChange::PutTask))
        .chain(dump.timers.iter().cloned().map(RowChange::PutTimer))
        .chain(dump.effects.iter().map(|(it, _)| RowChange::PutEffect(it.clone())))
        .chain(dump.entries.iter().cloned().map(RowChange::PutEntry));
    for row in rows {
        statements.change(of, &row)?;
    }
    let mut put_attempts = connection.prepare_cached(PUT_ATTEMPTS)?;
    for (effect, attempts) in &dump.effects {
        put_attempts.execute((bucket, shop, order, &effect.effect, attempts))?;
    }
    Ok(())
}
