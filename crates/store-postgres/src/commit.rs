//! One attempt at one transaction.
//!
//! Two round trips. The first begins dossiers that do not exist, locks those that do, and looks
//! for commands that were answered before and effects that are to be cancelled; what becomes of
//! each commit is then decided here. The second writes all rows of the commits that stand, table
//! by table, and commits.
//!
//! **Invariant:** locks are taken in the order of the key, beginnings before existing ones, by
//! everything that writes a dossier or its rows.

use std::collections::BTreeMap;

use kernel::{ActorId, CommandKey, Timestamp};
use store::{Answered, Attempt, Commit, Document, Outcome, RowChange, Seal};
use tokio_postgres::Row;

use crate::{
    bulk::{Bulk, Layout},
    changes::Changes,
    failure::Failure,
    leases::Fences,
    lookups::{Key, key},
    outcome::{Facts, Found, Group, Numbered, Standing, Verdict, by_dossier, judge},
    row,
    session::{Request, Session, Value},
    statements as sql,
};

pub(crate) const BEGIN: &str = "BEGIN";

/// A commit that waits for a standby and is cut short by a timeout is told to the client as done.
/// It must not be: the wait has no end but the connection's.
const WAIT_WITHOUT_END: &str = "SET LOCAL statement_timeout = 0";

pub(crate) const COMMIT: &str = "COMMIT";

/// Writes what can be written of `batch` in one transaction.
///
/// Sets `in_doubt` if it is not known afterwards whether anything was written. Called with it set,
/// it takes what is there already, and could only be ours, for written.
pub(crate) fn attempt(
    session: &Session,
    layout: Layout,
    batch: &[&Commit],
    in_doubt: &mut bool,
) -> Result<Vec<Outcome>, Failure> {
    let fenced = batch.iter().filter(|it| it.fence.is_some()).map(|it| it.dossier.bucket());
    let fences = Fences::lock(session, layout, fenced)?;
    let groups = by_dossier(batch, &fences)?;
    let (standings, facts) = lock(session, layout, &groups, &fences)?;
    let judged: Vec<Vec<Verdict>> = groups
        .iter()
        .zip(&standings)
        .map(|(group, &standing)| judge(group, standing, &facts, *in_doubt))
        .collect();

    let bulks = writes(&groups, &standings, &judged);
    let requests: Vec<Request<'_>> = bulks.iter().flat_map(|it| it.requests(layout)).collect();
    finish(session, requests, in_doubt)?;
    Ok(outcomes(batch.len(), &groups, &judged))
}

/// Sends the last requests of a transaction, and commits it.
pub(crate) fn finish(
    session: &Session,
    mut requests: Vec<Request<'_>>,
    in_doubt: &mut bool,
) -> Result<Vec<Vec<Row>>, Failure> {
    requests.push(Request::Control(WAIT_WITHOUT_END));
    requests.push(Request::Control(COMMIT));
    let done = session.pipeline(&requests);
    *in_doubt = match &done {
        Ok(_) => false,
        Err(failure) => *in_doubt || failure.leaves_doubt(),
    };
    done
}

