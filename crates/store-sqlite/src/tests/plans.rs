//! Every read is served from a key or an index, in order: no full scan, no sorting.

use expect_test::{Expect, expect};
use rusqlite::Connection;

use crate::{feed, lists, lookups, records, schema, write};

/// The plan of a statement, a line a step.
#[track_caller]
fn check(sql: &str, plan: Expect) {
    let connection = Connection::open_in_memory().unwrap();
    for migration in schema::MIGRATIONS {
        connection.execute_batch(migration).unwrap();
    }
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let nulls = vec![rusqlite::types::Null; statement.parameter_count()];
    let steps = statement
        .query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3))
        .unwrap();
    let steps: Vec<String> = steps.map(Result::unwrap).collect();
    let told = steps.join("\n");
    assert!(!told.contains("SCAN"), "a scan: {told}");
    assert!(!told.contains("TEMP B-TREE"), "sorted: {told}");
    // The bound columns are in the statement; what matters is what it is served from.
    let served: Vec<&str> = told.lines().map(|it| it.split(" (").next().unwrap_or(it)).collect();
    plan.assert_eq(&served.join("\n"));
}

#[test]
fn lists_are_read_from_their_index_in_order() {
    check(lists::TASKS, expect!["SEARCH task USING INDEX task_list"]);
    check(lists::NEXT_ROLE, expect!["SEARCH task USING COVERING INDEX task_list"]);
    check(lists::CASES, expect!["SEARCH case_row USING INDEX case_row_list"]);
    check(lists::NEXT_STATUS, expect!["SEARCH case_row USING COVERING INDEX case_row_list"]);
    check(lists::DUE_TIMERS, expect!["SEARCH timer USING COVERING INDEX timer_due"]);
    check(lists::DUE_EFFECTS, expect!["SEARCH effect USING INDEX effect_due"]);
    check(lists::FIND, expect!["SEARCH term USING PRIMARY KEY"]);
    check(lists::DOSSIERS, expect!["SEARCH dossier USING COVERING INDEX dossier_walk"]);
    check(feed::FEED, expect!["SEARCH feed USING INTEGER PRIMARY KEY"]);
}

#[test]
fn a_dossiers_own_rows_are_found_by_its_key() {
    check(lookups::DOSSIER, expect!["SEARCH dossier USING INDEX sqlite_autoindex_dossier_1"]);
    check(lookups::ANSWER, expect!["SEARCH journal USING INDEX sqlite_autoindex_journal_2"]);
    check(lookups::HISTORY, expect!["SEARCH journal USING INDEX sqlite_autoindex_journal_1"]);
    check(lookups::CASE, expect!["SEARCH case_row USING PRIMARY KEY"]);
    check(lookups::ENTRIES, expect!["SEARCH entry USING PRIMARY KEY"]);
    check(lookups::SPENT, expect!["SEARCH spend USING PRIMARY KEY"]);
    check(write::WAITING, expect!["SEARCH effect USING PRIMARY KEY"]);
}

#[test]
fn records_are_found_by_key_and_listed_in_order() {
    check(records::RECORD, expect!["SEARCH record USING INDEX sqlite_autoindex_record_1"]);
    check(records::STANDING, expect!["SEARCH record USING INDEX sqlite_autoindex_record_1"]);
    check(records::DROP, expect!["SEARCH record USING INDEX sqlite_autoindex_record_1"]);
    check(records::DROP_MARK, expect!["SEARCH record_mark USING PRIMARY KEY"]);
    check(records::OF_KIND.ascending, expect!["SEARCH l USING INDEX record_list"]);
    check(records::OF_KIND.descending, expect!["SEARCH l USING INDEX record_list"]);
    check(
        records::OF_MARK.ascending,
        expect![[r#"
        SEARCH l USING PRIMARY KEY
        SEARCH r USING INDEX sqlite_autoindex_record_1"#]],
    );
    check(
        records::OF_MARK.descending,
        expect![[r#"
        SEARCH l USING PRIMARY KEY
        SEARCH r USING INDEX sqlite_autoindex_record_1"#]],
    );
    check(records::OF_KIND.count, expect!["SEARCH l USING COVERING INDEX record_list"]);
    check(records::OF_MARK.count, expect!["SEARCH l USING PRIMARY KEY"]);
    check(records::ALL, expect!["SEARCH record USING INDEX sqlite_autoindex_record_1"]);
}
