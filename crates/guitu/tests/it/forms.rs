//! The same exports in other forms give the same worklist.

use std::{collections::BTreeSet, path::Path};

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

/// An order without lines is one piece of one thing: there is nothing left for a second request,
/// and that is said.
#[test]
fn without_lines() {
    let worklist = Triage::of(&example("exports")).without("items").worklist();
    let orders: BTreeSet<&str> = worklist.items.iter().map(|it| it.order_no.as_str()).collect();
    assert_eq!(orders.len(), worklist.items.len());
    let n_requests = sample().items.len();
    assert_eq!(worklist.items.len() + worklist.summary.rejected_rows, n_requests);
    assert_eq!(worklist.summary.complaints.len(), worklist.summary.rejected_rows);
}
