//! From the layout of a file to a table: names and types of columns, then cell by cell.

use std::collections::BTreeMap;

use crate::{
    Field, Hit, Question,
    cell::{self, Cell},
    column::{Input, Output, Type, TypeError},
    complaint::Report,
    constants::Constants,
    csv::Line,
    set::Set,
    sheet::{Head, HitPolicy, Sheet},
    spelling,
    table::{
        Row, Table,
        index::{Index, MAX_INPUTS},
    },
};

/// Reads one table. `None` if anything is wrong; then the report says what.
pub(crate) fn read(
    text: &str,
    question: Option<&Question>,
    constants: &Constants,
    report: &mut Report<'_>,
) -> Option<Table> {
    let sheet = Sheet::read(text, report)?;
    let columns = Columns::read(&sheet, question, report);
    if let Some(question) = question {
        must_answer(&sheet, &columns, question, report);
    }
    if report.has_errors() {
        return None;
    }
    let rows = read_rows(&sheet, &columns, constants, report);
    if report.has_errors() {
        return None;
    }
    let inputs: Vec<Input> = columns.inputs.into_iter().map(|(_, it)| it).collect();
    let outputs = columns.outputs.into_iter().map(|(_, it)| it).collect();
    let index = Index::new(&inputs, &rows);
    let Sheet { name, hit, source, .. } = sheet;
    Some(Table { name, hit, source, inputs, outputs, rows, index })
}

/// The typed columns, each with its place on the line.
struct Columns {
    inputs: Vec<(usize, Input)>,
    outputs: Vec<(usize, Output)>,
}

impl Columns {
    fn read(sheet: &Sheet, question: Option<&Question>, report: &mut Report<'_>) -> Self {
        let mut columns = Self { inputs: Vec::new(), outputs: Vec::new() };
        for (column, (head, text)) in sheet.heads.iter().zip(&sheet.types).enumerate() {
            let read = match head {
                Head::If(name) => columns.read_input(column, name, text, question),
                Head::Then(name) => columns.read_output(column, name, text, question),
                Head::Row | Head::Source | Head::Zh | Head::En => Ok(()),
            };
            if let (Err(what), Head::If(name) | Head::Then(name)) = (read, head) {
                report.error(format!("column `{name}`: {what}"));
            }
        }
        if MAX_INPUTS < columns.inputs.len() {
            report.error(format!("a table has at most {MAX_INPUTS} conditions"));
        }
        columns
    }

    fn read_input(
        &mut self,
        column: usize,
        name: &str,
        text: &str,
        question: Option<&Question>,
    ) -> Result<(), String> {
        let found = field(name, question.map(|it| it.inputs))?;
        let (kind, optional) =
            Type::read(text, found.map(|(_, it)| it.kind)).map_err(|it| it.to_string())?;
        let unfit = match (&kind, found) {
            (Type::Choices(_), _) => Some(TypeError::NoCondition("a set")),
            (Type::Text, _) => Some(TypeError::NoCondition("text")),
            (_, Some((_, field))) if field.optional && !optional => {
                Some(TypeError::Optional(format!("`{text}?`")))
            }
            (_, Some((_, field))) if !field.optional && optional => {
                Some(TypeError::NotOptional(format!("`{}`", text.trim_end_matches('?'))))
            }
            (Type::Flag | Type::Choice(_) | Type::Number(_), _) => None,
        };
        if let Some(unfit) = unfit {
            return Err(unfit.to_string());
        }
        let position = found.map_or(self.inputs.len(), |(position, _)| position);
        self.inputs.push((column, Input { name: name.to_owned(), kind, optional, position }));
        Ok(())
    }

    fn read_output(
        &mut self,
        column: usize,
        name: &str,
        text: &str,
        question: Option<&Question>,
    ) -> Result<(), String> {
        let found = field(name, question.map(|it| it.outputs))?;
        let kind = found.map(|(_, it)| it.kind);
        let (kind, marked) = Type::read(text, kind).map_err(|it| it.to_string())?;
        let optional = found.map_or(marked, |(_, it)| it.optional);
        self.outputs.push((column, Output { name: name.to_owned(), kind, optional }));
        Ok(())
    }
}

