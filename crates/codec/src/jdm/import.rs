//! From JDM to the CSV text of our tables.

use std::collections::BTreeSet;

use policy::{Type, write_line};
use serde_json::Value;
use thiserror::Error;

use crate::jdm::zen::{self, Foreign, Literal, Test};

/// Why a JDM graph cannot become one of our tables.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ImportError {
    #[error("this is not a JDM graph")]
    NotJdm,
    #[error("a graph with one decision table is expected; this one has {0}")]
    NotOneTable(usize),
    #[error("the hit policy `{0}` is not known here")]
    HitPolicy(String),
    #[error("column `{0}` computes its value; our columns take a fact as it is")]
    Computed(String),
    #[error("the name `{0}` cannot be made of lower-case words and hyphens")]
    Name(String),
    #[error("column `{column}` does not say what it holds; name it `{column}: amount in yuan`")]
    Unstated { column: String },
    #[error("row {row}, column `{column}`: `{text}` has no form in our tables")]
    Cell { row: String, column: String, text: String },
}

/// Reads the decision table of a graph into the text of a table file.
///
/// Types are taken from column names such as `paid: amount in yuan`. Where none is stated, flags
/// and codes are inferred from the cells; numbers are not, because a number needs a unit.
pub fn import(json: &str) -> Result<String, ImportError> {
    let graph: Value = serde_json::from_str(json).map_err(|_| ImportError::NotJdm)?;
    let nodes = graph.get("nodes").and_then(Value::as_array).ok_or(ImportError::NotJdm)?;
    let is_table = |it: &&Value| text_of(it, "type") == "decisionTableNode";
    let tables: Vec<&Value> = nodes.iter().filter(is_table).collect();
    let &[table] = tables.as_slice() else { return Err(ImportError::NotOneTable(tables.len())) };
    let content = table.get("content").ok_or(ImportError::NotJdm)?;
    let rules = list_of(content, "rules");
    let inputs = read_columns(content, "inputs", rules, infer_condition)?;
    let outputs = read_columns(content, "outputs", rules, infer_answer)?;

    let mut csv = title(table, content)?;
    let named = |side: &'static str| move |it: &Column| format!("{side}:{}", it.name);
    let heads = inputs.iter().map(named("if")).chain(outputs.iter().map(named("then")));
    let notes = ["source", "zh", "en"];
    csv.push_str(&line("row".to_owned(), heads, notes.map(str::to_owned)));
    let types = inputs.iter().chain(&outputs).map(|it| it.spelled.clone());
    csv.push_str(&line("type".to_owned(), types, [(); 3].map(|()| String::new())));
    for (nth, rule) in rules.iter().enumerate() {
        let row = row_name(rule, nth);
        let conditions = inputs.iter().map(|it| it.cell(&row, rule, write_condition));
        let answers = outputs.iter().map(|it| it.cell(&row, rule, write_answer));
        let cells: Vec<String> = conditions.chain(answers).collect::<Result<_, _>>()?;
        csv.push_str(&line(row, cells, sentences(rule)));
    }
    Ok(csv)
}

struct Column {
    /// Of the cells in each rule.
    id: String,
    name: String,
    kind: Type,
    optional: bool,
    /// For the type line.
    spelled: String,
}

impl Column {
    fn cell(
        &self,
        row: &str,
        rule: &Value,
        write: impl Fn(&Self, &str) -> Result<String, Foreign>,
    ) -> Result<String, ImportError> {
        let text = text_of(rule, &self.id);
        write(self, text).map_err(|Foreign| ImportError::Cell {
            row: row.to_owned(),
            column: self.name.clone(),
            text: text.to_owned(),
        })
    }
}

fn title(node: &Value, content: &Value) -> Result<String, ImportError> {
    let description = text_of(node, "description");
    let (stated, source) =
        description.strip_prefix("hit ").and_then(|it| it.split_once(", source ")).unzip();
    let hit = match (text_of(content, "hitPolicy"), stated) {
        ("first", Some("unique")) => "unique",
        ("first" | "", _) => "first",
        ("collect", _) => "collect",
        (other, _) => return Err(ImportError::HitPolicy(other.to_owned())),
    };
    let name = kebab(text_of(node, "name"))?;
    Ok(write_line(["table", &name, "hit", hit, "source", source.unwrap_or_default()]))
}

