//! The executable ledger: which of its IDs a passing scenario shows at work.
//!
//! `scenarios/ledger.csv` lists every ID with its group. What passes is for `guitu` to say.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{binary, process};

/// The groups in the order of the file, each with its IDs.
struct Ledger {
    groups: Vec<(String, BTreeSet<String>)>,
}

/// Prints how much of each group is covered.
pub(crate) fn count() -> Result<()> {
    let ledger = Ledger::load()?;
    let shown = shown(&ledger)?;
    print!("{}", ledger.table(&shown));
    Ok(())
}

/// Prints the IDs of `group` that no passing scenario shows.
pub(crate) fn missing(group: &str) -> Result<()> {
    let ledger = Ledger::load()?;
    let Some((_, ids)) = ledger.groups.iter().find(|(name, _)| name == group) else {
        bail!("there is no group `{group}`");
    };
    for id in ids.difference(&shown(&ledger)?) {
        println!("{id}");
    }
    Ok(())
}

/// The IDs that passing scenarios show.
fn shown(ledger: &Ledger) -> Result<BTreeSet<String>> {
    let path = binary::build_release()?;
    let arguments = ["scenario", "check", "scenarios", "--json"];
    // Fails when a scenario does, and then still says which ones pass.
    let (report, _) = process::read_even_if_it_fails(&mut process::command(&path, &arguments))?;
    read_report(&report, ledger)
}

fn read_report(report: &str, ledger: &Ledger) -> Result<BTreeSet<String>> {
    let report: Value = serde_json::from_str(report).context("the scenario report is not JSON")?;
    let scenarios = report.get("scenarios").and_then(Value::as_array);
    let mut shown = BTreeSet::new();
    for scenario in scenarios.context("the scenario report lists no scenarios")? {
        let file = scenario.get("file").and_then(Value::as_str).unwrap_or("a scenario");
        let passed = scenario.get("passed").and_then(Value::as_bool);
        let passed = passed.with_context(|| format!("{file} neither passed nor failed"))?;
        let ids = scenario.get("ledger").and_then(Value::as_array);
        for id in ids.with_context(|| format!("{file} has no list of ledger IDs"))? {
            let id = id.as_str().with_context(|| format!("{file} has an ID that is no text"))?;
            if !ledger.groups.iter().any(|(_, ids)| ids.contains(id)) {
                bail!("{file} names `{id}`, which is not in scenarios/ledger.csv");
            }
            if passed {
                shown.insert(id.to_owned());
            }
        }
    }
    Ok(shown)
}

impl Ledger {
    fn load() -> Result<Self> {
        let path = process::root().join("scenarios/ledger.csv");
        Self::parse(&fs::read_to_string(path).context("cannot read scenarios/ledger.csv")?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        if lines.next() != Some("id,group") {
            bail!("scenarios/ledger.csv does not begin with `id,group`");
        }
        let mut groups: Vec<(String, BTreeSet<String>)> = Vec::new();
        for line in lines {
            let row = line.split_once(',');
            let (id, group) = row.with_context(|| format!("`{line}` is no ID and group"))?;
            if id.rsplit_once('-').is_none_or(|(prefix, _)| prefix != group) {
                bail!("`{id}` does not belong to group `{group}`");
            }
            match groups.iter_mut().find(|(name, _)| name == group) {
                Some((_, ids)) => {
                    if !ids.insert(id.to_owned()) {
                        bail!("`{id}` is there twice");
                    }
                }
                None => groups.push((group.to_owned(), BTreeSet::from([id.to_owned()]))),
            }
        }
        Ok(Self { groups })
    }

    /// A line for each group, then one for all.
    fn table(&self, shown: &BTreeSet<String>) -> String {
        let mut lines = Vec::new();
        let (mut all_shown, mut all) = (0_usize, 0_usize);
        for (group, ids) in &self.groups {
            let n_shown = ids.intersection(shown).count();
            all_shown = all_shown.saturating_add(n_shown);
            all = all.saturating_add(ids.len());
            lines.push(format!("{group:<8}{n_shown:>4} of {:>3}\n", ids.len()));
        }
        lines.push(format!("{:<8}{all_shown:>4} of {all:>3}\n", "all"));
        lines.concat()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const LEDGER: &str = "id,group\nPATH1-01,PATH1\nPATH1-02,PATH1\nQC-01,QC\n";

    fn check(report: &str, expected: Expect) {
        let ledger = Ledger::parse(LEDGER).unwrap();
        let actual = match read_report(report, &ledger) {
            Ok(shown) => ledger.table(&shown),
            Err(error) => format!("{error:#}\n"),
        };
        expected.assert_eq(&actual);
    }

    #[test]
    fn only_a_passing_scenario_counts() {
        check(
            r#"{"scenarios": [
                {"file": "a.yaml", "name": "a", "passed": true, "ledger": ["PATH1-02"]},
                {"file": "b.yaml", "name": "b", "passed": false, "ledger": ["QC-01"]}
            ]}"#,
            expect![[r#"
                PATH1      1 of   2
                QC         0 of   1
                all        1 of   3
            "#]],
        );
    }

    #[test]
    fn a_report_with_an_unknown_id_or_shape_is_refused() {
        check(
            r#"{"scenarios": [{"file": "a.yaml", "passed": true, "ledger": ["PATH9-01"]}]}"#,
            expect![[r#"
                a.yaml names `PATH9-01`, which is not in scenarios/ledger.csv
            "#]],
        );
        check(
            r#"{"scenarios": [{"file": "a.yaml", "ledger": []}]}"#,
            expect![[r#"
            a.yaml neither passed nor failed
        "#]],
        );
        check(
            "{}",
            expect![[r#"
            the scenario report lists no scenarios
        "#]],
        );
        check(
            "thread 'main' panicked",
            expect![[r#"
            the scenario report is not JSON: expected ident at line 1 column 2
        "#]],
        );
    }

    #[test]
    fn a_malformed_ledger_is_refused() {
        for bad in ["", "id,group\nPATH1-01", "id,group\nPATH1-01,QC", "id,group\nA-1,A\nA-1,A"] {
            assert!(Ledger::parse(bad).is_err(), "{bad:?} was read");
        }
    }

    #[test]
    fn the_ledger_can_be_read() {
        let ledger = Ledger::load().unwrap();
        assert!(!ledger.groups.is_empty());
    }
}
