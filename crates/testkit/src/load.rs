//! From text to scenarios.

mod expect;
mod orders;
mod steps;
mod wishes;

pub(crate) use self::wishes::WHOLE_LINE;

use std::collections::BTreeMap;

use dossier::words::Role;
use kernel::{Choice, Civil};

use crate::{
    keys,
    node::Node,
    problem::{Problem, hint},
    read::{Map, When, code, count, flag, list, text, when},
    scenario::{Person, Scenario, Setting},
};

/// Reads every scenario of a file; `---` stands between two.
pub fn load(file: &str, content: &str) -> Result<Vec<Scenario>, Problem> {
    let documents = Node::documents(content).map_err(|it| it.in_file(file))?;
    if documents.is_empty() {
        return Err(Problem::of(file, "there is no scenario in this file"));
    }
    let scenarios = documents.iter().map(|it| scenario(file, it));
    let scenarios: Result<Vec<Scenario>, Problem> = scenarios.collect();
    scenarios.map_err(|it| it.in_file(file))
}

fn scenario(file: &str, node: &Node) -> Result<Scenario, Problem> {
    let map = Map::of(node, &keys::SCENARIO)?;
    let ledger: Vec<String> = map.read("ledger", |it| list(it, ledger_id))?.unwrap_or_default();
    let start = map.read("start", when)?.unwrap_or_else(|| usual_start(node));
    let When::At(_) = start else {
        return Err(node.problem("`start` is a date and a time, such as `2026-11-10 09:00`"));
    };
    let people = map.read("people", people)?.unwrap_or_default();
    let mut orders = map.read("orders", orders::several)?.unwrap_or_default();
    if let Some(it) = map.get("order") {
        orders.extend(orders::several(it)?);
    }
    let scenario = Scenario {
        file: file.to_owned(),
        line: node.line,
        name: map.need("scenario", text)?,
        ledger,
        pack: map.read("pack", text)?.unwrap_or_else(|| "base".to_owned()),
        constants: map.read("constants", settings)?.unwrap_or_default(),
        automatic: map.read("automatic", flag)?.unwrap_or(true),
        start,
        people,
        orders,
        steps: map.need("steps", |it| list(it, steps::step))?,
    };
    check_names(&scenario)?;
    Ok(scenario)
}

/// A Tuesday morning before Double 11.
fn usual_start(node: &Node) -> When {
    match Civil::new((2026, 11, 10), (9, 0, 0)) {
        Some(civil) => When::At(civil),
        // Not reached: the date exists. A wrong start would be refused like any other.
        None => when(node).unwrap_or(When::In(kernel::Span::ZERO)),
    }
}

/// `CALC-06`
fn ledger_id(node: &Node) -> Result<String, Problem> {
    let id = text(node)?;
    let is_id = id.rsplit_once('-').is_some_and(|(group, number)| {
        !group.is_empty() && number.len() == 2 && number.bytes().all(|it| it.is_ascii_digit())
    });
    if is_id { Ok(id) } else { Err(node.problem(format!("`{id}` is not an ID of the ledger"))) }
}

pub(crate) fn settings(node: &Node) -> Result<Vec<Setting>, Problem> {
    let settings = Map::any(node)?.each().map(|(name, value)| {
        Ok(Setting { line: value.line, name: name.to_owned(), value: text(value)? })
    });
    settings.collect()
}

fn people(node: &Node) -> Result<BTreeMap<String, Person>, Problem> {
    let people = Map::any(node)?.each().map(|(name, value)| Ok((name.to_owned(), person(value)?)));
    people.collect()
}

/// `agent`, or `{role: leader, grade: 2}`.
fn person(node: &Node) -> Result<Person, Problem> {
    if !node.is_map() {
        return Ok(Person { role: code(node)?, grade: 1 });
    }
    let map = Map::of(node, &keys::PERSON)?;
    Ok(Person { role: map.need("role", code)?, grade: map.read("grade", count)?.unwrap_or(1) })
}

/// Everybody who is named is known, so that a typing mistake is no new colleague.
fn check_names(scenario: &Scenario) -> Result<(), Problem> {
    for step in &scenario.steps {
        let Some(name) = &step.by else { continue };
        if scenario.person(name).is_none() {
            let named = scenario.people.keys().map(String::as_str);
            let hint = hint(name, named.chain(Role::CODES.iter().copied()));
            let what = format!("nobody is called `{name}`{hint}");
            return Err(Problem::at(step.line, what));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for order in &scenario.orders {
        if !seen.insert(&order.order) {
            let what = format!("order `{}` is there twice", order.order);
            return Err(Problem::at(order.line, what));
        }
    }
    Ok(())
}

/// What the roles are called where a scenario names nobody.
const USUAL_PEOPLE: &[(&str, Role)] = &[
    ("买家", Role::Buyer),
    ("售前", Role::PreSale),
    ("客服", Role::Agent),
    ("老员工", Role::Veteran),
    ("疑难客服", Role::DifficultCaseAgent),
    ("投诉接待", Role::ComplaintAgent),
    ("售后专员", Role::Specialist),
    ("组长", Role::Leader),
    ("店长", Role::StoreManager),
    ("主管", Role::Supervisor),
    ("仓库", Role::Warehouse),
    ("质检", Role::Inspector),
    ("发货部", Role::Shipping),
    ("快递", Role::CourierContact),
    ("courier", Role::CourierContact),
    ("物流专员", Role::Logistics),
    ("品控", Role::QualityControl),
    ("财务", Role::Finance),
    ("运营", Role::Operations),
    ("系统", Role::System),
    ("平台", Role::Marketplace),
];

impl Scenario {
    /// Somebody of `people`, or one of the usual people, who are called by their role.
    pub fn person(&self, name: &str) -> Option<Person> {
        if let Some(person) = self.people.get(name) {
            return Some(person.clone());
        }
        let usual = USUAL_PEOPLE.iter().find(|(it, _)| *it == name).map(|&(_, role)| role);
        usual.or_else(|| Role::from_code(name)).map(|role| Person { role, grade: 1 })
    }
}
