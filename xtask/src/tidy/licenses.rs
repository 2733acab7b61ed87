//! What we build on may be used, and comes from where it should.
//!
//! `deny.toml` has the list of licenses, so that `cargo deny` and this file cannot disagree.

use std::collections::BTreeSet;

use super::repository::Repository;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn every_license_is_on_the_list(repository: &Repository) -> Vec<String> {
    let deny = repository.files.get("deny.toml").and_then(Option::as_deref).unwrap_or_default();
    let allowed = allowed(deny);
    if allowed.is_empty() {
        return vec!["deny.toml has no `allow = […]` under `[licenses]`".to_owned()];
    }
    let mut complaints = Vec::new();
    for package in &repository.packages {
        let name = &package.name;
        match &package.license {
            None => complaints.push(format!("`{name}` names no license")),
            Some(license) if !is_allowed(license, &allowed) => {
                complaints.push(format!("`{name}` is under `{license}`, see deny.toml"));
            }
            Some(_) => {}
        }
    }
    complaints
}

pub(super) fn every_crate_comes_from_crates_io(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in &repository.packages {
        match &package.source {
            Some(source) if source != CRATES_IO => {
                complaints.push(format!("`{}` comes from {source}", package.name));
            }
            Some(_) | None => {}
        }
    }
    complaints
}

/// The licenses that `[licenses] allow` lists.
fn allowed(deny: &str) -> BTreeSet<&str> {
    let section =
        deny.split("\n[").find_map(|it| it.trim_start_matches('[').strip_prefix("licenses]\n"));
    let list = section.and_then(|it| it.split_once("allow = [")).map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or("", |(list, _)| list);
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether `expression` (SPDX, or the older `A/B`) leaves a choice that is wholly allowed.
///
/// `AND` binds tighter than `OR`. Anything that cannot be read is not allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.either() == Some(true) && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a BTreeSet<&'a str>,
}

impl Reader<'_> {
    fn either(&mut self) -> Option<bool> {
        let mut answer = self.both()?;
        while self.take("OR") {
            answer |= self.both()?;
        }
        Some(answer)
    }

    fn both(&mut self) -> Option<bool> {
        let mut answer = self.one()?;
        while self.take("AND") {
            answer &= self.one()?;
        }
        Some(answer)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let answer = self.either()?;
            return self.take(")").then_some(answer);
        }
        let license = self.next().filter(|it| !["OR", "AND", "WITH", ")"].contains(it))?;
        if self.take("WITH") {
            let exception = self.next()?;
            return Some(self.allowed.contains(format!("{license} WITH {exception}").as_str()));
        }
        Some(self.allowed.contains(license))
    }

    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        if is_next {
            self.next();
        }
        is_next
    }
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_license_is_allowed_if_some_choice_is() {
        let deny = "[graph]\n\n[licenses]\nallow = [\"MIT\", \"Zlib\"]\n[bans]\nallow = [\"GPL\"]";
        let allowed = allowed(deny);
        let check = |expression: &str, expected: bool| {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        };
        check("MIT", true);
        check("GPL", false);
        check("GPL OR MIT", true);
        check("GPL/MIT", true);
        check("GPL AND MIT", false);
        check("GPL OR MIT AND Zlib", true);
        check("MIT AND (GPL OR Zlib)", true);
        check("(MIT OR Zlib) AND GPL", false);
        check("MIT WITH GCC-exception", false);
        check("GPL WITH GCC-exception OR MIT", true);
        for unreadable in ["", "MIT OR", "(MIT", "MIT)", "MIT Zlib", "AND"] {
            check(unreadable, false);
        }
    }
}
