//! The worklist of the sample exports, as data.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{
    program::{example, golden},
    table::Table,
    triage::{Item, Triage, Worklist},
};

static SAMPLE: LazyLock<Worklist> = LazyLock::new(|| Triage::of(&example("exports")).worklist());

/// The worklist of the sample.
pub(crate) fn sample() -> &'static Worklist {
    &SAMPLE
}

#[test]
fn every_request_is_in_the_worklist_once() {
    let refunds = Table::read(&example("exports/refunds.csv"));
    let (order, refund) = (refunds.column("订单编号"), refunds.column("退款编号"));
    let asked: BTreeMap<&str, &str> =
        refunds.rows[1..].iter().map(|it| (it[refund].as_str(), it[order].as_str())).collect();
    let told: BTreeMap<&str, &str> =
        sample().items.iter().map(|it| (it.refund_no.as_str(), it.order_no.as_str())).collect();
    assert_eq!(asked, told);
    assert_eq!(told.len(), sample().items.len());
}

#[test]
fn an_item_says_what_to_do_by_when_and_by_which_clause() {
    let tables: Vec<String> = std::fs::read_dir(crate::program::packs().join("base/tables"))
        .unwrap()
        .map(|it| it.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    for item in &sample().items {
        let line = item.line();
        let route = item.route.as_deref().unwrap();
        assert!(["unshipped", "in_transit", "received", "return"].contains(&route), "{line}");
        let (table, row) = item.clause.as_deref().unwrap().split_once('#').unwrap();
        assert!(tables.iter().any(|it| it == table) && !row.is_empty(), "{line}");
        assert!(!item.kind.is_empty() && !item.status.is_empty(), "{line}");
        let task = item.next_task.as_ref().unwrap_or_else(|| panic!("nobody's work: {line}"));
        assert!(!task.kind.is_empty() && !task.role.is_empty(), "{line}");
        assert!(is_time(&task.due), "{line}: {}", task.due);
        assert!((1..=4).contains(&item.priority), "{line}");
        let left = item.minutes_left.unwrap();
        let deadline = item.deadline.as_deref().unwrap();
        assert!(is_time(deadline), "{line}: {deadline}");
        assert_eq!(*deadline < *sample().summary.now, left < 0, "{line}: {deadline} {left}");
        let payers = ["merchant", "buyer", "nobody", "courier", "insurance", "marketplace"];
        assert!(payers.contains(&item.postage_by.as_str()), "{line}: {}", item.postage_by);
    }
}

/// `2026-11-12T08:00:00+08:00`
fn is_time(text: &str) -> bool {
    let like = "0000-00-00T00:00:00+08:00";
    let same =
        |(it, like): (char, char)| if like == '0' { it.is_ascii_digit() } else { it == like };
    // The offset is that of the shop.
    text.len() == like.len() && text.ends_with("+08:00") && {
        text[..19].chars().zip(like[..19].chars()).all(same)
    }
}

#[test]
fn nobody_gets_more_than_the_pieces_are_worth_or_than_was_asked_for() {
    for item in &sample().items {
        let line = item.line();
        assert!(0 <= item.amount_fen && item.amount_fen <= item.cap_fen, "{line}");
        assert!(0 <= item.points_fen && item.points_fen <= item.amount_fen, "{line}");
        assert!(item.amount_fen <= item.requested_fen.unwrap(), "{line}");
        let gives = ["refund", "compensate", "intercept", "settle", "accept-return"];
        if !gives.contains(&item.ruling.as_str()) && item.ruling == "decline" {
            assert_eq!(item.amount_fen, 0, "{line}");
        }
    }
}

/// Every way out of the order's price at once: all amounts of an order fit into what was paid.
#[test]
fn all_amounts_of_an_order_fit_into_what_was_paid() {
    let orders = Table::read(&example("exports/orders.csv"));
    let (order, paid) = (orders.column("订单编号"), orders.column("买家实际支付金额"));
    let mut given: BTreeMap<&str, i64> = BTreeMap::new();
    for item in &sample().items {
        let sum = given.entry(&item.order_no).or_default();
        *sum = sum.checked_add(item.amount_fen).unwrap();
    }
    for row in &orders.rows[1..] {
        let fen: i64 = row[paid].replace('.', "").parse().unwrap();
        let given = given.get(row[order].as_str()).copied().unwrap_or_default();
        assert!(given <= fen, "{}: {given} of {fen}", row[order]);
    }
}

#[test]
fn the_most_urgent_comes_first() {
    let priorities: Vec<u8> = sample().items.iter().map(|it| it.priority).collect();
    assert!(priorities.is_sorted(), "{priorities:?}");
    assert!(priorities.first() < priorities.last(), "{priorities:?}");
}

#[test]
fn the_summary_counts_what_the_items_say() {
    let Worklist { summary, items } = sample();
    let count = |of: fn(&Item) -> Vec<String>| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for code in items.iter().flat_map(of) {
            let count = counts.entry(code).or_default();
            *count = count.checked_add(1).unwrap();
        }
        counts
    };
    assert_eq!(summary.now, "2026-11-12T08:00:00+08:00");
    assert!(summary.pack.starts_with("base@1-"), "{}", summary.pack);
    assert_eq!((summary.orders, summary.requests), (200, items.len()));
    assert_eq!(summary.open_cases, items.len());
    assert_eq!(summary.by_route, count(|it| it.route.clone().into_iter().collect()));
    assert_eq!(summary.by_ruling, count(|it| vec![it.ruling.clone()]));
    assert_eq!(summary.by_flag, count(|it| it.flags.clone()));
    assert_eq!(summary.requested_fen, items.iter().filter_map(|it| it.requested_fen).sum::<i64>());
    assert_eq!(summary.approved_fen, items.iter().map(|it| it.amount_fen).sum::<i64>());
    let left = |from: i64, to: i64| {
        let due = items.iter().filter(|it| (from..=to).contains(&it.minutes_left.unwrap()));
        let asked: Vec<i64> = due.map(|it| it.requested_fen.unwrap()).collect();
        (asked.len(), asked.iter().sum::<i64>())
    };
    let told = |name: &str| (summary.at_risk[name].count, summary.at_risk[name].requested_fen);
    assert_eq!(told("passed"), left(i64::MIN, -1));
    assert_eq!(told("within_2h"), left(0, 120));
    assert_eq!(told("within_24h"), left(0, 24 * 60));
    assert_eq!(told("within_48h"), left(0, 48 * 60));
    assert_eq!((summary.rejected_rows, summary.complaints.len()), (0, 0));
}

