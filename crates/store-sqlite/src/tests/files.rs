//! Files that are not ours, or not any more.

use std::fs;

use expect_test::{Expect, expect};
use rusqlite::Connection;

use super::Place;
use crate::{OpenError, SqliteStore};

#[track_caller]
fn check(place: &Place, expected: Expect) -> OpenError {
    let error = SqliteStore::open(&place.path).unwrap_err();
    let told = error.to_string().replace(&place.path.display().to_string(), "FILE");
    expected.assert_eq(&told);
    error
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let place = Place::new();
    fs::write(&place.path, "订单编号,退款编号\n".repeat(2_000)).unwrap();
    check(&place, expect!["`FILE` is not a database, or it is damaged"]);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let place = Place::new();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(other);
    check(&place, expect!["`FILE` is a database of another program"]);
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("SELECT x FROM theirs").unwrap();
}

#[test]
fn a_newer_schema_is_refused() {
    let place = Place::new();
    drop(place.open());
    let file = Connection::open(&place.path).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    check(
        &place,
        expect!["`FILE` was written by a newer version: its schema is 99, this one knows 3"],
    );
}

#[test]
fn a_file_that_was_cut_short_is_refused() {
    let place = Place::new();
    drop(place.open());
    let length = fs::metadata(&place.path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&place.path).unwrap();
    file.set_len(length / 2).unwrap();
    check(&place, expect!["`FILE` is not a database, or it is damaged"]);
}

#[test]
fn a_folder_that_is_not_there_is_said_to_be_the_trouble() {
    let mut place = Place::new();
    place.path = place.path.join("nowhere/guitu.db");
    check(&place, expect!["`FILE` cannot be opened"]);
}
