//! The checker against brute force: on small domains, every point is tried.

use proptest::prelude::*;

use crate::{
    HitPolicy, Point, Table, Value,
    check::{count, cover::Search, partition::Witness, prove},
    complaint::{Complaint, Report},
    constants::Constants,
    table,
};

/// A column of a made-up table: its type and the cells to draw from. Points beyond the numbers in
/// the cells are like those at the ends, so a handful of points is the whole column.
const COLUMNS: [(&str, &[&str]); 4] = [
    ("flag", &["-", "yes", "no"]),
    ("one of a | b | c?", &["-", "a", "not a", "b, c", "missing", "not missing", "missing, c"]),
    ("days?", &["-", "< 0", "0..1", ">= 1", "1", "not 1", "missing", "(0..2]", "missing, > 1"]),
    ("pieces", &["-", "0", "> 0", "1..2", "< 2", ">= 2", "0, 2"]),
];

fn points(column: usize) -> Vec<Value> {
    let numbers = |from: i64, to: i64| (from..=to).map(Value::Number);
    match column {
        0 => [false, true].map(Value::Flag).to_vec(),
        1 => (0..3).map(Value::Choice).chain([Value::Missing]).collect(),
        2 => numbers(-2, 4).chain([Value::Missing]).collect(),
        _ => numbers(0, 4).collect(),
    }
}

fn all_points() -> Vec<[Value; 4]> {
    let mut all = Vec::new();
    for a in points(0) {
        for b in points(1) {
            for c in points(2) {
                all.extend(points(3).into_iter().map(|d| [a, b, c, d]));
            }
        }
    }
    all
}

fn read(hit: &str, rows: &[[usize; 4]]) -> Table {
    let mut text = format!("table,t,hit,{hit}\nrow,if:a,if:b,if:c,if:d,then:x\n");
    text.push_str("type,flag,one of a | b | c?,days?,pieces,flag\n");
    text.extend(rows.iter().enumerate().map(|(nth, row)| {
        let cells =
            row.iter().zip(COLUMNS).map(|(&it, (_, cells))| cells.get(it).unwrap_or(&cells[0]));
        let cells = cells.map(|it| format!("\"{it}\"")).collect::<Vec<String>>().join(",");
        format!("r{nth},{cells},yes\n")
    }));
    let mut report = Report::about("t.csv");
    table::read(&text, None, &Constants::default(), &mut report)
        .unwrap_or_else(|| panic!("{:?}", report.finish()))
}

fn complaints(table: &Table) -> Vec<Complaint> {
    let mut report = Report::about("t.csv");
    prove(table, &mut report);
    report.finish()
}

/// The rows that accept a point, by looking at every condition: no index, no classes.
fn matching(table: &Table, facts: &[Value; 4]) -> Vec<usize> {
    let point = |it: &Value| match *it {
        Value::Flag(flag) => Point::At(i64::from(flag)),
        Value::Choice(index) => Point::At(i64::from(index)),
        Value::Number(number) => Point::At(number),
        Value::Missing | Value::Unreadable => Point::Missing,
    };
    accepting(table, &facts.iter().map(point).enumerate().collect())
}

fn accepting(table: &Table, witness: &Witness) -> Vec<usize> {
    let accepts = |nth: &usize| {
        let conditions = table.rows()[*nth].conditions.iter().enumerate();
        conditions.into_iter().all(|(column, set)| set.accepts(witness[&column]))
    };
    (0..table.rows().len()).filter(accepts).collect()
}

fn rows() -> impl Strategy<Value = Vec<[usize; 4]>> {
    // Mostly `-`, the first cell of each column, or hardly any table would be complete.
    let cell = || prop_oneof![3 => Just(0_usize), 2 => 0_usize..9];
    prop::collection::vec([cell(), cell(), cell(), cell()], 1..9)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_table_answers_like_its_conditions_say(rows in rows()) {
        let (first, collect) = (read("first", &rows), read("collect", &rows));
        for facts in all_points() {
            let expected = matching(&first, &facts);
            let all: Vec<usize> = collect.ask_all(&facts).iter().map(row_number).collect();
            prop_assert_eq!(&all, &expected);
            let one = first.ask(&facts).ruling().as_ref().map(row_number);
            prop_assert_eq!(one, expected.first().copied());
        }
    }

    #[test]
    fn a_unique_table_is_complete_and_free_of_overlaps_or_the_checker_says_so(rows in rows()) {
        let table = read("unique", &rows);
        let complaints = complaints(&table);
        let counts: Vec<usize> = all_points().iter().map(|it| matching(&table, it).len()).collect();
        let gaps = complaints.iter().filter(|it| it.what.starts_with("no row answers")).count();
        prop_assert_eq!(gaps, usize::from(counts.contains(&0)), "{:?}", complaints);
        if let Ok(Some(witness)) = Search::everywhere(&table).gap() {
            prop_assert_eq!(accepting(&table, &witness), []);
        }
        let overlaps = complaints.iter().any(|it| it.what.contains("answers too"));
        if !overlaps {
            let counted = count::gap(&table).unwrap();
            prop_assert_eq!(counted.is_some(), counts.contains(&0));
            let rows = counted.map_or(Vec::new(), |witness| accepting(&table, &witness));
            prop_assert_eq!(rows, []);
        }
        prop_assert_eq!(overlaps, counts.iter().any(|&it| 1 < it), "{:?}", complaints);
    }

    #[test]
    fn a_first_table_reaches_every_row_or_the_checker_says_which_not(rows in rows()) {
        let table = read("first", &rows);
        let complaints = complaints(&table);
        let firsts: Vec<Option<usize>> =
            all_points().iter().map(|it| matching(&table, it).first().copied()).collect();
        let gap = complaints.iter().any(|it| it.what.starts_with("no row answers"));
        prop_assert_eq!(gap, firsts.contains(&None), "{:?}", complaints);
        for (nth, row) in table.rows().iter().enumerate() {
            let place = Some(row.place());
            let hidden = complaints.iter().any(|it| it.row == place);
            prop_assert_eq!(hidden, !firsts.contains(&Some(nth)), "{} {:?}", row.id, complaints);
        }
    }

    /// Rows made by splitting the space again and again do not overlap, whatever was split.
    #[test]
    fn a_table_made_by_splitting_is_proven_and_one_without_a_row_is_not(
        splits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..4), 0..12),
        removed in any::<prop::sample::Index>(),
    ) {
        let halves: [&[[usize; 2]]; 4] = [&[[1, 2]], &[], &[], &[[1, 2], [4, 5]]];
        let mut rows = vec![[0_usize; 4]];
        for (row, column) in splits {
            let nth = row.index(rows.len());
            let Some(&[one, two]) = halves[column].first() else { continue };
            if rows[nth][column] == 0 {
                let mut other = rows[nth];
                rows[nth][column] = one;
                other[column] = two;
                rows.push(other);
            }
        }
        prop_assert_eq!(complaints(&read("unique", &rows)), []);
        rows.remove(removed.index(rows.len()));
        if !rows.is_empty() {
            let table = read("unique", &rows);
            prop_assert_eq!(table.hit(), HitPolicy::Unique);
            prop_assert_eq!(complaints(&table).len(), 1);
        }
    }
}

fn row_number(ruling: &crate::Ruling<'_>) -> usize {
    ruling.clause().row.trim_start_matches('r').parse().unwrap()
}
