//! A database that is kept, and newer exports given to it.

use std::{collections::BTreeMap, fs, path::Path, rc::Rc};

use expect_test::expect;

use crate::{
    program::{Outcome, example, guitu, packs},
    table::{Folder, Table},
    triage::{Item, KINDS, Triage, Worklist},
};

/// A shop with a database and exports that change from day to day.
#[derive(Clone)]
pub(crate) struct Shop {
    folder: Rc<Folder>,
    tables: BTreeMap<&'static str, Table>,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let read = |kind: &str| Table::read(&example(&format!("dirty/{kind}.csv")));
        let tables = KINDS.map(|kind| (kind, read(kind))).into();
        Self { folder: Rc::new(Folder::new()), tables }
    }

    pub(crate) fn order(&mut self, no: &str, changes: &[(&str, &str)]) {
        self.change("orders", ("订单编号", no), changes);
    }

    pub(crate) fn refund(&mut self, no: &str, changes: &[(&str, &str)]) {
        self.change("refunds", ("退款编号", no), changes);
    }

    fn change(&mut self, kind: &str, by: (&str, &str), changes: &[(&str, &str)]) {
        let table = self.tables.get_mut(kind).unwrap();
        for (name, value) in changes {
            table.set(by, name, value);
        }
    }

    /// A request like the one with the number `like`.
    pub(crate) fn new_refund(&mut self, like: &str, no: &str, changes: &[(&str, &str)]) {
        let table = self.tables.get_mut("refunds").unwrap();
        let column = table.column("退款编号");
        let mut row = table.rows.iter().find(|it| it[column] == like).unwrap().clone();
        no.clone_into(&mut row[column]);
        table.rows.push(row);
        self.refund(no, changes);
    }

    pub(crate) fn drop_refund(&mut self, no: &str) {
        let table = self.tables.get_mut("refunds").unwrap();
        let column = table.column("退款编号");
        table.rows.retain(|it| it[column] != no);
    }

    /// Writes today's exports and gives them to the database.
    pub(crate) fn triage(&self, now: &str) -> Triage {
        let mut triage = Triage::of(self.folder.path()).at(now).with("--db", self.db());
        for (kind, table) in &self.tables {
            let path = self.folder.at(&format!("{kind}.csv"));
            table.write_utf8(&path);
            triage = triage.file(kind, path);
        }
        triage
    }

    pub(crate) fn explain(&self, case: &str, language: &str) -> Outcome {
        let db = self.db().into_os_string();
        guitu(["explain".into(), case.into(), "--db".into(), db, "--lang".into(), language.into()])
    }

    pub(crate) fn db(&self) -> std::path::PathBuf {
        self.folder.at("shop.db")
    }
}

/// In order of number.
fn lines(worklist: &Worklist) -> String {
    let line = |it: &Item| {
        let (route, deadline) = (it.route.as_deref().unwrap(), it.deadline.as_deref().unwrap());
        let fen = it.amount_fen;
        format!("{} {route} {} {fen} {} until {deadline}", it.refund_no, it.ruling, it.status)
    };
    let mut lines: Vec<String> = worklist.items.iter().map(line).collect();
    lines.sort();
    lines.join("\n")
}

const MONDAY: &str = "2026-11-12 08:00";
const TUESDAY: &str = "2026-11-13 08:00";