fn read_columns(
    content: &Value,
    side: &str,
    rules: &[Value],
    infer: fn(&[&str]) -> Option<(Type, bool)>,
) -> Result<Vec<Column>, ImportError> {
    let columns = list_of(content, side).iter().map(|column| {
        let (id, title) = (text_of(column, "id"), text_of(column, "name"));
        let field = text_of(column, "field");
        if field.is_empty() {
            return Err(ImportError::Computed(title.to_owned()));
        }
        let name = kebab(field).map_err(|_| ImportError::Computed(title.to_owned()))?;
        let stated = title.split_once(": ").and_then(|(_, it)| Type::stated(it).ok());
        let cells: Vec<&str> = rules.iter().map(|it| text_of(it, id)).collect();
        let unstated = || ImportError::Unstated { column: name.clone() };
        let (kind, optional) = stated.or_else(|| infer(&cells)).ok_or_else(unstated)?;
        let spelled = format!("{}{}", kind.spelled(), if optional { "?" } else { "" });
        Ok(Column { id: id.to_owned(), name, kind, optional, spelled })
    });
    columns.collect()
}

/// Flags and codes speak for themselves.
fn infer_condition(cells: &[&str]) -> Option<(Type, bool)> {
    let mut literals = BTreeSet::new();
    for test in cells.iter().filter_map(|it| zen::condition(it).ok()).flatten().flatten() {
        match test {
            Test::Is(literal) | Test::IsNot(literal) => literals.extend([literal]),
            Test::In(list) | Test::NotIn(list) => literals.extend(list),
            Test::Compares(..) | Test::Between(_) => return None,
        }
    }
    let optional = literals.remove(&Literal::Null);
    Some((infer(literals)?, optional))
}

fn infer_answer(cells: &[&str]) -> Option<(Type, bool)> {
    let answers: Vec<Option<Literal>> =
        cells.iter().filter_map(|it| zen::answer(it).ok()).collect();
    let optional = answers.contains(&None);
    let is_list = answers.iter().any(|it| matches!(it, Some(Literal::List(_))));
    let literals = answers.into_iter().flatten().flat_map(|it| match it {
        Literal::List(items) => items,
        Literal::Null | Literal::Flag(_) | Literal::Number(_) | Literal::Text(_) => vec![it],
    });
    match (infer(literals.collect()), is_list) {
        (Some(Type::Choice(codes)), true) => Some((Type::Choices(codes), optional)),
        (Some(kind), false) => Some((kind, optional)),
        (Some(_), true) | (None, _) => None,
    }
}

fn infer(literals: BTreeSet<Literal>) -> Option<Type> {
    let flag = |it: &Literal| matches!(it, Literal::Flag(_));
    let text = |it: Literal| match it {
        Literal::Text(text) => Some(text),
        Literal::Null | Literal::Flag(_) | Literal::Number(_) | Literal::List(_) => None,
    };
    if literals.is_empty() {
        return None;
    }
    if literals.iter().all(flag) {
        return Some(Type::Flag);
    }
    let texts: Vec<String> = literals.into_iter().map(text).collect::<Option<_>>()?;
    let are_codes = texts.iter().all(|it| it.split('_').all(is_kebab));
    Some(if are_codes { Type::Choice(texts) } else { Type::Text })
}

fn write_condition(column: &Column, text: &str) -> Result<String, Foreign> {
    let alternatives = zen::condition(text)?;
    if alternatives.is_empty() {
        return Ok("-".to_owned());
    }
    let mut cells = Vec::new();
    for tests in &alternatives {
        // In a conjunction with a comparison, `!= null` says nothing more.
        let not_null = Test::IsNot(Literal::Null);
        let tests: Vec<&Test> =
            tests.iter().filter(|it| tests.len() == 1 || **it != not_null).collect();
        let tests: Vec<String> =
            tests.into_iter().map(|it| write_test(column, it)).collect::<Result<_, _>>()?;
        if 1 < tests.len() && tests.iter().any(|it| it.contains(", ") || it.contains("not ")) {
            return Err(Foreign);
        }
        cells.push(tests.join(" & "));
    }
    // `not` stands for the whole cell.
    if 1 < cells.len() && cells.iter().any(|it| it.starts_with("not ")) {
        return Err(Foreign);
    }
    Ok(cells.join(", "))
}

fn write_test(column: &Column, test: &Test) -> Result<String, Foreign> {
    let list = |items: &[Literal]| -> Result<Vec<String>, Foreign> {
        items.iter().map(|it| write_fact(column, it)).collect()
    };
    match test {
        Test::Is(literal) => write_fact(column, literal),
        Test::In(items) if !items.is_empty() => Ok(list(items)?.join(", ")),
        Test::IsNot(Literal::Null) => Ok("not missing".to_owned()),
        Test::IsNot(literal) => Ok(all_but(column, &[write_fact(column, literal)?])?),
        Test::NotIn(items) if !items.is_empty() => all_but(column, &list(items)?),
        Test::Compares(operator, number) if is_number(column) => Ok(format!("{operator} {number}")),
        Test::Between(range) if is_number(column) => Ok(range.clone()),
        Test::In(_) | Test::NotIn(_) | Test::Compares(..) | Test::Between(_) => Err(Foreign),
    }
}

