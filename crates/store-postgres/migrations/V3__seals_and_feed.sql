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
