//! `guitu explain`: the clause, what it was decided on, and under which version of the pack.

use expect_test::expect;

use crate::{
    again::Shop,
    program::{example, golden, guitu},
    table::Folder,
    triage::Triage,
};

const NOW: &str = "2026-11-12 08:00";

/// The fingerprint of the pack's content changes with every edit of a table.
fn without_fingerprint(text: &str, pack: &str) -> String {
    assert!(text.contains(pack), "{pack}: {text}");
    text.replace(pack, "base@1-…")
}

#[test]
fn in_both_languages() {
    let shop = Shop::new();
    let worklist = shop.triage(NOW).worklist();
    let told = |language| {
        let told = shop.explain("9001", language).expect(0);
        assert_eq!(told.err, "");
        without_fingerprint(&told.out, &worklist.summary.pack)
    };
    golden("explain/zh.txt").assert_eq(&told("zh"));
    golden("explain/en.txt").assert_eq(&told("en"));
}

#[test]
fn every_case_of_the_sample() {
    let folder = Folder::new();
    let worklist = Triage::of(&example("exports")).with("--db", folder.at("a.db")).worklist();
    let mut items: Vec<_> = worklist.items.iter().collect();
    items.sort_by_key(|it| &it.clause);
    items.dedup_by_key(|it| &it.clause);
    assert!(30 < items.len(), "{}", items.len());
    for item in items.iter().step_by(8) {
        let told = guitu(["explain", &item.refund_no, "--db", folder.at("a.db").to_str().unwrap()]);
        let told = told.expect(0).out;
        for part in [&item.refund_no, &item.order_no, item.clause.as_ref().unwrap()] {
            assert!(told.contains(part.as_str()), "{part}: {told}");
        }
        assert!(told.contains(&worklist.summary.pack) && told.contains("依据："), "{told}");
    }
}

#[test]
fn by_order_number_all_cases_of_the_order() {
    let mut shop = Shop::new();
    shop.new_refund("9005", "9006", &[("退款的申请时间", "2026-11-11 20:00:00")]);
    shop.triage(NOW).worklist();
    let told = shop.explain("800000000000000005", "en").expect(0).out;
    assert!(told.contains("9005") && told.contains("9006") && !told.contains("9001"), "{told}");
}

#[test]
fn what_is_not_there() {
    let shop = Shop::new();
    let told = |outcome: crate::program::Outcome| {
        assert_eq!((outcome.code, outcome.out.as_str()), (1, ""));
        outcome.err.replace(shop.db().to_str().unwrap(), "DB")
    };
    expect![[r#"
        guitu: there is no database at DB
    "#]]
    .assert_eq(&told(shop.explain("9001", "en")));
    shop.triage(NOW).worklist();
    expect![[r#"
        guitu: no case or order `9999` is in DB
    "#]]
    .assert_eq(&told(shop.explain("9999", "en")));
    let shop_named = ["explain", "9001", "--shop", "another", "--db"];
    let db = shop.db().to_str().unwrap().to_owned();
    let another = guitu(shop_named.iter().map(|it| (*it).to_owned()).chain([db]));
    expect![[r#"
        guitu: no case or order `9001` is in DB
    "#]]
    .assert_eq(&told(another));
}
