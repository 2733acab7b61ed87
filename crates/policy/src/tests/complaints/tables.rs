//! Headings, columns and types.

use expect_test::expect;

use crate::tests::complaints::{PATH, PROOFS, WINDOW, check};

#[test]
fn columns_have_to_be_what_the_question_asks() {
    check(
        PATH,
        "if:signed",
        "if:singed",
        expect![
            "✗ base/tables/refund-path.csv: refund-path: column `singed`: the question has no such field; did you mean `signed`?"
        ],
    );
    check(
        PATH,
        "then:route",
        "then:path",
        expect![[r#"
        ✗ base/tables/refund-path.csv: refund-path: column `path`: the question has no such field; there is `route`
        ✗ base/tables/refund-path.csv: refund-path: the column `then:route` is missing"#]],
    );
    check(
        PATH,
        "type,flag",
        "type,amount in yuan",
        expect![
            "✗ base/tables/refund-path.csv: refund-path: column `shipped`: the question is about something else; write `flag`"
        ],
    );
}

#[test]
fn types_have_to_be_what_the_question_asks() {
    check(
        WINDOW,
        "days?",
        "days",
        expect![
            "✗ base/tables/return-window.csv: return-window: column `signed-for`: the fact may be missing; write `days?`"
        ],
    );
    check(
        WINDOW,
        "type,choice,",
        "type,choice?,",
        expect![
            "✗ base/tables/return-window.csv: return-window: column `route`: the fact is never missing; write `choice`"
        ],
    );
    check(
        WINDOW,
        "amount in yuan,flag",
        "amount,flag",
        expect![
            "✗ base/tables/return-window.csv: return-window: column `paid`: `amount` is a number without a unit; write `amount in yuan` or `amount in fen`"
        ],
    );
    check(
        WINDOW,
        "amount in yuan,flag",
        "amount in hours,flag",
        expect![
            "✗ base/tables/return-window.csv: return-window: column `paid`: `hours` is the wrong unit for amount; write `amount in yuan` or `amount in fen`"
        ],
    );
    check(
        WINDOW,
        "time in hours",
        "days",
        expect![
            "✗ base/tables/return-window.csv: return-window: column `answer-in`: the question is about something else; write `time in hours` or `time in min` or `time in days` or `time in s`"
        ],
    );
    check(
        PROOFS,
        "type,choice?",
        "type,one of keep | return?",
        expect![
            "✗ base/tables/proofs.csv: proofs: column `route`: the question knows other codes; write `choice`"
        ],
    );
    check(
        PROOFS,
        "type,choice?",
        "type,colour",
        expect![
            "✗ base/tables/proofs.csv: proofs: column `route`: `colour` is not a type; write `flag`, `choice`, `one of a | b`, `amount in yuan`, `time in hours`, `days`, `percent`, `pieces`, `length in cm`, `weight in g` or `text`"
        ],
    );
}

#[test]
fn the_hit_policy_has_to_be_what_the_question_wants() {
    check(
        PATH,
        "hit,unique",
        "hit,collect",
        expect![
            "✗ base/tables/refund-path.csv: refund-path: the question wants one row; the hit policy is `unique` or `first`"
        ],
    );
    check(
        PROOFS,
        "hit,collect",
        "hit,first",
        expect![
            "✗ base/tables/proofs.csv: proofs: the question wants every row; the hit policy is `collect`"
        ],
    );
}

#[test]
fn a_table_has_three_lines_of_heading() {
    check(
        PATH,
        "",
        "a,b\n",
        expect![
            "✗ base/tables/refund-path.csv: a table begins with three lines: `table`, `row` and `type`"
        ],
    );
    check(
        PATH,
        "hit,unique",
        "hits,unique",
        expect![[r#"
        ✗ base/tables/refund-path.csv: line 1: `hits` is not known here; write `table,…,hit,…,source,…`
        ✗ base/tables/refund-path.csv: line 1: the hit policy is missing; write `hit,unique`"#]],
    );
    check(
        PATH,
        "hit,unique",
        "hit,any",
        expect![
            "✗ base/tables/refund-path.csv: line 1: `any` is no hit policy; write `unique`, `first` or `collect`"
        ],
    );
    check(
        PATH,
        "row,if:shipped",
        "name,if:shipped",
        expect![[r#"
        ✗ base/tables/refund-path.csv: refund-path: line 2: the column `name` is not known; write `if:…`, `then:…`, `source`, `zh` or `en`
        ✗ base/tables/refund-path.csv: refund-path: line 2: the first column is `row`, the name of the row"#]],
    );
    check(
        PATH,
        "row,if:shipped,if:signed",
        "row,if:shipped,if:shipped",
        expect![
            "✗ base/tables/refund-path.csv: refund-path: line 2: the column `if:shipped` stands twice"
        ],
    );
    check(
        PATH,
        "type,",
        "kind,",
        expect![
            "✗ base/tables/refund-path.csv: refund-path: line 3: the third line begins with `type`"
        ],
    );
    check(
        PATH,
        "",
        "table,refund-path,hit,unique\nrow,then:route\ntype,choice\n",
        expect![[r#"
            ! base/tables/refund-path.csv: refund-path: the column `source` is missing
            ! base/tables/refund-path.csv: refund-path: the column `zh` is missing
            ! base/tables/refund-path.csv: refund-path: the column `en` is missing
            ✗ base/tables/refund-path.csv: refund-path: the table has no rows"#]],
    );
}
