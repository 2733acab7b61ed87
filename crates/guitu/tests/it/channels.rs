//! Exports of other channels than the sample's.

use crate::{
    program::{example, golden},
    triage::Triage,
};

/// The files of a channel's folder: orders, lines, requests, and tracks if there are any.
#[track_caller]
fn check(files: [&str; 4], expected: &str) {
    let folder = example("other-channels");
    let mut triage = Triage::of(&folder);
    for (kind, file) in ["orders", "items", "refunds", "tracks"].into_iter().zip(files) {
        triage = if file.is_empty() {
            triage.without(kind)
        } else {
            triage.file(kind, folder.join(file))
        };
    }
    let worklist = triage.worklist();
    assert_eq!(worklist.summary.complaints, Vec::<String>::new());
    let mut lines = vec![format!("{} orders", worklist.summary.orders)];
    for item in &worklist.items {
        let (line, flags) = (item.line(), item.flags.join(" "));
        lines.push(format!("{line} {flags}").trim_end().to_owned());
    }
    golden(expected).assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn jd() {
    check(["jd/orders.csv", "jd/orders.csv", "jd/refunds.csv", ""], "channels/jd.txt");
}

#[test]
fn pinduoduo() {
    let orders = "pinduoduo/orders.csv";
    check([orders, orders, "pinduoduo/refunds.csv", ""], "channels/pinduoduo.txt");
}

#[test]
fn douyin() {
    check(
        ["douyin/orders.xlsx", "douyin/orders.xlsx", "douyin/refunds.xlsx", ""],
        "channels/douyin.txt",
    );
}

#[test]
fn a_shop_of_ones_own() {
    let [orders, items] = ["own/orders.tsv", "own/items.tsv"];
    check([orders, items, "own/refunds.tsv", "own/tracks.tsv"], "channels/own.txt");
}
