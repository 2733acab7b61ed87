//! Reads of one dossier or one document kind, by key.

use kernel::{ActorId, CaseNo, DossierKey, ShopId};
use rusqlite::{Connection, OptionalExtension, Row};
use store::{Answered, CaseRow, Document, EntryRow, Loaded, Recorded, Total, Version, Wanted};

use crate::row;

pub(crate) const DOSSIER: &str = "
    SELECT version, state, seal
    FROM dossier
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3";

pub(crate) const ANSWER: &str = "
    SELECT fingerprint, answer
    FROM journal
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND command = ?4";

pub(crate) const HISTORY: &str = "
    SELECT version, at, actor, command, events, seal
    FROM journal
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND version > ?4
    ORDER BY version
    LIMIT ?5";

pub(crate) const CASE: &str = "
    SELECT case_no, status, open, rank, opened_at, body
    FROM case_row
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3 AND case_no = ?4";

pub(crate) const ENTRIES: &str = "
    SELECT posting, position, at, case_no, account, tender, amount
    FROM entry
    WHERE bucket = ?1 AND shop = ?2 AND order_no = ?3
    ORDER BY posting, position";

/// `sum` fails rather than wrap.
const TOTALS: &str = "
    SELECT account, tender, sum(amount), count(*)
    FROM entry
    GROUP BY account, tender
    ORDER BY account, tender";

pub(crate) const SPENT: &str = "
    SELECT coalesce(sum(amount), 0)
    FROM spend
    WHERE shop = ?1 AND actor = ?2 AND day = ?3";

const DOCUMENTS: &str = "
    SELECT kind, name, body
    FROM document
    WHERE kind = ?1
    ORDER BY name";

const ALL_DOCUMENTS: &str = "
    SELECT kind, name, body
    FROM document
    ORDER BY kind, name";

pub(crate) fn load(connection: &Connection, wanted: &[Wanted]) -> rusqlite::Result<Vec<Loaded>> {
    let mut dossier = connection.prepare_cached(DOSSIER)?;
    let mut answer = connection.prepare_cached(ANSWER)?;
    let load = |Wanted { dossier: DossierKey { shop, order }, command }: &Wanted, bucket: u16| {
        let key = (bucket, shop.as_str(), order.as_str());
        let found = dossier
            .query_row(key, |it| {
                let state = it.get_ref(1)?.as_blob()?.to_vec();
                Ok((row::version(it, 0)?, state, row::seal(it, 2)?))
            })
            .optional()?;
        // No dossier, no answers.
        let Some((version, state, seal)) = found else { return Ok(Loaded::default()) };
        let key = (bucket, shop.as_str(), order.as_str(), command.as_str());
        let answered = answer.query_row(key, |it| answered(it, 0)).optional()?;
        Ok(Loaded { version, state, seal, answered })
    };
    let mut load = load;
    wanted.iter().map(|it| load(it, it.dossier.bucket().number())).collect()
}

/// Reads the columns of [`ANSWER`], which begin at `column`.
pub(crate) fn answered(it: &Row<'_>, column: usize) -> rusqlite::Result<Answered> {
    let fingerprint = it.get::<_, i64>(column)?.cast_unsigned();
    Ok(Answered { fingerprint, answer: it.get(column.saturating_add(1))? })
}

pub(crate) fn history(
    connection: &Connection,
    dossier: &DossierKey,
    after: Version,
    limit: usize,
) -> rusqlite::Result<Vec<Recorded>> {
    let mut statement = connection.prepare_cached(HISTORY)?;
    let (bucket, shop, order) = key(dossier);
    let after = row::from_version(after)?;
    let asked = (bucket, shop, order, after, row::from_limit(limit));
    statement.query_map(asked, recorded)?.collect()
}

/// Reads the columns of [`HISTORY`].
pub(crate) fn recorded(it: &Row<'_>) -> rusqlite::Result<Recorded> {
    Ok(Recorded {
        version: row::version(it, 0)?,
        at: row::time(it, 1)?,
        actor: row::id(it, 2)?,
        command: row::id(it, 3)?,
        events: it.get(4)?,
        seal: row::seal(it, 5)?,
    })
}

pub(crate) fn case(
    connection: &Connection,
    dossier: &DossierKey,
    case: &CaseNo,
) -> rusqlite::Result<Option<CaseRow>> {
    let mut statement = connection.prepare_cached(CASE)?;
    let (bucket, shop, order) = key(dossier);
    statement.query_row((bucket, shop, order, case.as_str()), case_row).optional()
}

/// Reads the columns of [`CASE`].
pub(crate) fn case_row(it: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        case: row::id(it, 0)?,
        status: it.get(1)?,
        open: it.get(2)?,
        rank: it.get(3)?,
        opened_at: row::time(it, 4)?,
        body: it.get(5)?,
    })
}

pub(crate) fn entries(
    connection: &Connection,
    dossier: &DossierKey,
) -> rusqlite::Result<Vec<EntryRow>> {
    let mut statement = connection.prepare_cached(ENTRIES)?;
    let rows = statement.query_map(key(dossier), |it| {
        Ok(EntryRow {
            posting: it.get(0)?,
            position: it.get(1)?,
            at: row::time(it, 2)?,
            case: row::optional_id(it, 3)?,
            account: it.get(4)?,
            tender: it.get(5)?,
            amount: it.get(6)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn totals(connection: &Connection) -> rusqlite::Result<Vec<Total>> {
    let mut statement = connection.prepare_cached(TOTALS)?;
    let rows = statement.query_map((), |it| {
        Ok(Total {
            account: it.get(0)?,
            tender: it.get(1)?,
            amount: it.get(2)?,
            n_entries: row::unsigned(it, 3)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn spent(
    connection: &Connection,
    shop: &ShopId,
    actor: &ActorId,
    day: i64,
) -> rusqlite::Result<i64> {
    let mut statement = connection.prepare_cached(SPENT)?;
    statement.query_row((shop.as_str(), actor.as_str(), day), |it| it.get(0))
}

pub(crate) fn documents(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<Document>> {
    let mut statement = connection.prepare_cached(DOCUMENTS)?;
    statement.query_map((kind,), document)?.collect()
}

pub(crate) fn all_documents(connection: &Connection) -> rusqlite::Result<Vec<Document>> {
    connection.prepare_cached(ALL_DOCUMENTS)?.query_map((), document)?.collect()
}

fn document(it: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document { kind: it.get(0)?, name: it.get(1)?, body: it.get(2)? })
}

fn key(dossier: &DossierKey) -> (u16, &str, &str) {
    (dossier.bucket().number(), dossier.shop.as_str(), dossier.order.as_str())
}
