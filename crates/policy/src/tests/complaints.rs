//! What `guitu pack check` prints about packs that have something wrong with them.

mod cells;
mod files;
mod tables;

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
        expect![
            "✗ base/tables/refund-path.csv: refund-path: no row answers, e.g. shipped=yes, signed=yes, returns-goods=no"
        ],
    );
    check(
        WINDOW,
        "person,-,-,-,no",
        "person,-,> 30,-,no",
        expect![
            "✗ base/tables/return-window.csv: return-window: no row answers, e.g. route=keep, signed-for=missing, paid=0.00 yuan"
        ],
    );
}

#[test]
fn two_rows_that_answer_the_same_are_shown_by_an_example() {
    check(
        PATH,
        "not-received,yes,no",
        "not-received,yes,-",
        expect![[r#"
        ✗ base/tables/refund-path.csv: refund-path, row keep (line 6): not-received (line 5) answers too, e.g. shipped=yes, signed=yes, returns-goods=no
        ✗ base/tables/refund-path.csv: refund-path, row return (line 7): not-received (line 5) answers too, e.g. shipped=yes, signed=yes, returns-goods=yes"#]],
    );
}

#[test]
fn a_row_that_is_never_reached_names_the_rows_above_it() {
    check(
        WINDOW,
        "late,not unshipped,> $return-days,",
        "late,keep,1..7,",
        expect![
            "✗ base/tables/return-window.csv: return-window, row late (line 7): never reached: in-time (line 5) answers all of it"
        ],
    );
    check(
        WINDOW,
        "early,\"unshipped, not-received\",-,-",
        "early,-,-,-",
        expect![[r#"
        ✗ base/tables/return-window.csv: return-window, row in-time (line 5): never reached: early (line 4) answers all of it
        ✗ base/tables/return-window.csv: return-window, row small (line 6): never reached: early (line 4) answers all of it
        ✗ base/tables/return-window.csv: return-window, row late (line 7): never reached: early (line 4) answers all of it
        ✗ base/tables/return-window.csv: return-window, row person (line 8): never reached: early (line 4) answers all of it"#]],
    );
}
