//! Clauses about worklists, searches and walks.

use kernel::{Bucket, CaseNo, DossierKey};

use super::support::{
    begin, case, case_page, cases, due_timers, entry, found, key, keys, put_term, shop, task,
    task_page, tasks, term, write,
};
use crate::{CasePage, Cursor, RowChange, Store, TaskPage, TermKind};

pub fn tasks_are_listed_by_role_most_urgent_first(store: &dyn Store) {
    three_dossiers(store);
    assert_eq!(tasks(store, "demo", Some("agent")), "2/a@-7 3/a@0 1/a@5");
    assert_eq!(tasks(store, "demo", Some("warehouse")), "1/b@0 2/b@9");
    assert_eq!(tasks(store, "demo", Some("finance")), "");

    let two = store.tasks(&task_page("demo", Some("agent"), 2)).unwrap();
    assert_eq!(keys(&two.into_iter().map(|it| it.dossier).collect::<Vec<_>>()), "demo/2 demo/3");
    assert_eq!(store.tasks(&task_page("demo", Some("agent"), 0)).unwrap(), []);
}

pub fn tasks_of_all_roles_are_listed_together(store: &dyn Store) {
    three_dossiers(store);
    assert_eq!(tasks(store, "demo", None), "2/a@-7 1/b@0 3/a@0 1/a@5 2/b@9");
    assert_eq!(store.tasks(&task_page("demo", None, 4)).unwrap().len(), 4);
    assert_eq!(tasks(store, "nobody", None), "");
}

fn three_dossiers(store: &dyn Store) {
    begin(store, "demo/1", vec![task("a", "agent", 5), task("b", "warehouse", 0)]);
    begin(store, "demo/2", vec![task("a", "agent", -7), task("b", "warehouse", 9)]);
    begin(store, "demo/3", vec![task("a", "agent", 0)]);
}

pub fn walking_the_pages_of_tasks_meets_every_row_once(store: &dyn Store) {
    // Every fourth rank is the same, so that pages end between equals.
    for order in 0..12 {
        let rows = (0..5).map(|nth| {
            let role = if nth % 2 == 0 { "agent" } else { "warehouse" };
            task(&format!("t{nth}"), role, (order + nth) / 4)
        });
        begin(store, &format!("demo/{order:02}"), rows.collect());
    }
    for (role, n_expected) in [(None, 60), (Some("agent"), 36), (Some("warehouse"), 24)] {
        let whole = store.tasks(&task_page("demo", role, 100)).unwrap();
        assert_eq!(whole.len(), n_expected);
        assert!(whole.is_sorted_by_key(|it| task_cursor(it.clone())));
        for limit in [1, 7, 59] {
            let mut walked = Vec::new();
            let mut page = task_page("demo", role, limit);
            loop {
                let rows = store.tasks(&page).unwrap();
                let Some(last) = rows.last().cloned() else { break };
                let (rank, dossier, id) = task_cursor(last);
                page = TaskPage { after: Some(Cursor { rank, dossier, id }), ..page };
                walked.extend(rows);
            }
            assert_eq!(walked, whole, "in pages of {limit}");
        }
    }
}

fn task_cursor(it: crate::Listed<crate::TaskRow>) -> (i64, DossierKey, String) {
    (it.row.rank, it.dossier, it.row.task.to_string())
}

pub fn cases_are_listed_by_openness_and_status(store: &dyn Store) {
    begin(store, "demo/1", vec![case("a", true, "asked", 5), case("b", false, "paid", 1)]);
    begin(store, "demo/2", vec![case("a", true, "returning", 2), case("b", true, "asked", 5)]);
    begin(store, "demo/3", vec![case("a", false, "refused", 0)]);

    assert_eq!(cases(store, "demo", true, None), "2/a@2 1/a@5 2/b@5");
    assert_eq!(cases(store, "demo", true, Some("asked")), "1/a@5 2/b@5");
    assert_eq!(cases(store, "demo", true, Some("paid")), "");
    assert_eq!(cases(store, "demo", false, None), "3/a@0 1/b@1");
    assert_eq!(cases(store, "demo", false, Some("paid")), "1/b@1");
    assert_eq!(store.cases(&case_page("demo", true, None, 2)).unwrap().len(), 2);
    assert_eq!(store.cases(&case_page("demo", true, None, 0)).unwrap(), []);
}

