//! The worklist for people: on the screen, as JSON, as a spreadsheet.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, Result, anyhow, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intake::out::{Cell, Table, write_terminal, write_xlsx};
use kernel::Zone;
use money::Money;

use super::{
    Arguments, Format, Language,
    report::{Entry, Report, Summary},
};

/// A bar for long work; none if nobody is looking.
pub(super) fn progress(length: usize, quiet: bool) -> ProgressBar {
    let target = if quiet || length < 2_000 {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(u64::try_from(length).ok(), target);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

pub(super) fn show(report: &Report, arguments: &Arguments, _zone: Zone) -> Result<()> {
    match arguments.format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(report)?;
            text.push('\n');
            match &arguments.out {
                Some(path) => fs::write(path, text).with_context(|| unwritable(path))?,
                None => std::io::stdout().lock().write_all(text.as_bytes())?,
            }
        }
        Format::Xlsx => match &arguments.out {
            Some(path) => write_xlsx(&[wide(report, arguments.lang)], path)
                .map_err(|error| anyhow!("{}", error.line(arguments.lang.of_intake())))?,
            None => bail!("a spreadsheet needs --out FILE"),
        },
        Format::Table => {
            let table = narrow(report, arguments.lang, arguments.rows);
            match &arguments.out {
                Some(path) => {
                    let file = fs::File::create(path).with_context(|| unwritable(path))?;
                    write_terminal(&table, WIDE, file)?;
                }
                None => write_terminal(&table, terminal_width(), std::io::stdout().lock())?,
            }
        }
    }
    if arguments.format != Format::Json || arguments.out.is_some() {
        writeln!(std::io::stdout(), "{}", plain(&report.summary, arguments))?;
    }
    for complaint in report.summary.complaints.iter().take(MOST_COMPLAINTS) {
        eprintln!("{complaint}");
    }
    let more = report.summary.complaints.len().saturating_sub(MOST_COMPLAINTS);
    if 0 < more {
        eprintln!("… {more} more; --rejected FILE writes all of them");
    }
    Ok(())
}

