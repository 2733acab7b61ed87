//! What stands around the data: headers of two rows, totals, remarks.

use expect_test::expect;

use super::harness::{As, check};

/// Groups of columns have a name of their own above; what is merged over both rows stands in the
/// first.
#[test]
fn a_header_may_have_two_rows() {
    check(
        As::Orders,
        "订单导出,,,\n订单编号,金额,,状态\n,实付金额,运费,\n385,12.50,2,已付款\n".as_bytes(),
        expect![[r#"
            4 no=385 status=paid paid=12.50 postage=2.00
        "#]],
    );
    check(
        As::Orders,
        "订单编号,金额,状态\n,实付金额,\n385,12.50,已付款\n".as_bytes(),
        expect![[r#"
            3 no=385 status=paid paid=12.50
        "#]],
    );
    // A remark is none, although a column may be called so.
    check(
        As::Orders,
        "订单编号,实付金额,状态\n备注,,\n385,12.50,已付款\n".as_bytes(),
        expect![[r#"
            3 no=385 status=paid paid=12.50
            · file row 2: found `备注`; taken for a total or a remark and skipped
        "#]],
    );
    // The first order is no second row of the header.
    check(
        As::Orders,
        "订单编号,实付金额,状态\nA,1,已付款\n".as_bytes(),
        expect![[r#"
            2 no=A status=paid paid=1.00
        "#]],
    );
}

#[test]
fn totals_are_skipped_however_they_are_written() {
    check(
        As::Orders,
        "订单编号,买家会员名,实付金额,状态\n385,甲,12.50,已付款\n合计：,,12.50,\n,总计,12.50,\n\
         本页合计12.50元,,,\n,,\"￥12.50\",\n386,乙,1.00,已付款\n"
            .as_bytes(),
        expect![[r#"
            2 no=385 status=paid paid=12.50 buyer=甲
            7 no=386 status=paid paid=1.00 buyer=乙
            · file row 3: found `合计：`; taken for a total or a remark and skipped
            · file row 4: found `总计`; taken for a total or a remark and skipped
            · file row 5: found `本页合计12.50元`; taken for a total or a remark and skipped
            · file row 6: found `￥12.50`; taken for a total or a remark and skipped
        "#]],
    );
}

/// A row with no number and more than sums is one whose number is missing.
#[test]
fn a_row_without_its_number_is_not_taken_for_a_total() {
    check(
        As::Orders,
        "订单编号,实付金额,状态\n385,12.50,已付款\n,12.50,已付款\n".as_bytes(),
        expect![[r#"
            2 no=385 status=paid paid=12.50
            ✗ file row 3, column 订单编号: found nothing; a value is required here
        "#]],
    );
}

/// One cell because of a quotation mark is no remark: it is a row, and it is lost.
#[test]
fn an_open_quotation_is_an_error_and_no_remark() {
    check(
        As::Orders,
        "订单编号,实付金额,状态\n385,12.50,已付款\n\"386,1.00,已付款\n387,2.00,已付款\n".as_bytes(),
        expect![[r#"
            2 no=385 status=paid paid=12.50
            4 no=387 status=paid paid=2.00
            ✗ file row 3: found nothing; a quotation mark is never closed, so the row cannot be told from the next
        "#]],
    );
}

/// A shop that keeps its own spreadsheet calls things as it likes.
#[test]
fn plain_words_for_columns_and_values() {
    check(
        As::Orders,
        "订单ID\t客户\t总额\t状态\t日期\n０００１\t王先生\t￥１，２９９．００\t已发货\t2026/11/3 9:05\n\
         '0002\t李女士\t1299元\t已付款\t46329.5\n"
            .as_bytes(),
        expect![[r#"
            2 no=0001 status=shipped paid=1299.00 placed=2026-11-03 09:05:00 buyer=王先生
            3 no=0002 status=paid paid=1299.00 placed=2026-11-03 12:00:00 buyer=李女士
        "#]],
    );
    check(
        As::Refunds,
        "退款ID\t订单ID\t金额\t日期\t状态\nA1\t0001\t1299\t2026/11/10 9:05\t待处理\n\
         A2\t0002\t100元\t2026.11.11\t已退\nA3\t0002\t1.23457E+18\t2026.11.11\t取消\n"
            .as_bytes(),
        expect![[r#"
            2 no=0001 refund=A1 status=requested amount=1299.00 applied=2026-11-10 09:05:00 goods=unknown reason=other
            3 no=0002 refund=A2 status=refunded amount=100.00 applied=2026-11-11 00:00:00 goods=unknown reason=other
            ✗ file row 4, column 金额: found `1.23457E+18`; expected yuan with at most two decimals, such as 12.50
        "#]],
    );
}
