//! Dossiers written and read whole.

use kernel::DossierKey;
use store::{
    Answered, Copies, Document, Dump, EffectRow, Finding, Record, RecordKey, RowChange, SpendRow,
    Spending, StoreError, TaskRow, Term, TimerRow, Version,
};
use tokio_postgres::Row;

use crate::{
    PostgresStore,
    bulk::{Bulk, Layout, Sql},
    changes::Changes,
    commit::{self, numbered},
    failure::Failure,
    lookups::{self, Key, key},
    outcome::Standing,
    records, row,
    session::{Request, Session, Value},
    statements as sql,
};

const VERSION: Sql = Sql {
    many: "
    SELECT n.nth, d.version
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[])
        AS n (bucket, shop, order_no, nth)
    JOIN dossier d ON d.bucket = n.bucket AND d.shop = n.shop AND d.order_no = n.order_no",
    one: "
    SELECT $4::bigint AS nth, version
    FROM dossier
    WHERE bucket = $1 AND shop = $2 AND order_no = $3",
};

const DOSSIER: &str = "
    SELECT version, state, seal
    FROM dossier
    WHERE bucket = $1 AND shop = $2 AND order_no = $3";

const JOURNAL: &str = "
    SELECT version, at, actor, command, events, seal, fingerprint, answer
    FROM journal
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY version";

const CASES: &str = "
    SELECT case_no, status, true AS open, rank, opened_at, body
    FROM case_open
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    UNION ALL
    SELECT case_no, status, false AS open, rank, opened_at, body
    FROM case_done
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY case_no";

const TASKS: &str = "
    SELECT task, case_no, kind, role, due, rank, body
    FROM task
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY task";

const TIMERS: &str = "
    SELECT timer, at
    FROM timer
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY timer";

const EFFECTS: &str = "
    SELECT effect, kind, due, body, attempts
    FROM effect
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY effect";

/// In the order in which the answers are read.
const OF_DOSSIER: [&str; 7] = [DOSSIER, JOURNAL, CASES, TASKS, TIMERS, EFFECTS, lookups::ENTRIES];

const CLEAR: [&str; 8] = [
    "DELETE FROM dossier WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM journal WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM case_open WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM case_done WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM task WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM timer WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM effect WHERE bucket = $1 AND shop = $2 AND order_no = $3",
    "DELETE FROM entry WHERE bucket = $1 AND shop = $2 AND order_no = $3",
];

const FINDINGS: &str = "
    SELECT shop, order_no, kind, text
    FROM term
    WHERE (bucket, shop, kind, text, order_no) > ($1, $2, $3, $4, $5)
    ORDER BY bucket, shop, kind, text, order_no
    LIMIT $6";

const SPENDINGS: &str = "
    SELECT shop, order_no, payout, actor, day, amount
    FROM spend
    WHERE (bucket, shop, order_no, payout, actor, day) > ($1, $2, $3, $4, $5, $6)
    ORDER BY bucket, shop, order_no, payout, actor, day
    LIMIT $7";

impl Copies for PostgresStore {
    fn versions(&self, dossiers: &[DossierKey]) -> Result<Vec<Version>, StoreError> {
        let versions = self.in_parts(
            dossiers,
            |it| it,
            |part| self.insist(|session| versions(session, self.layout(), part)),
        );
        versions.map_err(|failure| failure.into_store_error("reading versions"))
    }

    fn dump(&self, dossiers: &[DossierKey]) -> Result<Vec<Dump>, StoreError> {
        let dumps = self.in_parts(
            dossiers,
            |it| it,
            |part| {
                let dump = |it: &&DossierKey| self.insist(|session| dump(session, it));
                part.iter().map(dump).collect()
            },
        );
        dumps
            .map(|it| it.into_iter().flatten().collect())
            .map_err(|failure| failure.into_store_error("dumping dossiers"))
    }

    fn restore(&self, dumps: &[Dump]) -> Result<(), StoreError> {
        let restored = self.in_parts(
            dumps,
            |it| &it.dossier,
            |part| {
                let rows: Vec<Vec<RowChange>> = part.iter().map(|it| changes(it)).collect();
                self.make_missing_months(rows.iter().flatten());
                self.insist(|session| restore(session, self.layout(), part, &rows))?;
                Ok(vec![(); part.len()])
            },
        );
        restored.map(drop).map_err(|failure| failure.into_store_error("restoring dossiers"))
    }

    fn findings(&self, after: Option<&Finding>, limit: usize) -> Result<Vec<Finding>, StoreError> {
        let (bucket, shop, order) = place(after.map(|it| &it.dossier));
        let (kind, text) = after
            .map_or(("", ""), |it| (kernel::Choice::code(it.term.kind), it.term.text.as_str()));
        let limit = row::from_limit(limit);
        self.read("walking words", |session| {
            let rows = session.query(FINDINGS, &[&bucket, &shop, &kind, &text, &order, &limit])?;
            let findings = rows.iter().map(|it| {
                let term = Term { kind: row::code(it, "kind")?, text: row::get(it, "text")? };
                Ok(Finding { dossier: row::dossier(it)?, term })
            });
            findings.collect()
        })
    }

