//! Why a case was decided as it was, in plain words.
//!
//! Everything told here was recorded when it was decided: the pack's version, the rows and the
//! inputs. The sentences come from the pack, where it is the very version that was asked.

use dossier::{Case, case::Judgement, payout::PayoutStatus, task::Task, vocabulary};
use kernel::{Choice, Timestamp, Zone};
use money::Money;
use policy::{Language, Record};

use crate::{
    figures::{forms, moment, shown, steps},
    names::{self, name, said},
    reply::Of,
};

/// The case, what policy said and on what grounds, the amount, and what is owed by whom by when.
pub fn explain(of: Of<'_>, language: Language) -> String {
    let teller = Teller { of, language, zone: of.pack.calendar().zone() };
    let mut lines = teller.heading();
    match &of.case.judgement {
        None => lines.push(teller.says("尚未裁定。", "Not judged yet.").to_owned()),
        Some(judgement) => lines.extend(teller.judgement(judgement)),
    }
    lines.extend(teller.tasks());
    lines.extend(teller.payouts());
    lines.join("\n")
}

/// Tells about one case in one language.
struct Teller<'a> {
    of: Of<'a>,
    language: Language,
    zone: Zone,
}

impl Teller<'_> {
    fn says(&self, zh: &'static str, en: &'static str) -> &'static str {
        said(self.language, zh, en)
    }

    fn called(&self, code: &str) -> String {
        name(code, self.language)
    }

    fn at(&self, at: Timestamp) -> String {
        moment(at, self.zone)
    }

    fn worth(&self, amount: Money) -> String {
        shown(amount, self.language)
    }

    /// `  label: text`
    fn item(&self, zh: &'static str, en: &'static str, text: impl AsRef<str>) -> String {
        let colon = self.says("：", ": ");
        format!("  {}{colon}{}", self.says(zh, en), text.as_ref())
    }

    fn heading(&self) -> Vec<String> {
        let Of { dossier, case, .. } = self.of;
        let mut lines = vec![format!(
            "{} {} · {} {} · {}",
            self.says("售后单", "Case"),
            case.no,
            self.says("订单", "order"),
            dossier.order,
            self.called(case.status.code()),
        )];
        let request = &case.request;
        let mut wish = vec![self.called(request.kind.code()), self.called(request.reason.code())];
        wish.extend(Some(request.reason_text.clone()).filter(|it| !it.is_empty()));
        lines.push(self.item("申请", "asked for", wish.join(" · ")));
        lines.push(self.item("商品", "goods", self.goods(case)));
        let asked = match request.asked {
            Some(asked) => self.worth(asked),
            None => self.says("应退全部", "all that is due").to_owned(),
        };
        lines.push(self.item("申请金额", "amount asked for", asked));
        lines.push(self.item("申请时间", "filed", self.at(case.opened_at)));
        if let Some(deadline) = case.market.deadline {
            lines.push(self.item("平台超时", "marketplace acts", self.at(deadline)));
        }
        lines.extend(case.changes.iter().map(|it| {
            // APPLY-07: earlier forms of the request stay visible.
            let (kind, reason) = (it.from.kind.code(), it.from.reason.code());
            let earlier =
                format!("{} · {} · {}", self.at(it.at), self.called(kind), self.called(reason));
            self.item("改前申请", "before it was changed", earlier)
        }));
        lines
    }

    fn goods(&self, case: &Case) -> String {
        let pieces = case.request.pieces.iter().map(|it| match self.of.body.order.line(it.line) {
            Some(line) => format!("{} × {}/{}", line.title, it.quantity, line.quantity),
            None => format!("{} × {}", it.line, it.quantity),
        });
        pieces.collect::<Vec<String>>().join(self.says("；", "; "))
    }

    fn judgement(&self, judgement: &Judgement) -> Vec<String> {
        let pack = judgement.rulings.first().map(|it| it.pack.as_str()).unwrap_or_default();
        let mut lines = vec![format!(
            "{} {} · {} {pack}",
            self.says("裁定于", "Judged"),
            self.at(judgement.at),
            self.says("策略包", "pack"),
        )];
        let decided = judgement.clause();
        for (number, ruling) in (1..).zip(&judgement.rulings) {
            lines.extend(self.ruling(number, ruling, decided.as_deref()));
        }
        let by_itself = self.says("（可自动执行）", " (may run by itself)");
        lines.push(format!(
            "{}{}{}",
            self.says("结论：", "Outcome: "),
            self.called(judgement.verdict.code()),
            if judgement.automatic { by_itself } else { "" },
        ));
        if !judgement.flags.is_empty() {
            let flags: Vec<String> =
                judgement.flags.iter().map(|it| self.called(it.code())).collect();
            lines.push(self.item("标记", "flags", flags.join(self.says("、", ", "))));
        }
        lines.push(self.says("金额", "Amount").to_owned());
        for step in steps(judgement, self.language) {
            lines.push(format!("  {} {}", step.name, step.signed()));
        }
        for form in forms(&judgement.amount, self.language) {
            lines.push(format!("    {} {}", form.name, form.signed()));
        }
        let payer = self.called(judgement.postage_by.code());
        lines.push(self.item("退货运费", "return postage", payer));
        lines
    }

    fn ruling(&self, number: u32, ruling: &Record, decided: Option<&str>) -> Vec<String> {
        let table = names::table(&ruling.question, self.language);
        let Some(row) = &ruling.row else {
            return vec![
                format!(
                    "{number:>3}. {table}{}",
                    self.says("：没有条款，须人工处理", ": no clause, a person must look"),
                ),
                self.item("   原因", "   why", names::recorded(&ruling.outputs, self.language)),
                self.item("   依据", "   facts", names::recorded(&ruling.inputs, self.language)),
            ];
        };
        let clause = format!("{}#{row}", ruling.question);
        let decides = vocabulary::is_advice(&ruling.question) && decided == Some(clause.as_str());
        let mark = if decides { "*" } else { " " };
        let mut lines = vec![format!("{number:>3}.{mark}{table} · {clause} [{}]", ruling.source)];
        lines.extend(self.sentence(ruling, row).map(|it| format!("     {it}")));
        lines.push(self.item(
            "   依据",
            "   facts",
            names::recorded(&ruling.inputs, self.language),
        ));
        lines.push(self.item(
            "   裁定",
            "   ruling",
            names::recorded(&ruling.outputs, self.language),
        ));
        lines
    }

    /// Another version of the pack may say something else under the same name.
    fn sentence(&self, ruling: &Record, row: &str) -> Option<String> {
        let pack = Some(self.of.pack).filter(|it| *it.id() == ruling.pack)?;
        let sentence = pack.table(&ruling.question)?.row(row)?.sentence(self.language);
        Some(sentence.to_owned()).filter(|it| !it.is_empty())
    }

    fn tasks(&self) -> Vec<String> {
        let mut tasks: Vec<&Task> = self.of.body.tasks_of(&self.of.case.no).collect();
        tasks.sort_by_key(|it| it.due);
        let told = tasks.into_iter().map(|it| {
            let late = self.says("（已超时）", " (overdue)");
            format!(
                "  {} · {} · {} {}{}",
                self.called(it.kind.code()),
                self.called(it.role.code()),
                self.says("截止", "by"),
                self.at(it.due),
                if it.overdue { late } else { "" },
            )
        });
        under(self.says("待办", "Owed"), told.collect())
    }

    fn payouts(&self) -> Vec<String> {
        let case = &self.of.case.no;
        let told = self.of.body.payouts.iter().filter(|it| it.case == *case).map(|it| {
            let amount = it.amount.total().map(|it| self.worth(it)).unwrap_or_default();
            let purpose = self.called(it.purpose.code());
            let status = self.called(it.status.code());
            let why = match &it.status {
                PayoutStatus::Failed { why, .. } => Some(why.clone()),
                PayoutStatus::Reserved
                | PayoutStatus::Sending { .. }
                | PayoutStatus::Unknown { .. }
                | PayoutStatus::Settled { .. }
                | PayoutStatus::Released { .. } => None,
            };
            let parts = [it.key.to_string(), amount, purpose, status].into_iter().chain(why);
            format!("  {}", parts.collect::<Vec<String>>().join(" · "))
        });
        under(self.says("款项", "Payouts"), told.collect())
    }
}

/// Lines with a title, or nothing.
fn under(title: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() {
        return lines;
    }
    [vec![title.to_owned()], lines].concat()
}
