//! A table as people keep it: one CSV file with three lines of heading, then rows.
//!
//! ```text
//! table,refund-path,hit,unique,source,DT-01
//! row,if:shipped,if:signed,then:route,source,zh,en
//! type,flag,flag,choice,,,
//! unshipped,no,-,unshipped,PATH1-01,订单未发货,The goods have not left
//! ```

use crate::{
    complaint::Report,
    csv::{self, Line},
    spelling,
};

/// How the rows that match become an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HitPolicy {
    /// No two rows match the same facts.
    Unique,
    /// The first row that matches answers.
    First,
    /// Every row that matches is a part of the answer.
    Collect,
}

impl HitPolicy {
    pub fn name(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::First => "first",
            Self::Collect => "collect",
        }
    }
}

/// The layout of a table file, before anything is understood.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hit: HitPolicy,
    pub(crate) source: String,
    pub(crate) heads: Vec<Head>,
    /// The type line, cell by cell.
    pub(crate) types: Vec<String>,
    pub(crate) rows: Vec<Line>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Head {
    Row,
    If(String),
    Then(String),
    Source,
    Zh,
    En,
}

impl Sheet {
    /// `None` if the heading cannot be understood; then the report says why.
    pub(crate) fn read(text: &str, report: &mut Report<'_>) -> Option<Self> {
        let mut lines = csv::read(text).into_iter();
        let (Some(title), Some(heads), Some(types)) = (lines.next(), lines.next(), lines.next())
        else {
            report.error("a table begins with three lines: `table`, `row` and `type`");
            return None;
        };
        let (name, hit, source) = read_title(&title, report)?;
        report.name_table(&name);
        let heads = read_heads(&heads, report)?;
        if spelling::plain(types.cell(0)) != "type" {
            report.error(format!("line {}: the third line begins with `type`", types.number));
            return None;
        }
        let types = (0..heads.len()).map(|it| spelling::plain(types.cell(it))).collect();
        Some(Self { name, hit, source, heads, types, rows: lines.collect() })
    }

    pub(crate) fn column(&self, head: &Head) -> Option<usize> {
        self.heads.iter().position(|it| it == head)
    }
}

fn read_title(line: &Line, report: &mut Report<'_>) -> Option<(String, HitPolicy, String)> {
    let at = line.number;
    let (mut name, mut hit, mut source) = (None, None, String::new());
    for pair in line.cells.chunks(2) {
        let key = pair.first().map(|it| spelling::plain(it)).unwrap_or_default();
        let value = pair.get(1).map(|it| spelling::plain(it)).unwrap_or_default();
        match key.as_str() {
            "table" => name = Some(value),
            "hit" => hit = Some(value),
            "source" => source = value,
            "" => {}
            other => report.error(format!(
                "line {at}: `{other}` is not known here; write `table,…,hit,…,source,…`"
            )),
        }
    }
    let hit = match hit.as_deref() {
        Some("unique") => Some(HitPolicy::Unique),
        Some("first") => Some(HitPolicy::First),
        Some("collect") => Some(HitPolicy::Collect),
        Some(other) => {
            report.error(format!(
                "line {at}: `{other}` is no hit policy; write `unique`, `first` or `collect`"
            ));
            None
        }
        None => {
            report.error(format!("line {at}: the hit policy is missing; write `hit,unique`"));
            None
        }
    };
    if name.as_deref().is_none_or(|it| !spelling::is_kebab(it)) {
        report.error(format!("line {at}: a table has a name of lower-case words and hyphens"));
    }
    Some((name?, hit?, source))
}

fn read_heads(line: &Line, report: &mut Report<'_>) -> Option<Vec<Head>> {
    let at = line.number;
    let mut heads = Vec::new();
    for column in 0..line.width() {
        let head = spelling::plain(line.cell(column));
        let field = |name: &str| name.trim().to_owned();
        let head = match (head.as_str(), head.split_once(':')) {
            ("row", _) => Head::Row,
            ("source", _) => Head::Source,
            ("zh", _) => Head::Zh,
            ("en", _) => Head::En,
            (_, Some(("if", name))) => Head::If(field(name)),
            (_, Some(("then", name))) => Head::Then(field(name)),
            (other, _) => {
                report.error(format!(
                    "line {at}: the column `{other}` is not known; write `if:…`, `then:…`, \
                     `source`, `zh` or `en`"
                ));
                continue;
            }
        };
        if heads.contains(&head) {
            report.error(format!("line {at}: the column `{}` stands twice", head.name()));
        }
        heads.push(head);
    }
    if heads.first() != Some(&Head::Row) {
        report.error(format!("line {at}: the first column is `row`, the name of the row"));
    }
    if !heads.iter().any(|it| matches!(it, Head::Then(_))) {
        report.error(format!("line {at}: a table has at least one `then:` column"));
    }
    if report.has_errors() { None } else { Some(heads) }
}

impl Head {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Row => "row".to_owned(),
            Self::If(name) => format!("if:{name}"),
            Self::Then(name) => format!("then:{name}"),
            Self::Source => "source".to_owned(),
            Self::Zh => "zh".to_owned(),
            Self::En => "en".to_owned(),
        }
    }
}
