//! The worklist as data: what every consumer of `guitu triage` reads.

use std::collections::BTreeMap;

use anyhow::Result;
use dossier::Dossier;
use engine::Engine;
use kernel::{ShopId, Span, Timestamp, Zone};
use serde::Serialize;
use store::{CasePage, Cursor, Listed};
use views::{
    reply::{RETURN_ADDRESS, SHOP_NAME, Sender, to_be_filled},
    worklist::Item,
};

use super::{Arguments, files::Files, recency::Recency, stamp};

#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) summary: Summary,
    pub(super) items: Vec<Entry>,
}

#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) now: String,
    pub(super) pack: String,
    pub(super) orders: usize,
    pub(super) requests: usize,
    pub(super) open_cases: usize,
    pub(super) by_route: BTreeMap<String, usize>,
    pub(super) by_ruling: BTreeMap<String, usize>,
    pub(super) by_flag: BTreeMap<String, usize>,
    pub(super) requested_fen: i64,
    pub(super) approved_fen: i64,
    pub(super) at_risk: AtRisk,
    /// Open requests that these exports should have and have not.
    pub(super) not_in_export: Risk,
    /// What replies leave to be filled in, such as `return-address`, and how many of them do.
    pub(super) to_be_filled: BTreeMap<String, usize>,
    pub(super) rejected_rows: usize,
    pub(super) warnings: usize,
    pub(super) complaints: Vec<String>,
}

/// Requests on which the marketplace acts by itself within so many hours from now.
#[derive(Debug, Default, Serialize)]
pub(super) struct AtRisk {
    pub(super) passed: Risk,
    pub(super) within_2h: Risk,
    pub(super) within_24h: Risk,
    pub(super) within_48h: Risk,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Risk {
    pub(super) count: usize,
    pub(super) requested_fen: i64,
}

#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) shop: String,
    pub(super) order_no: String,
    pub(super) refund_no: String,
    pub(super) kind: String,
    pub(super) reason: String,
    pub(super) status: String,
    pub(super) route: Option<String>,
    pub(super) ruling: String,
    pub(super) clause: Option<String>,
    pub(super) amount_fen: i64,
    pub(super) points_fen: i64,
    pub(super) requested_fen: Option<i64>,
    pub(super) cap_fen: i64,
    pub(super) breakdown: views::worklist::Breakdown,
    pub(super) postage_by: String,
    pub(super) opened_at: String,
    pub(super) deadline: Option<String>,
    pub(super) minutes_left: Option<i64>,
    pub(super) priority: u8,
    pub(super) next_task: Option<NextTask>,
    pub(super) other_tasks: Vec<NextTask>,
    pub(super) reply: String,
    pub(super) flags: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct NextTask {
    pub(super) kind: String,
    pub(super) role: String,
    pub(super) due: String,
}

impl Report {
    /// Reads the worklist back from the store, page by page, as every other screen will.
    pub(super) fn make(
        engine: &Engine,
        files: &Files,
        arguments: &Arguments,
        (now, zone, recency): (Timestamp, Zone, Recency),
    ) -> Result<Self> {
        let mut rows = Vec::new();
        for shop in files.shops(arguments) {
            rows.extend(open_cases(engine, &shop)?);
        }
        // By rank, as in the index; of equal ranks the one that costs most first.
        rows.sort_by_key(|it| (it.item.rank, std::cmp::Reverse(it.item.requested_or_due())));
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.push(entry(engine, row, arguments, (now, zone))?);
        }
        let not_in_export = mark_vanished(&rows, &mut items, files, recency);
        let language = arguments.lang.of_intake();
        let summary = Summary {
            now: stamp(now, zone),
            pack: engine
                .shelf()
                .current(&arguments.pack)
                .map(|it| it.id().to_string())
                .unwrap_or_default(),
            orders: files.n_orders(),
            requests: files.n_refunds(),
            open_cases: items.len(),
            by_route: count(items.iter().filter_map(|it| it.route.clone())),
            by_ruling: count(items.iter().map(|it| it.ruling.clone())),
            by_flag: count(items.iter().flat_map(|it| it.flags.iter().cloned())),
            requested_fen: sum(items.iter().filter_map(|it| it.requested_fen)),
            approved_fen: sum(items.iter().map(|it| it.amount_fen)),
            at_risk: at_risk(&rows, now),
            not_in_export,
            to_be_filled: unfilled(&items),
            rejected_rows: files.n_rejected(),
            warnings: files.n_warnings(),
            complaints: files.complaints.iter().map(|it| it.line(language)).collect(),
        };
        Ok(Self { summary, items })
    }
}

/// In either language: a pack has some texts in one only.
fn unfilled(items: &[Entry]) -> BTreeMap<String, usize> {
    let of = |constant: &str| {
        let blanks =
            [policy::Language::Zh, policy::Language::En].map(|it| to_be_filled(constant, it));
        let has_blank = |it: &&Entry| blanks.iter().any(|blank| it.reply.contains(blank));
        (constant.to_owned(), items.iter().filter(has_blank).count())
    };
    [RETURN_ADDRESS, SHOP_NAME].map(of).into_iter().filter(|(_, count)| 0 < *count).collect()
}

