//! The statements that a commit is made of.
//!
//! Each is there in two forms, see [`Layout`](crate::bulk::Layout): for many rows as arrays, and
//! for one row with its key as constants.

pub(crate) mod record;

use crate::bulk::{Sql, insert};

/// Does nothing where the dossier exists: somebody else began it.
pub(crate) const BEGIN_DOSSIER: Sql = insert!(
    "dossier (bucket, shop, order_no, version, state, seal, done_from, done_to)",
    "$1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[],
         $7::bigint[], $8::bigint[]",
    "$1, $2, $3, $4, $5, $6, $7, $8",
    "ON CONFLICT DO NOTHING
     RETURNING bucket, shop, order_no"
);

/// Holds off every other writer of these dossiers. All take their locks in the order of the key,
/// so that none waits for one that waits for it.
pub(crate) const LOCK_DOSSIER: Sql = Sql {
    many: "
    SELECT n.nth, d.version, d.done_from, d.done_to
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[])
        AS n (bucket, shop, order_no, nth)
    JOIN dossier d
        ON d.bucket = n.bucket AND d.shop = n.shop AND d.order_no = n.order_no
    ORDER BY d.bucket, d.shop, d.order_no
    FOR UPDATE OF d",
    one: "
    SELECT $4::bigint AS nth, version, done_from, done_to
    FROM dossier
    WHERE bucket = $1 AND shop = $2 AND order_no = $3
    FOR UPDATE",
};

pub(crate) const FIND_ANSWER: Sql = Sql {
    many: "
    SELECT n.nth, j.version, j.fingerprint
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS n (bucket, shop, order_no, command, nth)
    JOIN journal j
        ON j.bucket = n.bucket AND j.shop = n.shop AND j.order_no = n.order_no
        AND j.command = n.command",
    one: "
    SELECT $5::bigint AS nth, version, fingerprint
    FROM journal
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND command = $4",
};

/// Effects that no attempt was noted at. Asked under the lock of their dossiers, under which
/// attempts are noted.
pub(crate) const FIND_WAITING: Sql = Sql {
    many: "
    SELECT n.nth
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS n (bucket, shop, order_no, effect, nth)
    JOIN effect e
        ON e.bucket = n.bucket AND e.shop = n.shop AND e.order_no = n.order_no
        AND e.effect = n.effect AND e.attempts = 0",
    one: "
    SELECT $5::bigint AS nth
    FROM effect
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND effect = $4 AND attempts = 0",
};

pub(crate) const ADVANCE_DOSSIER: Sql = Sql {
    many: "
    UPDATE dossier d
    SET version = n.version, state = n.state, seal = n.seal,
        done_from = least(d.done_from, n.done_from), done_to = greatest(d.done_to, n.done_to)
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[],
        $7::bigint[], $8::bigint[])
        AS n (bucket, shop, order_no, version, state, seal, done_from, done_to)
    WHERE d.bucket = n.bucket AND d.shop = n.shop AND d.order_no = n.order_no",
    one: "
    UPDATE dossier
    SET version = $4, state = $5, seal = $6,
        done_from = least(done_from, $7), done_to = greatest(done_to, $8)
    WHERE bucket = $1 AND shop = $2 AND order_no = $3",
};

/// Changes nothing, durably: what an earlier attempt has written is on the standby as well when
/// this is.
pub(crate) const CONFIRM_DOSSIER: Sql = Sql {
    many: "
    UPDATE dossier d
    SET version = d.version
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[])
        AS n (bucket, shop, order_no, nth)
    WHERE d.bucket = n.bucket AND d.shop = n.shop AND d.order_no = n.order_no",
    one: "
    UPDATE dossier
    SET version = version
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND 0 <= $4::bigint",
};

pub(crate) const ADD_TO_JOURNAL: Sql = insert!(
    "journal
        (bucket, shop, order_no, version, at, actor, command, fingerprint, answer, events, seal)",
    "$1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
         $8::bigint[], $9::text[], $10::text[], $11::bytea[]",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11",
    ""
);

/// Looks only into the months in which closed cases of the dossier were opened.
pub(crate) const TAKE_DONE_CASE: Sql = Sql {
    many: "
    DELETE FROM case_done c
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
        AS n (bucket, shop, order_no, case_no, done_from, done_to)
    WHERE c.bucket = n.bucket AND c.shop = n.shop AND c.order_no = n.order_no
        AND c.case_no = n.case_no AND c.opened_at BETWEEN n.done_from AND n.done_to",
    one: "
    DELETE FROM case_done
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND case_no = $4
        AND opened_at BETWEEN $5 AND $6",
};

pub(crate) const TAKE_OPEN_CASE: Sql = Sql {
    many: "
    DELETE FROM case_open c
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
        AS n (bucket, shop, order_no, case_no)
    WHERE c.bucket = n.bucket AND c.shop = n.shop AND c.order_no = n.order_no
        AND c.case_no = n.case_no",
    one: "
    DELETE FROM case_open
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND case_no = $4",
};

pub(crate) const PUT_OPEN_CASE: Sql = insert!(
    "case_open (bucket, shop, order_no, case_no, status, rank, opened_at, body)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
         $8::text[]",
    "$1, $2, $3, $4, $5, $6, $7, $8",
    "ON CONFLICT (bucket, shop, order_no, case_no) DO UPDATE
     SET status = excluded.status, rank = excluded.rank, opened_at = excluded.opened_at,
         body = excluded.body"
);

