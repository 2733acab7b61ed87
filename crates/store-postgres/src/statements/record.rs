//! The statements by which records are read, listed and written.

use crate::bulk::{Sql, insert};

pub(crate) const FIND: Sql = Sql {
    many: "
    SELECT n.nth, r.version, r.rank, r.marks, r.body
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS n (bucket, kind, shop, id, nth)
    JOIN record r
        ON r.bucket = n.bucket AND r.kind = n.kind AND r.shop = n.shop AND r.id = n.id",
    one: "
    SELECT $5::bigint AS nth, version, rank, marks, body
    FROM record
    WHERE bucket = $1 AND kind = $2 AND shop = $3 AND id = $4",
};

/// Does nothing where there is such a record.
pub(crate) const BEGIN: Sql = insert!(
    "record (bucket, kind, shop, id, version, rank, marks, body)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
         $8::text[]",
    "$1, $2, $3, $4, $5, $6, $7, $8",
    "ON CONFLICT DO NOTHING
     RETURNING kind, shop, id"
);

/// Holds off every other writer of these records, in the order of the key.
pub(crate) const LOCK: Sql = Sql {
    many: "
    SELECT n.nth, r.version, r.rank, r.marks
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[])
        AS n (bucket, kind, shop, id, nth)
    JOIN record r
        ON r.bucket = n.bucket AND r.kind = n.kind AND r.shop = n.shop AND r.id = n.id
    ORDER BY r.kind, r.shop, r.id
    FOR UPDATE OF r",
    one: "
    SELECT $5::bigint AS nth, version, rank, marks
    FROM record
    WHERE bucket = $1 AND kind = $2 AND shop = $3 AND id = $4
    FOR UPDATE",
};

pub(crate) const ADVANCE: Sql = Sql {
    many: "
    UPDATE record r
    SET version = n.version, rank = n.rank, marks = n.marks, body = n.body
    FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::text[], $8::text[]) AS n (bucket, kind, shop, id, version, rank, marks, body)
    WHERE r.bucket = n.bucket AND r.kind = n.kind AND r.shop = n.shop AND r.id = n.id",
    one: "
    UPDATE record
    SET version = $5, rank = $6, marks = $7, body = $8
    WHERE bucket = $1 AND kind = $2 AND shop = $3 AND id = $4",
};

pub(crate) const DROP: Sql = Sql {
    many: "
    DELETE FROM record r
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
        AS n (bucket, kind, shop, id)
    WHERE r.bucket = n.bucket AND r.kind = n.kind AND r.shop = n.shop AND r.id = n.id",
    one: "
    DELETE FROM record
    WHERE bucket = $1 AND kind = $2 AND shop = $3 AND id = $4",
};

pub(crate) const ADD_MARK: Sql = insert!(
    "record_mark (bucket, kind, shop, mark, rank, id)",
    "$1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]",
    "$1, $2, $3, $4, $5, $6",
    ""
);

pub(crate) const DROP_MARK: Sql = Sql {
    many: "
    DELETE FROM record_mark m
    USING unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
        AS n (bucket, kind, shop, mark, rank, id)
    WHERE m.bucket = n.bucket AND m.kind = n.kind AND m.shop = n.shop AND m.mark = n.mark
        AND m.rank = n.rank AND m.id = n.id",
    one: "
    DELETE FROM record_mark
    WHERE bucket = $1 AND kind = $2 AND shop = $3 AND mark = $4 AND rank = $5 AND id = $6",
};

/// A list, in the forms in which it is asked for.
pub(crate) struct Lists {
    pub(crate) ascending: &'static str,
    pub(crate) descending: &'static str,
    pub(crate) count: &'static str,
}

macro_rules! lists {
    ($columns:literal, $list:literal, $join:literal, $within:literal) => {
        Lists {
            ascending: lists!($columns, $list, $join, $within, "ORDER BY l.rank, l.id LIMIT $7"),
            descending: lists!(
                $columns,
                $list,
                $join,
                $within,
                "ORDER BY l.rank DESC, l.id DESC LIMIT $7"
            ),
            count: lists!(
                "count(*) AS n_records FROM (SELECT",
                $list,
                "",
                $within,
                "LIMIT $7) AS listed"
            ),
        }
    };
    ($columns:literal, $list:literal, $join:literal, $within:literal, $end:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $list,
            " AS l ",
            $join,
            " WHERE l.kind = $1 AND l.shop = $2 AND (l.rank, l.id) > ($3, $4)
                AND (l.rank, l.id) < ($5, $6) ",
            $within,
            $end
        )
    };
}

pub(crate) const OF_KIND: Lists =
    lists!("l.id, l.version, l.rank, l.marks, l.body", "record", "", "");

pub(crate) const OF_MARK: Lists = lists!(
    "r.id, r.version, r.rank, r.marks, r.body",
    "record_mark",
    "JOIN record AS r
        ON r.bucket = l.bucket AND r.kind = l.kind AND r.shop = l.shop AND r.id = l.id",
    "AND l.mark = $8 "
);

pub(crate) const ALL: &str = "
    SELECT kind, shop, id, version, rank, marks, body
    FROM record
    WHERE (kind, shop, id) > ($1, $2, $3)
    ORDER BY kind, shop, id
    LIMIT $4";