/// The mark of an open request that today's export should have. Not one of the case's own flags:
/// it is about the files, and gone as soon as they have the request again.
const NOT_IN_EXPORT: &str = "not-in-export";

/// Marks requests that are open here and that the export has no longer: the marketplace may have
/// closed them, and nothing says so.
fn mark_vanished(rows: &[Row], items: &mut [Entry], files: &Files, recency: Recency) -> Risk {
    let mut vanished = Risk::default();
    let Some(first) = files.first_request() else { return vanished };
    let mentioned = files.mentioned();
    for (row, entry) in rows.iter().zip(items) {
        let is_covered = recency.covers(first, row.item.opened_at);
        if is_covered && !mentioned.contains(entry.refund_no.as_str()) {
            entry.flags.push(NOT_IN_EXPORT.to_owned());
            vanished.add(row.item.requested_or_due());
        }
    }
    vanished
}

/// A worklist row with the shop it belongs to.
struct Row {
    dossier: kernel::DossierKey,
    item: Item,
}

const PAGE: usize = 500;

fn open_cases(engine: &Engine, shop: &ShopId) -> Result<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = CasePage {
            shop: shop.clone(),
            open: true,
            status: None,
            after: after.take(),
            limit: PAGE,
        };
        let found = engine.store().cases(&page)?;
        let full = found.len() == PAGE;
        for Listed { dossier, row } in found {
            after =
                Some(Cursor { rank: row.rank, dossier: dossier.clone(), id: row.case.to_string() });
            rows.push(Row { dossier, item: Item::decode(&row.body)? });
        }
        if !full {
            return Ok(rows);
        }
    }
}

fn entry(
    engine: &Engine,
    row: &Row,
    arguments: &Arguments,
    (now, zone): (Timestamp, Zone),
) -> Result<Entry> {
    let item = &row.item;
    let mut tasks = item.tasks.iter().map(|it| NextTask {
        kind: it.kind.clone(),
        role: it.role.clone(),
        due: stamp(it.due, zone),
    });
    Ok(Entry {
        shop: row.dossier.shop.to_string(),
        order_no: item.order_no.clone(),
        refund_no: item.refund_no.clone(),
        kind: item.kind.clone(),
        reason: item.reason.clone(),
        status: item.status.clone(),
        route: item.route.clone(),
        ruling: item.ruling.clone(),
        clause: item.clause.clone(),
        amount_fen: item.amount_fen,
        points_fen: item.points_fen,
        requested_fen: item.requested_fen,
        cap_fen: item.cap_fen,
        breakdown: item.breakdown,
        postage_by: item.postage_by.clone(),
        opened_at: stamp(item.opened_at, zone),
        deadline: item.deadline.map(|it| stamp(it, zone)),
        minutes_left: item.minutes_left(now),
        priority: item.priority(now),
        next_task: tasks.next(),
        other_tasks: tasks.collect(),
        reply: reply(engine, row, arguments)?,
        flags: item.flags.clone(),
    })
}

/// What to say to the buyer, filled in.
fn reply(engine: &Engine, row: &Row, arguments: &Arguments) -> Result<String> {
    let (_, dossier) = engine.dossier(&row.dossier)?;
    let Dossier::Open(body) = dossier else { return Ok(String::new()) };
    let Some(case) = body.cases.iter().find(|it| it.no.as_str() == row.item.refund_no) else {
        return Ok(String::new());
    };
    let Some(pack) = engine.shelf().version(&body.order.pack) else { return Ok(String::new()) };
    let sender = Sender {
        shop_name: arguments.shop_name.as_deref(),
        return_address: arguments.return_address.as_deref(),
    };
    let of = views::reply::Of { dossier: &row.dossier, body: &body, case, pack: &pack, sender };
    Ok(views::reply::draft(of, arguments.lang.of_policy()))
}

fn count(codes: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for code in codes {
        let count: &mut usize = counts.entry(code).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

fn sum(fen: impl Iterator<Item = i64>) -> i64 {
    fen.fold(0, i64::saturating_add)
}

fn at_risk(rows: &[Row], now: Timestamp) -> AtRisk {
    let mut at_risk = AtRisk::default();
    for row in rows {
        let Some(deadline) = row.item.deadline else { continue };
        let left = deadline.since(now);
        let asked = row.item.requested_or_due();
        if left.is_negative() {
            at_risk.passed.add(asked);
        }
        let within = [
            (Span::hours(2), &mut at_risk.within_2h),
            (Span::hours(24), &mut at_risk.within_24h),
            (Span::hours(48), &mut at_risk.within_48h),
        ];
        for (span, risk) in within {
            if !left.is_negative() && left <= span {
                risk.add(asked);
            }
        }
    }
    at_risk
}

impl Risk {
    fn add(&mut self, fen: i64) {
        self.count = self.count.saturating_add(1);
        self.requested_fen = self.requested_fen.saturating_add(fen);
    }
}