/// What is hidden in the sample is found: nothing is lost when the tables are edited.
#[test]
fn every_kind_of_trouble_is_found() {
    for flag in [
        "return-number-shared",
        "surface-mail-return",
        "return-refused-carrier",
        "packed-not-shipped",
        "marketplace-intervened",
        "instant-not-sent-back",
        "presale",
        "track-stale",
        "signed-but-denied",
        "nothing-to-refund",
        "deadline-passed",
        "window-closed",
        "evidence-missing",
    ] {
        assert!(sample().summary.by_flag.contains_key(flag), "{flag}");
    }
    for kind in ["refund-only", "return-refund", "exchange", "reship"] {
        assert!(sample().items.iter().any(|it| it.kind == kind), "{kind}");
    }
    let shared: Vec<&str> = sample()
        .items
        .iter()
        .filter(|it| it.flags.iter().any(|it| it == "return-number-shared"))
        .map(|it| it.order_no.as_str())
        .collect();
    assert_eq!(shared.len(), 4, "two pairs of buyers: {shared:?}");
}

#[test]
fn the_same_files_give_the_same_worklist() {
    assert_eq!(Triage::of(&example("exports")).worklist(), *sample());
}

/// Cases in full: how each was judged, what is due by whom, what to say.
#[test]
fn cases_in_full() {
    let mut told = Vec::new();
    for (refund_no, about) in [
        ("109234916413598", "one return number given by two buyers"),
        ("146550249693895", "the other buyer"),
        ("106013997723401", "a return by surface mail"),
        ("116535105345047", "a return by a refused carrier"),
        ("102739292839497", "packed and not shipped"),
        ("100118034680703", "taken up by the marketplace"),
        ("105985707686969", "money advanced and nothing sent back"),
        ("102862177877474", "presale goods"),
        ("103701713585210", "a parcel that stopped moving"),
        ("115413858263610", "signed for, and the buyer never saw it"),
        ("114572651717147", "nothing left to refund"),
        ("101708268191016", "an exchange"),
        ("106062880504176", "a reshipment"),
        ("101381672488119", "a parcel to be stopped"),
        ("101219354258794", "after the window has closed"),
        ("106921922255754", "paid in points, in part"),
    ] {
        let item = sample().item(refund_no);
        let task = item.next_task.as_ref().unwrap();
        told.push(format!(
            "{about}\n    {} {}\n    {} by {} at {}\n    \
             postage by {}, priority {}, {} min\n    {}\n    {}\n",
            item.line(),
            item.status,
            task.kind,
            task.role,
            task.due,
            item.postage_by,
            item.priority,
            item.minutes_left.unwrap(),
            item.flags.join(" "),
            item.reply.replace('\n', "\n    "),
        ));
    }
    golden("cases.txt").assert_eq(&told.concat());
}
