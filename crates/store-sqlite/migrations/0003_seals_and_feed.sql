-- Seals over the history, and the feed; see `store::Seal` and `store::Feed`.

-- Thirty-two bytes over a commit and the seal of the one before it. Null: written before there were
-- seals.
ALTER TABLE journal ADD COLUMN seal BLOB;

-- That of the last commit.
ALTER TABLE dossier ADD COLUMN seal BLOB;

-- Every commit in one line, in the order in which they were written. Only ever appended to and cut
-- off in front; the last row always stays, so that no place is given twice. The key can be told
-- from shop and order number, so that the bucket is not kept.
CREATE TABLE feed (
    place    INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    version  INTEGER NOT NULL
) STRICT;
