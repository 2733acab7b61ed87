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
                Some(path) => {
                    fs::write(path, text).with_context(|| unwritable(path, arguments.lang))?;
                }
                None => std::io::stdout().lock().write_all(text.as_bytes())?,
            }
        }
        Format::Xlsx => match &arguments.out {
            Some(path) => write_xlsx(&[wide(report, arguments.lang)], path)
                .map_err(|error| anyhow!("{}", error.line(arguments.lang.of_intake())))?,
            None => bail!(
                "{}",
                arguments
                    .lang
                    .says("表格文件要写明 --out 文件名", "a spreadsheet needs --out FILE")
            ),
        },
        Format::Table => {
            let table = narrow(report, arguments.lang, arguments.rows);
            match &arguments.out {
                Some(path) => {
                    let file =
                        fs::File::create(path).with_context(|| unwritable(path, arguments.lang))?;
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
        match arguments.lang {
            Language::Zh => eprintln!("… 还有 {more} 条；--rejected 文件名 可写出全部"),
            Language::En => eprintln!("… {more} more; --rejected FILE writes all of them"),
        }
    }
    Ok(())
}

fn unwritable(path: &Path, language: Language) -> String {
    let path = path.display();
    language.says(&format!("{path} 无法写入"), &format!("{path} cannot be written"))
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
        let code = |it: &str| Cell::Text(called(it, language));
        let next = entry.next_task.as_ref();
        vec![
            Cell::Number(i64::from(entry.priority)),
            entry.minutes_left.map_or(Cell::Empty, |it| Cell::Text(left(it, language))),
            text(&entry.refund_no),
            entry.route.as_deref().map_or(Cell::Empty, code),
            code(&entry.ruling),
            Cell::Amount(Money::fen(entry.amount_fen)),
            next.map_or(Cell::Empty, |it| code(&it.kind)),
            next.map_or(Cell::Empty, |it| code(&it.role)),
            next.map_or(Cell::Empty, |it| {
                text(&it.due.get(5..16).unwrap_or(&it.due).replace('T', " "))
            }),
            entry.clause.as_deref().map_or(Cell::Empty, text),
            flags(entry, language),
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
        rows: report.items.iter().map(|it| cells(it, language)).collect(),
    }
}

/// What a code is called. In English it is its own name, and stands as the formats explain it.
fn called(code: &str, language: Language) -> String {
    match language {
        Language::Zh => views::names::name(code, policy::Language::Zh),
        Language::En => code.to_owned(),
    }
}

fn flags(entry: &Entry, language: Language) -> Cell {
    let between = if language == Language::Zh { "、" } else { " " };
    let names: Vec<String> = entry.flags.iter().map(|it| called(it, language)).collect();
    Cell::Text(names.join(between))
}

fn cells(entry: &Entry, language: Language) -> Vec<Cell> {
    let text = |it: &str| Cell::Text(it.to_owned());
    let code = |it: &str| Cell::Text(called(it, language));
    let next = entry.next_task.as_ref();
    vec![
        Cell::Number(i64::from(entry.priority)),
        entry.minutes_left.map_or(Cell::Empty, |it| Cell::Text(left(it, language))),
        text(&entry.order_no),
        text(&entry.refund_no),
        code(&entry.kind),
        entry.route.as_deref().map_or(Cell::Empty, code),
        code(&entry.ruling),
        Cell::Amount(Money::fen(entry.amount_fen)),
        entry.requested_fen.map_or(Cell::Empty, |it| Cell::Amount(Money::fen(it))),
        Cell::Amount(Money::fen(entry.cap_fen)),
        next.map_or(Cell::Empty, |it| code(&it.kind)),
        next.map_or(Cell::Empty, |it| code(&it.role)),
        next.map_or(Cell::Empty, |it| text(&it.due)),
        entry.deadline.as_deref().map_or(Cell::Empty, text),
        code(&entry.postage_by),
        flags(entry, language),
        entry.clause.as_deref().map_or(Cell::Empty, text),
        text(&entry.reply),
    ]
}

fn left(minutes: i64, language: Language) -> String {
    let left = kernel::Span::minutes(minutes).to_string();
    match language {
        Language::Zh => left.replace('d', "天").replace('h', "小时").replace("min", "分钟"),
        Language::En => left,
    }
}

fn plain(summary: &Summary, arguments: &Arguments) -> String {
    let yuan = |fen| Money::fen(fen).decimal();
    let risk = &summary.at_risk;
    let counts = |it: &std::collections::BTreeMap<String, usize>| {
        let counted =
            it.iter().map(|(it, count)| format!("{} {count}", called(it, arguments.lang)));
        counted.collect::<Vec<_>>().join("  ")
    };
    let mut plain = match arguments.lang {
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
    };
    plain.extend(notices(summary, arguments.lang).iter().map(|it| format!("\n{it}")));
    plain
}

/// What is worth a line only if there is any.
fn notices(summary: &Summary, language: Language) -> Vec<String> {
    let mut notices = Vec::new();
    let missing = &summary.not_in_export;
    if 0 < missing.count {
        let (count, yuan) = (missing.count, Money::fen(missing.requested_fen).decimal());
        notices.push(match language {
            Language::Zh => format!(
                "导出中未出现 {count} 件（{yuan} 元）：还没办完，这次的导出里却没有了，请到平台核对"
            ),
            Language::En => format!(
                "not in the export: {count} ({yuan} yuan), open here and no longer listed; look \
                 what the marketplace has done"
            ),
        });
    }
    for (constant, count) in &summary.to_be_filled {
        let name = views::names::name(constant, policy::Language::Zh);
        notices.push(match language {
            Language::Zh => {
                format!("{count} 条回复里没有{name}，发给买家前请填写，或加上 --{constant} {name}")
            }
            Language::En => format!(
                "{count} replies lack the {}; fill it in, or give --{constant}",
                views::names::name(constant, policy::Language::En)
            ),
        });
    }
    notices
}

/// Wide enough for everything, in files.
const WIDE: usize = 400;
/// What a terminal shows that does not say how wide it is.
const USUAL: usize = 160;

fn terminal_width() -> usize {
    let size = console::Term::stdout().size_checked();
    size.map_or(USUAL, |(_, columns)| usize::from(columns).max(80))
}
