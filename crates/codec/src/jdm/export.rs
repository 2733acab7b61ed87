//! From a table to JDM.

use policy::{Cell, HitPolicy, Input, Output, Range, Row, Set, Table, Type, Unit, chosen};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// Why a table cannot be written as JDM.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Inexpressible {
    #[error("`{0}` is a word of the ZEN language and cannot name a column")]
    Reserved(String),
    #[error("row {row}, column `{column}`: {number} cannot be written exactly in {unit}")]
    Number { row: String, column: String, number: String, unit: &'static str },
    #[error("row {row}, column `{column}`: the text holds both kinds of quotes")]
    Quotes { row: String, column: String },
}

const RESERVED: [&str; 7] = ["and", "or", "not", "in", "true", "false", "null"];

/// Larger numbers are not safe in JSON.
const LARGEST: i64 = 1_000_000_000_000_000;

/// Writes a table as a graph of request, decision table and response.
///
/// A `unique` table becomes a `first` table: no two rows match the same facts, so it makes no
/// difference. A missing fact is `null`.
pub fn export(table: &Table) -> Result<Value, Inexpressible> {
    let inputs: Result<Vec<Value>, Inexpressible> = table.inputs().iter().map(input).collect();
    let outputs: Result<Vec<Value>, Inexpressible> = table.outputs().iter().map(output).collect();
    let rules: Result<Vec<Value>, Inexpressible> =
        table.rows().iter().map(|row| rule(table, row)).collect();
    let hit = match table.hit() {
        HitPolicy::Unique | HitPolicy::First => "first",
        HitPolicy::Collect => "collect",
    };
    let content = json!({
        "hitPolicy": hit,
        "inputs": inputs?,
        "outputs": outputs?,
        "rules": rules?,
        "passThrough": false,
        "inputField": null,
        "outputPath": null,
        "executionMode": "single",
    });
    let node = |id: &str, kind: &str, x: u32| {
        let position = json!({ "x": x, "y": 120 });
        json!({ "id": id, "type": kind, "name": id, "position": position })
    };
    let mut decision = node("table", "decisionTableNode", 380);
    if let Some(fields) = decision.as_object_mut() {
        let description = format!("hit {}, source {}", table.hit().name(), table.source());
        fields.insert("name".to_owned(), table.name().into());
        fields.insert("description".to_owned(), description.into());
        fields.insert("content".to_owned(), content);
    }
    Ok(json!({
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            node("request", "inputNode", 80),
            decision,
            node("response", "outputNode", 680),
        ],
        "edges": [
            { "id": "to-table", "type": "edge", "sourceId": "request", "targetId": "table" },
            { "id": "to-response", "type": "edge", "sourceId": "table", "targetId": "response" },
        ],
    }))
}

/// The name of a column where ZEN evaluates it: `returns-goods` would be a subtraction.
pub(super) fn field(name: &str) -> String {
    name.replace('-', "_")
}

/// A number in a unit, or nothing if it has no exact decimal or JSON could not hold it.
pub(super) fn decimal(unit: Unit, number: i64) -> Option<String> {
    if number.unsigned_abs() <= LARGEST.unsigned_abs() { unit.show(number) } else { None }
}

fn input(input: &Input) -> Result<Value, Inexpressible> {
    let mark = if input.optional { "?" } else { "" };
    let name = format!("{}: {}{mark}", input.name, input.kind.spelled());
    column("if", &input.name, &name)
}

fn output(output: &Output) -> Result<Value, Inexpressible> {
    let mark = if output.optional { "?" } else { "" };
    let name = format!("{}: {}{mark}", output.name, output.kind.spelled());
    column("then", &output.name, &name)
}

fn column(side: &str, name: &str, title: &str) -> Result<Value, Inexpressible> {
    if RESERVED.contains(&name) {
        return Err(Inexpressible::Reserved(name.to_owned()));
    }
    Ok(json!({ "id": format!("{side}:{name}"), "name": title, "field": field(name) }))
}

fn rule(table: &Table, row: &Row) -> Result<Value, Inexpressible> {
    let mut rule = Map::new();
    rule.insert("_id".to_owned(), row.id.clone().into());
    let description = [row.source.as_str(), &row.zh, &row.en].join("\n");
    rule.insert("_description".to_owned(), description.into());
    for (input, set) in table.inputs().iter().zip(&row.conditions) {
        rule.insert(format!("if:{}", input.name), condition(row, input, set)?.into());
    }
    for (output, cell) in table.outputs().iter().zip(&row.answers) {
        rule.insert(format!("then:{}", output.name), answer(row, output, cell)?.into());
    }
    Ok(rule.into())
}