/// The field of that name and its position; nothing if no question is asked.
fn field(
    name: &str,
    fields: Option<&'static [Field]>,
) -> Result<Option<(usize, &'static Field)>, String> {
    if !spelling::is_kebab(name) {
        return Err("a column has a name of lower-case words and hyphens".to_owned());
    }
    let Some(fields) = fields else { return Ok(None) };
    if let Some(found) = fields.iter().enumerate().find(|(_, it)| it.name == name) {
        return Ok(Some(found));
    }
    let hint = spelling::hint(name, fields.iter().map(|it| it.name));
    Err(format!("the question has no such field{hint}"))
}

fn must_answer(sheet: &Sheet, columns: &Columns, question: &Question, report: &mut Report<'_>) {
    let fits = match question.hit {
        Hit::One => sheet.hit != HitPolicy::Collect,
        Hit::All => sheet.hit == HitPolicy::Collect,
    };
    if !fits {
        report.error(match question.hit {
            Hit::One => "the question wants one row; the hit policy is `unique` or `first`",
            Hit::All => "the question wants every row; the hit policy is `collect`",
        });
    }
    for field in question.outputs.iter().filter(|it| !it.optional) {
        let given = columns.outputs.iter().any(|(_, it)| it.name == field.name);
        let named = sheet.heads.iter().any(|it| *it == Head::Then(field.name.to_owned()));
        if !given && !named {
            report.error(format!("the column `then:{}` is missing", field.name));
        }
    }
}

fn read_rows(
    sheet: &Sheet,
    columns: &Columns,
    constants: &Constants,
    report: &mut Report<'_>,
) -> Vec<Row> {
    for head in [Head::Source, Head::Zh, Head::En] {
        if sheet.column(&head).is_none() {
            report.warn(format!("the column `{}` is missing", head.name()));
        }
    }
    let mut rows = Vec::new();
    let mut lines = BTreeMap::new();
    for line in &sheet.rows {
        let Some(row) = read_row(line, sheet, columns, constants, report) else { continue };
        if let Some(first) = lines.insert(row.id.clone(), line.number) {
            report.row_error(row.place(), format!("line {first} already has this name"));
        }
        rows.push(row);
    }
    if sheet.rows.is_empty() {
        report.error("the table has no rows");
    }
    rows
}

fn read_row(
    line: &Line,
    sheet: &Sheet,
    columns: &Columns,
    constants: &Constants,
    report: &mut Report<'_>,
) -> Option<Row> {
    let id = spelling::plain(line.cell(0));
    let place = format!("{id} (line {})", line.number);
    let expected = sheet.heads.len();
    if line.cells.len() < expected || expected < line.width() {
        let found = line.cells.len();
        report.row_error(place, format!("the line has {found} cells where {expected} belong"));
        return None;
    }
    if !spelling::is_kebab(&id) {
        report.row_error(place, "a row has a name of lower-case words and hyphens");
        return None;
    }
    let conditions = read_conditions(line, columns, constants, (&place, report));
    let answers = read_answers(line, columns, constants, (&place, report));
    let note = |head: &Head| {
        let cell = sheet.column(head).map(|it| line.cell(it));
        cell.unwrap_or_default().to_owned()
    };
    let (source, zh, en) = (note(&Head::Source), note(&Head::Zh), note(&Head::En));
    for (head, text) in [(Head::Source, &source), (Head::Zh, &zh), (Head::En, &en)] {
        if text.is_empty() && sheet.column(&head).is_some() {
            report.row_warn(place.clone(), format!("`{}` is empty", head.name()));
        }
    }
    let typed = columns.inputs.iter().map(|&(it, _)| spelling::plain(line.cell(it))).collect();
    let line = line.number;
    Some(Row { id, source, zh, en, conditions, answers, typed, line })
}

fn read_conditions(
    line: &Line,
    columns: &Columns,
    constants: &Constants,
    (place, report): (&str, &mut Report<'_>),
) -> Vec<Set> {
    let mut conditions = Vec::new();
    for (column, input) in &columns.inputs {
        match cell::read_condition(line.cell(*column), input, constants) {
            Ok(set) => conditions.push(set),
            Err(error) => report.row_error(place.to_owned(), format!("`{}`: {error}", input.name)),
        }
    }
    conditions
}

fn read_answers(
    line: &Line,
    columns: &Columns,
    constants: &Constants,
    (place, report): (&str, &mut Report<'_>),
) -> Vec<Cell> {
    let mut answers = Vec::new();
    for (column, output) in &columns.outputs {
        match cell::read_answer(line.cell(*column), output, constants) {
            Ok(cell) => answers.push(cell),
            Err(error) => {
                report.row_error(place.to_owned(), format!("`{}`: {error}", output.name));
            }
        }
    }
    answers
}
