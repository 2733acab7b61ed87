//! Days added up, and what they come to.

use std::collections::BTreeMap;

use kernel::{Choice as _, ShopId};
use store::{RecordPage, Records};

use crate::{
    Segment, Sums,
    reader::{InsightError, KIND, read},
};

/// A share, with what it is a share of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    pub of: i64,
    pub part: i64,
}

impl Rate {
    /// In hundredths of a percent; `None` of nothing.
    pub fn basis_points(self) -> Option<i64> {
        self.part.checked_mul(10_000)?.checked_div(self.of)
    }
}

/// A mean, with what it is the mean of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Average {
    pub count: i64,
    pub seconds: i64,
}

impl Average {
    /// In seconds; `None` of nothing.
    pub fn mean(self) -> Option<i64> {
        self.seconds.checked_div(self.count)
    }
}

/// What somebody did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Agent {
    pub decided: i64,
    pub answered: i64,
    pub handed_over: i64,
    pub given_fen: i64,
}

/// Due times kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    pub answered: i64,
    pub overdue: i64,
}

/// The figures of a shop over some days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// METRIC-01: first requests of orders for quality, of all orders closed.
    pub quality: Rate,
    /// METRIC-02: from application to completion.
    pub refund_only: Average,
    /// METRIC-03: from application to the completed refund.
    pub return_refund: Average,
    /// METRIC-06: refunds for which the merchant was found liable, of all orders.
    pub disputes: Rate,
    /// METRIC-13: interventions, of all refunds.
    pub interventions: Rate,
    /// METRIC-23: refunds, of all orders.
    pub refunds: Rate,
    /// METRIC-04: the five parts of a return's time.
    pub segments: Vec<(Segment, Average)>,
    /// METRIC-09: by route.
    pub routes: BTreeMap<String, Average>,
    /// METRIC-18: requests by reason.
    pub reasons: BTreeMap<String, i64>,
    /// Pieces by reason and article.
    pub goods: BTreeMap<(String, String), i64>,
    /// Money given, in fen, by clause.
    pub clauses: BTreeMap<String, i64>,
    /// Money given, in fen, by what it was for.
    pub purposes: BTreeMap<String, i64>,
    pub agents: BTreeMap<String, Agent>,
    /// METRIC-21.
    pub due: Due,
    /// Everything that was added up.
    pub sums: Sums,
    /// The same by day, counted from 1970-01-01; days without anything are left out.
    pub days: Vec<(i64, Sums)>,
}

/// The figures of a shop from `first` to `last`, both included, counted in days from 1970-01-01.
pub fn report(
    records: &dyn Records,
    shop: &ShopId,
    (first, last): (i64, i64),
) -> Result<Report, InsightError> {
    let page = RecordPage {
        least: first,
        most: last,
        ..RecordPage::of(KIND, shop.to_string(), usize::MAX)
    };
    let mut days = Vec::new();
    let mut sums = Sums::default();
    for record in records.list_records(&page)? {
        let day: Sums = read(&record)?;
        sums.add_all(&day);
        days.push((record.draft.rank, day));
    }
    Ok(Report::of(sums, days))
}

impl Report {
    fn of(sums: Sums, days: Vec<(i64, Sums)>) -> Self {
        let done = |kind: &str| Average {
            count: sums.get(&format!("done.{kind}")),
            seconds: sums.get(&format!("done-seconds.{kind}")),
        };
        let rate = |part: &str, of: &str| Rate { part: sums.get(part), of: sums.get(of) };
        let n_segments = sums.get("segments");
        let segment = |&it: &Segment| {
            let seconds = sums.get(&format!("segment-seconds.{}", it.code()));
            (it, Average { count: n_segments, seconds })
        };
        let route = |(name, seconds): (&str, i64)| {
            let count = sums.get(&format!("route.{name}"));
            (name.to_owned(), Average { count, seconds })
        };
        let named = |(name, amount): (&str, i64)| (name.to_owned(), amount);
        Self {
            quality: rate("first-quality", "orders-closed"),
            refund_only: done("refund-only"),
            return_refund: done("return-refund"),
            disputes: rate("disputes-lost", "orders"),
            interventions: rate("interventions", "refunds"),
            refunds: rate("refunds", "orders"),
            segments: Segment::ALL.iter().map(segment).collect(),
            routes: sums.under("route-seconds").map(route).collect(),
            reasons: sums.under("reason").map(named).collect(),
            goods: sums.under("goods").filter_map(of_goods).collect(),
            clauses: sums.under("clause-fen").map(named).collect(),
            purposes: sums.under("paid-fen").map(named).collect(),
            agents: agents(&sums),
            due: Due { answered: sums.get("tasks-answered"), overdue: sums.get("tasks-overdue") },
            days,
            sums,
        }
    }
}

fn of_goods((name, amount): (&str, i64)) -> Option<((String, String), i64)> {
    let (reason, sku) = name.split_once('.')?;
    Some(((reason.to_owned(), sku.to_owned()), amount))
}

fn agents(sums: &Sums) -> BTreeMap<String, Agent> {
    let mut agents: BTreeMap<String, Agent> = BTreeMap::new();
    for (name, amount) in sums.under("agent-decided") {
        agents.entry(name.to_owned()).or_default().decided = amount;
    }
    for (name, amount) in sums.under("agent-answered") {
        agents.entry(name.to_owned()).or_default().answered = amount;
    }
    for (name, amount) in sums.under("agent-handed-over") {
        agents.entry(name.to_owned()).or_default().handed_over = amount;
    }
    for (name, amount) in sums.under("agent-given-fen") {
        agents.entry(name.to_owned()).or_default().given_fen = amount;
    }
    agents
}
