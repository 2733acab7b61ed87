//! Proofs about a table, before it may decide anything.
//!
//! A table with hit policy `unique` or `first` must answer everything that can be asked: the
//! product of its columns, missing facts included, is [covered](cover). In a `unique` table no two
//! rows may answer the same facts; in a `first` table no row may be [hidden](cover) by those above
//! it. What is wrong is shown by an example that a person can try.
//!
//! **Invariant:** nothing is sampled. Columns are cut into stretches that all rows treat alike, so
//! the reasoning is exact for every amount and every day. What cannot be proven is an error too.

pub(crate) mod count;
pub(crate) mod cover;
pub(crate) mod partition;

use crate::{
    check::{
        cover::{Search, Tangled},
        partition::Witness,
    },
    complaint::Report,
    set::{Point, Set},
    sheet::HitPolicy,
    table::{Row, RowSet, Table},
};

/// Reports everything that keeps the table from being trusted.
pub(crate) fn prove(table: &Table, report: &mut Report<'_>) {
    match table.hit {
        HitPolicy::Unique => {
            let overlaps = report_overlaps(table, report);
            // Rows that do not overlap can be counted, which is quick; others have to be searched.
            let counted = if overlaps { None } else { count::gap(table).ok() };
            report_gap(table, counted.map_or_else(|| Search::everywhere(table).gap(), Ok), report);
        }
        HitPolicy::First => {
            report_gap(table, Search::everywhere(table).gap(), report);
            report_hidden_rows(table, report);
        }
        HitPolicy::Collect => {}
    }
}

fn report_gap(table: &Table, gap: Result<Option<Witness>, Tangled>, report: &mut Report<'_>) {
    match gap {
        Ok(None) => {}
        Ok(Some(witness)) => {
            report.error(format!("no row answers, e.g. {}", example(table, &witness)));
        }
        Err(Tangled) => report.error(
            "the table is too tangled to prove that it answers everything; \
             split it, or end it with a row of `-`",
        ),
    }
}

fn report_overlaps(table: &Table, report: &mut Report<'_>) -> bool {
    let mut found = false;
    for (nth, later) in table.rows.iter().enumerate() {
        for earlier in table.rows.iter().take(nth) {
            let Some(witness) = common(earlier, later) else { continue };
            found = true;
            let example = example(table, &witness);
            let what = format!("{} answers too, e.g. {example}", earlier.place());
            report.row_error(later.place(), what);
        }
    }
    found
}

fn report_hidden_rows(table: &Table, report: &mut Report<'_>) {
    for (nth, row) in table.rows.iter().enumerate() {
        let above = (0..nth)
            .filter(|&it| table.rows.get(it).is_some_and(|other| common(other, row).is_some()));
        let above: Vec<usize> = above.collect();
        match hides(table, &above, nth) {
            Ok(false) => {}
            Ok(true) => {
                let by = fewest_that_hide(table, above, nth);
                let names: Vec<String> =
                    by.iter().filter_map(|&it| table.rows.get(it)).map(Row::place).collect();
                let what = format!("never reached: {} answers all of it", names.join(" or "));
                report.row_error(row.place(), what);
            }
            Err(Tangled) => {
                report.row_error(row.place(), "too tangled to prove that the row can be reached");
            }
        }
    }
}

fn hides(table: &Table, above: &[usize], row: usize) -> Result<bool, Tangled> {
    let above = RowSet::of(table.rows.len(), above.iter().copied());
    Ok(Search::within(table, row, &above).gap()?.is_none())
}

/// The rows that matter: one, if one is enough; otherwise those that cannot be left out.
fn fewest_that_hide(table: &Table, mut above: Vec<usize>, row: usize) -> Vec<usize> {
    if let Some(&alone) = above.iter().find(|&&it| hides(table, &[it], row) == Ok(true)) {
        return vec![alone];
    }
    for nth in (0..above.len()).rev() {
        let mut fewer = above.clone();
        fewer.remove(nth);
        if hides(table, &fewer, row) == Ok(true) {
            above = fewer;
        }
    }
    above
}

/// A point that both rows accept.
fn common(one: &Row, two: &Row) -> Option<Witness> {
    let pairs = one.conditions.iter().zip(&two.conditions).enumerate();
    pairs.map(|(column, (one, two))| Some((column, Set::and(one, two).example()?))).collect()
}

/// `shipped=yes, signed=no, days=8`
fn example(table: &Table, witness: &Witness) -> String {
    let show = |(column, point): (&usize, &Point)| {
        let input = table.inputs.get(*column)?;
        Some(format!("{}={}", input.name, input.kind.show(*point)))
    };
    witness.iter().filter_map(show).collect::<Vec<String>>().join(", ")
}
