//! Files with something wrong in them: what is said, what is taken all the same, what is put aside.
//!
//! What `examples/dirty/said/NAME.txt` says is what happens when the file `NAME` takes the place of
//! the clean one of its kind.

use std::{collections::BTreeSet, fs, io::Write};

use expect_test::expect_file;

use crate::{
    program::example,
    table::{Folder, Table},
    triage::{Triage, Worklist},
};

/// Told are the exit code, what went to standard error, the rows put aside, the requests taken.
fn told(triage: &Triage) -> String {
    let folder = Folder::new();
    let aside = folder.at("rejected.csv");
    let triage = triage.clone().with("--lang", "en").with("--rejected", &aside);
    let outcome = triage.with("--format", "json").run();
    let told = outcome.told();
    if outcome.code == 1 {
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(!aside.exists() && outcome.out.is_empty());
        return told;
    }
    let rejected = Table::read(&aside);
    let rows: Vec<String> = rejected.rows[1..].iter().map(|it| it[1].clone()).collect();
    let worklist = Worklist::read(&outcome.out);
    assert_eq!(outcome.code == 3, 0 < worklist.summary.rejected_rows, "{told}");
    let mut taken: Vec<&str> = worklist.items.iter().map(|it| it.refund_no.as_str()).collect();
    taken.sort_unstable();
    format!("{told}aside: {}\ntaken: {}\n", rows.join(" "), taken.join(" "))
}

/// Every file of one kind that has something wrong with it.
fn check(kind: &'static str) {
    let dirty = example("dirty");
    let files = fs::read_dir(&dirty).unwrap().map(|it| it.unwrap().file_name());
    let files: BTreeSet<String> = files.map(|it| it.into_string().unwrap()).collect();
    for file in files.iter().filter(|it| it.starts_with(&format!("{kind}-"))) {
        let triage = Triage::of(&dirty).file(kind, dirty.join(file));
        let (name, _) = file.rsplit_once('.').unwrap();
        expect_file![dirty.join(format!("said/{name}.txt"))].assert_eq(&told(&triage));
    }
}

#[test]
fn clean() {
    assert_eq!(
        told(&Triage::of(&example("dirty"))),
        "exit 0\naside: \ntaken: 9001 9002 9003 9004 9005\n"
    );
}

#[test]
fn orders() {
    check("orders");
}

#[test]
fn items() {
    check("items");
}

#[test]
fn refunds() {
    check("refunds");
}

#[test]
fn tracks() {
    check("tracks");
}

#[test]
fn in_chinese_too() {
    let dirty = example("dirty");
    let triage = Triage::of(&dirty).file("refunds", dirty.join("refunds-several.csv"));
    expect_file![dirty.join("said/refunds-several.zh.txt")].assert_eq(&triage.run().err);
}

/// What is asked for is never what is given, however large it is.
#[test]
fn more_than_was_paid_is_not_given() {
    let dirty = example("dirty");
    let file = dirty.join("refunds-amount-above-paid.csv");
    let worklist = Triage::of(&dirty).file("refunds", file).worklist();
    let item = worklist.item("9001");
    assert_eq!((item.requested_fen, item.cap_fen), (Some(500_000), 5_000), "{}", item.line());
    assert!(item.amount_fen <= item.cap_fen, "{}", item.line());
}

/// The rows put aside, mended, are an export again.
#[test]
fn mended_rows_can_be_given_again() {
    let (dirty, folder) = (example("dirty"), Folder::new());
    let triage = Triage::of(&dirty).with("--db", folder.at("shop.db"));
    let aside = folder.at("refunds.csv");
    let first = triage.clone().file("refunds", dirty.join("refunds-time-in-future.csv"));
    let first = first.with("--rejected", &aside).worklist();
    assert!(first.items.iter().all(|it| it.refund_no != "9005"));

    let mut mended = Table::read(&aside);
    mended.set(("退款编号", "9005"), "退款的申请时间", "2026-11-10 10:00:00");
    mended.write_utf8(&aside);
    let second = triage.clone().file("refunds", &aside).worklist();
    assert_eq!(second.summary.rejected_rows, 0, "{:?}", second.summary.complaints);
    assert_eq!(second.items, triage.worklist().items);
}

