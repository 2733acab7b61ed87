//! What became of a scenario, for people and for programs.

use std::fmt;

use serde::Serialize;

/// What became of one scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    pub file: String,
    pub name: String,
    pub passed: bool,
    /// The IDs of the ledger that the scenario shows, if it passed.
    pub ledger: Vec<String>,
    pub failures: Vec<Failure>,
}

/// One thing that was not as it must be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Failure {
    /// Counted from one; none if it is about the scenario as a whole.
    pub step: Option<usize>,
    pub line: usize,
    /// The step as it was written.
    pub text: String,
    /// What this is about: `status of R1`.
    pub about: String,
    pub expected: String,
    pub seen: String,
    /// What had happened by then, in plain words.
    pub story: Vec<String>,
}

/// What became of all scenarios, in the shape of `guitu scenario check --json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reports {
    pub scenarios: Vec<Report>,
}

impl Reports {
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(|it| it.passed)
    }

    pub fn to_json(&self) -> String {
        // A structure of texts, numbers and lists always has a JSON form.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Every failure with its story; nothing of scenarios that passed, but their number.
impl fmt::Display for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for report in self.scenarios.iter().filter(|it| !it.passed) {
            writeln!(f, "{report}")?;
        }
        let passed = self.scenarios.iter().filter(|it| it.passed).count();
        let ids: std::collections::BTreeSet<&String> =
            self.scenarios.iter().filter(|it| it.passed).flat_map(|it| &it.ledger).collect();
        let failed = self.scenarios.len().saturating_sub(passed);
        writeln!(f, "{} IDs of the ledger are shown", ids.len())?;
        write!(f, "{passed} passed, {failed} failed")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed {
            return writeln!(f, "ok      {}: {}", self.file, self.name);
        }
        writeln!(f, "FAILED  {}: {}", self.file, self.name)?;
        let mut place = None;
        for failure in &self.failures {
            let here = (failure.step, failure.line);
            if place != Some(here) {
                place = Some(here);
                writeln!(f, "  {}", failure.place(&self.file))?;
                if !failure.story.is_empty() {
                    writeln!(f, "    what happened so far:")?;
                    for line in &failure.story {
                        writeln!(f, "      {line}")?;
                    }
                }
            }
            writeln!(f, "    {}", failure.about)?;
            writeln!(f, "      expected  {}", failure.expected)?;
            writeln!(f, "      seen      {}", failure.seen)?;
        }
        Ok(())
    }
}

impl Failure {
    fn place(&self, file: &str) -> String {
        match self.step {
            Some(step) => format!("{file}:{}: step {step}, {}", self.line, self.text),
            None => format!("{file}:{}: {}", self.line, self.text),
        }
    }
}