pub fn walking_the_pages_of_cases_meets_every_row_once(store: &dyn Store) {
    for order in 0..12 {
        let rows = (0..5).map(|nth| {
            let status = if nth % 2 == 0 { "asked" } else { "returning" };
            case(&format!("c{nth}"), nth != 4, status, (order + nth) / 4)
        });
        begin(store, &format!("demo/{order:02}"), rows.collect());
    }
    let lists = [
        (true, None, 48),
        (true, Some("asked"), 24),
        (true, Some("returning"), 24),
        (false, None, 12),
    ];
    for (open, status, n_expected) in lists {
        let whole = store.cases(&case_page("demo", open, status, 100)).unwrap();
        assert_eq!(whole.len(), n_expected);
        for limit in [1, 7, 47] {
            let mut walked = Vec::new();
            let mut page = case_page("demo", open, status, limit);
            loop {
                let rows = store.cases(&page).unwrap();
                let Some(last) = rows.last().cloned() else { break };
                let (rank, id) = (last.row.rank, last.row.case.to_string());
                page = CasePage { after: Some(Cursor { rank, dossier: last.dossier, id }), ..page };
                walked.extend(rows);
            }
            assert_eq!(walked, whole, "in pages of {limit}");
        }
    }
}

pub fn a_case_is_found_by_its_number(store: &dyn Store) {
    begin(store, "demo/1", vec![case("c", true, "asked", 5), case("d", true, "asked", 6)]);
    let body = |dossier: &str, number: &str| {
        let number = CaseNo::new(number).unwrap();
        store.case(&key(dossier), &number).unwrap().map(|it| it.body)
    };
    assert_eq!(body("demo/1", "d").as_deref(), Some("body of d"));
    assert_eq!(body("demo/1", "e"), None);
    assert_eq!(body("demo/2", "d"), None);
    assert_eq!(body("alba/1", "d"), None);
}

pub fn dossiers_are_found_by_a_term_in_order_of_key(store: &dyn Store) {
    let li = || put_term(TermKind::Buyer, "李雷");
    begin(store, "demo/3", vec![li(), li()]);
    begin(store, "demo/1", vec![li(), put_term(TermKind::Parcel, "SF1")]);
    begin(store, "demo/2", vec![put_term(TermKind::Parcel, "李雷")]);
    // Said again later, it is still found once.
    write(store, "demo/3", 1, "b", vec![li()]);

    assert_eq!(found(store, "demo", &term(TermKind::Buyer, "李雷")), "demo/1 demo/3");
    assert_eq!(found(store, "demo", &term(TermKind::Parcel, "SF1")), "demo/1");
    assert_eq!(found(store, "demo", &term(TermKind::Parcel, "SF")), "");
    let one = store.find(&shop("demo"), &term(TermKind::Buyer, "李雷"), 1).unwrap();
    assert_eq!(keys(&one), "demo/1");
}

pub fn dossiers_are_walked_bucket_by_bucket(store: &dyn Store) {
    let mut written: Vec<DossierKey> = Vec::new();
    // 8 × 256 keys in 1024 buckets: two each, on average.
    for chunk in 0..8 {
        let batch: Vec<_> = (0..256)
            .map(|nth| {
                let of = if nth % 3 == 0 { "alba" } else { "demo" };
                super::support::commit(&format!("{of}/{chunk}-{nth}"), 0, "begin", vec![])
            })
            .collect();
        written.extend(batch.iter().map(|it| it.dossier.clone()));
        store.commit(&batch).unwrap();
    }
    written.sort_by_key(|it| (it.bucket(), it.clone()));

    for limit in [1, 100] {
        let mut walked = Vec::new();
        for bucket in (0..Bucket::COUNT).filter_map(Bucket::new) {
            let mut last: Option<DossierKey> = None;
            loop {
                let page = store.dossiers(bucket, last.as_ref(), limit).unwrap();
                assert!(page.len() <= limit);
                let Some(end) = page.last().cloned() else { break };
                last = Some(end);
                walked.extend(page);
            }
        }
        assert_eq!(walked, written, "in pages of {limit}");
    }
}

pub fn shops_never_see_each_other(store: &dyn Store) {
    let rows = |amount| -> Vec<RowChange> {
        vec![
            task("t", "agent", amount),
            case("c", true, "asked", amount),
            put_term(TermKind::Buyer, "li"),
            entry(1, 1, "refunds", amount),
        ]
    };
    begin(store, "demo/1", rows(1));
    begin(store, "alba/1", rows(2));
    // A name that another begins with is another name.
    begin(store, "demo2/1", rows(3));

    for (of, rank) in [("demo", 1), ("alba", 2), ("demo2", 3)] {
        let one = format!("{of}/1");
        assert_eq!(tasks(store, of, None), format!("1/t@{rank}"));
        assert_eq!(tasks(store, of, Some("agent")), format!("1/t@{rank}"));
        assert_eq!(cases(store, of, true, None), format!("1/c@{rank}"));
        assert_eq!(found(store, of, &term(TermKind::Buyer, "li")), one);
        let entries = store.entries(&key(&one)).unwrap();
        assert_eq!(entries.iter().map(|it| it.amount).collect::<Vec<_>>(), [rank]);
        let number = CaseNo::new("c").unwrap();
        assert_eq!(store.case(&key(&one), &number).unwrap().unwrap().rank, rank);
    }
    assert_eq!(due_timers(store, i64::MAX, 9), "");
}
