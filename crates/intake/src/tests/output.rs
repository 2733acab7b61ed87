//! What we write, and that we read it back.

use std::fs;

use expect_test::expect;
use money::Money;

use super::harness::{context, dictionary};
use crate::{
    Language,
    out::{Cell, Table, write_csv, write_rejected, write_terminal, write_xlsx},
    read_orders, read_sheet,
};

fn table() -> Table {
    Table {
        name: "待办/退款".to_owned(),
        columns: ["订单编号", "买家会员名", "买家实际支付金额", "件数", "时间"]
            .map(str::to_owned)
            .to_vec(),
        rows: vec![
            vec![
                Cell::from("385438193763000001"),
                Cell::from("=cmd|' /C calc'!A0"),
                Cell::from(Money::fen(-1250)),
                Cell::from(-3),
                Cell::from(context().zone.civil(context().now)),
            ],
            vec![
                Cell::from("386"),
                Cell::from("＠SUM(A1), \"引号\"\n换行 \u{1b}[31m"),
                Cell::Empty,
                Cell::from(i64::MAX),
            ],
        ],
    }
}

#[test]
fn csv_opens_in_excel_and_nothing_in_it_is_a_formula() {
    let mut bytes = Vec::new();
    write_csv(&table(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    expect![[r#"
        \u{feff}订单编号,买家会员名,买家实际支付金额,件数,时间\r\n
        385438193763000001,\'=cmd|\' /C calc\'!A0,-12.50,-3,2026-11-12 08:00:00\r\n
        386,\"\'＠SUM(A1), \"\"引号\"\"\n换行  [31m\",,9223372036854775807,\r\n
    "#]]
    .assert_eq(&text.escape_debug().to_string().replace("\\r\\n", "\\r\\n\n"));
}

#[test]
fn a_terminal_gets_aligned_text_and_no_orders() {
    let shown = |width| {
        let mut bytes = Vec::new();
        write_terminal(&table(), width, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    expect![[r#"
        订单编号            买家会员名                    买家实际支付金额  件数                 时间
        ──────────────────  ────────────────────────────  ────────────────  ───────────────────  ───────────────────
        385438193763000001  =cmd|' /C calc'!A0                      -12.50                   -3  2026-11-12 08:00:00
        386                 ＠SUM(A1), "引号" 换行  [31m                    9223372036854775807
    "#]].assert_eq(&shown(200));
    expect![[r#"
        订单…   买家…   买家实际支付金额  件数                 时间
        ──────  ──────  ────────────────  ───────────────────  ───────────────────
        38543…  =cmd|…            -12.50                   -3  2026-11-12 08:00:00
        386     ＠SUM…                    9223372036854775807
    "#]]
    .assert_eq(&shown(60));
}

#[test]
fn xlsx_keeps_texts_as_texts_and_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.xlsx");
    write_xlsx(&[table(), table()], &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let sheet = read_sheet("out.xlsx", &bytes, dictionary()).unwrap();
    let read = read_orders(sheet, &context()).unwrap();
    let lines: Vec<String> = read.complaints.iter().map(ToString::to_string).collect();
    expect![[r#"
        out.xlsx row 2, column 买家实际支付金额: found `-12.5`; expected an amount that is not negative
        out.xlsx row 3, column 买家实际支付金额: found nothing; a value is required here"#]].assert_eq(&lines.join("\n"));
    expect![[r#"[RejectedRow { row: 2, cells: ["385438193763000001", "=cmd|' /C calc'!A0", "-12.5", "-3", "2026-11-12 08:00:00"] }, RejectedRow { row: 3, cells: ["386", "＠SUM(A1), \"引号\"\n换行 \u{1b}[31m", "", "9223372036854775807", ""] }]"#]].assert_eq(&format!("{:?}", read.rejected.rows));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn rejected_rows_are_written_with_their_problems_and_read_again_once_mended() {
    let text =
        "订单编号,订单状态,买家实际支付金额\n385,交易成功,一元\n386,交易成功,1\n387,交易成功\n";
    let sheet = read_sheet("orders.csv", text.as_bytes(), dictionary()).unwrap();
    let read = read_orders(sheet, &context()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rejected.csv");
    write_rejected(&path, &[(&read.rejected, &read.complaints)], Language::Chinese).unwrap();
    let written = fs::read_to_string(&path).unwrap();
    expect![[r#"
        ﻿文件,行,列,问题,订单编号,订单状态,买家实际支付金额
        orders.csv,2,买家实际支付金额,一元：应为最多两位小数的金额（元），例如 12.50,385,交易成功,一元
        orders.csv,4,,2：应与表头一样有 3 格；可能是内容里的分隔符或换行没有加引号,387,交易成功,
    "#]].assert_eq(&written.replace('\r', ""));

    let mended = written.replace("一元：", "").replace("一元", "1.00");
    let sheet = read_sheet("rejected.csv", mended.as_bytes(), dictionary()).unwrap();
    assert_eq!(read_orders(sheet, &context()).unwrap().rows.len(), 1);
}
