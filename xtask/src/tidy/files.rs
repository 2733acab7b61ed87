//! The shape of source files.

use super::repository::{Repository, has_suffix};

const MAX_LINES: usize = 400;
const MAX_COLUMNS: usize = 100;

/// A file too long to hold in one's head wants to be two. Shorten this list; do not grow it.
const LONG_FILES: &[&str] = &[];

/// Written by a program and kept to see what changes; nobody holds them in one's head.
const GENERATED: &[&str] = &["web/src/api/types.ts"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["common", "helpers", "manager", "misc", "models", "service", "types", "utils"];

// Split here and below, so that the list does not find itself.
const FIX_BEFORE_MERGING: &str = concat!("FIX", "ME");
const LATER: &str = concat!("TO", "DO");
const NOT_RUN: &[&str] = &[concat!("#[", "ignore"), concat!("#[", "should_panic")];

pub(super) fn files_are_short(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    let files = repository.texts().filter(|(path, _)| is_code(path));
    for (path, text) in files.filter(|(path, _)| !GENERATED.contains(path)) {
        let n_lines = text.lines().count();
        let is_excused = LONG_FILES.contains(&path);
        if MAX_LINES < n_lines && !is_excused {
            complaints.push(format!("{path} has {n_lines} lines, more than {MAX_LINES}"));
        }
        if n_lines <= MAX_LINES && is_excused {
            complaints.push(format!("{path} is short enough; take it from LONG_FILES"));
        }
    }
    let gone = LONG_FILES.iter().filter(|path| !repository.files.contains_key(**path));
    complaints.extend(gone.map(|path| format!("{path} is gone; take it from LONG_FILES")));
    complaints
}

/// Counts characters, as rustfmt cannot break the strings that hold Chinese. Tests hold what
/// programs print, which is as wide as it is.
pub(super) fn lines_are_narrow(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    let files = repository.texts().filter(|(path, _)| has_suffix(path, &["rs", "toml"]));
    let files = files.filter(|(path, _)| !is_test(path));
    for (path, text) in files {
        for (number, line) in (1_usize..).zip(text.lines()) {
            let n_columns = line.chars().count();
            if MAX_COLUMNS < n_columns {
                complaints.push(format!("{path}:{number} is {n_columns} columns wide"));
            }
        }
    }
    complaints
}

pub(super) fn crates_say_what_they_are_for(repository: &Repository) -> Vec<String> {
    let roots = repository.texts().filter(|(path, _)| {
        path.ends_with("/src/lib.rs")
            || path.ends_with("/src/main.rs")
            || (path.contains("/src/bin/") && has_suffix(path, &["rs"]))
    });
    roots
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| format!("{path} does not begin by saying what the crate is for"))
        .collect()
}

pub(super) fn names_say_what_is_inside(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for path in repository.files.keys().filter(|path| has_suffix(path, &["rs"])) {
        let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name);
        if name == "mod.rs" {
            complaints.push(format!("{path} is to be named after its module"));
        }
        if EMPTY_NAMES.contains(&name.trim_end_matches(".rs")) {
            complaints.push(format!("{path} has a name that says nothing about what is inside"));
        }
    }
    complaints
}

pub(super) fn nothing_is_left_for_later(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    let with_issue = format!("{LATER}(#");
    for (path, text) in repository.texts().filter(|(path, _)| is_code(path)) {
        for (number, line) in (1_usize..).zip(text.lines()) {
            if line.contains(FIX_BEFORE_MERGING) {
                complaints.push(format!("{path}:{number} was to be fixed before merging"));
            }
            if line.matches(LATER).count() != line.matches(&with_issue).count() {
                complaints.push(format!("{path}:{number} leaves work without an issue number"));
            }
        }
    }
    complaints
}

pub(super) fn every_test_runs(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts().filter(|(path, _)| has_suffix(path, &["rs"])) {
        for word in NOT_RUN.iter().filter(|word| text.contains(**word)) {
            let word = word.trim_start_matches("#[");
            complaints.push(format!("{path} has a test marked `{word}`"));
        }
    }
    complaints
}

fn is_code(path: &str) -> bool {
    has_suffix(path, &["rs", "ts", "tsx", "js", "mjs", "py", "sh", "sql"])
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}