/// Begins or locks every dossier of the batch, and finds commands that were answered and effects
/// that can be cancelled.
fn lock<'c>(
    session: &Session,
    layout: Layout,
    groups: &[Group<'c>],
    fences: &Fences,
) -> Result<(Vec<Standing>, Facts<'c>), Failure> {
    let begin = Bulk::new(&sql::BEGIN_DOSSIER, groups.iter().filter_map(beginning).collect());
    let lock = Bulk::new(&sql::LOCK_DOSSIER, numbered(groups.iter().map(|it| it.key)));
    let commits = groups.iter().flat_map(|it| it.commits.iter().map(|commit| (it.key, commit)));
    let find = Bulk::new(
        &sql::FIND_ANSWER,
        commits
            .map(|((bucket, shop, order), it)| {
                (bucket, shop, order, it.commit.command.as_str(), it.nth)
            })
            .collect(),
    );

    let cancelled: Vec<(Key<'c>, &'c str)> = groups.iter().flat_map(Group::cancelled).collect();
    let waiting = (0_i64..).zip(&cancelled);
    let waiting =
        waiting.map(|(nth, &((bucket, shop, order), effect))| (bucket, shop, order, effect, nth));
    let waiting = Bulk::new(&sql::FIND_WAITING, waiting.collect());

    let (begin, lock, find) =
        (begin.requests(layout), lock.requests(layout), find.requests(layout));
    let (n_begin, n_lock, n_find) = (begin.len(), lock.len(), find.len());
    let mut requests = fences.begin_after();
    let n_before = requests.len();
    let find = find.into_iter().chain(waiting.requests(layout));
    requests.extend(begin.into_iter().chain(lock).chain(find));
    let mut answers = session.pipeline(&requests)?.into_iter().skip(n_before);

    let begun: Vec<Row> = answers.by_ref().take(n_begin).flatten().collect();
    let locked: Vec<Row> = answers.by_ref().take(n_lock).flatten().collect();
    let standings = standings(groups, &begun, &locked)?;
    let mut facts = Facts::default();
    for it in answers.by_ref().take(n_find).flatten() {
        let found = Found {
            version: row::get(&it, "version")?,
            fingerprint: row::get(&it, "fingerprint")?,
        };
        facts.answered.insert(row::get(&it, "nth")?, found);
    }
    for it in answers.flatten() {
        let nth: usize = row::unsigned(&it, "nth")?;
        facts.waiting.extend(cancelled.get(nth));
    }
    Ok((standings, facts))
}

fn standings(
    groups: &[Group<'_>],
    begun: &[Row],
    locked: &[Row],
) -> Result<Vec<Standing>, Failure> {
    let mut standings = vec![Standing::default(); groups.len()];
    for it in locked {
        let nth: usize = row::unsigned(it, "nth")?;
        if let Some(standing) = standings.get_mut(nth) {
            let from: Option<i64> = row::get(it, "done_from")?;
            let to: Option<i64> = row::get(it, "done_to")?;
            *standing =
                Standing { version: row::get(it, "version")?, done: from.zip(to), is_new: false };
        }
    }
    for it in begun {
        let key: Key<'_> =
            (row::get(it, "bucket")?, row::get(it, "shop")?, row::get(it, "order_no")?);
        let nth = groups.binary_search_by(|group| group.key.cmp(&key));
        if let Some(standing) = nth.ok().and_then(|it| standings.get_mut(it)) {
            // What was locked then is the row that this transaction has just put there.
            *standing = Standing { version: 0, done: None, is_new: true };
        }
    }
    Ok(standings)
}

/// As the statements that begin and advance one take it.
pub(crate) type DossierRow<'c> =
    (i16, &'c str, &'c str, i64, &'c [u8], Option<&'c [u8]>, Option<i64>, Option<i64>);

/// The row of a dossier as it will be if it does not exist yet. Nobody can have answered any of
/// its commands, and it has no effects, so that this is known beforehand.
fn beginning<'c>(group: &Group<'c>) -> Option<DossierRow<'c>> {
    let judged = judge(group, Standing::default(), &Facts::default(), false);
    dossier_row(group, &judged)
}

/// The row of a dossier after the commits that are written. `None` if there are none.
pub(crate) fn dossier_row<'c>(group: &Group<'c>, judged: &[Verdict]) -> Option<DossierRow<'c>> {
    let written = || written(group, judged);
    let last = written().last()?;
    let (first, last_closed) = months_of(written().flat_map(|it| &it.commit.rows));
    let (bucket, shop, order) = group.key;
    let version = last.expected.saturating_add(1);
    let (state, seal) = (last.commit.state.as_slice(), Some(last.commit.seal.0.as_slice()));
    Some((bucket, shop, order, version, state, seal, first, last_closed))
}

