//! One attempt at one transaction over records.
//!
//! Two round trips, as with dossiers. The first makes the records that are not there yet and locks
//! those that are; whether all are as expected is then decided here. The second writes the rest and
//! commits, or nothing is written.
//!
//! **Invariant:** locks are taken in the order of the key, new records before existing ones.
//!
//! **Invariant:** when the answer to a `COMMIT` is lost, the outcome is unknown and stays so.
//! Unlike a command, a change of records has no name by which it could be found again.

use std::collections::{BTreeMap, BTreeSet};

use store::{Draft, Ending, Record, RecordChange, RecordKey, Version, ending};
use tokio_postgres::Row;

use super::{key, marks};
use crate::{
    bulk::{Bulk, Layout},
    commit,
    failure::Failure,
    row,
    session::{Request, Session},
    statements::record as sql,
};

const ROLLBACK: &str = "ROLLBACK";

/// A record as it is found, locked.
#[derive(Clone, Copy)]
enum Standing<'r> {
    Absent,
    /// Made by this very transaction, as it is to be if it was not there.
    New,
    There {
        version: Version,
        rank: i64,
        row: &'r Row,
    },
}

/// Makes the changes, or says that a record is not at the version it was expected at.
pub(super) fn change(
    session: &Session,
    layout: Layout,
    changes: &BTreeMap<&RecordKey, Vec<&RecordChange>>,
) -> Result<bool, Failure> {
    let keys: Vec<&RecordKey> = changes.keys().copied().collect();
    let end = |key: &RecordKey, found| changes.get(key).and_then(|it| ending(found, it));
    write(session, layout, &keys, end)
}

/// See [`store::Copies::restore_records`].
pub(crate) fn restore(
    session: &Session,
    layout: Layout,
    records: &BTreeMap<&RecordKey, &Record>,
) -> Result<(), Failure> {
    let keys: Vec<&RecordKey> = records.keys().copied().collect();
    let end = |key: &RecordKey, _| {
        let Record { version, draft } = records.get(key)?;
        Some(Ending::There { version: *version, draft })
    };
    write(session, layout, &keys, end).map(drop)
}

/// Brings each record of `keys`, which are in order, to its end. `end` says from the version of a
/// record what it becomes, or that nothing is to be written.
fn write<'c>(
    session: &Session,
    layout: Layout,
    keys: &[&'c RecordKey],
    end: impl Fn(&'c RecordKey, Version) -> Option<Ending<'c>>,
) -> Result<bool, Failure> {
    let beginning = |it: &&'c RecordKey| end(it, Version::default()).and_then(row_of);
    let begin: Vec<RecordRow<'c>> = keys.iter().filter_map(beginning).collect::<Result<_, _>>()?;
    let begin = Bulk::new(&sql::BEGIN, begin);
    let lock = (0..).zip(keys).map(|(nth, it)| {
        let (bucket, kind, shop, id) = key(it);
        (bucket, kind, shop, id, nth)
    });
    let lock: Bulk<'_> = Bulk::new(&sql::LOCK, lock.collect::<Vec<(_, _, _, _, i64)>>());

    let begin = begin.requests(layout);
    let n_before = begin.len().saturating_add(1);
    let mut requests = vec![Request::Control(commit::BEGIN)];
    requests.extend(begin.into_iter().chain(lock.requests(layout)));
    let answers = session.pipeline(&requests)?;
    let (begun, locked) = answers.split_at_checked(n_before).unwrap_or_default();
    let standings = standings(keys, begun, locked)?;

    let mut writes = Writes::default();
    for (key, standing) in keys.iter().zip(standings) {
        let found = match standing {
            Standing::Absent | Standing::New => Version::default(),
            Standing::There { version, .. } => version,
        };
        let Some(ending) = end(key, found) else {
            session.pipeline(&[Request::Control(ROLLBACK)])?;
            return Ok(false);
        };
        writes.add(key, standing, ending)?;
    }
    let bulks = writes.bulks();
    let requests = bulks.iter().flat_map(|it| it.requests(layout)).collect();
    let mut in_doubt = false;
    commit::finish(session, requests, &mut in_doubt)
        .map_err(|failure| if in_doubt { Failure::Unknown(Box::new(failure)) } else { failure })?;
    Ok(true)
}

fn standings<'r>(
    keys: &[&RecordKey],
    begun: &[Vec<Row>],
    locked: &'r [Vec<Row>],
) -> Result<Vec<Standing<'r>>, Failure> {
    let mut standings = vec![Standing::Absent; keys.len()];
    for it in locked.iter().flatten() {
        let nth: usize = row::unsigned(it, "nth")?;
        if let Some(standing) = standings.get_mut(nth) {
            let (version, rank) = (row::version(it)?, row::get(it, "rank")?);
            *standing = Standing::There { version, rank, row: it };
        }
    }
    for it in begun.iter().flatten() {
        let begun: (&str, &str, &str) =
            (row::get(it, "kind")?, row::get(it, "shop")?, row::get(it, "id")?);
        let nth = keys.binary_search_by(|it| (&*it.kind, &*it.shop, &*it.id).cmp(&begun));
        if let Some(standing) = nth.ok().and_then(|it| standings.get_mut(it)) {
            // What was locked then is the row that this transaction has just put there.
            *standing = Standing::New;
        }
    }
    Ok(standings)
}

