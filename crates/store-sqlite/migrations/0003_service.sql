-- What an installation keeps besides dossiers; see `store::Records`.

-- A rowid table, like that of dossiers: bodies are of any size.
CREATE TABLE record (
    kind    TEXT    NOT NULL,
    -- Empty for what belongs to the installation.
    shop    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    rank    INTEGER NOT NULL,
    -- Words it is found by, a line each, in order.
    marks   TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    PRIMARY KEY (kind, shop, id)
) STRICT;

CREATE INDEX record_list ON record (kind, shop, rank, id);

-- The same words, each a list in order. Nobody asks here for the words of a record, so that the list
-- is the only key; a record whose rank and words stay as they are leaves it alone.
CREATE TABLE record_mark (
    kind TEXT    NOT NULL,
    shop TEXT    NOT NULL,
    mark TEXT    NOT NULL,
    rank INTEGER NOT NULL,
    id   TEXT    NOT NULL,
    PRIMARY KEY (kind, shop, mark, rank, id)
) STRICT, WITHOUT ROWID;

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