/// When the closed cases among `rows` were opened, first and last.
pub(crate) fn months_of<'c>(
    rows: impl Iterator<Item = &'c RowChange> + Clone,
) -> (Option<i64>, Option<i64>) {
    let closed = rows.filter_map(|change| match change {
        RowChange::PutCase(row) if !row.open => Some(row.opened_at.epoch_seconds()),
        RowChange::PutCase(_)
        | RowChange::PutTask(_)
        | RowChange::DropTask(_)
        | RowChange::PutTimer(_)
        | RowChange::DropTimer(_)
        | RowChange::PutEffect(_)
        | RowChange::DropEffect(_)
        | RowChange::CancelEffect(_)
        | RowChange::PutEntry(_)
        | RowChange::PutTerm(_)
        | RowChange::PutSpend(_) => None,
    });
    (closed.clone().min(), closed.max())
}

fn written<'g, 'c>(
    group: &'g Group<'c>,
    judged: &'g [Verdict],
) -> impl Iterator<Item = Numbered<'c>> + Clone + 'g {
    let commits = group.commits.iter().copied().zip(judged);
    commits.filter(|(_, verdict)| **verdict == Verdict::Write).map(|(commit, _)| commit)
}

/// Everything that the standing commits write.
fn writes<'c>(
    groups: &[Group<'c>],
    standings: &[Standing],
    judged: &[Vec<Verdict>],
) -> Vec<Bulk<'c>> {
    let (mut advanced, mut confirmed) = (Vec::new(), Vec::new());
    for ((group, standing), judged) in groups.iter().zip(standings).zip(judged) {
        if !standing.is_new {
            advanced.extend(dossier_row(group, judged));
        }
        if judged.contains(&Verdict::Written) {
            confirmed.push(group.key);
        }
    }
    let mut bulks = vec![
        Bulk::new(&sql::ADVANCE_DOSSIER, advanced),
        Bulk::new(&sql::CONFIRM_DOSSIER, numbered(confirmed.into_iter())),
    ];
    bulks.extend(rows(groups, standings, judged));
    bulks
}

/// A row of the journal, without its dossier.
pub(crate) struct Line<'c> {
    pub(crate) version: i64,
    pub(crate) at: Timestamp,
    pub(crate) actor: &'c ActorId,
    pub(crate) command: &'c CommandKey,
    pub(crate) answered: &'c Answered,
    pub(crate) events: &'c str,
    pub(crate) seal: Option<&'c Seal>,
}

