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