/// The row was taken out before, wherever it was.
pub(crate) const PUT_DONE_CASE: Sql = insert!(
    "case_done (bucket, shop, order_no, case_no, opened_at, status, rank, body)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[],
         $8::text[]",
    "$1, $2, $3, $4, $5, $6, $7, $8",
    ""
);

pub(crate) const DROP_TASK: Sql = Sql {
    many: "
    DELETE FROM task t
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
        AS n (bucket, shop, order_no, task)
    WHERE t.bucket = n.bucket AND t.shop = n.shop AND t.order_no = n.order_no AND t.task = n.task",
    one: "
    DELETE FROM task
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND task = $4",
};

pub(crate) const PUT_TASK: Sql = insert!(
    "task (bucket, shop, order_no, task, case_no, kind, role, due, rank, body)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::bigint[], $9::bigint[], $10::text[]",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10",
    "ON CONFLICT (bucket, shop, order_no, task) DO UPDATE
     SET case_no = excluded.case_no, kind = excluded.kind, role = excluded.role,
         due = excluded.due, rank = excluded.rank, body = excluded.body"
);

pub(crate) const DROP_TIMER: Sql = Sql {
    many: "
    DELETE FROM timer t
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
        AS n (bucket, shop, order_no, timer)
    WHERE t.bucket = n.bucket AND t.shop = n.shop AND t.order_no = n.order_no
        AND t.timer = n.timer",
    one: "
    DELETE FROM timer
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND timer = $4",
};

pub(crate) const PUT_TIMER: Sql = insert!(
    "timer (bucket, shop, order_no, timer, at)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[]",
    "$1, $2, $3, $4, $5",
    "ON CONFLICT (bucket, shop, order_no, timer) DO UPDATE
     SET at = excluded.at"
);

pub(crate) const DROP_EFFECT: Sql = Sql {
    many: "
    DELETE FROM effect e
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
        AS n (bucket, shop, order_no, effect)
    WHERE e.bucket = n.bucket AND e.shop = n.shop AND e.order_no = n.order_no
        AND e.effect = n.effect",
    one: "
    DELETE FROM effect
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND effect = $4",
};

pub(crate) const PUT_EFFECT: Sql = Sql {
    many: "
    INSERT INTO effect (bucket, shop, order_no, effect, kind, due, attempts, body)
    SELECT n.bucket, n.shop, n.order_no, n.effect, n.kind, n.due, 0, n.body
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        $7::text[]) AS n (bucket, shop, order_no, effect, kind, due, body)
    ON CONFLICT (bucket, shop, order_no, effect) DO UPDATE
    SET kind = excluded.kind, due = excluded.due, attempts = 0, body = excluded.body",
    one: "
    INSERT INTO effect (bucket, shop, order_no, effect, kind, due, attempts, body)
    VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
    ON CONFLICT (bucket, shop, order_no, effect) DO UPDATE
    SET kind = excluded.kind, due = excluded.due, attempts = 0, body = excluded.body",
};

pub(crate) const NOTE_ATTEMPT: Sql = Sql {
    many: "
    UPDATE effect e
    SET attempts = e.attempts + n.n_attempts, due = n.due
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
        AS n (bucket, shop, order_no, effect, n_attempts, due)
    WHERE e.bucket = n.bucket AND e.shop = n.shop AND e.order_no = n.order_no
        AND e.effect = n.effect
    RETURNING e.bucket, e.shop, e.order_no, e.effect",
    one: "
    UPDATE effect
    SET attempts = attempts + $5, due = $6
    WHERE bucket = $1 AND shop = $2 AND order_no = $3 AND effect = $4
    RETURNING bucket, shop, order_no, effect",
};

/// An entry that is there already is an error, and undoes the transaction.
pub(crate) const ADD_ENTRY: Sql = insert!(
    "entry
        (bucket, shop, order_no, posting, position, at, case_no, account, tender, amount)",
    "$1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::bigint[],
         $7::text[], $8::text[], $9::text[], $10::bigint[]",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10",
    ""
);

pub(crate) const ADD_TERM: Sql = insert!(
    "term (bucket, shop, kind, text, order_no)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[]",
    "$1, $2, $3, $4, $5",
    "ON CONFLICT DO NOTHING"
);

pub(crate) const PUT_SPEND: Sql = insert!(
    "spend (bucket, shop, order_no, payout, actor, day, amount)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]",
    "$1, $2, $3, $4, $5, $6, $7",
    "ON CONFLICT (bucket, shop, order_no, payout, actor, day) DO UPDATE
     SET amount = excluded.amount"
);

/// A place is drawn before the clock is read: who has a later place was written later. `place`
/// stands before `written_at` in the table as well, for it is the table's order that counts.
pub(crate) const ADD_TO_FEED: Sql = Sql {
    many: "
    INSERT INTO feed (bucket, place, at, written_at, shop, order_no, version)
    SELECT n.bucket, nextval('feed_place'), n.at,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, n.shop, n.order_no, n.version
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
        AS n (bucket, shop, order_no, version, at)",
    one: "
    INSERT INTO feed (bucket, place, at, written_at, shop, order_no, version)
    VALUES ($1, nextval('feed_place'), $5,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, $2, $3, $4)",
};

pub(crate) const KEEP: &str = "
    INSERT INTO document (kind, name, body)
    VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING
    RETURNING name";

/// Changes nothing, durably, like [`CONFIRM_DOSSIER`].
pub(crate) const CONFIRM_DOCUMENT: &str = "
    UPDATE document
    SET body = body
    WHERE kind = $1 AND name = $2 AND body = $3
    RETURNING name";