/// As [`sql::ADD_TO_JOURNAL`] takes it.
type JournalRow<'c> =
    (i16, &'c str, &'c str, i64, i64, &'c str, &'c str, i64, &'c str, &'c str, Option<&'c [u8]>);

impl<'c> Line<'c> {
    pub(crate) fn columns(self, (bucket, shop, order): Key<'c>) -> JournalRow<'c> {
        let (at, actor, command) =
            (self.at.epoch_seconds(), self.actor.as_str(), self.command.as_str());
        let (fingerprint, answer) =
            (self.answered.fingerprint.cast_signed(), self.answered.answer.as_str());
        let (version, events, seal) = (self.version, self.events, row::from_seal(self.seal));
        (bucket, shop, order, version, at, actor, command, fingerprint, answer, events, seal)
    }
}

/// What stands beside the dossier itself: the journal, the feed and all rows.
pub(crate) fn rows<'c>(
    groups: &[Group<'c>],
    standings: &[Standing],
    judged: &[Vec<Verdict>],
) -> Vec<Bulk<'c>> {
    let (mut changes, mut journal, mut feed) = (Changes::default(), Vec::new(), Vec::new());
    for ((group, &standing), judged) in groups.iter().zip(standings).zip(judged) {
        for Numbered { nth, commit, expected, .. } in written(group, judged) {
            let version = expected.saturating_add(1);
            let line = Line {
                version,
                at: commit.at,
                actor: &commit.actor,
                command: &commit.command,
                answered: &commit.answered,
                events: &commit.events,
                seal: Some(&commit.seal),
            };
            journal.push(line.columns(group.key));
            let (bucket, shop, order) = group.key;
            feed.push((nth, (bucket, shop, order, version, commit.at.epoch_seconds())));
            changes.add(group.key, standing, &commit.rows);
        }
    }
    // Commits are fed in the order in which they were given.
    feed.sort_by_key(|(nth, _)| *nth);
    let feed = feed.into_iter().map(|(_, row)| row).collect();
    let mut bulks =
        vec![Bulk::new(&sql::ADD_TO_JOURNAL, journal), Bulk::new(&sql::ADD_TO_FEED, feed)];
    bulks.extend(changes.bulks());
    bulks
}

fn outcomes(n_commits: usize, groups: &[Group<'_>], judged: &[Vec<Verdict>]) -> Vec<Outcome> {
    let commits = groups.iter().zip(judged).flat_map(|(group, judged)| {
        group.commits.iter().zip(judged).map(|(it, verdict)| (it.nth, verdict.outcome()))
    });
    let in_order: BTreeMap<i64, Outcome> = commits.collect();
    debug_assert_eq!(in_order.len(), n_commits, "a commit was lost");
    in_order.into_values().collect()
}

/// Keys with their place, so that what comes back can be told apart.
pub(crate) fn numbered<'c>(
    keys: impl Iterator<Item = Key<'c>>,
) -> Vec<(i16, &'c str, &'c str, i64)> {
    (0..).zip(keys).map(|(nth, (bucket, shop, order))| (bucket, shop, order, nth)).collect()
}

/// Counts attempts at effects and says which may be made, their dossiers locked like those of a
/// commit.
pub(crate) fn note_attempts(
    session: &Session,
    layout: Layout,
    attempts: &[&Attempt],
) -> Result<Vec<bool>, Failure> {
    let fenced = attempts.iter().filter(|it| it.fence.is_some()).map(|it| it.dossier.bucket());
    let fences = Fences::lock(session, layout, fenced)?;
    let may_pass = |it: &&Attempt| fences.let_pass(it.dossier.bucket(), it.fence);
    let mut noted: BTreeMap<(Key<'_>, &str), (i64, i64)> = BTreeMap::new();
    for Attempt { dossier, effect, again_at, .. } in attempts.iter().copied().filter(may_pass) {
        let (n_attempts, last) = noted.entry((key(dossier), effect.as_str())).or_default();
        *n_attempts = n_attempts.saturating_add(1);
        *last = again_at.epoch_seconds();
    }
    let mut keys: Vec<Key<'_>> = noted.keys().map(|(key, _)| *key).collect();
    keys.dedup();
    let lock = Bulk::new(&sql::LOCK_DOSSIER, numbered(keys.into_iter()));
    let note = noted.into_iter().map(|(((bucket, shop, order), effect), (n_attempts, due))| {
        (bucket, shop, order, effect, n_attempts, due)
    });
    let note = Bulk::new(&sql::NOTE_ATTEMPT, note.collect());

    let mut requests = fences.begin_after();
    requests.extend(lock.requests(layout));
    requests.extend(note.requests(layout));
    // Made again, it is counted again: as an attempt that may have been made.
    let mut in_doubt = false;
    let answers = finish(session, requests, &mut in_doubt)?;
    let is_there = |it: &Attempt| {
        let (bucket, shop, order) = key(&it.dossier);
        answers.iter().flatten().any(|row| {
            // The rows of locked dossiers have no such column.
            row.try_get::<_, &str>("effect").is_ok_and(|effect| effect == it.effect)
                && row.try_get::<_, i16>("bucket").is_ok_and(|it| it == bucket)
                && row.try_get::<_, &str>("shop").is_ok_and(|it| it == shop)
                && row.try_get::<_, &str>("order_no").is_ok_and(|it| it == order)
        })
    };
    Ok(attempts.iter().map(|it| may_pass(it) && is_there(it)).collect())
}

/// Keeps a document if there is none of its name. With `in_doubt` an earlier attempt may have: one
/// with the same body is then taken for ours.
pub(crate) fn keep(
    session: &Session,
    document: &Document,
    in_doubt: &mut bool,
) -> Result<bool, Failure> {
    let Document { kind, name, body } = document;
    let values = || -> Vec<Value<'_>> { vec![kind, name, body] };
    let mut requests = vec![Request::Control(BEGIN), Request::Query(sql::KEEP, values())];
    if *in_doubt {
        requests.push(Request::Query(sql::CONFIRM_DOCUMENT, values()));
    }
    let answers = finish(session, requests, in_doubt)?;
    Ok(answers.iter().any(|rows| !rows.is_empty()))
}