/// In ZEN, a missing fact is not `"a"` and so passes `!= "a"`. In our cells it passes only by
/// name, so the others are listed.
fn all_but(column: &Column, items: &[String]) -> Result<String, Foreign> {
    if !column.optional {
        return Ok(format!("not {}", items.join(", ")));
    }
    let passes = |it: &&String| !items.contains(it);
    let missing = "missing".to_owned();
    let facts: Vec<&String> = items.iter().filter(|it| **it != missing).collect();
    let others: Vec<String> = match (&column.kind, facts.as_slice()) {
        (_, []) => return Ok("not missing".to_owned()),
        (Type::Number(_), [number]) => vec![format!("< {number}"), format!("> {number}")],
        (Type::Choice(codes), _) => codes.iter().filter(passes).cloned().collect(),
        (Type::Flag, _) => {
            ["yes", "no"].map(str::to_owned).iter().filter(passes).cloned().collect()
        }
        (Type::Number(_) | Type::Choices(_) | Type::Text, _) => return Err(Foreign),
    };
    let missing = [missing];
    Ok(missing
        .into_iter()
        .filter(|it| passes(&it))
        .chain(others)
        .collect::<Vec<String>>()
        .join(", "))
}

fn write_fact(column: &Column, literal: &Literal) -> Result<String, Foreign> {
    match (literal, &column.kind) {
        (Literal::Null, _) => Ok("missing".to_owned()),
        (Literal::Flag(flag), Type::Flag) => Ok(if *flag { "yes" } else { "no" }.to_owned()),
        (Literal::Number(number), Type::Number(_)) => Ok(number.clone()),
        (Literal::Text(code), Type::Choice(codes)) if codes.contains(code) => Ok(code.clone()),
        (
            Literal::Flag(_) | Literal::Number(_) | Literal::Text(_) | Literal::List(_),
            Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Number(_) | Type::Text,
        ) => Err(Foreign),
    }
}

fn write_answer(column: &Column, text: &str) -> Result<String, Foreign> {
    match (zen::answer(text)?, &column.kind) {
        (None, _) => Ok(String::new()),
        (Some(Literal::Null), _) => Err(Foreign),
        (Some(Literal::Text(text)), Type::Text) => Ok(text),
        (Some(Literal::List(items)), Type::Choices(_)) if items.is_empty() => Ok("none".to_owned()),
        (Some(Literal::List(items)), Type::Choices(codes)) => {
            let code = |it: &Literal| match it {
                Literal::Text(code) if codes.contains(code) => Ok(code.clone()),
                Literal::Text(_)
                | Literal::Null
                | Literal::Flag(_)
                | Literal::Number(_)
                | Literal::List(_) => Err(Foreign),
            };
            Ok(items.iter().map(code).collect::<Result<Vec<String>, Foreign>>()?.join(", "))
        }
        (Some(literal), _) => write_fact(column, &literal),
    }
}

fn is_number(column: &Column) -> bool {
    matches!(column.kind, Type::Number(_))
}

/// Our own names are kept; names made by a machine are replaced by the number of the row.
fn row_name(rule: &Value, nth: usize) -> String {
    let id = text_of(rule, "_id");
    let is_ours = is_kebab(id);
    if is_ours { id.to_owned() } else { format!("row-{}", nth.saturating_add(1)) }
}

/// Source, Chinese and English, if the description has these three lines; English otherwise.
fn sentences(rule: &Value) -> [String; 3] {
    let description = rule.get("_description").and_then(Value::as_str).unwrap_or_default();
    match description.split('\n').collect::<Vec<&str>>().as_slice() {
        &[source, zh, en] => [source, zh, en].map(str::to_owned),
        _ => ["", "", description].map(str::to_owned),
    }
}

fn line(first: String, middle: impl IntoIterator<Item = String>, last: [String; 3]) -> String {
    let cells: Vec<String> = [first].into_iter().chain(middle).chain(last).collect();
    write_line(cells.iter().map(String::as_str))
}

/// `cart.totalAmount`, `cart_total`, `Cart total` as `cart-total-amount`, `cart-total`.
fn kebab(name: &str) -> Result<String, ImportError> {
    let mut kebab = String::new();
    let mut after_small = false;
    for it in name.trim().chars() {
        if it.is_ascii_uppercase() && after_small {
            kebab.push('-');
        }
        kebab.push(if matches!(it, '_' | '.' | ' ') { '-' } else { it.to_ascii_lowercase() });
        after_small = it.is_ascii_lowercase() || it.is_ascii_digit();
    }
    if is_kebab(&kebab) { Ok(kebab) } else { Err(ImportError::Name(name.to_owned())) }
}

fn is_kebab(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    text.split('-').all(|word| !word.is_empty() && word.bytes().all(is_letter))
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default().trim()
}

fn list_of<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
