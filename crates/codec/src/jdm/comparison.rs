//! Questions with our answers, for another engine to be held against.

use policy::{Answer, Cell, HitPolicy, Point, Row, Ruling, Set, Table, Type, Unit, chosen};
use serde_json::{Map, Number, Value, json};

use crate::jdm::export::{decimal, export, field};

/// Writes `{ "tables": [{ "name", "jdm", "cases": [{ "input", "rows", "output" }] }],
/// "inexpressible": [{ "name", "why" }] }`.
///
/// `rows` are the names of the rows that answer: none or one, any number in a `collect` table.
/// Half of the cases are drawn from all the column boundaries and the facts next to them. The
/// other half are for one row after the other, drawn from what the row accepts and then led away
/// from the rows above it, so that late rows answer too. The same seed gives the same cases.
pub fn comparison<'t>(
    tables: impl IntoIterator<Item = &'t Table>,
    cases_per_table: usize,
    seed: u64,
) -> Value {
    let mut random = Random { state: seed };
    let (mut compared, mut inexpressible) = (Vec::new(), Vec::new());
    for table in tables {
        match export(table) {
            Ok(jdm) => {
                let draw = Draw::new(table);
                let cases = (0..cases_per_table).map(|nth| draw.case(nth, &mut random));
                let cases: Vec<Value> = cases.collect();
                compared.push(json!({ "name": table.name(), "jdm": jdm, "cases": cases }));
            }
            Err(why) => {
                inexpressible.push(json!({ "name": table.name(), "why": why.to_string() }));
            }
        }
    }
    json!({ "tables": compared, "inexpressible": inexpressible })
}

/// Where the cases of one table are drawn from.
struct Draw<'t> {
    table: &'t Table,
    /// Of each column, the points around its boundaries that can be written as JSON.
    points: Vec<Vec<Point>>,
}

/// Steps taken away from the rows above before a row is given up for one case.
const STEPS: usize = 64;

impl<'t> Draw<'t> {
    fn new(table: &'t Table) -> Self {
        let points = (0..table.inputs().len()).map(|column| points(table, column)).collect();
        Self { table, points }
    }

    fn case(&self, nth: usize, random: &mut Random) -> Value {
        // Every other case is for a row, each in its turn.
        let row = nth.checked_div(2).and_then(|it| it.checked_rem(self.table.rows().len()));
        let row = row.and_then(|it| self.table.rows().get(it)).filter(|_| !nth.is_multiple_of(2));
        let picked = match row {
            Some(row) => self.within(row, random),
            None => self.anywhere(random),
        };
        let inputs = self.table.inputs().iter().zip(&picked);
        let input: Map<String, Value> =
            inputs.map(|(it, &point)| (field(&it.name), write(&it.kind, point))).collect();
        let rulings = self.ask(&picked);
        let rows: Vec<&str> = rulings.iter().map(|it| it.clause().row).collect();
        let outputs: Vec<Value> = rulings.iter().map(|it| output(it)).collect();
        json!({ "input": input, "rows": rows, "outputs": outputs })
    }

    fn anywhere(&self, random: &mut Random) -> Vec<Point> {
        self.points.iter().map(|it| random.pick(it).copied().unwrap_or(Point::Missing)).collect()
    }

    /// Facts that `row` accepts and, if they are found, no row above it does.
    fn within(&self, row: &Row, random: &mut Random) -> Vec<Point> {
        let columns = self.points.iter().zip(&row.conditions);
        let choices: Vec<Vec<Point>> = columns
            .map(|(points, set)| points.iter().copied().filter(|&it| set.accepts(it)).collect())
            .collect();
        let pick = |points: &Vec<Point>, random: &mut Random| {
            random.pick(points).copied().unwrap_or(Point::Missing)
        };
        let mut picked: Vec<Point> = choices.iter().map(|it| pick(it, random)).collect();
        for _ in 0..STEPS {
            let Some(above) = self.ask(&picked).first().map(Ruling::row) else { break };
            if above.id == row.id || self.table.hit() == HitPolicy::Collect {
                break;
            }
            // One step out of the row that answers instead, in a column where there is a way out.
            let ways = choices.iter().zip(&above.conditions).enumerate();
            let ways: Vec<(usize, Point)> = ways
                .flat_map(|(column, (points, set))| {
                    points.iter().filter(|it| !set.accepts(**it)).map(move |&it| (column, it))
                })
                .collect();
            let Some(&(column, point)) = random.pick(&ways) else { break };
            if let Some(fact) = picked.get_mut(column) {
                *fact = point;
            }
        }
        picked
    }

