-- The first schema.
--
-- Rows of one dossier carry its shop and order number first in their key: orders that are dealt with
-- together have numbers that are near, so that their rows share pages. The bucket closes each key, so
-- that the same tables can be spread over many nodes. Times are seconds since 1970, amounts are fen,
-- bodies are JSON that only the application reads.
--
-- A commit costs about one page write per tree it touches. There is therefore no index that no read
-- needs, and no foreign key: the one writer puts a dossier and its rows in one transaction.

-- A dossier as its last commit left it. A rowid table, because a state of some kilobytes fits into
-- a table's leaf, but would spill out of the leaf of a WITHOUT ROWID tree.
CREATE TABLE dossier (
    bucket   INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    state    BLOB    NOT NULL,
    PRIMARY KEY (shop, order_no, bucket)
) STRICT;

-- Walks of one bucket. Only a dossier's first commit writes it.
CREATE INDEX dossier_walk ON dossier (bucket, shop, order_no);

-- Every commit ever made. Only ever added to; a rowid table, so that bodies are appended.
CREATE TABLE journal (
    bucket      INTEGER NOT NULL,
    shop        TEXT    NOT NULL,
    order_no    TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT    NOT NULL,
    command     TEXT    NOT NULL,
    -- The bits of an unsigned number, so half of all fingerprints are negative here.
    fingerprint INTEGER NOT NULL,
    answer      TEXT    NOT NULL,
    events      TEXT    NOT NULL,
    PRIMARY KEY (shop, order_no, version, bucket),
    -- A command is carried out once, whoever asks how often.
    UNIQUE (shop, order_no, command, bucket)
) STRICT;

-- What buyers, agents and the marketplace call the case.
CREATE TABLE case_row (
    bucket    INTEGER NOT NULL,
    shop      TEXT    NOT NULL,
    order_no  TEXT    NOT NULL,
    case_no   TEXT    NOT NULL,
    status    TEXT    NOT NULL,
    open      INTEGER NOT NULL,
    rank      INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (shop, order_no, case_no, bucket)
) STRICT, WITHOUT ROWID;

-- Serves one status; all statuses are read one by one and merged, which saves a second index.
CREATE INDEX case_row_list ON case_row (shop, open, status, rank, order_no, case_no);

-- Work that is owed now. Done work is deleted.
CREATE TABLE task (
    bucket   INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    task     TEXT    NOT NULL,
    case_no  TEXT,
    kind     TEXT    NOT NULL,
    role     TEXT    NOT NULL,
    due      INTEGER NOT NULL,
    rank     INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (shop, order_no, task, bucket)
) STRICT, WITHOUT ROWID;

-- Serves one role; all roles are read one by one and merged, as with cases.
CREATE INDEX task_list ON task (shop, role, rank, order_no, task);

CREATE TABLE timer (
    bucket   INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    timer    TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (shop, order_no, timer, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX timer_due ON timer (at, shop, order_no, timer);

-- The outbox: what the outside must still do.
CREATE TABLE effect (
    bucket   INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    effect   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    due      INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (shop, order_no, effect, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX effect_due ON effect (due, shop, order_no, effect);

-- The ledger. Only ever added to.
CREATE TABLE entry (
    bucket   INTEGER NOT NULL,
    shop     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    posting  INTEGER NOT NULL,
    position INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    case_no  TEXT,
    account  TEXT    NOT NULL,
    tender   TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    PRIMARY KEY (shop, order_no, posting, position, bucket)
) STRICT, WITHOUT ROWID;

-- Words that dossiers are found by. Nobody asks for the terms of a dossier, so that the search is
-- the only key; the bucket closes it for databases that want their distribution column in it.
CREATE TABLE term (
    shop     TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    text     TEXT    NOT NULL,
    order_no TEXT    NOT NULL,
    bucket   INTEGER NOT NULL,
    PRIMARY KEY (shop, kind, text, order_no, bucket)
) STRICT, WITHOUT ROWID;

-- What people gave away, by the day: daily budgets span orders. Only ever added to; the sum of a day
-- is the only question, so that it is the key.
CREATE TABLE spend (
    shop     TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    day      INTEGER NOT NULL,
    bucket   INTEGER NOT NULL,
    order_no TEXT    NOT NULL,
    payout   TEXT    NOT NULL,
    amount   INTEGER NOT NULL,
    PRIMARY KEY (shop, actor, day, order_no, payout, bucket)
) STRICT, WITHOUT ROWID;

-- Texts of the whole installation, such as versions of policy packs. Only ever added to.
CREATE TABLE document (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT;
