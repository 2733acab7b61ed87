-- What an installation keeps besides dossiers; see `store::Records`.
--
-- On Citus records are spread by a bucket of their own, made of the whole key. They are too many
-- for a table that is copied to every node (sessions, deliveries, the audit trail), where each write
-- would be one on all nodes; and a bucket of kind and shop alone would put all sessions, and all that
-- a giant shop has, on one node. So a record is read and written on one shard, and a list is gathered
-- from all, like the lists of tasks. Changes of several records may be a transaction of several
-- shards, which pays for two phases: they are few beside the commits of dossiers.
--
-- The bucket closes the keys, unlike elsewhere: records are walked in order of kind, shop and id.

-- Pages keep room, so that a new body lands beside the old one.
CREATE TABLE record (
    bucket  smallint NOT NULL,
    kind    text COLLATE "C" NOT NULL,
    -- Empty for what belongs to the installation.
    shop    text COLLATE "C" NOT NULL,
    id      text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    rank    bigint NOT NULL,
    -- Words it is found by, a line each, in order.
    marks   text COLLATE "C" NOT NULL,
    body    text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, shop, id, bucket)
) WITH (fillfactor = 80);

CREATE INDEX record_list ON record (kind, shop, rank, id);

-- The same words, each a list in order. A record whose rank and words stay as they are leaves it
-- alone.
CREATE TABLE record_mark (
    bucket smallint NOT NULL,
    kind   text COLLATE "C" NOT NULL,
    shop   text COLLATE "C" NOT NULL,
    mark   text COLLATE "C" NOT NULL,
    rank   bigint NOT NULL,
    id     text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, shop, mark, rank, id, bucket)
);

-- Seals over the history, and the feed; see `store::Seal` and `store::Feed`.

-- Thirty-two bytes over a commit and the seal of the one before it. Null: written before there were
-- seals.
ALTER TABLE journal ADD COLUMN seal bytea;

-- That of the last commit.
ALTER TABLE dossier ADD COLUMN seal bytea;

-- Places are drawn before a commit is visible, so that a gap may be a commit that is still being
-- written, or one that came to nothing.
CREATE SEQUENCE feed_place;

-- Every commit in one line. Only ever added to and cut off in front. `at` is the commit's own
-- instant; `written_at` is the database's, in microseconds since 1970, and tells old gaps from new.
CREATE TABLE feed (
    bucket     smallint NOT NULL,
    place      bigint NOT NULL,
    at         bigint NOT NULL,
    written_at bigint NOT NULL,
    shop       text COLLATE "C" NOT NULL,
    order_no   text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    -- The place leads: the line is read in its order, and written at its end.
    PRIMARY KEY (place, bucket)
);