    fn ask(&self, points: &[Point]) -> Vec<Ruling<'t>> {
        let inputs = self.table.inputs().iter().zip(points);
        let facts: Vec<policy::Value> = inputs.map(|(it, &point)| fact(&it.kind, point)).collect();
        match (self.table.hit(), self.table.ask(&facts)) {
            (HitPolicy::Collect, _) => self.table.ask_all(&facts),
            (HitPolicy::Unique | HitPolicy::First, Answer::Row(ruling)) => vec![ruling],
            (HitPolicy::Unique | HitPolicy::First, Answer::Person(_)) => Vec::new(),
        }
    }
}

fn points(table: &Table, column: usize) -> Vec<Point> {
    let Some(input) = table.inputs().get(column) else { return Vec::new() };
    let values = input.domain().values;
    let conditions = table.rows().iter().filter_map(|it| it.conditions.get(column));
    let mut candidates: Vec<i64> = match &input.kind {
        Type::Number(unit) => conditions
            .flat_map(Set::ranges)
            .flat_map(|it| around(*unit, it.first).into_iter().chain(around(*unit, it.last)))
            .chain(around(*unit, 0))
            .filter(|&it| decimal(*unit, it).is_some())
            .collect(),
        Type::Flag | Type::Choice(_) | Type::Choices(_) | Type::Text => {
            (values.first..=values.last).collect()
        }
    };
    candidates.retain(|it| values.first <= *it && *it <= values.last);
    candidates.sort_unstable();
    candidates.dedup();
    let missing = input.optional.then_some(Point::Missing);
    candidates.into_iter().map(Point::At).chain(missing).collect()
}

/// The numbers next to a boundary, by one base unit and by the smallest step that four decimals of
/// the unit can write.
fn around(unit: Unit, number: i64) -> Vec<i64> {
    let step = unit.size().checked_div(common_divisor(unit.size(), 10_000)).unwrap_or(1);
    let distances = [0, 1, step, step.saturating_add(1)];
    let below = distances.map(|it| number.saturating_sub(it));
    below.into_iter().chain(distances.map(|it| number.saturating_add(it))).collect()
}

fn common_divisor(one: i64, two: i64) -> i64 {
    match one.checked_rem(two) {
        Some(rest) => common_divisor(two, rest),
        None => one,
    }
}

fn fact(kind: &Type, point: Point) -> policy::Value {
    match (point, kind) {
        (Point::Missing, _) => policy::Value::Missing,
        (Point::At(at), Type::Flag) => policy::Value::Flag(at == 1),
        (Point::At(at), Type::Number(_)) => policy::Value::Number(at),
        (Point::At(at), Type::Choice(_) | Type::Choices(_) | Type::Text) => {
            u16::try_from(at).map_or(policy::Value::Unreadable, policy::Value::Choice)
        }
    }
}

fn write(kind: &Type, point: Point) -> Value {
    match (point, kind) {
        (Point::Missing, _) => Value::Null,
        (Point::At(at), Type::Flag) => (at == 1).into(),
        (Point::At(at), Type::Number(unit)) => number(*unit, at),
        (Point::At(_), Type::Choice(_) | Type::Choices(_) | Type::Text) => kind.show(point).into(),
    }
}

fn number(unit: Unit, number: i64) -> Value {
    let parsed = decimal(unit, number).and_then(|it| it.parse::<Number>().ok());
    parsed.map_or(Value::Null, Value::Number)
}

/// The answers of a row as ZEN gives them; what is empty is left out.
fn output(ruling: &Ruling<'_>) -> Value {
    let columns = ruling.table().outputs().iter().zip(&ruling.row().answers);
    let fields = columns.filter_map(|(output, cell)| {
        let value = match (cell, &output.kind) {
            (Cell::Flag(flag), _) => (*flag).into(),
            (Cell::Choice(index), kind) => kind.show(Point::At(i64::from(*index))).into(),
            (Cell::Number(at), Type::Number(unit)) => number(*unit, *at),
            (Cell::Text(text), _) => text.clone().into(),
            (Cell::Choices(bits), Type::Choices(codes)) => {
                chosen(codes, *bits).collect::<Vec<&str>>().into()
            }
            (Cell::Empty | Cell::Number(_) | Cell::Choices(_), _) => return None,
        };
        Some((field(&output.name), value))
    });
    fields.collect::<Map<String, Value>>().into()
}

/// The `SplitMix64` generator: small, and the same everywhere.
struct Random {
    state: u64,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        let length = u64::try_from(items.len()).ok()?;
        items.get(usize::try_from(self.next().checked_rem(length)?).ok()?)
    }
}