#[test]
fn newer_exports_bring_cases_up_to_date() {
    let mut shop = Shop::new();
    expect![[r#"
        9001 unshipped refund 5000 under-review until 2026-11-13T10:00:00+08:00
        9002 unshipped refund 5990 under-review until 2026-11-12T09:30:00+08:00
        9003 in_transit intercept 10000 intercepting until 2026-11-14T12:00:00+08:00
        9004 return accept-return 8800 under-review until 2026-11-13T10:00:00+08:00
        9005 received ask-buyer 1500 under-review until 2026-11-13T10:00:00+08:00"#]]
    .assert_eq(&lines(&shop.triage(MONDAY).worklist()));

    // Shipped meanwhile.
    let shipped = [
        ("订单状态", "卖家已发货,等待买家确认"),
        ("发货时间", "2026-11-12 10:00:00"),
        ("物流单号", "78000000000001"),
        ("物流公司", "申通快递"),
    ];
    shop.order("800000000000000001", &shipped);
    let scan = ["78000000000001", "申通快递", "800000000000000001", "2026-11-12 19:00:00"];
    shop.tables.get_mut("tracks").unwrap().push(&[&scan[..], &["揽收", "", "", "否"]].concat());
    // Withdrawn, refunded by the marketplace, put off, and new.
    shop.refund("9002", &[("退款状态", "退款关闭")]);
    shop.refund("9004", &[("退款状态", "退款成功")]);
    shop.refund("9003", &[("超时时间", "2026-11-16 12:00:00")]);
    let changes = [("退款的申请时间", "2026-11-12 20:00:00"), ("买家退款说明", "又少了一本")];
    shop.new_refund("9005", "9006", &changes);
    let tuesday = shop.triage(TUESDAY).worklist();
    expect![[r#"
        9001 in_transit refund 5000 under-review until 2026-11-13T10:00:00+08:00
        9003 in_transit intercept 10000 intercepting until 2026-11-16T12:00:00+08:00
        9005 received ask-buyer 1500 under-review until 2026-11-13T10:00:00+08:00
        9006 received ask-buyer 1500 under-review until 2026-11-13T10:00:00+08:00"#]]
    .assert_eq(&lines(&tuesday));

    // The same again is nothing new.
    assert_eq!(shop.triage(TUESDAY).worklist(), tuesday);
    // What is over can still be explained.
    for (case, status) in [("9002", "closed"), ("9004", "refunded")] {
        let told = shop.explain(case, "en").expect(0).out;
        assert!(told.contains(case), "{status}: {told}");
    }
}

#[test]
fn the_sample_twice_is_the_sample_once() {
    let folder = Folder::new();
    let kept = Triage::of(&example("exports")).with("--db", folder.at("sample.db"));
    assert_eq!(kept.worklist(), *crate::worklist::sample());
    assert_eq!(kept.worklist(), *crate::worklist::sample());
}

/// Deadlines can be put off and brought forward again.
#[test]
fn what_the_newest_exports_say_counts() {
    let mut shop = Shop::new();
    let deadline =
        |shop: &Shop, now| shop.triage(now).worklist().item("9003").deadline.clone().unwrap();
    assert_eq!(deadline(&shop, "2026-11-12 08:00"), "2026-11-14T12:00:00+08:00");
    shop.refund("9003", &[("超时时间", "2026-11-16 12:00:00")]);
    assert_eq!(deadline(&shop, "2026-11-12 09:00"), "2026-11-16T12:00:00+08:00");
    shop.refund("9003", &[("超时时间", "2026-11-14 12:00:00")]);
    assert_eq!(deadline(&shop, "2026-11-12 10:00"), "2026-11-14T12:00:00+08:00");
}

/// A request that today's export should have and has not is not known to be over: it stays, and is
/// marked and counted.
#[test]
fn requests_that_vanish_from_the_export_are_marked() {
    let mut shop = Shop::new();
    shop.triage(MONDAY).worklist();
    let whole = shop.clone();
    shop.drop_refund("9004");
    let worklist = shop.triage(TUESDAY).worklist();
    assert_eq!(marked(&worklist), ["9004"]);
    let told = &worklist.summary.not_in_export;
    assert_eq!((told.count, told.requested_fen), (1, 8_800));
    assert_eq!(worklist.summary.open_cases, 5);
    assert!(shop.triage(TUESDAY).run().out.contains("导出中未出现 1 件"));
    // It is there again.
    assert!(marked(&whole.triage(TUESDAY).worklist()).is_empty());
    // An export of the last day does not cover what was filed before.
    for no in ["9005", "9001"] {
        shop.drop_refund(no);
    }
    assert_eq!(marked(&shop.triage(TUESDAY).worklist()), [""; 0]);
}

fn marked(worklist: &Worklist) -> Vec<&str> {
    let is_marked = |it: &&Item| it.flags.iter().any(|it| it == "not-in-export");
    worklist.items.iter().filter(is_marked).map(|it| it.refund_no.as_str()).collect()
}

/// Whichever word the marketplace has for it, what is over there is over here.
#[test]
fn what_is_over_on_the_marketplace_is_over_here() {
    for (word, status) in [
        ("退款成功", "done"),
        ("退款完成", "done"),
        ("退款关闭", "withdrawn"),
        ("买家撤销申请", "withdrawn"),
        ("商家拒绝退款", "declined"),
    ] {
        let mut shop = Shop::new();
        shop.triage(MONDAY).worklist();
        shop.refund("9001", &[("退款状态", word)]);
        let worklist = shop.triage(TUESDAY).worklist();
        assert_eq!(worklist.summary.open_cases, 4, "{word}");
        assert!(worklist.items.iter().all(|it| it.refund_no != "9001"), "{word}");
        let told = shop.explain("9001", "en").expect(0).out;
        assert!(told.contains(status), "{word}: {told}");
    }
}

/// Facts do not go backwards: older files add what is missing and change nothing.
#[test]
fn older_exports_do_not_undo_newer_ones() {
    let mut shop = Shop::new();
    shop.triage(MONDAY).worklist();
    let monday = shop.clone();
    shop.refund("9002", &[("退款状态", "退款成功")]);
    shop.refund("9003", &[("超时时间", "2026-11-16 12:00:00")]);
    shop.new_refund("9005", "9006", &[("退款的申请时间", "2026-11-12 20:00:00")]);
    let tuesday = shop.triage(TUESDAY).worklist();

    let older = monday.triage("2026-11-13 09:00").with("--lang", "en").worklist();
    assert_eq!(lines(&older), lines(&tuesday));
    expect![[r#"
        refunds.csv: found `2`; requests differ from what exports up to 2026-11-12 20:00:00 said and are left as they are: these files are older; if they are not, say when they were made with --exported"#]]
    .assert_eq(&older.summary.complaints.join("\n"));
    assert!(marked(&older).is_empty(), "an older export says nothing of newer requests");

    // They are the newer ones after all; what was refunded stays so.
    let said = monday.triage("2026-11-13 10:00").with("--exported", "2026-11-13 09:30");
    let newest = said.with("--lang", "en").worklist();
    assert_eq!(newest.item("9003").deadline.as_deref(), Some("2026-11-14T12:00:00+08:00"));
    expect!["refunds.csv row 3, column 订单编号: found `800000000000000002`; the marketplace had case 9002 as refunded already; what says requested is older"]
    .assert_eq(&newest.summary.complaints.join("\n"));
    assert!(newest.items.iter().all(|it| it.refund_no != "9002"));
    assert_eq!(marked(&newest), ["9006"]);
}

/// POLICY-10: an order keeps the rules it was bought under.
#[test]
fn orders_keep_their_pack_when_the_pack_is_edited() {
    let mut shop = Shop::new();
    let packs = Folder::copy_of(&packs());
    let first = shop.triage(MONDAY).with("--packs", packs.path()).worklist();
    let old = first.summary.pack.clone();

    edit(
        &packs.at("base/pack.toml"),
        "repair-fee-cap = \"20 yuan\"",
        "repair-fee-cap = \"25 yuan\"",
    );
    let orders = shop.tables.get_mut("orders").unwrap();
    let mut order = orders.rows[1].clone();
    "800000000000000006".clone_into(&mut order[0]);
    orders.rows.push(order);
    let items = shop.tables.get_mut("items").unwrap();
    items.push(&["800000000000000006", "毛巾", "25.00", "4", "MJ-1", "0.00", "100.00"]);
    shop.new_refund("9001", "9007", &[("订单编号", "800000000000000006")]);
    let second = shop.triage(TUESDAY).with("--packs", packs.path()).worklist();
    let new = second.summary.pack.clone();
    assert_ne!(old, new);

    assert!(shop.explain("9001", "zh").expect(0).out.contains(&old));
    assert!(shop.explain("9007", "zh").expect(0).out.contains(&new));
    // The old version is read from the database: the edited folder does not have it any more.
    let third = shop.triage(TUESDAY).with("--packs", packs.path()).worklist();
    assert_eq!(third, second);
    assert!(shop.explain("9001", "zh").expect(0).out.contains(&old));
}

/// Replaces `from`, which is there once.
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{}: {from}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}
