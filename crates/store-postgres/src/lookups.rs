//! Reads of one dossier or one document kind, by key.

use kernel::{ActorId, CaseNo, DossierKey, ShopId};
use store::{Answered, CaseRow, Document, EntryRow, Loaded, Recorded, Total, Version, Wanted};
use tokio_postgres::Row;

use crate::{
    bulk::{Bulk, Layout, Sql},
    failure::Failure,
    row,
    session::Session,
};

/// No dossier, no answers.
pub(crate) const LOAD: Sql = Sql {
    many: "
    SELECT n.nth, d.version, d.state, d.seal, j.fingerprint, j.answer
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS n (bucket, shop, order_no, command, nth)
    JOIN dossier d
        ON d.bucket = n.bucket AND d.shop = n.shop AND d.order_no = n.order_no
    LEFT JOIN journal j
        ON j.bucket = n.bucket AND j.shop = n.shop AND j.order_no = n.order_no
        AND j.command = n.command",
    one: "
    SELECT $5::bigint AS nth, d.version, d.state, d.seal, j.fingerprint, j.answer
    FROM dossier d
    LEFT JOIN journal j
        ON j.bucket = d.bucket AND j.shop = d.shop AND j.order_no = d.order_no
        AND j.command = $4
    WHERE d.bucket = $1 AND d.shop = $2 AND d.order_no = $3",
};

pub(crate) const HISTORY: &str = "
    SELECT version, at, actor, command, events, seal
    FROM journal
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND version > $4
    ORDER BY version
    LIMIT $5";

/// A dossier knows where among the months its closed cases are. Asked from within, the server
/// looks into no other.
pub(crate) const CASE: &str = "
    SELECT case_no, status, true AS open, rank, opened_at, body
    FROM case_open
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND case_no = $4
    UNION ALL
    SELECT c.case_no, c.status, false AS open, c.rank, c.opened_at, c.body
    FROM dossier d
    CROSS JOIN LATERAL (
        SELECT case_no, status, rank, opened_at, body
        FROM case_done
        WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND case_no = $4
            AND opened_at BETWEEN d.done_from AND d.done_to
        LIMIT 1
    ) c
    WHERE d.bucket = $1 AND d.shop = $2 AND d.order_no = $3";

pub(crate) const ENTRIES: &str = "
    SELECT posting, position, at, case_no, account, tender, amount
    FROM entry
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    ORDER BY posting, position";

/// The sum of bigints is wider; to make it one again fails rather than wraps.
const TOTALS: &str = "
    SELECT account, tender, sum(amount)::bigint AS amount, count(*) AS n_entries
    FROM entry
    GROUP BY account, tender
    ORDER BY account, tender";

pub(crate) const SPENT: &str = "
    SELECT coalesce(sum(amount), 0)::bigint AS amount
    FROM spend
    WHERE shop = $1 AND actor = $2 AND day = $3";

pub(crate) const DOCUMENTS: &str = "
    SELECT kind, name, body
    FROM document
    WHERE kind = $1
    ORDER BY name";

const ALL_DOCUMENTS: &str = "
    SELECT kind, name, body
    FROM document
    ORDER BY kind, name";

pub(crate) fn load(
    session: &Session,
    layout: Layout,
    wanted: &[&Wanted],
) -> Result<Vec<Loaded>, Failure> {
    let rows = (0_i64..).zip(wanted).map(|(nth, it)| {
        let (bucket, shop, order) = key(&it.dossier);
        (bucket, shop, order, it.command.as_str(), nth)
    });
    let bulk = Bulk::new(&LOAD, rows.collect());
    let mut loaded = vec![Loaded::default(); wanted.len()];
    for found in session.pipeline(&bulk.requests(layout))?.iter().flatten() {
        let nth: usize = row::unsigned(found, "nth")?;
        if let Some(slot) = loaded.get_mut(nth) {
            *slot = Loaded {
                version: row::version(found)?,
                state: row::get::<&[u8]>(found, "state")?.to_vec(),
                seal: row::seal(found)?,
                answered: answered(found)?,
            };
        }
    }
    Ok(loaded)
}

fn answered(found: &Row) -> Result<Option<Answered>, Failure> {
    let Some(fingerprint) = row::get::<Option<i64>>(found, "fingerprint")? else {
        return Ok(None);
    };
    Ok(Some(Answered {
        fingerprint: fingerprint.cast_unsigned(),
        answer: row::get(found, "answer")?,
    }))
}

