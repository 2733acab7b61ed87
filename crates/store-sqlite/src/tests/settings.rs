//! What durability and the stored shape rest on, written down.

use expect_test::{Expect, expect};
use rusqlite::Connection;

use super::Place;
use crate::{connect, schema};

#[track_caller]
fn check(connection: &Connection, expected: Expect) {
    let pragmas = [
        "application_id",
        "user_version",
        "page_size",
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "wal_autocheckpoint",
        "journal_size_limit",
        "temp_store",
        "busy_timeout",
    ];
    let told =
        pragmas.map(|it| format!("{it} = {}", connect::read_pragma(connection, it).unwrap()));
    expected.assert_eq(&told.join("\n"));
}

#[test]
fn the_writer_promises_durability() {
    let place = Place::new();
    let store = place.open();
    check(
        store.writer().connection(),
        expect![[r#"
            application_id = 1196771668
            user_version = 3
            page_size = 4096
            journal_mode = wal
            synchronous = 2
            foreign_keys = 1
            wal_autocheckpoint = 0
            journal_size_limit = 268435456
            temp_store = 2
            busy_timeout = 10000"#]],
    );
}

#[test]
fn a_reader_cannot_write() {
    let place = Place::new();
    let _store = place.open();
    let reader = connect::open_reader(&place.path).unwrap();
    reader.execute_batch("DELETE FROM entry").unwrap_err();
}

/// Files out there were made by these very statements. A new shape is a new migration.
#[test]
fn released_migrations_are_never_edited() {
    let sums = schema::MIGRATIONS.iter().map(|it| {
        let sum = it.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{sum:016x}")
    });
    expect![[r#"
        926f4b7c1b00b9d6
        8c161886f6f3ade3
        91359afaaecb989f"#]]
    .assert_eq(&sums.collect::<Vec<_>>().join("\n"));
}
