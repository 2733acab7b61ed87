//! The domain crates are pure: values in, values out, the same answer every time.
//!
//! Two nets. The first is the list of dependencies; the second reads the code for what the
//! standard library offers without asking.

use super::repository::{Repository, has_suffix};

const PURE: &[&str] = &["kernel", "money", "policy", "dossier"];

/// What would bring in storage shapes, a runtime, a clock, randomness, or a way out.
const IMPURE: &[&str] = &[
    "async-trait",
    "axum",
    "calamine",
    "chrono",
    "clap",
    "crossbeam-channel",
    "csv",
    "fastrand",
    "futures",
    "getrandom",
    "include_dir",
    "indicatif",
    "log",
    "rand",
    "rayon",
    "reqwest",
    "rusqlite",
    "rust_xlsxwriter",
    "serde",
    "serde_json",
    "serde_yaml",
    "sqlx",
    "tempfile",
    "time",
    "tokio",
    "tracing",
    "ureq",
    "uuid",
    "zip",
];

/// Words that have no place in a pure crate, its tests included.
const WORDS: &[&str] = &["HashMap", "HashSet", "f32", "f64", "SystemTime", "Instant::now"];

/// Words that only its tests may say.
const WORDS_OF_TESTS: &[&str] =
    &["std::env", "std::fs", "std::net", "std::process", "std::thread", "async"];

pub(super) fn pure_crates_depend_on_nothing_impure(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in repository.crates.iter().filter(|it| PURE.contains(&it.name.as_str())) {
        for target in package.dependencies.iter().filter(|it| IMPURE.contains(&it.as_str())) {
            complaints.push(format!("`{}` is pure and may not depend on `{target}`", package.name));
        }
    }
    complaints
}

pub(super) fn pure_crates_do_not_say_impure_words(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts() {
        let mut parts = path.split('/');
        let is_pure = parts.next() == Some("crates")
            && parts.next().is_some_and(|it| PURE.contains(&it))
            && has_suffix(path, &["rs"]);
        if !is_pure {
            continue;
        }
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let words_of_tests = if is_test { &[] } else { WORDS_OF_TESTS };
        for (number, line) in (1_usize..).zip(text.lines()) {
            let code = without_comment(line);
            for word in WORDS.iter().chain(words_of_tests).filter(|it| says(code, it)) {
                complaints.push(format!("{path}:{number} says `{word}` in a pure crate"));
            }
        }
    }
    complaints
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" // ").map_or(line, |(code, _)| code)
}

/// Whether `code` has `word` as a word of its own.
fn says(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let (before, rest) = code.split_at(at);
        let after = rest.strip_prefix(word).and_then(|it| it.chars().next());
        !before.chars().next_back().is_some_and(is_in_a_word) && !after.is_some_and(is_in_a_word)
    })
}

fn is_in_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
