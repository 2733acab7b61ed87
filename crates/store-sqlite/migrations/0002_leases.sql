-- Which process works which bucket; see `store::Leases`.

-- Processes heard of, each until it is to be taken for dead.
CREATE TABLE worker (
    worker TEXT    NOT NULL PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every bucket has a row. The epoch counts its owners: what was decided under an earlier one is not
-- written any more.
CREATE TABLE lease (
    bucket INTEGER NOT NULL PRIMARY KEY,
    epoch  INTEGER NOT NULL,
    owner  TEXT
) STRICT;

WITH RECURSIVE bucket (number) AS (
    SELECT 0
    UNION ALL
    SELECT number + 1 FROM bucket WHERE number < 1023
)
INSERT INTO lease (bucket, epoch, owner)
SELECT number, 0, NULL FROM bucket;
