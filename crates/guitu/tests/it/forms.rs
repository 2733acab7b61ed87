//! The same exports in other forms give the same worklist.

use crate::{
    program::example,
    table::{Folder, Table},
    triage::{KINDS, Triage, Worklist},
    worklist::sample,
};

/// Rewrites each of the four files with `write`, and triages those.
fn rewritten(extension: &str, write: impl Fn(&mut Table, &std::path::Path)) -> Worklist {
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

#[test]
fn xlsx() {
    assert_eq!(rewritten("xlsx", |table, path| table.write_xlsx(path)), *sample());
}

#[test]
fn utf8() {
    assert_eq!(rewritten("csv", |table, path| table.write_utf8(path)), *sample());
}

#[test]
fn gbk() {
    assert_eq!(rewritten("csv", |table, path| table.write_gbk(path)), *sample());
}

#[test]
fn tabs() {
    assert_eq!(rewritten("txt", |table, path| table.write_tabs(path)), *sample());
}

#[test]
fn other_columns_in_another_order() {
    let shuffled = rewritten("csv", |table, path| {
        table.shuffle_columns();
        table.write_gbk(path);
    });
    assert_eq!(shuffled, *sample());
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
    let lines = |it: &Worklist| it.items.iter().map(|it| it.line()).collect::<Vec<String>>();
    assert_eq!(lines(&renamed), lines(sample()));
}

/// Requests, orders and times are needed; everything else makes the ruling better, not possible.
#[test]
fn without_what_can_be_done_without() {
    let folder = Folder::new();
    let needed = [
        ("orders", &["订单编号", "买家实际支付金额", "订单状态"][..]),
        ("refunds", &["订单编号", "退款编号", "买家退款金额", "退款的申请时间"]),
    ];
    let mut triage = Triage::of(&example("exports")).without("items").without("tracks");
    for (kind, needed) in needed {
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
    let worklist = triage.worklist();
    assert_eq!(worklist.items.len(), sample().items.len());
    for item in &worklist.items {
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
