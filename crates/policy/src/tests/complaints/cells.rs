//! Rows and cells.

use expect_test::expect;

use crate::tests::complaints::{PATH, PROOFS, WINDOW, check};

#[test]
fn cells_are_named_by_row_and_line() {
    check(
        PATH,
        "unshipped,no,",
        "unshipped,nope,",
        expect![
            "✗ base/tables/refund-path.csv: refund-path, row unshipped (line 4): `shipped`: `nope` is neither `yes` nor `no`"
        ],
    );
    check(
        PATH,
        "unshipped,no,-,-,unshipped",
        "unshipped,no,-,-,unshiped",
        expect![
            "✗ base/tables/refund-path.csv: refund-path, row unshipped (line 4): `route`: `unshiped` is not a known code; did you mean `unshipped`?"
        ],
    );
    check(
        WINDOW,
        "<= $repair-cap",
        "<= $repair-caps",
        expect![
            "✗ base/tables/return-window.csv: return-window, row small (line 6): `paid`: there is no constant `repair-caps`; did you mean `repair-cap`?"
        ],
    );
    check(
        WINDOW,
        "<= $repair-cap",
        "<= $courier-answer",
        expect![
            "✗ base/tables/return-window.csv: return-window, row small (line 6): `paid`: the constant `courier-answer` is something else; here stands amount in yuan"
        ],
    );
}

#[test]
fn rows_are_named_and_as_long_as_the_heading() {
    check(
        WINDOW,
        "late,not unshipped",
        "in-time,not unshipped",
        expect![
            "✗ base/tables/return-window.csv: return-window, row in-time (line 7): line 5 already has this name"
        ],
    );
    check(
        WINDOW,
        "late,not unshipped",
        "Late,not unshipped",
        expect![
            "✗ base/tables/return-window.csv: return-window, row Late (line 7): a row has a name of lower-case words and hyphens"
        ],
    );
    check(
        WINDOW,
        "late,not unshipped",
        "late,not unshipped,-",
        expect![
            "✗ base/tables/return-window.csv: return-window, row late (line 7): the line has 11 cells where 10 belong"
        ],
    );
    check(
        PROOFS,
        "\"photo, video\"",
        "\"photo, vidio\"",
        expect![
            "✗ base/tables/proofs.csv: proofs, row heavy (line 4): `needs`: `vidio` is not a known code; did you mean `video`?"
        ],
    );
    check(
        PROOFS,
        ",none,",
        ",,",
        expect![
            "✗ base/tables/proofs.csv: proofs, row unknown (line 6): `needs`: the answer is empty"
        ],
    );
    check(
        PATH,
        "订单未发货",
        "",
        expect![
            "! base/tables/refund-path.csv: refund-path, row unshipped (line 4): `zh` is empty"
        ],
    );
}
