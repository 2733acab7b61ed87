-- The first schema.
--
-- The bucket leads every primary key: it is what Citus distributes by, and all rows of one dossier
-- share it. Indexes that serve lists of a whole shop do not carry it in front; none of them is
-- unique. Text compares by its bytes (COLLATE "C"), as in the other stores. Times are seconds since
-- 1970, amounts are fen, bodies are JSON that only the application reads.
--
-- There is no foreign key and no trigger: the store puts a dossier and its rows in one transaction.

-- A dossier as its last commit left it. Pages keep room, so that a new state lands beside the old
-- one and no index has to learn of it.
CREATE TABLE dossier (
    bucket    smallint NOT NULL,
    shop      text COLLATE "C" NOT NULL,
    order_no  text COLLATE "C" NOT NULL,
    version   bigint NOT NULL,
    state     bytea NOT NULL,
    -- When its closed cases were opened, first and last: where to look in case_done. Null: none.
    done_from bigint,
    done_to   bigint,
    PRIMARY KEY (bucket, shop, order_no)
) WITH (fillfactor = 80);

-- Every commit ever made. Only ever added to.
CREATE TABLE journal (
    bucket      smallint NOT NULL,
    shop        text COLLATE "C" NOT NULL,
    order_no    text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    at          bigint NOT NULL,
    actor       text COLLATE "C" NOT NULL,
    command     text COLLATE "C" NOT NULL,
    -- The bits of an unsigned number, so half of all fingerprints are negative here.
    fingerprint bigint NOT NULL,
    answer      text COLLATE "C" NOT NULL,
    events      text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, version),
    -- A command is carried out once, whoever asks how often.
    CONSTRAINT journal_command UNIQUE (bucket, shop, order_no, command)
);

-- What buyers, agents and the marketplace call the case: those that anything is owed in.
CREATE TABLE case_open (
    bucket    smallint NOT NULL,
    shop      text COLLATE "C" NOT NULL,
    order_no  text COLLATE "C" NOT NULL,
    case_no   text COLLATE "C" NOT NULL,
    status    text COLLATE "C" NOT NULL,
    rank      bigint NOT NULL,
    opened_at bigint NOT NULL,
    body      text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, case_no)
);

-- Serves one status; all statuses are read one by one and merged, which saves a second index.
CREATE INDEX case_open_list ON case_open (shop, status, rank, order_no, case_no);

-- Closed cases, a partition for each month in which they were opened. A case is in one of the two
-- tables, and once.
CREATE TABLE case_done (
    bucket    smallint NOT NULL,
    shop      text COLLATE "C" NOT NULL,
    order_no  text COLLATE "C" NOT NULL,
    case_no   text COLLATE "C" NOT NULL,
    opened_at bigint NOT NULL,
    status    text COLLATE "C" NOT NULL,
    rank      bigint NOT NULL,
    body      text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, case_no, opened_at)
) PARTITION BY RANGE (opened_at);

CREATE INDEX case_done_list ON case_done (shop, status, rank, order_no, case_no);

-- What no month has been made for: dates that cannot be right.
CREATE TABLE case_done_other PARTITION OF case_done DEFAULT;

-- Work that is owed now. Done work is deleted.
CREATE TABLE task (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    task     text COLLATE "C" NOT NULL,
    case_no  text COLLATE "C",
    kind     text COLLATE "C" NOT NULL,
    role     text COLLATE "C" NOT NULL,
    due      bigint NOT NULL,
    rank     bigint NOT NULL,
    body     text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, task)
);

-- Serves one role; all roles are read one by one and merged, as with cases.
CREATE INDEX task_list ON task (shop, role, rank, order_no, task);

CREATE TABLE timer (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    timer    text COLLATE "C" NOT NULL,
    at       bigint NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, timer)
);

-- The bucket closes it, so that the due timers of some buckets are read from the index alone.
CREATE INDEX timer_due ON timer (at, shop, order_no, timer, bucket);

-- The outbox: what the outside must still do.
CREATE TABLE effect (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    effect   text COLLATE "C" NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    due      bigint NOT NULL,
    attempts bigint NOT NULL,
    body     text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, effect)
);

CREATE INDEX effect_due ON effect (due, shop, order_no, effect, bucket);

-- The ledger. Only ever added to.
CREATE TABLE entry (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    posting  bigint NOT NULL,
    position integer NOT NULL,
    at       bigint NOT NULL,
    case_no  text COLLATE "C",
    account  text COLLATE "C" NOT NULL,
    tender   text COLLATE "C" NOT NULL,
    amount   bigint NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, posting, position)
);

-- Words that dossiers are found by.
CREATE TABLE term (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    kind     text COLLATE "C" NOT NULL,
    text     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    PRIMARY KEY (bucket, shop, kind, text, order_no)
);

CREATE INDEX term_find ON term (shop, kind, text, order_no);

-- What people gave away, by the day: daily budgets span orders. Only ever added to.
CREATE TABLE spend (
    bucket   smallint NOT NULL,
    shop     text COLLATE "C" NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    payout   text COLLATE "C" NOT NULL,
    actor    text COLLATE "C" NOT NULL,
    day      bigint NOT NULL,
    amount   bigint NOT NULL,
    PRIMARY KEY (bucket, shop, order_no, payout, actor, day)
);

-- The sum of a day is read from the index alone.
CREATE INDEX spend_day ON spend (shop, actor, day) INCLUDE (amount);

-- Texts of the whole installation, such as versions of policy packs. Only ever added to. It has no
-- bucket: Citus copies it to every node.
CREATE TABLE document (
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name)
);
