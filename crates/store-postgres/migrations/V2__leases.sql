-- Which process works which bucket; see `store::Leases`.

-- Processes heard of, each until it is to be taken for dead. Citus copies it to every node.
CREATE TABLE worker (
    worker  text COLLATE "C" NOT NULL PRIMARY KEY,
    "until" bigint NOT NULL
);

-- Every bucket has a row. The epoch counts its owners: what was decided under an earlier one is not
-- written any more. Pages keep room, as owners come and go.
CREATE TABLE lease (
    bucket smallint NOT NULL PRIMARY KEY,
    epoch  bigint NOT NULL,
    owner  text COLLATE "C"
) WITH (fillfactor = 50);

INSERT INTO lease (bucket, epoch, owner)
SELECT number, 0, NULL FROM generate_series(0, 1023) AS bucket (number);
