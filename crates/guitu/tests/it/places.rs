//! Files that are not there, and places that cannot be written: one line that names the place.

use expect_test::{Expect, expect};

use crate::{
    program::{example, guitu},
    table::Folder,
    triage::Triage,
};

fn triage() -> Triage {
    Triage::of(&example("dirty")).with("--lang", "en")
}

/// `FOLDER` stands for where the test's own files are.
#[track_caller]
fn check(triage: &Triage, folder: &Folder, expected: Expect) {
    let told = triage.run().told();
    assert_eq!(told.lines().count(), 2, "{told}");
    expected.assert_eq(&told.replace(folder.path().to_str().unwrap(), "FOLDER"));
}

#[test]
fn a_file_that_is_not_there() {
    let folder = Folder::new();
    check(
        &triage().file("orders", folder.at("none.csv")),
        &folder,
        expect![[r#"
        exit 1
        guitu: none.csv: cannot be read: there is no such file
    "#]],
    );
    check(
        &triage().file("refunds", folder.at("none.csv")),
        &folder,
        expect![[r#"
        exit 1
        guitu: none.csv: cannot be read: there is no such file
    "#]],
    );
    check(
        &triage().file("tracks", folder.at("none.csv")),
        &folder,
        expect![[r#"
        exit 1
        guitu: none.csv: cannot be read: there is no such file
    "#]],
    );
    let chinese = Triage::of(&example("dirty")).file("orders", folder.at("none.csv"));
    check(
        &chinese,
        &folder,
        expect![[r#"
        exit 1
        guitu: none.csv：无法读取：没有这个文件
    "#]],
    );
}

#[test]
fn a_folder_instead_of_a_file() {
    let folder = Folder::new();
    folder.write("orders/inside", "");
    check(
        &triage().file("orders", folder.at("orders")),
        &folder,
        expect![[r#"
        exit 1
        guitu: orders: cannot be read: it is a folder
    "#]],
    );
}

#[test]
fn places_that_cannot_be_written() {
    let folder = Folder::new();
    let nowhere = |name: &str| folder.at("nowhere").join(name);
    let out = |format, name| triage().with("--format", format).with("--out", nowhere(name));
    check(
        &out("json", "out.json"),
        &folder,
        expect![[r#"
        exit 1
        guitu: FOLDER/nowhere/out.json cannot be written: No such file or directory (os error 2)
    "#]],
    );
    check(
        &out("table", "out.txt"),
        &folder,
        expect![[r#"
        exit 1
        guitu: FOLDER/nowhere/out.txt cannot be written: No such file or directory (os error 2)
    "#]],
    );
    check(
        &out("xlsx", "out.xlsx"),
        &folder,
        expect![[r#"
        exit 1
        guitu: FOLDER/nowhere/out.xlsx: cannot be read: there is no such file
    "#]],
    );
    let rejected = triage().with("--rejected", nowhere("rejected.csv"));
    let told = rejected.run().expect(1).told();
    assert!(told.contains("rejected.csv: cannot be"), "{told}");
}

#[test]
fn databases_that_are_none() {
    let folder = Folder::new();
    folder.write("orders.db", "订单编号,买家实际支付金额\n");
    check(
        &triage().with("--db", folder.at("orders.db")),
        &folder,
        expect![[r#"
        exit 1
        guitu: `FOLDER/orders.db` is not a database, or it is damaged: file is not a database: Error code 26: file is not a database
    "#]],
    );
    check(
        &triage().with("--db", folder.at("nowhere/orders.db")),
        &folder,
        expect![[r#"
        exit 1
        guitu: `FOLDER/nowhere/orders.db` cannot be opened: unable to open database file: FOLDER/nowhere/orders.db: Error code 14: unable to open database file
    "#]],
    );
    check(
        &triage().with("--db", folder.path()),
        &folder,
        expect![[r#"
        exit 1
        guitu: `FOLDER` cannot be opened: unable to open database file: FOLDER: Error code 14: unable to open database file
    "#]],
    );
}

#[test]
fn what_no_pack_or_channel_is_called() {
    let folder = Folder::new();
    check(
        &triage().with("--pack", "none"),
        &folder,
        expect![[r#"
        exit 1
        guitu: there is no pack `none`; there are apparel, base, smart-lock, storage-power
    "#]],
    );
    check(
        &triage().with("--packs", folder.at("none")),
        &folder,
        expect![[r#"
        exit 1
        guitu: FOLDER/none: cannot be read: there is no such file
    "#]],
    );
    check(
        &triage().with("--channel", "amazon"),
        &folder,
        expect![[r#"
        exit 1
        guitu: `amazon` is not a channel; there are taobao, tmall, jd, pinduoduo, douyin, kuaishou, wechat, own
    "#]],
    );
    check(
        &triage().with("--format", "xlsx"),
        &folder,
        expect![[r#"
        exit 1
        guitu: a spreadsheet needs --out FILE
    "#]],
    );
}

#[test]
fn wrong_usage_is_another_matter() {
    for arguments in [&["triage"][..], &["triage", "--orders"], &["triag"], &["explain"], &[]] {
        let outcome = guitu(arguments.iter().copied()).expect(2);
        assert!(outcome.err.contains("--help") || outcome.err.contains("Usage"), "{}", outcome.err);
    }
    for format in ["pdf", "JSON"] {
        triage().with("--format", format).run().expect(2);
    }
    triage().with("--lang", "fr").run().expect(2);
}