fn unwritable(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

/// Complaints shown on the screen; the file of rejected rows has them all.
const MOST_COMPLAINTS: usize = 20;

/// What fits on a screen: what to do first, by whom, until when, and why.
fn narrow(report: &Report, language: Language, rows: usize) -> Table {
    let names: &[&str] = match language {
        Language::Zh => &[
            "优先",
            "剩余",
            "退款编号",
            "路径",
            "裁定",
            "应退",
            "下一步",
            "谁",
            "截止",
            "条款",
            "标记",
        ],
        Language::En => &[
            "prio", "left", "case", "route", "ruling", "amount", "next", "who", "due", "clause",
            "flags",
        ],
    };
    let shown = if rows == 0 { report.items.len() } else { rows };
    let cells = |entry: &Entry| {
        let text = |it: &str| Cell::Text(it.to_owned());
        let next = entry.next_task.as_ref();
        vec![
            Cell::Number(i64::from(entry.priority)),
            entry.minutes_left.map_or(Cell::Empty, |it| Cell::Text(left(it))),
            text(&entry.refund_no),
            entry.route.as_deref().map_or(Cell::Empty, text),
            text(&entry.ruling),
            Cell::Amount(Money::fen(entry.amount_fen)),
            next.map_or(Cell::Empty, |it| text(&it.kind)),
            next.map_or(Cell::Empty, |it| text(&it.role)),
            next.map_or(Cell::Empty, |it| {
                text(&it.due.get(5..16).unwrap_or(&it.due).replace('T', " "))
            }),
            entry.clause.as_deref().map_or(Cell::Empty, text),
            Cell::Text(entry.flags.join(" ")),
        ]
    };
    Table {
        name: "worklist".to_owned(),
        columns: names.iter().map(|it| (*it).to_owned()).collect(),
        rows: report.items.iter().take(shown).map(cells).collect(),
    }
}

/// Everything, for a spreadsheet.
fn wide(report: &Report, language: Language) -> Table {
    let names: &[&str] = match language {
        Language::Zh => &[
            "优先",
            "剩余",
            "订单编号",
            "退款编号",
            "类型",
            "路径",
            "裁定",
            "应退",
            "申请",
            "上限",
            "下一步",
            "谁",
            "截止",
            "平台超时",
            "运费",
            "标记",
            "条款",
            "回复",
        ],
        Language::En => &[
            "prio", "left", "order", "case", "kind", "route", "ruling", "amount", "asked", "cap",
            "next", "who", "due", "deadline", "postage", "flags", "clause", "reply",
        ],
    };
    Table {
        name: "worklist".to_owned(),
        columns: names.iter().map(|it| (*it).to_owned()).collect(),
        rows: report.items.iter().map(cells).collect(),
    }
}

fn cells(entry: &Entry) -> Vec<Cell> {
    let text = |it: &str| Cell::Text(it.to_owned());
    let next = entry.next_task.as_ref();
    vec![
        Cell::Number(i64::from(entry.priority)),
        entry.minutes_left.map_or(Cell::Empty, |it| Cell::Text(left(it))),
        text(&entry.order_no),
        text(&entry.refund_no),
        text(&entry.kind),
        entry.route.as_deref().map_or(Cell::Empty, text),
        text(&entry.ruling),
        Cell::Amount(Money::fen(entry.amount_fen)),
        entry.requested_fen.map_or(Cell::Empty, |it| Cell::Amount(Money::fen(it))),
        Cell::Amount(Money::fen(entry.cap_fen)),
        next.map_or(Cell::Empty, |it| text(&it.kind)),
        next.map_or(Cell::Empty, |it| text(&it.role)),
        next.map_or(Cell::Empty, |it| text(&it.due)),
        entry.deadline.as_deref().map_or(Cell::Empty, text),
        text(&entry.postage_by),
        Cell::Text(entry.flags.join(" ")),
        entry.clause.as_deref().map_or(Cell::Empty, text),
        text(&entry.reply),
    ]
}

fn left(minutes: i64) -> String {
    kernel::Span::minutes(minutes).to_string()
}

fn plain(summary: &Summary, arguments: &Arguments) -> String {
    let yuan = |fen| Money::fen(fen).decimal();
    let risk = &summary.at_risk;
    let counts = |it: &std::collections::BTreeMap<String, usize>| {
        it.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join("  ")
    };
    match arguments.lang {
        Language::Zh => format!(
            "{} 时点，策略包 {}：{} 个订单，{} 条申请，待处理 {} 件\n\
             申请金额 {} 元，按裁定应退 {} 元\n\
             路径：{}\n裁定：{}\n\
             平台将自动处理：已过期 {}，2 小时内 {}，24 小时内 {}，48 小时内 {}（{} 元）\n\
             未采用的行 {}",
            summary.now,
            summary.pack,
            summary.orders,
            summary.requests,
            summary.open_cases,
            yuan(summary.requested_fen),
            yuan(summary.approved_fen),
            counts(&summary.by_route),
            counts(&summary.by_ruling),
            risk.passed.count,
            risk.within_2h.count,
            risk.within_24h.count,
            risk.within_48h.count,
            yuan(risk.within_48h.requested_fen),
            summary.rejected_rows,
        ),
        Language::En => format!(
            "at {}, pack {}: {} orders, {} requests, {} cases open\n\
             asked for {} yuan, {} yuan by the rulings\n\
             routes: {}\nrulings: {}\n\
             the marketplace acts: passed {}, in 2 h {}, in 24 h {}, in 48 h {} ({} yuan)\n\
             rows not taken: {}",
            summary.now,
            summary.pack,
            summary.orders,
            summary.requests,
            summary.open_cases,
            yuan(summary.requested_fen),
            yuan(summary.approved_fen),
            counts(&summary.by_route),
            counts(&summary.by_ruling),
            risk.passed.count,
            risk.within_2h.count,
            risk.within_24h.count,
            risk.within_48h.count,
            yuan(risk.within_48h.requested_fen),
            summary.rejected_rows,
        ),
    }
}

/// Wide enough for everything, in files.
const WIDE: usize = 400;
/// What a terminal shows that does not say how wide it is.
const USUAL: usize = 160;

fn terminal_width() -> usize {
    let size = console::Term::stdout().size_checked();
    size.map_or(USUAL, |(_, columns)| usize::from(columns).max(80))
}