    fn add_findings(&self, findings: &[Finding]) -> Result<(), StoreError> {
        self.add(
            "adding words",
            findings,
            |it| &it.dossier,
            |part| {
                let rows = part.iter().map(|Finding { dossier, term }| {
                    let (bucket, shop, order) = key(dossier);
                    (bucket, shop, kernel::Choice::code(term.kind), term.text.as_str(), order)
                });
                Bulk::new(&sql::ADD_TERM, rows.collect())
            },
        )
    }

    fn spendings(
        &self,
        after: Option<&Spending>,
        limit: usize,
    ) -> Result<Vec<Spending>, StoreError> {
        let (bucket, shop, order) = place(after.map(|it| &it.dossier));
        let (payout, actor, day) = after.map_or(("", "", i64::MIN), |Spending { row, .. }| {
            (row.payout.as_str(), row.actor.as_str(), row.day)
        });
        let limit = row::from_limit(limit);
        self.read("walking what was given", |session| {
            let values: [Value<'_>; 7] = [&bucket, &shop, &order, &payout, &actor, &day, &limit];
            let rows = session.query(SPENDINGS, &values)?;
            let spendings = rows.iter().map(|it| {
                let spent = SpendRow {
                    payout: row::get(it, "payout")?,
                    actor: row::id(it, "actor")?,
                    day: row::get(it, "day")?,
                    amount: row::get(it, "amount")?,
                };
                Ok(Spending { dossier: row::dossier(it)?, row: spent })
            });
            spendings.collect()
        })
    }

    fn add_spendings(&self, spendings: &[Spending]) -> Result<(), StoreError> {
        self.add(
            "adding what was given",
            spendings,
            |it| &it.dossier,
            |part| {
                let rows = part.iter().map(|Spending { dossier, row }| {
                    let (bucket, shop, order) = key(dossier);
                    let SpendRow { payout, actor, day, amount } = row;
                    (bucket, shop, order, payout.as_str(), actor.as_str(), *day, *amount)
                });
                Bulk::new(&sql::PUT_SPEND, rows.collect())
            },
        )
    }

    fn all_documents(&self) -> Result<Vec<Document>, StoreError> {
        self.read("reading documents", lookups::all_documents)
    }

    fn all_records(
        &self,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        self.read("walking records", |it| records::all(it, after, limit))
    }

    fn restore_records(&self, records: &[Record]) -> Result<(), StoreError> {
        let records = records.iter().map(|it| (&it.draft.key, it)).collect();
        self.insist(|session| records::restore(session, self.layout(), &records))
            .map_err(|failure| failure.into_store_error("restoring records"))
    }
}

impl PostgresStore {
    /// Adds rows that stand alone, in one statement where one server has them all.
    fn add<I: Sync>(
        &self,
        during: &'static str,
        items: &[I],
        dossier: impl Fn(&I) -> &DossierKey,
        bulk: impl for<'i> Fn(&[&'i I]) -> Bulk<'i> + Sync,
    ) -> Result<(), StoreError> {
        let added = self.in_parts(items, dossier, |part| {
            let bulk = bulk(part);
            self.insist(|session| session.pipeline(&bulk.requests(self.layout())).map(drop))?;
            Ok(vec![(); part.len()])
        });
        added.map(drop).map_err(|failure| failure.into_store_error(during))
    }
}

/// Where to go on, or a place before every row.
fn place(after: Option<&DossierKey>) -> Key<'_> {
    after.map_or((-1, "", ""), key)
}

fn versions(
    session: &Session,
    layout: Layout,
    dossiers: &[&DossierKey],
) -> Result<Vec<Version>, Failure> {
    let bulk = Bulk::new(&VERSION, numbered(dossiers.iter().map(|it| key(it))));
    let mut versions = vec![Version::default(); dossiers.len()];
    for found in session.pipeline(&bulk.requests(layout))?.iter().flatten() {
        let nth: usize = row::unsigned(found, "nth")?;
        if let Some(slot) = versions.get_mut(nth) {
            *slot = row::version(found)?;
        }
    }
    Ok(versions)
}

/// In a transaction that sees one moment.
const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