fn condition(row: &Row, input: &Input, set: &Set) -> Result<String, Inexpressible> {
    let domain = input.domain();
    if *set == Set::everything(domain) {
        return Ok(String::new());
    }
    if *set == Set::nothing().other_values(domain) {
        return Ok("!= null".to_owned());
    }
    // First, because ZEN stops at an alternative that cannot compare a null.
    let missing = set.accepts_missing().then(|| Ok("null".to_owned()));
    let alternatives = missing.into_iter().chain(set.ranges().iter().flat_map(|range| {
        let tests: Vec<Result<String, Inexpressible>> = match &input.kind {
            Type::Number(unit) => vec![interval(row, input, *unit, *range)],
            Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Text => {
                (range.first..=range.last).map(|it| Ok(literal(&input.kind, it))).collect()
            }
        };
        tests
    }));
    Ok(alternatives.collect::<Result<Vec<String>, Inexpressible>>()?.join(", "))
}

fn literal(kind: &Type, at: i64) -> String {
    let shown = kind.show(policy::Point::At(at));
    match kind {
        Type::Flag => (at == 1).to_string(),
        Type::Choice(_) | Type::Choices(_) | Type::Number(_) | Type::Text => {
            format!("\"{shown}\"")
        }
    }
}

fn interval(row: &Row, input: &Input, unit: Unit, range: Range) -> Result<String, Inexpressible> {
    let values = input.domain().values;
    let inexact = |number: i64| Inexpressible::Number {
        row: row.id.clone(),
        column: input.name.clone(),
        number: unit.measure().show(number),
        unit: unit.name(),
    };
    let Range { first, last } = range;
    if first == last {
        return decimal(unit, first).ok_or_else(|| inexact(first));
    }
    // `> 7` hours begins at a second that has no decimal in hours; the second before has one.
    let lower = shorter(decimal(unit, first), decimal(unit, first.saturating_sub(1)));
    let upper = shorter(decimal(unit, last), decimal(unit, last.saturating_add(1)));
    let (bounded_below, bounded_above) = (first != values.first, last != values.last);
    let lower = if bounded_below { Some(lower.ok_or_else(|| inexact(first))?) } else { None };
    let upper = if bounded_above { Some(upper.ok_or_else(|| inexact(last))?) } else { None };
    Ok(match (lower, upper) {
        (None, None) => "!= null".to_owned(),
        (Some((true, from)), None) => format!(">= {from}"),
        (Some((false, from)), None) => format!("> {from}"),
        (None, Some((true, to))) => format!("<= {to}"),
        (None, Some((false, to))) => format!("< {to}"),
        (Some((from_included, from)), Some((to_included, to))) => {
            let (left, right) =
                (if from_included { '[' } else { '(' }, if to_included { ']' } else { ')' });
            format!("{left}{from}..{to}{right}")
        }
    })
}

/// The shorter way to write a bound, and whether it includes the number.
fn shorter(included: Option<String>, excluded: Option<String>) -> Option<(bool, String)> {
    match (included, excluded) {
        (Some(included), Some(excluded)) if excluded.len() < included.len() => {
            Some((false, excluded))
        }
        (Some(included), _) => Some((true, included)),
        (None, Some(excluded)) => Some((false, excluded)),
        (None, None) => None,
    }
}

fn answer(row: &Row, output: &Output, cell: &Cell) -> Result<String, Inexpressible> {
    let at = |it: i64| Ok(literal(&output.kind, it));
    match (cell, &output.kind) {
        (Cell::Flag(flag), _) => Ok(flag.to_string()),
        (Cell::Choice(index), _) => at(i64::from(*index)),
        (Cell::Number(number), Type::Number(unit)) => {
            decimal(*unit, *number).ok_or_else(|| Inexpressible::Number {
                row: row.id.clone(),
                column: output.name.clone(),
                number: unit.measure().show(*number),
                unit: unit.name(),
            })
        }
        (Cell::Choices(bits), Type::Choices(codes)) => {
            let codes: Vec<String> = chosen(codes, *bits).map(|it| format!("\"{it}\"")).collect();
            Ok(format!("[{}]", codes.join(", ")))
        }
        (Cell::Text(text), _) if !text.contains('"') => Ok(format!("\"{text}\"")),
        (Cell::Text(text), _) if !text.contains('\'') => Ok(format!("'{text}'")),
        (Cell::Text(_), _) => {
            Err(Inexpressible::Quotes { row: row.id.clone(), column: output.name.clone() })
        }
        (Cell::Empty | Cell::Number(_) | Cell::Choices(_), _) => Ok(String::new()),
    }
}
