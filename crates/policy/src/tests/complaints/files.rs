//! `pack.toml`, missing files and texts.

use expect_test::expect;

use crate::tests::complaints::{BASE, CHILD, PATH, PROOFS, check, show};
use crate::tests::fixtures::base;

#[test]
fn tables_and_texts_have_to_be_there() {
    check(
        PATH,
        "",
        "",
        expect![
            "✗ apparel/pack.toml: nothing answers the question `refund-path`: no `tables/refund-path.csv`"
        ],
    );
    check(
        PATH,
        "table,refund-path",
        "table,refund-paths",
        expect![
            "✗ base/tables/refund-path.csv: refund-paths: the table calls itself `refund-paths`, the file `refund-path`"
        ],
    );
    check(
        "apparel/tables/refund-paths.csv",
        "",
        "x",
        expect![
            "✗ apparel/tables/refund-paths.csv: nothing asks the question `refund-paths`; did you mean `refund-path`?"
        ],
    );
    check(
        "base/replies/approved.zh.md",
        "",
        "",
        expect![[r#"
            ✗ base/tables/proofs.csv: proofs, row heavy (line 4): `reply`: there is no `replies/approved.zh.md`
            ✗ apparel/pack.toml: the text `approved` is missing: no `replies/approved.zh.md`"#]],
    );
    check(
        "base/replies/approved.zh.md",
        "{order}",
        "{oder}",
        expect![
            "✗ base/replies/approved.zh.md: the variable `{oder}` is not known; did you mean `order`?"
        ],
    );
    check(
        "base/replies/approved.zh.md",
        "{order}",
        "{order",
        expect![
            "✗ base/replies/approved.zh.md: the variable `{order 退款 {amount}` is not known; there is `order` or `amount`"
        ],
    );
    check(
        "base/replies/hello.md",
        "",
        "x",
        expect![
            "✗ base/replies/hello.md: a reply is named like `approved.zh.md` or `approved.en.md`"
        ],
    );
}

#[test]
fn a_reply_that_a_row_names_is_there_in_every_language() {
    check(
        PROOFS,
        "\"photo, video\",approved",
        "\"photo, video\",aproved",
        expect![[r#"
            ✗ base/tables/proofs.csv: proofs, row heavy (line 4): `reply`: there is no `replies/aproved.zh.md`
            ✗ base/tables/proofs.csv: proofs, row heavy (line 4): `reply`: there is no `replies/aproved.en.md`"#]],
    );
    let mut files = base();
    files.push(("base/replies/heavy.zh.md".to_owned(), "大件。".to_owned()));
    for (path, text) in &mut files {
        if path == PROOFS {
            *text = text.replace(",approved,", ",heavy,");
        }
    }
    show(
        "base",
        files,
        expect![
            "✗ base/tables/proofs.csv: proofs, row heavy (line 4): `reply`: there is no `replies/heavy.en.md`"
        ],
    );
}

#[test]
fn constants_have_to_be_there_and_fit() {
    check(
        BASE,
        "repair-cap = \"20 yuan\"",
        "",
        expect![[r#"
        ✗ apparel/pack.toml: the constant `repair-cap` is missing
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `paid`: there is no constant `repair-cap`; there is `courier-answer` or `large` or `presumed-points` or `promotion` or `return-days` or `signature` or `usual-route`
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `cap`: there is no constant `repair-cap`; there is `courier-answer` or `large` or `presumed-points` or `promotion` or `return-days` or `signature` or `usual-route`"#]],
    );
    check(
        BASE,
        "repair-cap = \"20 yuan\"",
        "repair-cap = 20",
        expect![[r#"
        ✗ base/pack.toml: the constant `repair-cap`: `20` is a number without a unit; write `7 yuan` or `7 fen`
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `paid`: `20` is a number without a unit; write `7 yuan` or `7 fen`
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `cap`: `20` is a number without a unit; write `7 yuan` or `7 fen`"#]],
    );
    check(
        BASE,
        "repair-cap = \"20 yuan\"",
        "repair-cap = \"20 hours\"",
        expect![[r#"
        ✗ base/pack.toml: the constant `repair-cap`: `20 hours` is in the wrong unit; write `7 yuan` or `7 fen`
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `paid`: `20 hours` is in the wrong unit; write `7 yuan` or `7 fen`
        ✗ base/tables/return-window.csv: return-window, row small (line 6): `cap`: `20 hours` is in the wrong unit; write `7 yuan` or `7 fen`"#]],
    );
    check(
        BASE,
        "promotion = false",
        "promotion = \"maybe\"",
        expect!["✗ base/pack.toml: the constant `promotion`: `maybe` is neither `yes` nor `no`"],
    );
    check(
        BASE,
        "usual-route = \"return\"",
        "usual-route = \"retrun\"",
        expect![[r#"
        ✗ base/pack.toml: the constant `usual-route`: `retrun` is not a known code; did you mean `return`?
        ✗ base/tables/proofs.csv: proofs, row back (line 5): `route`: `retrun` is not a known code; did you mean `return`?"#]],
    );
    check(
        CHILD,
        "return-days",
        "retrun-days",
        expect![
            "! apparel/pack.toml: nothing uses the constant `retrun-days`; did you mean `return-days`?"
        ],
    );
    check(
        CHILD,
        "\"15 days\"",
        "[15]",
        expect![[
            r#"✗ apparel/pack.toml: constant `return-days` is not a text such as "20 yuan", and neither true nor false"#
        ]],
    );
}

#[test]
fn a_manifest_has_to_be_readable() {
    check(
        CHILD,
        "extends = \"base\"",
        "extends = \"bse\"",
        expect!["✗ apparel/pack.toml: there is no pack `bse`; did you mean `base`?"],
    );
    check(
        CHILD,
        "extends = \"base\"",
        "extends = \"apparel\"",
        expect!["✗ apparel/pack.toml: the packs inherit in a circle: apparel extends apparel"],
    );
    check(
        BASE,
        "name = \"base\"",
        "name = \"base\"\nextends = \"apparel\"",
        expect![
            "✗ apparel/pack.toml: the packs inherit in a circle: apparel extends base extends apparel"
        ],
    );
    check(
        CHILD,
        "name = \"apparel\"",
        "name = \"clothes\"",
        expect![
            "✗ apparel/pack.toml: the pack calls itself `clothes` but lies in the folder `apparel`"
        ],
    );
    check(
        CHILD,
        "version = ",
        "versoin = ",
        expect![[r#"
        ✗ apparel/pack.toml: `versoin` is not known here; did you mean `version`?
        ✗ apparel/pack.toml: `version` is missing or not a text"#]],
    );
    check(
        CHILD,
        "extends = ",
        "extends ",
        expect!["✗ apparel/pack.toml: line 4: key with no value, expected `=`"],
    );
    show("shoes", base(), expect!["✗ shoes/pack.toml: there is no pack `shoes`; there is `base`"]);
}

#[test]
fn a_calendar_has_to_make_sense() {
    check(
        BASE,
        "\"mon\",",
        "\"mun\",",
        expect![
            "✗ base/pack.toml: calendar: `mun` is not a day; there is `monday` or `tuesday` or `wednesday` or `thursday` or `friday` or `saturday` or `sunday`"
        ],
    );
    check(
        BASE,
        "\"18:00\"",
        "\"8 pm\"",
        expect![[r#"✗ base/pack.toml: calendar: `8 pm` is not a time of day such as "09:00""#]],
    );
    check(
        BASE,
        "\"18:00\"",
        "\"08:00\"",
        expect![
            "✗ base/pack.toml: calendar: the working day has to end after it begins, within 24 hours"
        ],
    );
    check(
        BASE,
        "\"+08:00\"",
        "\"Shanghai\"",
        expect![[r#"✗ base/pack.toml: calendar: `Shanghai` is not an offset such as "+08:00""#]],
    );
    check(
        BASE,
        "\"2026-10-01\"",
        "\"October\"",
        expect!["✗ base/pack.toml: calendar: `October` is not a date like `2026-10-01`"],
    );
}