fn dump(session: &Session, dossier: &DossierKey) -> Result<Option<Dump>, Failure> {
    let (bucket, shop, order) = key(dossier);
    let mut requests = vec![Request::Control(BEGIN_READING)];
    requests.extend(OF_DOSSIER.iter().map(|sql| Request::Query(sql, vec![&bucket, &shop, &order])));
    requests.push(Request::Control(commit::COMMIT));
    let answers = session.pipeline(&requests)?;
    let [_, found, journal, cases, tasks, timers, effects, entries, _] = answers.as_slice() else {
        return Err(Failure::NoAnswer);
    };
    let Some(found) = found.first() else { return Ok(None) };
    Ok(Some(Dump {
        dossier: dossier.clone(),
        version: row::version(found)?,
        state: row::get::<&[u8]>(found, "state")?.to_vec(),
        seal: row::seal(found)?,
        journal: each(journal, |it| {
            let fingerprint: i64 = row::get(it, "fingerprint")?;
            let (fingerprint, answer) = (fingerprint.cast_unsigned(), row::get(it, "answer")?);
            Ok((lookups::recorded(it)?, Answered { fingerprint, answer }))
        })?,
        cases: each(cases, lookups::case_row)?,
        tasks: each(tasks, task_row)?,
        timers: each(timers, |it| {
            Ok(TimerRow { timer: row::id(it, "timer")?, at: row::time(it, "at")? })
        })?,
        effects: each(effects, |it| {
            let effect = EffectRow {
                effect: row::get(it, "effect")?,
                kind: row::get(it, "kind")?,
                due: row::time(it, "due")?,
                body: row::get(it, "body")?,
            };
            Ok((effect, row::unsigned(it, "attempts")?))
        })?,
        entries: each(entries, lookups::entry)?,
    }))
}

fn each<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    rows.iter().map(read).collect()
}

pub(crate) fn task_row(it: &Row) -> Result<TaskRow, Failure> {
    Ok(TaskRow {
        task: row::id(it, "task")?,
        case: row::optional_id(it, "case_no")?,
        kind: row::get(it, "kind")?,
        role: row::get(it, "role")?,
        due: row::time(it, "due")?,
        rank: row::get(it, "rank")?,
        body: row::get(it, "body")?,
    })
}

/// The rows of a dump, as a commit would put them.
fn changes(dump: &Dump) -> Vec<RowChange> {
    let cases = dump.cases.iter().cloned().map(RowChange::PutCase);
    let tasks = dump.tasks.iter().cloned().map(RowChange::PutTask);
    let timers = dump.timers.iter().cloned().map(RowChange::PutTimer);
    let effects = dump.effects.iter().map(|(it, _)| RowChange::PutEffect(it.clone()));
    let entries = dump.entries.iter().cloned().map(RowChange::PutEntry);
    cases.chain(tasks).chain(timers).chain(effects).chain(entries).collect()
}

/// One transaction. To be done twice does no harm.
fn restore(
    session: &Session,
    layout: Layout,
    dumps: &[&Dump],
    rows: &[Vec<RowChange>],
) -> Result<(), Failure> {
    let keys: Vec<Key<'_>> = dumps.iter().map(|it| key(&it.dossier)).collect();
    let (mut dossiers, mut journal, mut attempts) = (Vec::new(), Vec::new(), Vec::new());
    let mut changes = Changes::default();
    for ((dump, rows), &of) in dumps.iter().zip(rows).zip(&keys) {
        let (bucket, shop, order) = of;
        let (first, last) = commit::months_of(rows.iter());
        let version = row::from_version(dump.version)?;
        let (state, seal) = (dump.state.as_slice(), row::from_seal(dump.seal.as_ref()));
        dossiers.push((bucket, shop, order, version, state, seal, first, last));
        for (it, answered) in &dump.journal {
            let line = commit::Line {
                version: row::from_version(it.version)?,
                at: it.at,
                actor: &it.actor,
                command: &it.command,
                answered,
                events: &it.events,
                seal: it.seal.as_ref(),
            };
            journal.push(line.columns(of));
        }
        for (effect, n_attempts) in &dump.effects {
            let due = effect.due.epoch_seconds();
            attempts.push((
                bucket,
                shop,
                order,
                effect.effect.as_str(),
                i64::from(*n_attempts),
                due,
            ));
        }
        changes.add(of, Standing { is_new: true, ..Standing::default() }, rows);
    }
    let mut bulks =
        vec![Bulk::new(&sql::BEGIN_DOSSIER, dossiers), Bulk::new(&sql::ADD_TO_JOURNAL, journal)];
    bulks.extend(changes.bulks());
    bulks.push(Bulk::new(&sql::NOTE_ATTEMPT, attempts));

    let mut requests = vec![Request::Control(commit::BEGIN)];
    for (bucket, shop, order) in &keys {
        requests.extend(CLEAR.iter().map(|it| Request::Query(it, vec![bucket, shop, order])));
    }
    requests.extend(bulks.iter().flat_map(|it| it.requests(layout)));
    let mut in_doubt = false;
    commit::finish(session, requests, &mut in_doubt).map(drop)
}