/// A row that was read and then refused is put aside as it stands, too.
#[test]
fn refused_rows_are_put_aside_with_their_cells() {
    let (dirty, folder) = (example("dirty"), Folder::new());
    let aside = folder.at("refunds.csv");
    let triage = Triage::of(&dirty).file("refunds", dirty.join("refunds-order-unknown.csv"));
    triage.with("--rejected", &aside).run().expect(3);
    let table = Table::read(&aside);
    let cell = |name: &str| table.rows[1][table.column(name)].clone();
    assert_eq!((cell("退款编号"), cell("申请退款件数")), ("9004".to_owned(), "1".to_owned()));
}

/// A text of a buyer's that a spreadsheet would run stays a text.
#[test]
fn formulas_do_not_leave_the_program() {
    let (dirty, folder) = (example("dirty"), Folder::new());
    let mut refunds = Table::read(&dirty.join("refunds-formula.csv"));
    refunds.set(("退款编号", "9005"), "买家退款金额", "-15.00");
    let (path, aside) = (folder.at("refunds.csv"), folder.at("rejected.csv"));
    refunds.write_utf8(&path);
    Triage::of(&dirty).file("refunds", path).with("--rejected", &aside).run().expect(3);
    let text = fs::read_to_string(aside).unwrap();
    assert!(text.contains("'=HYPERLINK"), "{text}");
    assert!(!text.contains(",=") && !text.contains(",\"="), "{text}");
}

/// Eight megabytes in one cell are more than any back office writes, and no reason to fall over.
#[test]
fn a_huge_cell() {
    let (dirty, folder) = (example("dirty"), Folder::new());
    for (length, code) in [(100_000, 0), (8 << 20, 1)] {
        let mut refunds = Table::read(&dirty.join("refunds.csv"));
        refunds.set(("退款编号", "9005"), "买家退款说明", &"长".repeat(length / 3));
        let path = folder.at("refunds.csv");
        refunds.write_utf8(&path);
        let outcome = Triage::of(&dirty).file("refunds", path).with("--lang", "en").run();
        assert!(outcome.err.len() < 300, "{} bytes of complaint", outcome.err.len());
        assert_eq!(outcome.code, code, "{}", outcome.err);
    }
}

/// Cut anywhere or with any stretch overwritten, a file is read in part or refused in a line.
#[test]
fn damage_anywhere() {
    let folder = Folder::new();
    let channels = example("other-channels");
    let whole = fs::read(channels.join("douyin/orders.xlsx")).unwrap();
    let step = whole.len() / 7;
    for at in (0..whole.len()).step_by(step) {
        let mut spoilt = whole.clone();
        spoilt[at..].iter_mut().take(40).for_each(|it| *it ^= 0x55);
        for (name, bytes) in [("cut.xlsx", &whole[..at]), ("spoilt.xlsx", &spoilt)] {
            let orders = folder.write(name, bytes);
            let triage = Triage::of(&channels).without("tracks").without("items");
            let triage = triage.file("refunds", channels.join("douyin/refunds.xlsx"));
            let outcome = triage.file("orders", orders).with("--lang", "en").run();
            assert!([0, 1, 3].contains(&outcome.code), "{name} at {at}: {}", outcome.told());
            assert!(outcome.code == 0 || outcome.err.contains(name) || outcome.code == 3);
            assert!(!outcome.err.contains("panicked"), "{name} at {at}: {}", outcome.err);
        }
    }
}

/// Nobody reads what the program says: that is no reason to complain.
#[test]
fn a_closed_pipe() {
    let mut command = crate::program::program();
    command.args(["pack", "list"]).stdout(std::process::Stdio::piped());
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    std::io::stderr().write_all(b"").unwrap();
    assert!(!said.contains("panicked"), "{said}");
}
