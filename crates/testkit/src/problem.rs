//! What is wrong with a scenario as it is written.

use std::fmt;

use thiserror::Error;

/// Where a scenario cannot be read, and why. `line` is counted from one; zero speaks of the whole
/// file.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Problem {
    pub(crate) fn at(line: usize, what: impl Into<String>) -> Self {
        Self { file: String::new(), line, what: what.into() }
    }

    pub(crate) fn of(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, what: what.into() }
    }

    pub(crate) fn in_file(self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

/// `; did you mean …?`, or what there is to choose from if that is little.
pub(crate) fn hint<'w>(word: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let mut near: Vec<(usize, &str)> = known.iter().map(|it| (distance(word, it), *it)).collect();
    near.retain(|&(distance, it)| distance <= 1.max(it.len() / 3));
    near.sort_unstable();
    if let Some((_, nearest)) = near.first() {
        return format!("; did you mean `{nearest}`?");
    }
    if known.is_empty() {
        return String::new();
    }
    let listed: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    format!("; there is {}", listed.join(", "))
}

/// Edit distance: how many letters to add, drop or change.
fn distance(one: &str, two: &str) -> usize {
    let mut previous: Vec<usize> = (0..=two.chars().count()).collect();
    for (row, left) in one.chars().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        for (right, pair) in two.chars().zip(previous.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            let change = diagonal.saturating_add(usize::from(left != right));
            let before = current.last().copied().unwrap_or_default();
            current.push(change.min(above.saturating_add(1)).min(before.saturating_add(1)));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or_default()
}
