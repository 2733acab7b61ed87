//! Reads across dossiers: pages in order of an index.
//!
//! There is one index per list, over its finest part: tasks by role, cases by status. What is asked
//! of all roles or statuses is read part by part, a page of each, and merged. Parts are few, and an
//! index less is a page write less in nearly every commit.

use kernel::{Bucket, Choice, DossierKey, ShopId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use store::{
    CasePage, CaseRow, Cursor, DueEffect, DueTimer, EffectRow, Hold, Listed, TaskPage, TaskRow,
    Term,
};

use crate::{lookups, row};

pub(crate) const TASKS: &str = "
    SELECT order_no, task, case_no, kind, role, due, rank, body
    FROM task
    WHERE shop = ?1 AND role = ?2 AND (rank, order_no, task) > (?3, ?4, ?5)
    ORDER BY rank, order_no, task
    LIMIT ?6";

pub(crate) const NEXT_ROLE: &str = "
    SELECT role
    FROM task
    WHERE shop = ?1 AND role > ?2
    ORDER BY role
    LIMIT 1";

pub(crate) const CASES: &str = "
    SELECT case_no, status, open, rank, opened_at, body, order_no
    FROM case_row
    WHERE shop = ?1 AND open = ?2 AND status = ?3 AND (rank, order_no, case_no) > (?4, ?5, ?6)
    ORDER BY rank, order_no, case_no
    LIMIT ?7";

pub(crate) const NEXT_STATUS: &str = "
    SELECT status
    FROM case_row
    WHERE shop = ?1 AND open = ?2 AND status > ?3
    ORDER BY status
    LIMIT 1";

pub(crate) const DUE_TIMERS: &str = "
    SELECT shop, order_no, timer, at
    FROM timer
    WHERE at <= ?1
    ORDER BY at, shop, order_no, timer";

pub(crate) const DUE_EFFECTS: &str = "
    SELECT shop, order_no, effect, kind, due, body, attempts
    FROM effect
    WHERE due <= ?1
    ORDER BY due, shop, order_no, effect";

pub(crate) const FIND: &str = "
    SELECT order_no
    FROM term
    WHERE shop = ?1 AND kind = ?2 AND text = ?3
    ORDER BY order_no
    LIMIT ?4";

pub(crate) const DOSSIERS: &str = "
    SELECT shop, order_no
    FROM dossier
    WHERE bucket = ?1 AND (shop, order_no) > (?2, ?3)
    ORDER BY shop, order_no
    LIMIT ?4";

pub(crate) fn tasks(
    connection: &Connection,
    page: &TaskPage,
) -> rusqlite::Result<Vec<Listed<TaskRow>>> {
    let shop = page.shop.as_str();
    let roles = match &page.role {
        Some(role) => vec![role.clone()],
        None => parts(|last| {
            let mut next = connection.prepare_cached(NEXT_ROLE)?;
            next.query_row((shop, last), |it| it.get(0)).optional()
        })?,
    };

    let mut statement = connection.prepare_cached(TASKS)?;
    let (rank, order, id) = place(page.after.as_ref());
    let mut listed = Vec::new();
    for role in &roles {
        let limit = row::from_limit(page.limit);
        let rows = statement.query_map((shop, role, rank, order, id, limit), |it| {
            let task = TaskRow {
                task: row::id(it, 1)?,
                case: row::optional_id(it, 2)?,
                kind: it.get(3)?,
                role: it.get(4)?,
                due: row::time(it, 5)?,
                rank: it.get(6)?,
                body: it.get(7)?,
            };
            Ok(Listed { dossier: row::dossier_of(&page.shop, it, 0)?, row: task })
        })?;
        for row in rows {
            listed.push(row?);
        }
    }
    Ok(Listed::first_of(listed, page.limit, |it| (it.rank, it.task.as_str())))
}

pub(crate) fn cases(
    connection: &Connection,
    page: &CasePage,
) -> rusqlite::Result<Vec<Listed<CaseRow>>> {
    let shop = page.shop.as_str();
    let statuses = match &page.status {
        Some(status) => vec![status.clone()],
        None => parts(|last| {
            let mut next = connection.prepare_cached(NEXT_STATUS)?;
            next.query_row((shop, page.open, last), |it| it.get(0)).optional()
        })?,
    };

    let mut statement = connection.prepare_cached(CASES)?;
    let (rank, order, id) = place(page.after.as_ref());
    let mut listed = Vec::new();
    for status in &statuses {
        let limit = row::from_limit(page.limit);
        let place = (shop, page.open, status, rank, order, id, limit);
        let rows = statement.query_map(place, |it| {
            let dossier = row::dossier_of(&page.shop, it, 6)?;
            Ok(Listed { dossier, row: lookups::case_row(it)? })
        })?;
        for row in rows {
            listed.push(row?);
        }
    }
    Ok(Listed::first_of(listed, page.limit, |it| (it.rank, it.case.as_str())))
}

/// All roles or statuses that `next` finds, each by a jump over the index from the one before.
fn parts(
    mut next: impl FnMut(&str) -> rusqlite::Result<Option<String>>,
) -> rusqlite::Result<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    while let Some(part) = next(parts.last().map_or("", String::as_str))? {
        parts.push(part);
    }
    Ok(parts)
}

