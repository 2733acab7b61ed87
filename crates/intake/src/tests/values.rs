//! Amounts, quantities and times, cell by cell.

use expect_test::expect;

use super::harness::{As, check, file};

#[test]
fn amounts_are_exact_or_refused() {
    let amounts = [
        "12",
        "12.5",
        "12.5000",
        "1,234.50",
        "¥0",
        "+3.00",
        "12.50元",
        "CNY 7",
        "0.00",
        "1.005",
        "1e3",
        "NaN",
        "1e308",
        "9223372036854775807",
        "10000000.01",
        "-1.00",
        "(1.00)",
        "12,5",
        ".5",
        "5.",
        "abc",
        "",
        "--",
        "null",
        "13800138000",
    ];
    let text = file("订单编号,订单状态,买家实际支付金额", &amounts, |nth, it| {
        format!("{nth},交易成功,\"{it}\"")
    });
    check(
        As::Orders,
        text,
        expect![[r#"
        2 no=0 status=finished paid=12.00
        3 no=1 status=finished paid=12.50
        4 no=2 status=finished paid=12.50
        5 no=3 status=finished paid=1234.50
        6 no=4 status=finished paid=0.00
        7 no=5 status=finished paid=3.00
        8 no=6 status=finished paid=12.50
        9 no=7 status=finished paid=7.00
        10 no=8 status=finished paid=0.00
        ✗ file row 11, column 买家实际支付金额: found `1.005`; an amount has at most two decimals; nothing is rounded
        ✗ file row 12, column 买家实际支付金额: found `1e3`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 13, column 买家实际支付金额: found `NaN`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 14, column 买家实际支付金额: found `1e308`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 15, column 买家实际支付金额: found `9223372036854775807`; expected at most 10000000.00 yuan
        ✗ file row 16, column 买家实际支付金额: found `10000000.01`; expected at most 10000000.00 yuan
        ✗ file row 17, column 买家实际支付金额: found `-1.00`; expected an amount that is not negative
        ✗ file row 18, column 买家实际支付金额: found `(1.00)`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 19, column 买家实际支付金额: found `12,5`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 20, column 买家实际支付金额: found `.5`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 21, column 买家实际支付金额: found `5.`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 22, column 买家实际支付金额: found `abc`; expected yuan with at most two decimals, such as 12.50
        ✗ file row 23, column 买家实际支付金额: found nothing; a value is required here
        ✗ file row 24, column 买家实际支付金额: found nothing; a value is required here
        ✗ file row 25, column 买家实际支付金额: found nothing; a value is required here
        ✗ file row 26, column 买家实际支付金额: found `1**********`; expected at most 10000000.00 yuan
    "#]],
    );
}

#[test]
fn quantities_are_whole_and_positive() {
    let pieces = ["1", "2.00", "3件", "x4", "５", "0", "-1", "1.5", "1000001", "many", ""];
    let text = file("订单编号,商家编码,价格,购买数量", &pieces, |nth, it| {
        format!("{nth},A 1,1.00,{it}")
    });
    check(
        As::Items,
        text,
        expect![[r#"
        2 no=0 sku=A_1 price=1.00 ×=1
        3 no=1 sku=A_1 price=1.00 ×=2
        4 no=2 sku=A_1 price=1.00 ×=3
        5 no=3 sku=A_1 price=1.00 ×=4
        6 no=4 sku=A_1 price=1.00 ×=5
        ✗ file row 7, column 购买数量: found `0`; expected a whole number of pieces, 1 to 1,000,000
        ✗ file row 8, column 购买数量: found `-1`; expected a whole number of pieces, 1 to 1,000,000
        ✗ file row 9, column 购买数量: found `1.5`; expected a whole number of pieces, 1 to 1,000,000
        ✗ file row 10, column 购买数量: found `1000001`; expected a whole number of pieces, 1 to 1,000,000
        ✗ file row 11, column 购买数量: found `many`; expected a whole number of pieces, 1 to 1,000,000
        ✗ file row 12, column 购买数量: found nothing; a value is required here
    "#]],
    );
}

fn times_file(times: &[&str]) -> String {
    file(
        "订单编号,订单状态,买家实际支付金额,订单付款时间",
        times,
        |nth, it| format!("{nth},交易成功,1,\"{it}\""),
    )
}

#[test]
fn times_are_read_in_many_forms() {
    let times = [
        "2026-11-11 08:00:00",
        "2026/11/11 8:00",
        "2026年11月11日",
        "2026年11月11日 8时5分6秒",
        "2026.11.11 08:00",
        "2026-11-11T08:00:00.000+08:00",
        "2026-11-11T00:00:00Z",
        "20261111",
        "20261111080000",
        "46337",
        "46337.3333333333",
        "1794355200",
        "1794355200000",
        "2026/11/11 下午 3:05",
        "2026-11-11",
        "２０２６－１１－１１　０８：００",
        "0000-00-00 00:00:00",
        "1970-01-01 08:00:00",
        "-",
        "0",
    ];
    check(
        As::Orders,
        times_file(&times),
        expect![[r#"
        2 no=0 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        3 no=1 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        4 no=2 status=finished paid=1.00 paid_at=2026-11-11 00:00:00
        5 no=3 status=finished paid=1.00 paid_at=2026-11-11 08:05:06
        6 no=4 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        7 no=5 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        8 no=6 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        9 no=7 status=finished paid=1.00 paid_at=2026-11-11 00:00:00
        10 no=8 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        11 no=9 status=finished paid=1.00 paid_at=2026-11-11 00:00:00
        12 no=10 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        13 no=11 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        14 no=12 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        15 no=13 status=finished paid=1.00 paid_at=2026-11-11 15:05:00
        16 no=14 status=finished paid=1.00 paid_at=2026-11-11 00:00:00
        17 no=15 status=finished paid=1.00 paid_at=2026-11-11 08:00:00
        18 no=16 status=finished paid=1.00
        19 no=17 status=finished paid=1.00
        20 no=18 status=finished paid=1.00
        21 no=19 status=finished paid=1.00
    "#]],
    );
}

#[test]
fn what_is_no_time_is_refused() {
    let times = [
        "11/12/2026",
        "2026-02-30",
        "2026-11-11 25:00",
        "1999-12-31",
        "2101-01-01",
        "昨天",
        "2026-11-11 08:00:00 PM",
        "26-11-11",
        "2026-11",
        "2027-01-01",
    ];
    check(
        As::Orders,
        times_file(&times),
        expect![[r#"
        11 no=9 status=finished paid=1.00 paid_at=2027-01-01 00:00:00
        ✗ file row 2, column 订单付款时间: found `11/12/2026`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 3, column 订单付款时间: found `2026-02-30`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 4, column 订单付款时间: found `2026-11-11 25:00`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 5, column 订单付款时间: found `1999-12-31`; expected a time in the years 2000 to 2100
        ✗ file row 6, column 订单付款时间: found `2101-01-01`; expected a time in the years 2000 to 2100
        ✗ file row 7, column 订单付款时间: found `昨天`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 8, column 订单付款时间: found `2026-11-11 08:00:00 PM`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 9, column 订单付款时间: found `26-11-11`; expected a time such as 2026-11-12 08:00:00
        ✗ file row 10, column 订单付款时间: found `2026-11`; expected a time such as 2026-11-12 08:00:00
        ! file row 11, column 订单付款时间: found `2027-01-01`; lies in the future: it is 2026-11-12 08:00:00 now
    "#]],
    );
}
