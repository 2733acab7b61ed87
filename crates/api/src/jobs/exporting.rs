//! An export at work: lists into a table, in portions.

use std::path::PathBuf;

use intake::out::{Cell, Table, write_csv, write_xlsx};
use kernel::{Bucket, DossierKey, Timestamp};
use money::Money;
use people::{AuditFilter, Outcome};
use store::{CasePage, Cursor, TaskPage};
use views::worklist::{Item, TaskLine};

use super::{
    Format, List,
    importing::End,
    lines::Lines,
    record::{Failure, Filter, Held, folder},
    workers::Stopped,
};
use crate::{App, Problem};

/// Rows read at a time.
const PORTION: usize = 500;
/// Most rows of a file.
const MOST_ROWS: usize = 200_000;

/// What an export was asked for.
pub(super) struct Wanted {
    pub(super) list: List,
    pub(super) format: Format,
    pub(super) filter: Filter,
    pub(super) in_english: bool,
}

pub(super) fn file(app: &App, name: &str, format: Format) -> PathBuf {
    folder(app, name).join(format!("export.{format}"))
}

/// Works until the file is there, or `stopped` says so. A problem is one that may pass. Blocks.
pub(super) fn export(
    app: &App,
    held: &mut Held,
    wanted: &Wanted,
    stopped: Stopped<'_>,
) -> Result<End, Problem> {
    let columns = columns(wanted.list, wanted.in_english);
    let table = Table { name: wanted.list.to_string(), columns, rows: Vec::new() };
    let mut one = Exporting { app, held, wanted, stopped, table };
    let ended = match wanted.list {
        List::Cases => one.cases(),
        List::Tasks => one.tasks(),
        List::Entries => one.entries(),
        List::Audit => one.audit(),
    }?;
    if let Some(end) = ended {
        return Ok(end);
    }
    let (table, path) = (one.table, file(app, &held.job.folder, wanted.format));
    let written = match wanted.format {
        Format::Xlsx => write_xlsx(&[table], &path).map_err(|it| Problem::internal(&it)),
        Format::Csv => {
            let mut bytes = Vec::new();
            let written = write_csv(&table, &mut bytes).and_then(|()| std::fs::write(&path, bytes));
            written.map_err(|it| super::disk_failed(&it))
        }
    };
    written.map(|()| End::Done(Lines::default()))
}

struct Exporting<'a> {
    app: &'a App,
    held: &'a mut Held,
    wanted: &'a Wanted,
    stopped: Stopped<'a>,
    table: Table,
}

/// `None` as long as there is more to do.
type Ended = Result<Option<End>, Problem>;

