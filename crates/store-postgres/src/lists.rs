//! Reads across dossiers: pages in order of an index.
//!
//! There is one index per list, over its finest part: tasks by role, cases by status. What is asked
//! of all roles or statuses is read part by part, a page of each in one round trip, and merged.
//! Parts are few, and an index less is a write less in nearly every commit.

use kernel::{Bucket, Choice, DossierKey, ShopId, Timestamp};
use store::{
    CasePage, CaseRow, Cursor, DueEffect, DueTimer, EffectRow, Hold, Listed, TaskPage, TaskRow,
    Term,
};
use tokio_postgres::Row;

use crate::{
    copies,
    failure::Failure,
    lookups, row,
    session::{Request, Session, Value},
};

pub(crate) const TASKS: &str = "
    SELECT order_no, task, case_no, kind, role, due, rank, body
    FROM task
    WHERE shop = $1 AND role = $2 AND (rank, order_no, task) > ($3, $4, $5)
    ORDER BY rank, order_no, task
    LIMIT $6";

pub(crate) const NEXT_ROLE: &str = "
    SELECT role AS part
    FROM task
    WHERE shop = $1 AND role > $2
    ORDER BY role
    LIMIT 1";

pub(crate) const OPEN_CASES: &str = "
    SELECT case_no, status, true AS open, rank, opened_at, body, order_no
    FROM case_open
    WHERE shop = $1 AND status = $2 AND (rank, order_no, case_no) > ($3, $4, $5)
    ORDER BY rank, order_no, case_no
    LIMIT $6";

pub(crate) const DONE_CASES: &str = "
    SELECT case_no, status, false AS open, rank, opened_at, body, order_no
    FROM case_done
    WHERE shop = $1 AND status = $2 AND (rank, order_no, case_no) > ($3, $4, $5)
    ORDER BY rank, order_no, case_no
    LIMIT $6";

pub(crate) const NEXT_OPEN_STATUS: &str = "
    SELECT status AS part
    FROM case_open
    WHERE shop = $1 AND status > $2
    ORDER BY status
    LIMIT 1";

pub(crate) const NEXT_DONE_STATUS: &str = "
    SELECT status AS part
    FROM case_done
    WHERE shop = $1 AND status > $2
    ORDER BY status
    LIMIT 1";

pub(crate) const DUE_TIMERS: &str = "
    SELECT shop, order_no, timer, at
    FROM timer
    WHERE at <= $1
    ORDER BY at, shop, order_no, timer
    LIMIT $2";

pub(crate) const DUE_TIMERS_OF: &str = "
    SELECT shop, order_no, timer, at
    FROM timer
    WHERE at <= $1 AND bucket = ANY($3)
    ORDER BY at, shop, order_no, timer
    LIMIT $2";

pub(crate) const DUE_EFFECTS: &str = "
    SELECT shop, order_no, effect, kind, due, body, attempts
    FROM effect
    WHERE due <= $1
    ORDER BY due, shop, order_no, effect
    LIMIT $2";

pub(crate) const DUE_EFFECTS_OF: &str = "
    SELECT shop, order_no, effect, kind, due, body, attempts
    FROM effect
    WHERE due <= $1 AND bucket = ANY($3)
    ORDER BY due, shop, order_no, effect
    LIMIT $2";

pub(crate) const FIND: &str = "
    SELECT order_no
    FROM term
    WHERE shop = $1 AND kind = $2 AND text = $3
    ORDER BY order_no
    LIMIT $4";

pub(crate) const DOSSIERS: &str = "
    SELECT shop, order_no
    FROM dossier
    WHERE bucket = $1 AND (shop, order_no) > ($2, $3)
    ORDER BY shop, order_no
    LIMIT $4";

pub(crate) fn tasks(session: &Session, page: &TaskPage) -> Result<Vec<Listed<TaskRow>>, Failure> {
    let roles = parts(session, NEXT_ROLE, &page.shop, page.role.as_ref())?;
    let rows = pages(session, TASKS, &page.shop, &roles, (page.after.as_ref(), page.limit))?;
    let mut listed = Vec::with_capacity(rows.len());
    for it in &rows {
        let dossier = row::dossier_of(&page.shop, it)?;
        listed.push(Listed { dossier, row: copies::task_row(it)? });
    }
    Ok(Listed::first_of(listed, page.limit, |it| (it.rank, it.task.as_str())))
}

