//! The same exports in other forms give the same worklist.

use std::path::Path;

use crate::{
    program::example,
    table::{Folder, Table},
    triage::{Item, KINDS, Triage, Worklist},
    worklist::sample,
};

type Rewrite = fn(&mut Table, &Path);

/// Rewrites each of the four files with `write`, and triages those.
fn rewritten(extension: &str, write: Rewrite) -> Worklist {
    let folder = Folder::new();
    let mut triage = Triage::of(&example("exports"));
    for kind in KINDS {
        let mut table = Table::read(&example(&format!("exports/{kind}.csv")));
        let path = folder.at(&format!("{kind}.{extension}"));
        write(&mut table, &path);
        triage = triage.file(kind, path);
    }
    triage.worklist()
}

/// Whoever writes the file, in whatever encoding and order of columns, says the same.
#[test]
fn the_same_in_every_form() {
    let forms: [(&str, &str, Rewrite); 5] = [
        ("workbooks", "xlsx", |table, path| table.write_xlsx(path)),
        ("UTF-8", "csv", |table, path| table.write_utf8(path)),
        ("GBK", "csv", |table, path| table.write_gbk(path)),
        ("tabs", "txt", |table, path| table.write_tabs(path)),
        ("other columns in another order", "csv", |table, path| {
            table.shuffle_columns();
            table.write_gbk(path);
        }),
    ];
    for (form, extension, write) in forms {
        assert_eq!(rewritten(extension, write), *sample(), "{form}");
    }
}

#[test]
fn other_names_for_the_columns() {
    let renamed = rewritten("csv", |table, path| {
        for (name, other) in [
            ("订单编号", "order_no"),
            ("退款编号", "refund_no"),
            ("买家退款金额", "refund_amount"),
            ("买家实际支付金额", "paid_total"),
            ("超时时间", "deadline"),
            ("商家编码", "sku"),
        ] {
            if table.header().iter().any(|it| it == name) {
                table.rename_column(name, other);
            }
        }
        table.write_utf8(path);
    });
    let lines = |it: &Worklist| it.items.iter().map(Item::line).collect::<Vec<String>>();
    assert_eq!(lines(&renamed), lines(sample()));
}

/// Some columns are needed; everything else makes a ruling better, not possible.
#[test]
fn without_what_can_be_done_without() {
    let folder = Folder::new();
    let mut triage = Triage::of(&example("exports")).without("tracks");
    for (kind, needed) in [
        ("orders", &["订单编号", "买家实际支付金额", "订单状态"][..]),
        ("items", &["订单编号", "商家编码", "购买数量", "买家实付货款"]),
        ("refunds", &["订单编号", "退款编号", "买家退款金额", "退款的申请时间", "商家编码"]),
    ] {
        let mut table = Table::read(&example(&format!("exports/{kind}.csv")));
        for name in table.header().to_vec() {
            if !needed.contains(&name.as_str()) {
                table.drop_column(&name);
            }
        }
        let path = folder.at(&format!("{kind}.csv"));
        table.write_utf8(&path);
        triage = triage.file(kind, path);
    }
    for item in &triage.worklist().items {
        assert!(item.amount_fen <= item.cap_fen, "{}", item.line());
        assert!(item.route.is_some() && item.clause.is_some(), "{}", item.line());
        assert_eq!((&item.deadline, item.minutes_left), (&None, None));
    }
}

#[test]
fn without_tracks() {
    let worklist = Triage::of(&example("exports")).without("tracks").worklist();
    assert_eq!(worklist.items.len(), sample().items.len());
}

/// An order without lines is its money: every request has its ruling, and together they are given no
/// more than was paid.
#[test]
fn without_lines() {
    let worklist = Triage::of(&example("exports")).without("items").worklist();
    assert_eq!(worklist.summary.rejected_rows, 0, "{:?}", worklist.summary.complaints);
    assert_eq!(worklist.items.len(), sample().items.len());
    let orders = Table::read(&example("exports/orders.csv"));
    let (order, paid) = (orders.column("订单编号"), orders.column("买家实际支付金额"));
    for row in &orders.rows[1..] {
        let of_order = worklist.items.iter().filter(|it| it.order_no == row[order]);
        let (given, most) = of_order.fold((0, 0), |(given, most), it| {
            assert!(it.route.is_some() && it.clause.is_some(), "{}", it.line());
            (given + it.amount_fen, most + it.cap_fen)
        });
        let paid: i64 = row[paid].replace('.', "").parse().unwrap();
        assert!(given <= paid && most <= paid, "{}: {given} and {most} of {paid}", row[order]);
    }
}

/// What was refunded is gone, then who asked first has the first claim, and who comes too late is
/// told so in the list.
#[test]
fn parts_of_an_order_without_lines() {
    let folder = Folder::new();
    let orders = "订单编号,买家实际支付金额,买家应付邮费,订单状态,订单付款时间\n\
                  8001,150.00,10.00,交易成功,2026-11-01 10:00:00\n";
    let refunds = "退款编号,订单编号,买家退款金额,退款的申请时间,退款状态,售后类型\n\
                   R0,8001,,2026-11-10 09:00:00,等待卖家同意,换货\n\
                   R1,8001,60.00,2026-11-10 10:00:00,等待卖家同意,仅退款\n\
                   R2,8001,50.00,2026-11-10 11:00:00,等待卖家同意,仅退款\n\
                   R3,8001,60.00,2026-11-10 12:00:00,等待卖家同意,仅退款\n\
                   R4,8001,20.00,2026-11-10 13:00:00,退款成功,仅退款\n\
                   R5,8001,20.00,2026-11-10 14:00:00,等待卖家同意,仅退款\n\
                   R6,8001,20.00,2026-11-10 15:00:00,退款关闭,仅退款\n";
    let triage = Triage::of(folder.path()).without("items").without("tracks");
    let triage = triage.file("orders", folder.write("orders.csv", orders.as_bytes()));
    let triage = triage.file("refunds", folder.write("refunds.csv", refunds.as_bytes()));
    let worklist = triage.worklist();
    let told = |it: &Item| {
        let above = it.flags.iter().any(|it| it == "amount-above-share");
        format!("{} {} {above}", it.refund_no, it.cap_fen)
    };
    let mut told: Vec<String> = worklist.items.iter().map(told).collect();
    told.sort();
    // Goods for goods takes no money away.
    assert_eq!(told.remove(0), "R0 0 false");
    assert_eq!(told, ["R1 6000 false", "R2 5000 false", "R3 1000 true", "R5 0 true"]);
    assert_eq!(worklist.summary.rejected_rows, 0);
}
