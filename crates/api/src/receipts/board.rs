//! The board of the day: what came, what was looked at, what is left (QC-02).

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use dossier::{
    Dossier,
    words::{Role, TaskKind},
};
use kernel::{Choice as _, CommandKey, DossierKey, ShopId, Timestamp};
use people::Permission;
use serde::Serialize;
use store::{RecordPage, TaskPage, Wanted};
use utoipa::ToSchema;

use super::{
    CaseName, Standing,
    kept::{self, Kept, RECEIPT},
};
use crate::{
    App, Problem,
    caller::Caller,
    wire::{Moment, ShopPath, parsed},
};

/// Most receipts of a day, and most open tasks, that are counted.
const MOST_COUNTED: usize = 2_000;
/// Most inspections that are listed.
const MOST_LISTED: usize = 50;
/// How many dossiers are read at once.
const READ_AT_ONCE: usize = 100;

/// The day so far. Nothing is counted further than 2000.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Board {
    /// Parcels that came today, and were not refused.
    received: usize,
    /// Of these, parcels whose case is known.
    announced: usize,
    /// Of these, parcels all of whose cases have been inspected.
    inspected: usize,
    refused: usize,
    /// Parcels of any day whose case has not been found.
    unmatched: usize,
    /// Inspections of any day that are owed, and those of them that are late.
    waiting: usize,
    overdue: usize,
    /// Whether nothing is left of the day and of those before it.
    cleared: bool,
    /// Inspections that are owed, most urgent first; at most 50.
    inspections: Vec<InspectionLine>,
    server_now: Option<Moment>,
}

/// An inspection that is owed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InspectionLine {
    #[serde(flatten)]
    of: CaseName,
    task: String,
    due: Moment,
    overdue: bool,
}

/// Read the board of the day
#[utoipa::path(
    get,
    path = "/api/v1/shops/{shop}/receipts/board",
    operation_id = "readReceiptBoard",
    tag = "parcels",
    params(ShopPath),
    responses((status = 200, body = Board)),
)]
pub(crate) async fn read_board(
    State(app): State<App>,
    caller: Caller,
    path: ShopPath,
) -> Result<Json<Board>, Problem> {
    caller.require(&app, &path.shop, Permission::ReadCases).await?;
    app.run(move |app| {
        let now = app.now();
        let mut board = Board { server_now: Some(Moment(now)), ..Board::default() };
        let today = kept::of_day(app, &path.shop, app.day(), MOST_COUNTED)?;
        board.count_receipts(app, &path.shop, &today)?;
        board.count_inspections(app, &path.shop, now)?;
        let open = RecordPage {
            mark: Some(kept::state_mark(Standing::Open)),
            ..RecordPage::of(RECEIPT, path.shop.as_str(), MOST_COUNTED)
        };
        board.unmatched = app.database().count_records(&open)?;
        board.cleared = board.waiting == 0 && board.unmatched == 0;
        Ok(Json(board))
    })
    .await
}

impl Board {
    fn count_receipts(
        &mut self,
        app: &App,
        shop: &ShopId,
        today: &BTreeMap<String, Kept>,
    ) -> Result<(), Problem> {
        let is_here = |it: &&Kept| !matches!(it.state.0, Standing::Refused);
        let here: Vec<&Kept> = today.values().filter(is_here).collect();
        let known: Vec<&Kept> = here.iter().copied().filter(|it| !it.cases.is_empty()).collect();
        self.received = here.len();
        self.refused = today.len().saturating_sub(here.len());
        self.announced = known.len();
        let is_inspected = inspected(app, shop, &known)?;
        let all = |it: &&&Kept| {
            it.cases.iter().all(|it| is_inspected.get(it).copied().unwrap_or_default())
        };
        self.inspected = known.iter().filter(all).count();
        Ok(())
    }

    fn count_inspections(
        &mut self,
        app: &App,
        shop: &ShopId,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let page = TaskPage {
            shop: shop.clone(),
            role: Some(Role::Inspector.code().to_owned()),
            after: None,
            limit: MOST_COUNTED,
        };
        for it in app.database().tasks(&page)? {
            let Some(case) = it.row.case.filter(|_| it.row.kind == TaskKind::Inspect.code()) else {
                continue;
            };
            let overdue = it.row.due < now;
            self.waiting = self.waiting.saturating_add(1);
            self.overdue = self.overdue.saturating_add(usize::from(overdue));
            if self.inspections.len() < MOST_LISTED {
                let of = CaseName { order: it.dossier.order.to_string(), case: case.to_string() };
                let (task, due) = (it.row.task.to_string(), Moment(it.row.due));
                self.inspections.push(InspectionLine { of, task, due, overdue });
            }
        }
        Ok(())
    }
}

/// Of each case, whether its goods have been looked at.
fn inspected(
    app: &App,
    shop: &ShopId,
    receipts: &[&Kept],
) -> Result<BTreeMap<CaseName, bool>, Problem> {
    let mut orders: Vec<&str> =
        receipts.iter().flat_map(|it| &it.cases).map(|it| it.order.as_str()).collect();
    orders.sort_unstable();
    orders.dedup();
    let mut told = BTreeMap::new();
    for orders in orders.chunks(READ_AT_ONCE) {
        let wanted = |order: &&str| {
            let dossier = DossierKey::new(shop.clone(), parsed("order", *order)?);
            Ok(Wanted { dossier, command: CommandKey::lossy("read") })
        };
        let wanted = orders.iter().map(wanted).collect::<Result<Vec<_>, Problem>>()?;
        for (order, loaded) in orders.iter().zip(app.database().load(&wanted)?) {
            let state = codec::decode_state(&loaded.state);
            let Dossier::Open(body) = state.map_err(engine::EngineError::from)? else { continue };
            for case in &body.cases {
                let name = CaseName { order: (*order).to_owned(), case: case.no.to_string() };
                told.insert(name, case.assessment.is_some());
            }
        }
    }
    Ok(told)
}
