//! The documents a reader expects, and the links between them.

use super::repository::{Repository, has_suffix};

const REQUIRED: &[&str] =
    &["AGENTS.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"];

/// Documents that are read in one go, and the lines that takes.
const MAX_LINES: &[(&str, usize)] =
    &[("AGENTS.md", 60), ("ARCHITECTURE.md", 250), ("CONTRIBUTING.md", 100)];

pub(super) fn the_documents_exist(repository: &Repository) -> Vec<String> {
    REQUIRED
        .iter()
        .filter(|path| !repository.files.contains_key(**path))
        .map(|path| format!("{path} is missing"))
        .collect()
}

pub(super) fn the_documents_are_short(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, max) in MAX_LINES {
        let text = repository.files.get(*path).and_then(Option::as_deref).unwrap_or_default();
        let n_lines = text.lines().count();
        if *max < n_lines {
            complaints.push(format!("{path} has {n_lines} lines, more than {max}"));
        }
    }
    complaints
}

/// Links inside the repository. Those that lead out, and those a template fills in, are not ours
/// to follow.
pub(super) fn links_lead_somewhere(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in repository.texts().filter(|(path, _)| has_suffix(path, &["md"])) {
        for (number, target) in links(text) {
            let leads_out = target.contains("://") || target.starts_with("mailto:");
            let file = target.split_once('#').map_or(target, |(file, _)| file);
            if leads_out || file.is_empty() || file.contains('{') {
                continue;
            }
            let found = resolve(path, file).is_some_and(|it| exists(repository, &it));
            if !found {
                complaints.push(format!("{path}:{number} links to `{target}`, which is not there"));
            }
        }
    }
    complaints
}

/// The targets of the links in a Markdown text, with their line numbers. Code is not a link.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            is_in_code = !is_in_code;
            continue;
        }
        if is_in_code {
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            let is_in_span = before.matches('`').count().is_multiple_of(2);
            let (target, further) = after.split_once(')').unwrap_or((after, ""));
            rest = if is_in_span { further } else { after };
            // A title may follow the target.
            if let Some(target) = target.split_whitespace().next().filter(|_| is_in_span) {
                found.push((number, target.trim_matches(['<', '>'])));
            }
        }
        if let Some((_, target)) = line.strip_prefix('[').and_then(|it| it.split_once("]: ")) {
            found.push((number, target.trim()));
        }
    }
    found
}

/// The path from the root that `target` means in the document at `path`.
fn resolve(path: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        return None;
    }
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn exists(repository: &Repository, path: &str) -> bool {
    let folder = format!("{path}/");
    path.is_empty()
        || repository.files.contains_key(path)
        || repository.files.keys().any(|it| it.starts_with(&folder))
}