pub(crate) fn history(
    session: &Session,
    dossier: &DossierKey,
    after: Version,
    limit: usize,
) -> Result<Vec<Recorded>, Failure> {
    let (bucket, shop, order) = key(dossier);
    let (after, limit) = (row::from_version(after)?, row::from_limit(limit));
    let rows = session.query(HISTORY, &[&bucket, &shop, &order, &after, &limit])?;
    rows.iter().map(recorded).collect()
}

/// Reads the columns of [`HISTORY`].
pub(crate) fn recorded(it: &Row) -> Result<Recorded, Failure> {
    Ok(Recorded {
        version: row::version(it)?,
        at: row::time(it, "at")?,
        actor: row::id(it, "actor")?,
        command: row::id(it, "command")?,
        events: row::get(it, "events")?,
        seal: row::seal(it)?,
    })
}

pub(crate) fn case(
    session: &Session,
    dossier: &DossierKey,
    case: &CaseNo,
) -> Result<Option<CaseRow>, Failure> {
    let (bucket, shop, order) = key(dossier);
    let rows = session.query(CASE, &[&bucket, &shop, &order, &case.as_str()])?;
    rows.first().map(case_row).transpose()
}

/// Reads the columns of [`CASE`].
pub(crate) fn case_row(it: &Row) -> Result<CaseRow, Failure> {
    Ok(CaseRow {
        case: row::id(it, "case_no")?,
        status: row::get(it, "status")?,
        open: row::get(it, "open")?,
        rank: row::get(it, "rank")?,
        opened_at: row::time(it, "opened_at")?,
        body: row::get(it, "body")?,
    })
}

pub(crate) fn entries(session: &Session, dossier: &DossierKey) -> Result<Vec<EntryRow>, Failure> {
    let (bucket, shop, order) = key(dossier);
    let rows = session.query(ENTRIES, &[&bucket, &shop, &order])?;
    rows.iter().map(entry).collect()
}

/// Reads the columns of [`ENTRIES`].
pub(crate) fn entry(it: &Row) -> Result<EntryRow, Failure> {
    let position: i32 = row::get(it, "position")?;
    Ok(EntryRow {
        posting: row::unsigned(it, "posting")?,
        position: u16::try_from(position)
            .map_err(|_| Failure::Unreadable { column: "position", why: position.to_string() })?,
        at: row::time(it, "at")?,
        case: row::optional_id(it, "case_no")?,
        account: row::get(it, "account")?,
        tender: row::get(it, "tender")?,
        amount: row::get(it, "amount")?,
    })
}

pub(crate) fn totals(session: &Session) -> Result<Vec<Total>, Failure> {
    let rows = session.query(TOTALS, &[])?;
    let totals = rows.iter().map(|it| {
        Ok(Total {
            account: row::get(it, "account")?,
            tender: row::get(it, "tender")?,
            amount: row::get(it, "amount")?,
            n_entries: row::unsigned(it, "n_entries")?,
        })
    });
    totals.collect()
}

pub(crate) fn spent(
    session: &Session,
    shop: &ShopId,
    actor: &ActorId,
    day: i64,
) -> Result<i64, Failure> {
    let rows = session.query(SPENT, &[&shop.as_str(), &actor.as_str(), &day])?;
    rows.first().map_or(Ok(0), |it| row::get(it, "amount"))
}

pub(crate) fn documents(session: &Session, kind: &str) -> Result<Vec<Document>, Failure> {
    session.query(DOCUMENTS, &[&kind])?.iter().map(document).collect()
}

pub(crate) fn all_documents(session: &Session) -> Result<Vec<Document>, Failure> {
    session.query(ALL_DOCUMENTS, &[])?.iter().map(document).collect()
}

fn document(it: &Row) -> Result<Document, Failure> {
    Ok(Document {
        kind: row::get(it, "kind")?,
        name: row::get(it, "name")?,
        body: row::get(it, "body")?,
    })
}

/// A dossier's key as the tables have it: bucket, shop and order number.
pub(crate) type Key<'k> = (i16, &'k str, &'k str);

pub(crate) fn key(dossier: &DossierKey) -> Key<'_> {
    // There are 1024 buckets.
    let bucket = dossier.bucket().number().cast_signed();
    (bucket, dossier.shop.as_str(), dossier.order.as_str())
}