impl Exporting<'_> {
    /// After each portion.
    fn told(&mut self) -> Ended {
        let n_rows = self.table.rows.len();
        if MOST_ROWS < n_rows {
            return Ok(Some(End::Failed(too_many())));
        }
        self.held.job.progress.rows_written = u64::try_from(n_rows).unwrap_or(u64::MAX);
        if !self.held.keep(self.app)? {
            return Ok(Some(End::Lost));
        }
        Ok((self.stopped)().then_some(End::Stopped))
    }

    fn is_within(&self, at: Timestamp) -> bool {
        let (filter, at) = (&self.wanted.filter, at.epoch_seconds());
        filter.from.is_none_or(|it| it <= at) && filter.to.is_none_or(|it| at < it)
    }

    fn time(&self, at: Timestamp) -> Cell {
        Cell::Time(self.app.settings().zone.civil(at))
    }

    fn cases(&mut self) -> Ended {
        for open in [true, false] {
            if self.wanted.filter.open.is_some_and(|it| it != open) {
                continue;
            }
            let mut after = None;
            loop {
                let page = CasePage {
                    shop: self.held.shop.clone(),
                    open,
                    status: self.wanted.filter.status.clone(),
                    after,
                    limit: PORTION,
                };
                let rows = self.app.database().cases(&page)?;
                after = rows.last().map(|it| Cursor {
                    rank: it.row.rank,
                    dossier: it.dossier.clone(),
                    id: it.row.case.to_string(),
                });
                for it in &rows {
                    let item = Item::decode(&it.row.body).map_err(|it| Problem::internal(&it))?;
                    if self.is_within(item.opened_at) {
                        let cells = self.case(item);
                        self.table.rows.push(cells);
                    }
                }
                if let Some(end) = self.told()? {
                    return Ok(Some(end));
                }
                if rows.len() < PORTION {
                    break;
                }
            }
        }
        Ok(None)
    }

    fn case(&self, it: Item) -> Vec<Cell> {
        let goods = it.lines.iter().map(|it| format!("{} × {}", it.title, it.quantity));
        let goods: Vec<String> = goods.collect();
        vec![
            it.order_no.into(),
            it.refund_no.into(),
            it.kind.into(),
            it.reason.into(),
            it.buyer.into(),
            it.status.into(),
            it.ruling.into(),
            it.clause.into(),
            Money::fen(it.amount_fen).into(),
            it.requested_fen.map(Money::fen).into(),
            Money::fen(it.cap_fen).into(),
            self.time(it.opened_at),
            it.deadline.map_or(Cell::Empty, |it| self.time(it)),
            it.flags.join(" ").into(),
            goods.join("; ").into(),
            it.tasks.first().map(|it| it.kind.clone()).into(),
        ]
    }

    fn tasks(&mut self) -> Ended {
        let mut after = None;
        loop {
            let page = TaskPage {
                shop: self.held.shop.clone(),
                role: self.wanted.filter.role.clone(),
                after,
                limit: PORTION,
            };
            let rows = self.app.database().tasks(&page)?;
            after = rows.last().map(|it| Cursor {
                rank: it.row.rank,
                dossier: it.dossier.clone(),
                id: it.row.task.to_string(),
            });
            for it in &rows {
                if !self.is_within(it.row.due) {
                    continue;
                }
                let line = TaskLine::decode(&it.row.body).map_err(|it| Problem::internal(&it))?;
                let cells = vec![
                    it.dossier.order.as_str().into(),
                    it.row.case.as_ref().map(ToString::to_string).into(),
                    it.row.task.to_string().into(),
                    it.row.kind.as_str().into(),
                    it.row.role.as_str().into(),
                    self.time(it.row.due),
                    line.owner.into(),
                ];
                self.table.rows.push(cells);
            }
            if let Some(end) = self.told()? {
                return Ok(Some(end));
            }
            if rows.len() < PORTION {
                return Ok(None);
            }
        }
    }

    /// There is no list of all entries: orders are gone through, bucket by bucket.
    fn entries(&mut self) -> Ended {
        for bucket in (0..Bucket::COUNT).filter_map(Bucket::new) {
            let mut after: Option<DossierKey> = None;
            loop {
                let keys = self.app.database().dossiers(bucket, after.as_ref(), PORTION)?;
                let is_last = keys.len() < PORTION;
                for key in &keys {
                    if key.shop == self.held.shop {
                        self.entries_of(key)?;
                    }
                }
                if !keys.is_empty()
                    && let Some(end) = self.told()?
                {
                    return Ok(Some(end));
                }
                after = keys.into_iter().last();
                if is_last {
                    break;
                }
            }
        }
        Ok(None)
    }

    fn entries_of(&mut self, key: &DossierKey) -> Result<(), Problem> {
        for it in self.app.database().entries(key)? {
            if !self.is_within(it.at) {
                continue;
            }
            let cells = vec![
                key.order.as_str().into(),
                it.case.map(|it| it.to_string()).into(),
                i64::from(it.posting).into(),
                i64::from(it.position).into(),
                self.time(it.at),
                it.account.into(),
                it.tender.into(),
                Money::fen(it.amount).into(),
            ];
            self.table.rows.push(cells);
        }
        Ok(())
    }

    fn audit(&mut self) -> Ended {
        let at = |it: i64| Timestamp::from_epoch_seconds(it);
        let filter = AuditFilter {
            from: self.wanted.filter.from.map(at),
            to: self.wanted.filter.to.map(at),
            ..AuditFilter::default()
        };
        let mut after = None;
        loop {
            let (shop, place) = (Some(&self.held.shop), after.as_ref());
            let found = self.app.people().audit().entries(shop, &filter, place, PORTION)?;
            let is_last = found.len() < PORTION;
            after = found.last().map(|it| it.place.clone());
            for it in found {
                let (allowed, denied) = match it.outcome {
                    Outcome::Allowed => ("yes", None),
                    Outcome::Denied(code) => ("no", Some(code)),
                };
                let cells = vec![
                    self.time(it.at),
                    it.who.to_string().into(),
                    it.what.into(),
                    it.on.into(),
                    allowed.into(),
                    denied.into(),
                    it.amount_fen.map(Money::fen).into(),
                    it.request.into(),
                    it.address.into(),
                ];
                self.table.rows.push(cells);
            }
            if let Some(end) = self.told()? {
                return Ok(Some(end));
            }
            if is_last {
                return Ok(None);
            }
        }
    }
}

fn too_many() -> Failure {
    Failure::new(
        "too-many-rows",
        format!("超过 {MOST_ROWS} 行，请缩小时间范围后分次导出"),
        format!("there are more than {MOST_ROWS} rows; export them in parts, by time"),
    )
}

const CASES: &[(&str, &str)] = &[
    ("order", "订单编号"),
    ("case", "售后单号"),
    ("kind", "类型"),
    ("reason", "原因"),
    ("buyer", "买家代号"),
    ("status", "状态"),
    ("verdict", "规则结论"),
    ("clause", "依据条款"),
    ("amount", "应退金额"),
    ("asked", "申请金额"),
    ("cap", "最高金额"),
    ("opened_at", "申请时间"),
    ("deadline", "平台超时"),
    ("flags", "标记"),
    ("goods", "商品"),
    ("task", "待办"),
];
const TASKS: &[(&str, &str)] = &[
    ("order", "订单编号"),
    ("case", "售后单号"),
    ("task", "任务"),
    ("kind", "类型"),
    ("role", "角色"),
    ("due", "到期时间"),
    ("owner", "负责人"),
];
const ENTRIES: &[(&str, &str)] = &[
    ("order", "订单编号"),
    ("case", "售后单号"),
    ("posting", "凭证"),
    ("position", "分录"),
    ("at", "时间"),
    ("account", "科目"),
    ("tender", "支付方式"),
    ("amount", "金额"),
];
const AUDIT: &[(&str, &str)] = &[
    ("at", "时间"),
    ("who", "操作人"),
    ("what", "操作"),
    ("on", "对象"),
    ("allowed", "是否允许"),
    ("denied", "拒绝原因"),
    ("amount", "金额"),
    ("request", "请求编号"),
    ("address", "来源网络"),
];

fn columns(list: List, in_english: bool) -> Vec<String> {
    let names = match list {
        List::Cases => CASES,
        List::Tasks => TASKS,
        List::Entries => ENTRIES,
        List::Audit => AUDIT,
    };
    names.iter().map(|(en, zh)| if in_english { *en } else { *zh }.to_owned()).collect()
}
