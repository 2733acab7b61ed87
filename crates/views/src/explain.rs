//! Why a case was decided as it was, in plain words.
//!
//! Everything told here was recorded when it was decided: the pack's version, the rows and the
//! inputs. The sentences are those of that version of the pack.

use dossier::{Case, vocabulary};
use kernel::Zone;
use policy::{Language, Record};

use crate::reply::{Of, breakdown, moment, payer, yuan};

pub fn explain(of: Of<'_>, language: Language) -> String {
    let zone = of.pack.calendar().zone();
    let mut lines = heading(of, language, zone);
    match &of.case.judgement {
        None => lines.push(said(language, "尚未裁定。", "Not judged yet.").to_owned()),
        Some(judgement) => {
            lines.push(format!(
                "{} {}  {}",
                said(language, "裁定于", "Judged at"),
                moment(Some(judgement.at), zone),
                of.body.order.pack,
            ));
            for (number, ruling) in (1..).zip(&judgement.rulings) {
                lines.extend(clause(number, ruling, of, language));
            }
            lines.push(format!(
                "{} {}{}",
                said(language, "结论：", "Outcome:"),
                judgement.ruling(),
                if judgement.automatic { said(language, "（可自动执行）", " (may run by itself)") }
                else { "" },
            ));
            lines.push(said(language, "金额：", "Amount:").to_owned());
            lines.extend(breakdown(judgement, language).lines().map(|it| format!("    {it}")));
            lines.push(format!(
                "    {} {}",
                said(language, "退货运费由谁承担：", "return postage is paid by"),
                payer(Some(judgement.postage_by), language),
            ));
            if !judgement.flags.is_empty() {
                let flags: Vec<String> = judgement.flags.iter().map(ToString::to_string).collect();
                lines.push(format!("{} {}", said(language, "标记：", "Flags:"), flags.join(", ")));
            }
        }
    }
    lines.extend(owed(of, language, zone));
    lines.join("\n")
}

fn said(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

fn heading(of: Of<'_>, language: Language, zone: Zone) -> Vec<String> {
    let Of { dossier, body, case, .. } = of;
    let mut lines = vec![format!(
        "{} {}  {} {}  {}",
        said(language, "售后单", "Case"),
        case.no,
        said(language, "订单", "order"),
        dossier,
        case.status.code(),
    )];
    let pieces = case.request.pieces.iter().filter_map(|it| {
        let line = body.order.line(it.line)?;
        Some(format!("{} × {}/{}", line.title, it.quantity, line.quantity))
    });
    lines.push(format!(
        "{} {}, {} {}  {}",
        said(language, "申请：", "Asked for:"),
        case.request.kind,
        case.request.reason,
        case.request.reason_text,
        pieces.collect::<Vec<String>>().join("; "),
    ));
    lines.push(format!(
        "    {} {}  {} {}  {} {}",
        said(language, "申请金额", "asked"),
        yuan(case.request.asked, language),
        said(language, "申请于", "filed"),
        moment(Some(case.opened_at), zone),
        said(language, "平台超时", "marketplace acts"),
        moment(case.market.deadline, zone),
    ));
    lines.extend(changes(case, language, zone));
    lines
}

/// APPLY-07: earlier forms of the request stay visible.
fn changes(case: &Case, language: Language, zone: Zone) -> Vec<String> {
    let changes = case.changes.iter().map(|it| {
        format!(
            "    {} {}: {}, {}",
            said(language, "此前申请，改于", "before it was changed at"),
            moment(Some(it.at), zone),
            it.from.kind,
            it.from.reason,
        )
    });
    changes.collect()
}

fn clause(number: u32, ruling: &Record, of: Of<'_>, language: Language) -> Vec<String> {
    let table = of.pack.table(&ruling.question);
    let row = ruling.row.as_deref();
    let sentence = row.and_then(|row| table?.row(row)).map(|it| it.sentence(language));
    let advice = if vocabulary::is_advice(&ruling.question) { "*" } else { " " };
    let name = row.map_or_else(
        || said(language, "没有条款，须人工处理", "no clause: a person must look").to_owned(),
        |row| format!("{}#{row}", ruling.question),
    );
    let mut lines = vec![format!("{advice}{number:>2}. {name}  [{}]", ruling.source)];
    lines.extend(sentence.map(|it| format!("      {it}")));
    lines.push(format!("      {} {}", said(language, "依据：", "because"), ruling.inputs));
    lines.push(format!("      → {}", ruling.outputs));
    lines
}

fn owed(of: Of<'_>, language: Language, zone: Zone) -> Vec<String> {
    let tasks = of.body.tasks_of(&of.case.no).map(|it| {
        format!(
            "    {} {} {} {}{}",
            it.kind,
            it.role,
            said(language, "截止", "by"),
            moment(Some(it.due), zone),
            if it.overdue { said(language, "（已超时）", " (overdue)") } else { "" },
        )
    });
    let tasks: Vec<String> = tasks.collect();
    let mut lines = Vec::new();
    if !tasks.is_empty() {
        lines.push(said(language, "待办：", "Owed:").to_owned());
        lines.extend(tasks);
    }
    let payouts = of.body.payouts.iter().filter(|it| it.case == of.case.no).map(|it| {
        let amount = it.amount.total().ok();
        format!("    {} {} {} {}", it.key, it.purpose, yuan(amount, language), it.status.code())
    });
    let payouts: Vec<String> = payouts.collect();
    if !payouts.is_empty() {
        lines.push(said(language, "款项：", "Payouts:").to_owned());
        lines.extend(payouts);
    }
    lines
}