pub(crate) fn cases(session: &Session, page: &CasePage) -> Result<Vec<Listed<CaseRow>>, Failure> {
    let (next, cases) =
        if page.open { (NEXT_OPEN_STATUS, OPEN_CASES) } else { (NEXT_DONE_STATUS, DONE_CASES) };
    let statuses = parts(session, next, &page.shop, page.status.as_ref())?;
    let rows = pages(session, cases, &page.shop, &statuses, (page.after.as_ref(), page.limit))?;
    let mut listed = Vec::with_capacity(rows.len());
    for it in &rows {
        let dossier = row::dossier_of(&page.shop, it)?;
        listed.push(Listed { dossier, row: lookups::case_row(it)? });
    }
    Ok(Listed::first_of(listed, page.limit, |it| (it.rank, it.case.as_str())))
}

/// The role or status asked for, or all that there are, each by a jump over the index from the one
/// before.
fn parts(
    session: &Session,
    next: &'static str,
    shop: &ShopId,
    asked: Option<&String>,
) -> Result<Vec<String>, Failure> {
    if let Some(part) = asked {
        return Ok(vec![part.clone()]);
    }
    let mut parts: Vec<String> = Vec::new();
    loop {
        let last = parts.last().map_or("", String::as_str);
        let found = session.query(next, &[&shop.as_str(), &last])?;
        let Some(found) = found.first() else { return Ok(parts) };
        parts.push(row::get(found, "part")?);
    }
}

/// A page of each part.
fn pages(
    session: &Session,
    sql: &'static str,
    shop: &ShopId,
    parts: &[String],
    (after, limit): (Option<&Cursor>, usize),
) -> Result<Vec<Row>, Failure> {
    // Where to go on, or a place before every row: no order number is empty.
    let (rank, order, id) =
        after.map_or((i64::MIN, "", ""), |it| (it.rank, it.dossier.order.as_str(), it.id.as_str()));
    let (shop, limit) = (shop.as_str(), row::from_limit(limit));
    let requests = parts.iter().map(|part| {
        let values: Vec<Value<'_>> = vec![&shop, part, &rank, &order, &id, &limit];
        Request::Query(sql, values)
    });
    let requests: Vec<_> = requests.collect();
    Ok(session.pipeline(&requests)?.into_iter().flatten().collect())
}

pub(crate) fn due_timers(
    session: &Session,
    hold: &Hold,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DueTimer>, Failure> {
    let rows = due(session, (DUE_TIMERS, DUE_TIMERS_OF), hold, now, limit)?;
    let timers = rows.iter().map(|it| {
        Ok(DueTimer {
            dossier: row::dossier(it)?,
            timer: row::id(it, "timer")?,
            at: row::time(it, "at")?,
        })
    });
    timers.collect()
}

pub(crate) fn due_effects(
    session: &Session,
    hold: &Hold,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<DueEffect>, Failure> {
    let rows = due(session, (DUE_EFFECTS, DUE_EFFECTS_OF), hold, now, limit)?;
    let effects = rows.iter().map(|it| {
        let effect = EffectRow {
            effect: row::get(it, "effect")?,
            kind: row::get(it, "kind")?,
            due: row::time(it, "due")?,
            body: row::get(it, "body")?,
        };
        let attempts = row::unsigned(it, "attempts")?;
        Ok(DueEffect { dossier: row::dossier(it)?, row: effect, attempts })
    });
    effects.collect()
}

/// What is due of all buckets, or of some.
fn due(
    session: &Session,
    (of_all, of_some): (&'static str, &'static str),
    hold: &Hold,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Row>, Failure> {
    let (now, limit) = (now.epoch_seconds(), row::from_limit(limit));
    match hold {
        Hold::All => session.query(of_all, &[&now, &limit]),
        Hold::Leased(leases) => {
            let buckets: Vec<i16> = leases.keys().map(|it| it.number().cast_signed()).collect();
            session.query(of_some, &[&now, &limit, &buckets])
        }
    }
}

pub(crate) fn find(
    session: &Session,
    shop: &ShopId,
    term: &Term,
    limit: usize,
) -> Result<Vec<DossierKey>, Failure> {
    let (kind, limit) = (term.kind.code(), row::from_limit(limit));
    let rows = session.query(FIND, &[&shop.as_str(), &kind, &term.text, &limit])?;
    rows.iter().map(|it| row::dossier_of(shop, it)).collect()
}

pub(crate) fn dossiers(
    session: &Session,
    bucket: Bucket,
    after: Option<&DossierKey>,
    limit: usize,
) -> Result<Vec<DossierKey>, Failure> {
    let (shop, order) = after.map_or(("", ""), |it| (it.shop.as_str(), it.order.as_str()));
    let (bucket, limit) = (bucket.number().cast_signed(), row::from_limit(limit));
    let rows = session.query(DOSSIERS, &[&bucket, &shop, &order, &limit])?;
    rows.iter().map(row::dossier).collect()
}