/// As [`sql::BEGIN`] and [`sql::ADVANCE`] take it.
type RecordRow<'c> = (i16, &'c str, &'c str, &'c str, i64, i64, String, &'c str);

/// As [`sql::ADD_MARK`] and [`sql::DROP_MARK`] take it.
type MarkRow<'c> = (i16, &'c str, &'c str, &'c str, i64, &'c str);

/// The row of a record that is there in the end.
fn row_of(ending: Ending<'_>) -> Option<Result<RecordRow<'_>, Failure>> {
    match ending {
        Ending::There { version, draft: Draft { key: of, rank, marks, body } } => {
            let (bucket, kind, shop, id) = key(of);
            let marks = marks.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
            let version = row::from_version(version);
            Some(version.map(|it| (bucket, kind, shop, id, it, *rank, marks, body.as_str())))
        }
        Ending::Gone => None,
    }
}

/// What is left to write when all records are locked.
#[derive(Default)]
struct Writes<'c> {
    advanced: Vec<RecordRow<'c>>,
    dropped: Vec<super::Key<'c>>,
    dropped_marks: Vec<MarkRow<'c>>,
    added_marks: Vec<MarkRow<'c>>,
}

impl<'c> Writes<'c> {
    fn add(
        &mut self,
        of: &'c RecordKey,
        standing: Standing<'c>,
        ending: Ending<'c>,
    ) -> Result<(), Failure> {
        let (bucket, kind, shop, id) = key(of);
        let had = match standing {
            Standing::Absent | Standing::New => None,
            Standing::There { rank, row, .. } => {
                Some((rank, marks(row)?.into_iter().collect::<BTreeSet<&str>>()))
            }
        };
        let has = match ending {
            Ending::There { draft: Draft { rank, marks, .. }, .. } => {
                Some((*rank, marks.iter().map(String::as_str).collect()))
            }
            Ending::Gone => None,
        };
        if had != has {
            let rows = |found: Option<(i64, BTreeSet<&'c str>)>| {
                found.into_iter().flat_map(move |(rank, marks)| {
                    marks.into_iter().map(move |it| (bucket, kind, shop, it, rank, id))
                })
            };
            self.dropped_marks.extend(rows(had));
            self.added_marks.extend(rows(has));
        }
        match (standing, row_of(ending)) {
            // It was there, and somebody dropped it before it could be locked.
            (Standing::Absent, Some(_)) => return Err(Failure::Overtaken),
            (Standing::Absent, None) | (Standing::New, _) => {}
            (Standing::There { .. }, Some(row)) => self.advanced.push(row?),
            (Standing::There { .. }, None) => self.dropped.push(key(of)),
        }
        Ok(())
    }

    fn bulks(self) -> Vec<Bulk<'c>> {
        vec![
            Bulk::new(&sql::ADVANCE, self.advanced),
            Bulk::new(&sql::DROP, self.dropped),
            Bulk::new(&sql::DROP_MARK, self.dropped_marks),
            Bulk::new(&sql::ADD_MARK, self.added_marks),
        ]
    }
}
