//! The worklist as data: what every consumer of `guitu triage` reads.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use dossier::Dossier;
use engine::Engine;
use kernel::{Choice, ShopId, Span, Timestamp, Zone};
use serde::Serialize;
use store::{CasePage, Cursor, Listed};
use views::worklist::Item;

use super::{Arguments, files::Files, stamp};

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
