//! Dictionaries: what they refuse, and what the shipped one knows.

use std::fmt::Write;

use expect_test::{Expect, expect};
use kernel::Choice;

use super::harness::dictionary;
use crate::{Concept, Dictionary, Reason};

#[track_caller]
fn check(files: &[(&str, &str)], expected: Expect) {
    let actual = match Dictionary::from_files(files.iter().copied()) {
        Ok(_) => "fine\n".to_owned(),
        Err(complaints) => complaints.iter().fold(String::new(), |mut all, it| {
            writeln!(all, "{it}").unwrap();
            all
        }),
    };
    expected.assert_eq(&actual);
}

#[test]
fn a_dictionary_with_a_typo_is_refused_as_a_whole() {
    let columns = ("base/words/columns.csv", "concept,alias,channel\norder_no,订单编号,\n");
    check(
        &[columns],
        expect![[r#"
        fine
    "#]],
    );
    check(
        &[],
        expect![[r#"
        words/columns.csv: found nothing; no words/columns.csv
    "#]],
    );
    check(
        &[
            ("base/words/columns.csv", "concept,alias,channel\norder_n,订单编号,\norder_no,--,\n"),
            (
                "base/words/reasons.csv",
                "word,code\n缺货,out-of-stok\n,other\n缺货,other\n缺 货,quality\n",
            ),
            ("base/words/carriers.csv", "word,code,name\n顺丰,sf\n"),
            ("base/words/colors.csv", "word,code\n"),
            ("base/tables/other.csv", "not ours"),
        ],
        expect![[r#"
            base/words/columns.csv row 2: found `order_n`; no such column
            base/words/columns.csv row 3: found `--`; expected an alias
            base/words/reasons.csv row 2: found `out-of-stok`; expected one of not-shipped-as-agreed, out-of-stock, no-longer-wanted, no-reason-7d, wrong-order, agreed-with-seller, effect-not-reached, size-unsuitable, quality, not-as-described, needs-repair, transit-blemish, color-style-differs, delivery-late, not-delivered, no-tracking, wrong-goods, packaging-broken, part-missing, promotion-changed, lost, short, damaged-other, contents-differ, address-change, counterfeit, price-difference, invoice, fake-shipment, refused-delivery, other
            base/words/reasons.csv row 3: found nothing; expected a word
            base/words/reasons.csv row 5: found `缺 货`; the word has another code above
            base/words/carriers.csv row 2: found `sf`; expected `word,code,name`
            base/words/colors.csv: found nothing; no dictionary file has this name
        "#]],
    );
}

#[test]
fn words_are_found_as_they_stand_then_folded_then_within_longer_ones() {
    let find = |word| dictionary().reasons.find(word).map_or("?", |it| it.code());
    assert_eq!(find("七天无理由退换货"), "no-reason-7d");
    assert_eq!(find("7天无理由退换货（仅限未拆封）"), "no-reason-7d");
    assert_eq!(find("快递 / 物流无跟踪记录"), "no-tracking");
    assert_eq!(find("外包装破损严重"), "packaging-broken");
    assert_eq!(find("天气不好"), "?");
}

#[test]
fn every_reason_and_every_column_has_a_word() {
    for reason in Reason::ALL {
        let spoken = reason.code().replace('-', " ");
        assert_eq!(dictionary().reasons.find(&spoken), Some(reason), "{spoken}");
    }
    for concept in Concept::ALL {
        assert!(!dictionary().names_of(*concept).is_empty(), "{concept}");
    }
}
