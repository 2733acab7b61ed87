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
