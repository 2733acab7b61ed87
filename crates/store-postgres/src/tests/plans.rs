//! Every read is served from a key or an index, in order: no full scan, no sorting. Judged on full
//! tables with statistics, both as our sessions plan and as the server would by itself.

use expect_test::{Expect, expect};

use crate::{
    Config, feed, lists, lookups,
    sandbox::{Database, database},
    session::Session,
    statements::{self, record},
};

/// Rows enough that an index is worth it: 20,000 of each, closed cases over eighteen months.
const FILL: &str = "
    INSERT INTO dossier
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 1, '\\x00', 1700000000 + n * 2000,
        1700000000 + n * 2000, NULL
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO journal
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 1, n, 'ann', 'c' || n, n, '', '', NULL
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO case_open
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'case' || n, 's' || n % 4, n, n, ''
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO case_done
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'done' || n, 1700000000 + n * 2000,
        's' || n % 4, n, ''
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO task
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'task', NULL, 'k', 'role' || n % 4, n, n, ''
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO timer
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'timer', n
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO effect
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'effect', 'k', n, 0, ''
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO entry
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 1, 1, n, NULL, 'a', 't', n
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO term
    SELECT n % 1024, 'shop' || n % 3, 'buyer', 'li' || n % 100, 'order' || n
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO spend
    SELECT n % 1024, 'shop' || n % 3, 'order' || n, 'p', 'ann', n % 100, n
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO record
    SELECT n % 1024, 'kind' || n % 2, 'shop' || n % 3, 'id' || n, 1, n, 'm' || n % 4, ''
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO record_mark
    SELECT n % 1024, 'kind' || n % 2, 'shop' || n % 3, 'm' || n % 4, n, 'id' || n
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO feed
    SELECT n % 1024, n, n, n, 'shop' || n % 3, 'order' || n, 1
    FROM generate_series(1, 20000) AS g (n);
    INSERT INTO document
    SELECT 'kind' || n % 4, 'name' || n, ''
    FROM generate_series(1, 2000) AS g (n)";

const MONTHS: &str = "
    DO $$
    DECLARE
        m timestamp;
    BEGIN
        FOR m IN SELECT generate_series('2023-11-01', '2025-04-01', interval '1 month') LOOP
            EXECUTE format('CREATE TABLE case_done_%s PARTITION OF case_done
                FOR VALUES FROM (%s) TO (%s)', to_char(m, 'YYYY_MM'), extract(epoch FROM m)::bigint,
                extract(epoch FROM m + interval '1 month')::bigint);
        END LOOP;
    END $$";

/// Two sessions of one full database: planning as ours do, and as the server would by itself.
struct Full {
    ours: Session,
    plain: Session,
    _database: Database,
}

impl Full {
    fn new() -> Self {
        let database = database();
        for sql in [MONTHS, FILL, "VACUUM ANALYZE"] {
            database.execute(sql);
        }
        let open = || Session::open(&database.url().parse::<Config>().unwrap()).unwrap();
        let (ours, plain) = (open(), open());
        plain
            .execute(
                "RESET random_page_cost; RESET enable_seqscan; RESET enable_bitmapscan; \
                 RESET enable_hashjoin; RESET enable_mergejoin",
            )
            .unwrap();
        Self { ours, plain, _database: database }
    }

    /// The steps of a plan that read or sort rows, each once, the months all alike.
    #[track_caller]
    fn check(&self, sql: &str, expected: Expect) {
        assert_eq!(
            plan(&self.ours, sql),
            plan(&self.plain, sql),
            "the server by itself would plan otherwise"
        );
        self.check_ours(sql, expected);
    }

    /// The same where the server by itself would rather scan or sort what is as small as this.
    #[track_caller]
    fn check_ours(&self, sql: &str, expected: Expect) {
        let plan = plan(&self.ours, sql);
        assert!(!plan.contains("Seq Scan"), "a scan: {plan}");
        expected.assert_eq(&plan);
    }
}