/// Where to go on, or a place before every row: no order number is empty.
fn place(after: Option<&Cursor>) -> (i64, &str, &str) {
    after.map_or((i64::MIN, "", ""), |it| (it.rank, it.dossier.order.as_str(), it.id.as_str()))
}

pub(crate) fn due_timers(
    connection: &Connection,
    hold: &Hold,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<DueTimer>> {
    let mut statement = connection.prepare_cached(DUE_TIMERS)?;
    let rows = statement.query_map((now.epoch_seconds(),), |it| {
        Ok(DueTimer {
            dossier: row::dossier(it, 0, 1)?,
            timer: row::id(it, 2)?,
            at: row::time(it, 3)?,
        })
    })?;
    rows.filter(|it| is_held(hold, it, |it| &it.dossier)).take(limit).collect()
}

pub(crate) fn due_effects(
    connection: &Connection,
    hold: &Hold,
    now: Timestamp,
    limit: usize,
) -> rusqlite::Result<Vec<DueEffect>> {
    let mut statement = connection.prepare_cached(DUE_EFFECTS)?;
    let rows = statement.query_map((now.epoch_seconds(),), |it| {
        let effect = EffectRow {
            effect: it.get(2)?,
            kind: it.get(3)?,
            due: row::time(it, 4)?,
            body: it.get(5)?,
        };
        Ok(DueEffect { dossier: row::dossier(it, 0, 1)?, row: effect, attempts: it.get(6)? })
    })?;
    rows.filter(|it| is_held(hold, it, |it| &it.dossier)).take(limit).collect()
}

/// What cannot be read is kept, and fails the list.
fn is_held<R>(hold: &Hold, row: &rusqlite::Result<R>, dossier: impl Fn(&R) -> &DossierKey) -> bool {
    row.as_ref().map_or(true, |it| hold.covers(dossier(it).bucket()))
}

pub(crate) fn find(
    connection: &Connection,
    shop: &ShopId,
    term: &Term,
    limit: usize,
) -> rusqlite::Result<Vec<DossierKey>> {
    let mut statement = connection.prepare_cached(FIND)?;
    let asked = (shop.as_str(), term.kind.code(), &term.text, row::from_limit(limit));
    statement.query_map(asked, |it| row::dossier_of(shop, it, 0))?.collect()
}

pub(crate) fn dossiers(
    connection: &Connection,
    bucket: Bucket,
    after: Option<&DossierKey>,
    limit: usize,
) -> rusqlite::Result<Vec<DossierKey>> {
    let mut statement = connection.prepare_cached(DOSSIERS)?;
    let (shop, order) = after.map_or(("", ""), |it| (it.shop.as_str(), it.order.as_str()));
    let asked = (bucket.number(), shop, order, row::from_limit(limit));
    statement.query_map(asked, |it| row::dossier(it, 0, 1))?.collect()
}
