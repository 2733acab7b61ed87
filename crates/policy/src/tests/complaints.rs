//! What `guitu pack check` prints about packs that have something wrong with them.

use expect_test::{Expect, expect};

use crate::{
    Severity, Sources, check as check_pack,
    tests::fixtures::{VOCABULARY, apparel, base},
};

/// Changes one file of the packs and lists the complaints about `apparel`, errors with `✗`.
/// Without `from`, the file is replaced; without `to`, it is removed.
#[track_caller]
fn check(path: &str, from: &str, to: &str, expected: Expect) {
    let mut files = apparel();
    match (files.iter_mut().find(|(it, _)| it == path), from) {
        (Some((_, text)), "") => to.clone_into(text),
        (Some((_, text)), from) => {
            assert!(text.contains(from), "`{from}` is not in {path}");
            *text = text.replace(from, to);
        }
        (None, _) => files.push((path.to_owned(), to.to_owned())),
    }
    files.retain(|(_, text)| !text.is_empty());
    show("apparel", files, expected);
}

#[track_caller]
fn show(name: &str, files: Vec<(String, String)>, expected: Expect) {
    let complaints = check_pack(name, &Sources::new(files), &VOCABULARY);
    let mark = |severity| if severity == Severity::Error { '✗' } else { '!' };
    let lines: Vec<String> =
        complaints.iter().map(|it| format!("{} {it}", mark(it.severity))).collect();
    expected.assert_eq(&lines.join("\n"));
}

const PATH: &str = "base/tables/refund-path.csv";
const WINDOW: &str = "base/tables/return-window.csv";
const PROOFS: &str = "base/tables/proofs.csv";
const BASE: &str = "base/pack.toml";
const CHILD: &str = "apparel/pack.toml";

#[test]
fn there_is_nothing_to_say_about_a_good_pack() {
    show("base", base(), expect![""]);
    show("apparel", apparel(), expect![""]);
}

#[test]
fn a_gap_is_shown_by_an_example() {
    check(
        PATH,
        "keep,yes,yes,no,keep,PATH3-01,不退货,The buyer keeps the goods\n",
        "",
        expect![""],
    );
    check(WINDOW, "person,-,-,-,no", "person,-,> 30,-,no", expect![""]);
}

#[test]
fn two_rows_that_answer_the_same_are_shown_by_an_example() {
    check(PATH, "not-received,yes,no", "not-received,yes,-", expect![""]);
}

#[test]
fn a_row_that_is_never_reached_names_the_rows_above_it() {
    check(WINDOW, "late,not unshipped,> $return-days,", "late,keep,1..7,", expect![""]);
    check(WINDOW, "early,\"unshipped, not-received\",-,-", "early,-,-,-", expect![""]);
}

#[test]
fn columns_have_to_be_what_the_question_asks() {
    check(PATH, "if:signed", "if:singed", expect![""]);
    check(PATH, "then:route", "then:path", expect![""]);
    check(PATH, "type,flag", "type,amount in yuan", expect![""]);
    check(WINDOW, "days?", "days", expect![""]);
    check(WINDOW, "type,choice,", "type,choice?,", expect![""]);
    check(WINDOW, "amount in yuan,flag", "amount,flag", expect![""]);
    check(WINDOW, "amount in yuan,flag", "amount in hours,flag", expect![""]);
    check(WINDOW, "time in hours", "days", expect![""]);
    check(PROOFS, "type,choice?", "type,one of keep | return?", expect![""]);
    check(PROOFS, "type,choice?", "type,colour", expect![""]);
    check(PATH, "hit,unique", "hit,collect", expect![""]);
    check(PROOFS, "hit,collect", "hit,first", expect![""]);
}

#[test]
fn cells_are_named_by_row_and_line() {
    check(PATH, "unshipped,no,", "unshipped,nope,", expect![""]);
    check(PATH, "unshipped,no,-,-,unshipped", "unshipped,no,-,-,unshiped", expect![""]);
    check(WINDOW, "<= $repair-cap", "<= $repair-caps", expect![""]);
    check(WINDOW, "<= $repair-cap", "<= $courier-answer", expect![""]);
    check(WINDOW, "late,not unshipped", "in-time,not unshipped", expect![""]);
    check(WINDOW, "late,not unshipped", "Late,not unshipped", expect![""]);
    check(WINDOW, "late,not unshipped", "late,not unshipped,-", expect![""]);
    check(PROOFS, "\"photo, video\"", "\"photo, vidio\"", expect![""]);
    check(PROOFS, ",none,", ",,", expect![""]);
    check(PATH, "订单未发货", "", expect![""]);
}

#[test]
fn tables_and_texts_have_to_be_there() {
    check(PATH, "", "", expect![""]);
    check(PATH, "table,refund-path", "table,refund-paths", expect![""]);
    check("apparel/tables/refund-paths.csv", "", "x", expect![""]);
    check("base/replies/approved.zh.md", "", "", expect![""]);
    check("base/replies/approved.zh.md", "{order}", "{oder}", expect![""]);
    check("base/replies/approved.zh.md", "{order}", "{order", expect![""]);
    check("base/replies/hello.md", "", "x", expect![""]);
}

#[test]
fn constants_have_to_be_there_and_fit() {
    check(BASE, "repair-cap = \"20 yuan\"", "", expect![""]);
    check(BASE, "repair-cap = \"20 yuan\"", "repair-cap = 20", expect![""]);
    check(BASE, "repair-cap = \"20 yuan\"", "repair-cap = \"20 hours\"", expect![""]);
    check(BASE, "promotion = false", "promotion = \"maybe\"", expect![""]);
    check(BASE, "usual-route = \"return\"", "usual-route = \"retrun\"", expect![""]);
    check(CHILD, "return-days", "retrun-days", expect![""]);
    check(CHILD, "\"15 days\"", "[15]", expect![""]);
}

#[test]
fn a_manifest_has_to_be_readable() {
    check(CHILD, "extends = \"base\"", "extends = \"bse\"", expect![""]);
    check(CHILD, "extends = \"base\"", "extends = \"apparel\"", expect![""]);
    check(BASE, "name = \"base\"", "name = \"base\"\nextends = \"apparel\"", expect![""]);
    check(CHILD, "name = \"apparel\"", "name = \"clothes\"", expect![""]);
    check(CHILD, "version = ", "versoin = ", expect![""]);
    check(CHILD, "extends = ", "extends ", expect![""]);
    check(BASE, "\"mon\",", "\"mun\",", expect![""]);
    check(BASE, "\"18:00\"", "\"8 pm\"", expect![""]);
    check(BASE, "\"18:00\"", "\"08:00\"", expect![""]);
    check(BASE, "\"+08:00\"", "\"Shanghai\"", expect![""]);
    check(BASE, "\"2026-10-01\"", "\"October\"", expect![""]);
    show("shoes", base(), expect![""]);
}

#[test]
fn a_table_has_three_lines_of_heading() {
    check(PATH, "", "a,b\n", expect![""]);
    check(PATH, "hit,unique", "hits,unique", expect![""]);
    check(PATH, "hit,unique", "hit,any", expect![""]);
    check(PATH, "row,if:shipped", "name,if:shipped", expect![""]);
    check(PATH, "row,if:shipped,if:signed", "row,if:shipped,if:shipped", expect![""]);
    check(PATH, "type,", "kind,", expect![""]);
    check(PATH, "", "table,refund-path,hit,unique\nrow,then:route\ntype,choice\n", expect![""]);
}