fn plan(session: &Session, sql: &str) -> String {
    session.execute(&format!("PREPARE p AS {sql}")).unwrap();
    let n_values = (1..20).take_while(|it| sql.contains(&format!("${it}"))).count();
    let execute = match n_values {
        0 => "EXECUTE p".to_owned(),
        n_values => format!("EXECUTE p ({})", vec!["NULL"; n_values].join(", ")),
    };
    let rows = session.query_once(&format!("EXPLAIN (COSTS OFF) {execute}"), &[]).unwrap();
    session.execute("DEALLOCATE p").unwrap();
    let mut steps: Vec<String> = Vec::new();
    for row in &rows {
        let line: &str = row.get(0);
        let step = line.trim().trim_start_matches("->").trim();
        let step = step.split(" on ").next().unwrap();
        if step.contains("Scan") || step.contains("Sort") || step.contains("Append") {
            let words = step.split('_').filter(|it| it.parse::<u32>().is_err());
            let step = words.collect::<Vec<_>>().join("_").replace("done_other_", "done_");
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps.join("\n")
}

#[test]
fn lists_are_read_from_their_index_in_order() {
    let full = Full::new();
    full.check(lists::TASKS, expect!["Index Scan using task_list"]);
    full.check(lists::NEXT_ROLE, expect!["Index Only Scan using task_list"]);
    full.check(lists::OPEN_CASES, expect!["Index Scan using case_open_list"]);
    full.check(
        lists::DONE_CASES,
        expect![[r#"
        Merge Append
        Sort Key: case_done.rank, case_done.order_no COLLATE "C", case_done.case_no COLLATE "C"
        Index Scan using case_done_shop_status_rank_order_no_case_no_idx"#]],
    );
    full.check(lists::NEXT_OPEN_STATUS, expect!["Index Only Scan using case_open_list"]);
    full.check(
        lists::NEXT_DONE_STATUS,
        expect![[r#"
        Merge Append
        Sort Key: case_done.status COLLATE "C"
        Index Only Scan using case_done_shop_status_rank_order_no_case_no_idx"#]],
    );
    full.check(lists::DUE_TIMERS, expect!["Index Only Scan using timer_due"]);
    full.check(lists::DUE_EFFECTS, expect!["Index Scan using effect_due"]);
    full.check(lists::FIND, expect!["Index Only Scan using term_find"]);
    full.check(feed::FEED, expect!["Index Scan using feed_pkey"]);
    full.check(lists::DOSSIERS, expect!["Index Only Scan using dossier_pkey"]);
}

#[test]
fn a_dossiers_own_rows_are_found_by_its_key() {
    let full = Full::new();
    full.check(lookups::HISTORY, expect!["Index Scan using journal_pkey"]);
    full.check_ours(
        lookups::CASE,
        expect![[r#"
        Append
        Index Scan using case_open_pkey
        Index Scan using dossier_pkey
        Index Scan using case_done_pkey
        Index Scan using case_done_shop_status_rank_order_no_case_no_idx"#]],
    );
    full.check(lookups::ENTRIES, expect!["Index Scan using entry_pkey"]);
    full.check(lookups::SPENT, expect!["Index Only Scan using spend_day"]);
    full.check_ours(lookups::DOCUMENTS, expect!["Index Scan using document_pkey"]);
}

/// Arrays are joined to keys; the one sort is of the keys of a batch, so that all lock in one order.
#[test]
fn a_batch_is_read_and_written_by_key() {
    let full = Full::new();
    full.check(
        lookups::LOAD.many,
        expect![[r#"
        Function Scan
        Index Scan using dossier_pkey
        Index Scan using journal_command"#]],
    );
    full.check(
        statements::LOCK_DOSSIER.many,
        expect![[r#"
        Sort
        Sort Key: d.bucket, d.shop COLLATE "C", d.order_no COLLATE "C"
        Function Scan
        Index Scan using dossier_pkey"#]],
    );
    full.check(
        statements::FIND_ANSWER.many,
        expect![[r#"
        Function Scan
        Index Scan using journal_command"#]],
    );
    full.check(
        statements::ADVANCE_DOSSIER.many,
        expect![[r#"
        Function Scan
        Index Scan using dossier_pkey"#]],
    );
    full.check(
        statements::TAKE_OPEN_CASE.many,
        expect![[r#"
        Function Scan
        Index Scan using case_open_pkey"#]],
    );
    full.check_ours(
        statements::TAKE_DONE_CASE.many,
        expect![[r#"
        Function Scan
        Append
        Index Scan using case_done_pkey
        Index Scan using case_done_shop_status_rank_order_no_case_no_idx"#]],
    );
    full.check(
        statements::DROP_TASK.many,
        expect![[r#"
        Function Scan
        Index Scan using task_pkey"#]],
    );
    full.check(
        statements::DROP_TIMER.many,
        expect![[r#"
        Function Scan
        Index Scan using timer_pkey"#]],
    );
    full.check(
        statements::DROP_EFFECT.many,
        expect![[r#"
        Function Scan
        Index Scan using effect_pkey"#]],
    );
    full.check(
        statements::NOTE_ATTEMPT.many,
        expect![[r#"
        Function Scan
        Index Scan using effect_pkey"#]],
    );
}

#[test]
fn records_are_found_by_key_and_listed_in_order() {
    let full = Full::new();
    full.check(
        record::FIND.many,
        expect![[r#"
        Function Scan
        Index Scan using record_pkey"#]],
    );
    full.check(
        record::LOCK.many,
        expect![[r#"
        Sort
        Sort Key: r.kind COLLATE "C", r.shop COLLATE "C", r.id COLLATE "C"
        Function Scan
        Index Scan using record_pkey"#]],
    );
    full.check(
        record::ADVANCE.many,
        expect![[r#"
        Function Scan
        Index Scan using record_pkey"#]],
    );
    full.check(
        record::DROP.many,
        expect![[r#"
        Function Scan
        Index Scan using record_pkey"#]],
    );
    full.check(
        record::DROP_MARK.many,
        expect![[r#"
        Function Scan
        Index Scan using record_mark_pkey"#]],
    );
    full.check(record::OF_KIND.ascending, expect!["Index Scan using record_list"]);
    full.check(record::OF_KIND.descending, expect!["Index Scan Backward using record_list"]);
    full.check(record::OF_KIND.count, expect!["Index Only Scan using record_list"]);
    full.check_ours(
        record::OF_MARK.ascending,
        expect![[r#"
        Index Only Scan using record_mark_pkey
        Index Scan using record_pkey"#]],
    );
    full.check_ours(
        record::OF_MARK.descending,
        expect![[r#"
        Index Only Scan Backward using record_mark_pkey
        Index Scan using record_pkey"#]],
    );
    full.check(record::OF_MARK.count, expect!["Index Only Scan using record_mark_pkey"]);
    full.check(record::ALL, expect!["Index Scan using record_pkey"]);
}

#[test]
fn effects_to_cancel_are_found_by_key() {
    let full = Full::new();
    full.check(
        statements::FIND_WAITING.many,
        expect![[r#"
        Function Scan
        Index Scan using effect_pkey"#]],
    );
}

#[test]
fn the_end_of_the_feed_is_found_from_behind() {
    let full = Full::new();
    full.check(feed::LAST_SETTLED, expect!["Index Scan Backward using feed_pkey"]);
}

/// A closed case is looked for in the months that its dossier names, and in no other.
#[test]
fn other_months_are_not_looked_into() {
    let full = Full::new();
    let take = format!("PREPARE take AS {}", statements::TAKE_DONE_CASE.many);
    full.ours.execute(&take).unwrap();
    full.ours.execute(&format!("PREPARE look AS {}", lookups::CASE)).unwrap();
    let executions = [
        "EXECUTE look (7, 'shop1', 'order7', 'done7')",
        "EXECUTE take ('{7}', '{shop1}', '{order7}', '{done7}', '{1700014000}', '{1700014000}')",
    ];
    for execute in executions {
        let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {execute}");
        let rows = full.ours.query_once(&explain, &[]).unwrap();
        let lines: Vec<&str> = rows.iter().map(|it| it.get(0)).collect();
        let months = lines.iter().filter(|it| it.contains("on case_done_") && it.contains("Scan"));
        let (idle, read): (Vec<&str>, Vec<&str>) = months.partition(|it| it.contains("never"));
        assert_eq!(read.len(), 1, "{lines:#?}");
        assert!(read[0].contains("case_done_2023_11"), "{read:?}");
        assert!(idle.len() >= 17, "{idle:?}");
    }
}
