//! Every kind of dirt that files are known to come with.

use expect_test::expect;

use super::harness::{As, check, file, gbk, report, utf16};
use crate::Language;

const ORDERS: &str = "订单编号,买家会员名,订单状态,买家实际支付金额\n385,小明,交易成功,12.50\n";

#[test]
fn the_encoding_is_found_out() {
    let expected = report(As::Orders, ORDERS.as_bytes(), Language::English);
    expect![[r#"
        2 no=385 status=finished paid=12.50 buyer=小明
    "#]]
    .assert_eq(&expected);
    let with_mark = format!("\u{feff}{ORDERS}");
    for bytes in [
        ORDERS.as_bytes().to_vec(),
        with_mark.as_bytes().to_vec(),
        gbk(ORDERS),
        utf16(&with_mark, true),
        utf16(&with_mark, false),
        [b"\xef\xbb\xbf".to_vec(), gbk(ORDERS)].concat(),
        ORDERS.replace('\n', "\r\n").into_bytes(),
        ORDERS.replace('\n', "\r").into_bytes(),
        ORDERS.replace(',', "\t").into_bytes(),
        gbk(&ORDERS.replace(',', ";")),
        ORDERS.replace(',', "|").into_bytes(),
        ORDERS.replace(',', "，").into_bytes(),
    ] {
        assert_eq!(report(As::Orders, &bytes, Language::English), expected, "{bytes:x?}");
    }
}

#[test]
fn utf16_without_a_mark_is_recognized_by_its_zeros() {
    let text = "order_no,buyer,status,paid\n385,Ann,finished,12.50\n";
    check(
        As::Orders,
        utf16(text, true),
        expect![[r#"
        2 no=385 status=finished paid=12.50 buyer=Ann
    "#]],
    );
}

#[test]
fn a_line_pasted_in_another_encoding_is_read_as_what_it_is() {
    let mut bytes = ORDERS.as_bytes().to_vec();
    bytes.extend(gbk("386,小红的小店,交易成功,1.00\n"));
    check(
        As::Orders,
        &bytes,
        expect![[r#"
        2 no=385 status=finished paid=12.50 buyer=小明
        3 no=386 status=finished paid=1.00 buyer=小红的小店
    "#]],
    );
    let mut bytes = gbk(ORDERS);
    bytes.extend("386,小红的小店,交易成功,1.00\n".as_bytes());
    check(
        As::Orders,
        &bytes,
        expect![[r#"
        2 no=385 status=finished paid=12.50 buyer=小明
        3 no=386 status=finished paid=1.00 buyer=小红的小店
    "#]],
    );
}

#[test]
fn damaged_characters_are_pointed_out() {
    let mut bytes = ORDERS.as_bytes().to_vec();
    bytes.extend(b"386,\xff\xff\xff,\xe4\xba\xa4\xe6\x98\x93\xe6\x88\x90\xe5\x8a\x9f,1.00\n");
    bytes.extend(b"3\xff\xff,x,\xe4\xba\xa4\xe6\x98\x93\xe6\x88\x90\xe5\x8a\x9f,1.00\n");
    check(
        As::Orders,
        &bytes,
        expect![[r#"
            2 no=385 status=finished paid=12.50 buyer=小明
            3 no=386 status=finished paid=1.00 buyer=���
            ! file row 3: found `�`; some characters are damaged; save the file as UTF-8 or GBK and export again
            ! file row 4: found `�`; some characters are damaged; save the file as UTF-8 or GBK and export again
            ✗ file row 4, column 订单编号: found `3��`; some characters are damaged; save the file as UTF-8 or GBK and export again
        "#]],
    );
}

#[test]
fn lines_above_the_header_and_totals_below_are_passed_over() {
    check(
        As::Orders,
        "店铺订单导出\n导出时间：2026-11-12 08:00:00,,,\n\n\
         ﻿ 订单编号 ,＂订单状态＂,买家实际支付金额（元）,\n385,交易成功,12.50,\n\n,,,\n\
         订单编号,订单状态,买家实际支付金额（元）,\n386,交易成功,1.00,\n合计,,13.50,\n#共2条\n以上为全部订单,,,\n",
        expect![[r#"
            5 no=385 status=finished paid=12.50
            9 no=386 status=finished paid=1.00
            · file row 10: found `合计`; taken for a total or a remark and skipped
            · file row 11: found `#共2条`; taken for a total or a remark and skipped
            · file row 12: found `以上为全部订单`; taken for a total or a remark and skipped
        "#]],
    );
}

#[test]
fn headers_are_known_by_many_names() {
    check(
        As::Orders,
        "\"Order No.\"\t\"STATUS\"\t\"Paid_Total\"\t\"whatever\"\nA-1\tshipped\t5\tx\n",
        expect![[r#"
            2 no=A-1 status=shipped paid=5.00
        "#]],
    );
    check(
        As::Orders,
        "＊订单编号,订单状态【必填】,买家实际支付金额(分)\n385,已发货,1250\n386,已发货,12.50\n",
        expect![[r#"
            2 no=385 status=shipped paid=12.50
            ✗ file row 3, column 买家实际支付金额(分): found `12.50`; the column counts fen: expected a whole number
        "#]],
    );
}

#[test]
fn cells_come_out_of_their_guards() {
    check(
        As::Orders,
        "订单编号,买家会员名,订单状态,买家实际支付金额,物流单号,联系手机\n\
         =\"385438193763000001\",'001, 交易成功\t,￥1，234.50,\"=\"\"SF123456789\"\"\",'13800138000\n\
         \t386\u{a0},\u{200b}小明\u{202e},交易成功,１２．５０元,YT1234567;YT1234568、YT1234569,\n\
         \u{feff}387,,交易成功,\"1,234.50\",\"圆通速递 YT7654321\n中通 73123456789012\",\n",
        expect![[r#"
            2 no=385438193763000001 status=finished paid=1234.50 parcels=SF123456789 buyer=001 phone=13800138000
            3 no=386 status=finished paid=12.50 parcels=YT1234567+YT1234568+YT1234569 buyer=小明
            4 no=387 status=finished paid=1234.50 carrier=yto parcels=YT7654321+73123456789012
        "#]],
    );
}

#[test]
fn ragged_rows_are_rejected_and_the_others_are_read() {
    check(
        As::Orders,
        "订单编号,买家会员名,订单状态,买家实际支付金额\n\
         385,a,卖家已发货,等待买家确认,12.50\n\
         386,b\n\
         387,c,交易成功,1.00,,\n\
         388,d,\"卖家已发货,等待买家确认\",2.00\n",
        expect![[r#"
            4 no=387 status=finished paid=1.00 buyer=c
            5 no=388 status=shipped paid=2.00 buyer=d
            ✗ file row 2: found `5`; expected 4 cells, as in the header; an unquoted separator or break?
            ✗ file row 3: found `2`; expected 4 cells, as in the header; an unquoted separator or break?
        "#]],
    );
}

#[test]
fn one_stray_quotation_mark_costs_one_row() {
    let mut text = String::from("订单编号,订单备注,订单状态,买家实际支付金额\n");
    text.push_str("385,\"急,交易成功,1.00\n386,\"多行\n备注\",交易成功,2.00\n");
    let numbers: Vec<u32> = (400..460).collect();
    text.push_str(&file("", &numbers, |_, it| format!("{it},5\" 屏幕,交易成功,3.00")));
    let report = report(As::Orders, text.as_bytes(), Language::English);
    let is_picked = |it: &&str| it.contains("no=386") || it.contains("no=459") || it.contains('✗');
    let picked: Vec<&str> = report.lines().filter(is_picked).collect();
    expect![[r#"
        3 no=386 status=finished paid=2.00 note=多行
        64 no=459 status=finished paid=3.00 note=5" 屏幕
        ✗ file row 2: found nothing; a quotation mark is never closed, so the row cannot be told from the next"#]]
    .assert_eq(&picked.join("\n"));
}

#[test]
fn a_request_from_the_future_is_rejected_and_a_deadline_in_it_is_not() {
    check(
        As::Refunds,
        "订单编号,退款编号,买家退款金额,退款的申请时间,超时时间\n\
         1,r1,1.00,2026-11-12 08:00:01,2026-11-14 08:00:00\n\
         1,r2,1.00,2026-11-12 08:00:00,2026-11-14 08:00:00\n",
        expect![[r#"
            3 no=1 refund=r2 status=other amount=1.00 applied=2026-11-12 08:00:00 deadline=2026-11-14 08:00:00 goods=unknown reason=other
            ✗ file row 2, column 退款的申请时间: found `2026-11-12 08:00:01`; lies in the future: it is 2026-11-12 08:00:00 now
        "#]],
    );
    check(
        As::Tracks,
        "物流单号,时间,状态\nSF1234567,2026-11-12 09:00:00,签收\n",
        expect![[r#"
        ✗ file row 2, column 时间: found `2026-11-12 09:00:00`; lies in the future: it is 2026-11-12 08:00:00 now
    "#]],
    );
}

#[test]
fn numbers_that_lost_their_digits_are_refused() {
    check(
        As::Orders,
        "订单编号,订单状态,买家实际支付金额,物流单号\n\
         3.85438E+17,交易成功,1.00,\n\
         385,交易成功,1.00,1.11388E+14\n\
         12345678901.0,交易成功,1.00,\n",
        expect![[r#"
            4 no=12345678901 status=finished paid=1.00
            ✗ file row 2, column 订单编号: found `3.85438E+17`; the number was saved as a number and has lost digits; export the column as text
            ✗ file row 3, column 物流单号: found `1.11388E+14`; the number was saved as a number and has lost digits; export the column as text
        "#]],
    );
}

#[test]
fn what_comes_twice_is_taken_once_or_refused() {
    check(
        As::Refunds,
        "订单编号,退款编号,买家退款金额,退款的申请时间\n\
         1,r1,1.00,2026-11-11 08:00:00\n\
         1,r1,1.00,2026-11-11 08:00:00\n\
         1,r1,2.00,2026-11-11 08:00:00\n\
         1,,2.00,2026-11-11 08:00:00\n",
        expect![[r#"
            2 no=1 refund=r1 status=other amount=1.00 applied=2026-11-11 08:00:00 goods=unknown reason=other
            ✗ file row 4, column 退款编号: found `r1`; row 2 has the same number with other values; kept the first
            ✗ file row 5, column 退款编号: found nothing; a value is required here
        "#]],
    );
    check(
        As::Orders,
        "订单号,商品名称,订单状态,应付金额\n\
         1,a,交易成功,3.00\n1,b,交易成功,3.00\n1,c,交易关闭,3.00\n",
        expect![[r#"
            2 no=1 status=finished paid=3.00
            ✗ file row 4, column 订单号: found `1`; row 2 has the same number with other values; kept the first
        "#]],
    );
}

#[test]
fn one_row_for_each_line_of_an_order_is_added_up() {
    check(
        As::Orders,
        "主订单编号,子订单编号,订单状态,订单应付金额,运费,收件人\n\
         1,11,已完成,3.00,1.00,a\n1,12,已发货,4.00,0,a\n1,11,已完成,3.00,1.00,a\n1,12,已发货,5.00,0,a\n2,21,已完成,1,0,b\n",
        expect![[r#"
            2 no=1 status=shipped paid=7.00 postage=1.00 name=a
            6 no=2 status=finished paid=1.00 postage=0.00 name=b
            ✗ file row 5, column 主订单编号: found `1`; row 2 has the same number with other values; kept the first
        "#]],
    );
}

#[test]
fn files_that_are_no_tables_are_named() {
    let strangers = [
        &b""[..],
        b"\n \r\n",
        b"\xef\xbb\xbf",
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        b"{\"a\": 1}",
        b"PK\x03\x04garbage",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1garbage",
        b"a,b\0c\n1,2\n",
        b"<html><body>please log in</body></html>",
        b"Rar!\x1a\x07",
    ];
    let reports = strangers.map(|bytes| {
        let english = report(As::Orders, bytes, Language::English);
        english + &report(As::Orders, bytes, Language::Chinese)
    });
    expect![[r#"
        file: is empty
        file：文件是空的
        file: is empty
        file：文件是空的
        file: is empty
        file：文件是空的
        file: is a PDF document, not a table; export CSV or XLSX from the back office
        file：不是表格（PDF 文档）；请在商家后台导出 CSV 或 XLSX
        file: is an image, not a table; export CSV or XLSX from the back office
        file：不是表格（图片）；请在商家后台导出 CSV 或 XLSX
        file: is JSON, not a table; export CSV or XLSX from the back office
        file：不是表格（JSON 文件）；请在商家后台导出 CSV 或 XLSX
        file: is damaged (the archive has no readable index); export it again
        file：文件已损坏（压缩目录无法读取）；请重新导出
        file: is damaged (the workbook does not follow its format); export it again
        file：文件已损坏（工作簿格式不正确）；请重新导出
        file: is a binary file, not a table; export CSV or XLSX from the back office
        file：不是表格（二进制文件）；请在商家后台导出 CSV 或 XLSX
        file: is a web page without a table, not a table; export CSV or XLSX from the back office
        file：不是表格（没有表格的网页）；请在商家后台导出 CSV 或 XLSX
        file: is a RAR archive, not a table; export CSV or XLSX from the back office
        file：不是表格（RAR 压缩包）；请在商家后台导出 CSV 或 XLSX
    "#]]
    .assert_eq(&reports.concat());
}

#[test]
fn a_missing_header_and_missing_columns_are_spelled_out() {
    check(
        As::Orders,
        "1,2,3\n4,5,6\n",
        expect![[r#"
        file: has no header: none of the first rows names two known columns such as 订单编号 or order_no; the first row has `1`, `2`, `3`
    "#]],
    );
    check(
        As::Refunds,
        "订单编号,退款状态,颜色\n1,退款成功,红\n",
        expect![[r#"
        file: lacks the column `退款编号` or `退款单号` or `退款ID` or `售后编号`, and the column `买家退款金额` or `退款金额` or `申请退款金额` or `退款申请金额`, and the column `退款的申请时间` or `退款申请时间` or `售后申请时间` or `申请时间`; it has `订单编号`, `退款状态`, `颜色`
    "#]],
    );
    let chinese = report(As::Refunds, "订单编号,退款状态,颜色\n".as_bytes(), Language::Chinese);
    expect![[r#"
        file：缺少必需的列：`退款编号` 或 `退款单号` 或 `退款ID` 或 `售后编号`；`买家退款金额` 或 `退款金额` 或 `申请退款金额` 或 `退款申请金额`；`退款的申请时间` 或 `退款申请时间` 或 `售后申请时间` 或 `申请时间`；文件里的列有：`订单编号`、`退款状态`、`颜色`
    "#]].assert_eq(&chinese);
}

#[test]
fn complaints_are_plain_in_both_languages_and_name_nobody() {
    let text = "订单编号,订单状态,买家实际支付金额,联系手机,订单付款时间\n\
                ,交易成功,13800138000,13800138000,2026-11-11\n\
                7,\u{1b}[31m奇怪的状态,x\u{202e}y\u{7},13800138000,2026-11-31\n";
    let chinese = report(As::Orders, text.as_bytes(), Language::Chinese);
    expect![[r#"
        ✗ file 第 2 行「订单编号」列：内容为空；此处必须填写
        ✗ file 第 2 行「买家实际支付金额」列：内容是“1**********”；金额不应超过 10000000.00 元
        · file 第 3 行「订单状态」列：内容是“[31m奇怪的状态”；词典里没有这个词，按“未知”处理
        ✗ file 第 3 行「买家实际支付金额」列：内容是“xy”；应为最多两位小数的金额（元），例如 12.50
        ✗ file 第 3 行「订单付款时间」列：内容是“2026-11-31”；应为时间，例如 2026-11-12 08:00:00
    "#]]
    .assert_eq(&chinese);
    let english = report(As::Orders, text.as_bytes(), Language::English);
    assert!(!(chinese + &english).contains("13800138000"));
}
