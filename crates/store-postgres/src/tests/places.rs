//! Databases that are not ours, not any more, or not yet; and servers that promise too little.

use expect_test::{Expect, expect};
use store::{Feed, Outcome, Store, Version};

use super::support::{commit, history, key};
use crate::{
    OpenError, PostgresStore, distribute,
    raw::RawWriter,
    sandbox::{Database, database, empty_database},
    schema,
};

#[track_caller]
fn check(url: &str, expected: Expect) -> OpenError {
    let error = PostgresStore::open(url).unwrap_err();
    expected.assert_eq(&without_place(&error));
    error
}

/// Names and folders differ from run to run.
fn without_place(error: &OpenError) -> String {
    let told = error.to_string();
    let Some((before, rest)) = told.split_once(" at ") else { return told };
    let before = before.rsplit_once(' ').map_or("", |(before, _)| before);
    let rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
    // What this one knows grows with it.
    let rest = rest.replace(&format!("knows {}", schema::known()), "knows …");
    format!("{before}PLACE {rest}")
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let database = empty_database();
    database.execute("CREATE TABLE theirs (x integer)");
    check(&database.url(), expect!["PLACE is a database of another program"]);
    database.execute("SELECT x FROM theirs");
    database.execute("DROP TABLE theirs");
    PostgresStore::open(&database.url()).unwrap();
}

#[test]
fn a_newer_schema_is_refused() {
    let database = database();
    database.execute(
        "INSERT INTO guitu_migration (version, name, applied_on, checksum)
         VALUES (99, 'future', '2030-01-01T00:00:00Z', '1')",
    );
    let error = check(
        &database.url(),
        expect!["PLACE was written by a newer version: its schema is 99, this one knows …"],
    );
    assert!(matches!(error, OpenError::TooNew { found: 99, .. }));
}

#[test]
fn a_migration_that_was_edited_is_noticed() {
    let database = database();
    database.execute("UPDATE guitu_migration SET checksum = '1'");
    check(&database.url(), expect!["PLACE has seen another migration `first` than ours"]);
}

/// What each schema but the present one was dumped as, after a few commits.
const OLDER: [&str; 2] =
    [include_str!("../../fixtures/schema-1.sql"), include_str!("../../fixtures/schema-2.sql")];

#[test]
fn each_older_schema_has_a_fixture() {
    assert_eq!(OLDER.len() + 1, schema::MIGRATIONS.len());
}

#[test]
fn a_database_of_an_older_schema_opens_with_all_that_is_in_it() {
    for dumped in OLDER {
        let database = empty_database();
        database.execute(dumped);
        let store = open(&database);
        assert_eq!(history(&store, "1"), "1:a 2:b");
        assert_eq!(history(&store, "2"), "1:c");
        assert_eq!(store.feed_end().unwrap(), 0);
        assert_eq!(store.commit(&[commit("1", 2, "d")]).unwrap(), [Outcome::Committed]);
        assert_eq!(history(&store, "1"), "1:a 2:b 3:d");
        // Nobody sealed the others then, and nobody makes believe.
        let history = store.history(&key("1"), Version(0), 9).unwrap();
        let seals: Vec<bool> = history.iter().map(|it| it.seal.is_some()).collect();
        assert_eq!(seals, [false, false, true]);
        assert_eq!(store.feed(0, 9).unwrap().len(), 1);
    }
}

#[test]
fn a_server_that_does_not_wait_for_its_disk_is_refused_unless_asked_for() {
    let database = database();
    let url = format!("{}?options=-c%20synchronous_commit%3Doff", database.url());
    check(
        &url,
        expect!["PLACE has `synchronous_commit = off`, and `on`, `local` or `remote_…` is needed"],
    );
    PostgresStore::open(&format!("{url}&may_lose_commits=1")).unwrap();
}

#[test]
fn a_number_that_is_none_is_told() {
    check(
        "postgres://here/guitu?pool_size=0",
        expect!["`pool_size=0` in the address of the database is not a number from 1"],
    );
    check(
        "postgres://here/guitu?lock_timeout_ms=soon",
        expect!["`lock_timeout_ms=soon` in the address of the database is not a number from 1"],
    );
}

#[test]
fn many_may_make_the_tables_at_once() {
    let database = empty_database();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| PostgresStore::open(&database.url()).unwrap());
        }
    });
    PostgresStore::open(&database.url()).unwrap();
}

#[test]
fn what_is_written_bare_is_read_by_a_store() {
    let database = database();
    let store = open(&database);
    let mut raw = RawWriter::beside(&store).unwrap();
    raw.write(&[commit("1", 0, "a"), commit("1", 1, "b")]).unwrap();
    raw.write(&[commit("1", 2, "c")]).unwrap();
    assert_eq!(history(&store, "1"), "1:a 2:b 3:c");
}

fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(&database.url()).unwrap()
}

/// Databases out there were made by these very statements. A new shape is a new migration.
#[test]
fn released_migrations_are_never_edited() {
    expect![[r#"
        be2dcc8d6201bbc6
        91456e634972036c
        6b58d739b8d99ec8"#]]
    .assert_eq(&schema::sums().join("\n"));
}

#[test]
fn without_citus_nothing_can_be_distributed() {
    let database = database();
    let mut store = open(&database);
    expect!["PLACE has no extension `citus`: it can only be kept on one server"]
        .assert_eq(&without_place(&store.distribute(1_024).unwrap_err()));
    expect!["PLACE cannot be spread over 4096 shards: there can be from 1 to 1024"]
        .assert_eq(&without_place(&store.distribute(4_096).unwrap_err()));
}

#[test]
fn tables_are_spread_together_by_bucket_and_only_once() {
    expect![[r#"
        SELECT create_distributed_table('dossier', 'bucket', shard_count := 1024)
        SELECT create_distributed_table('journal', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('case_open', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('case_done', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('task', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('timer', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('effect', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('entry', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('term', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('spend', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('lease', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('record', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('record_mark', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('feed', 'bucket', colocate_with := 'dossier')
        SELECT create_reference_table('document')
        SELECT create_reference_table('worker')"#]]
    .assert_eq(&distribute::statements(1_024, &[]).join("\n"));
    let most = ["dossier", "journal", "case_open", "case_done", "task", "timer", "effect"];
    let most = most.map(str::to_owned);
    expect![[r#"
        SELECT create_distributed_table('entry', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('term', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('spend', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('lease', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('record', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('record_mark', 'bucket', colocate_with := 'dossier')
        SELECT create_distributed_table('feed', 'bucket', colocate_with := 'dossier')
        SELECT create_reference_table('document')
        SELECT create_reference_table('worker')"#]]
    .assert_eq(&distribute::statements(1_024, &most).join("\n"));
}
