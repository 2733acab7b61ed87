use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use expect_test::expect_file;

use super::*;

/// The codes that make problems, in all sources of the crate.
fn codes_in_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for mark in ["StatusCode::", "Problem::new(", "Self::new(", "conflict(", "refused("] {
            codes.extend(text.split(mark).skip(1).filter_map(code_after));
        }
    }
    codes
}

/// `CONFLICT, "code"`, `status, "code"` or `"code"`, on however many lines.
fn code_after(text: &str) -> Option<String> {
    let text = text.trim_start_matches(|it: char| it.is_ascii_alphabetic() || it == '_');
    let text = text.strip_prefix(',').unwrap_or(text).trim_start();
    let (code, _) = text.strip_prefix('"')?.split_once('"')?;
    let is_code = code.bytes().all(|it| it == b'-' || it.is_ascii_lowercase());
    is_code.then(|| code.to_owned())
}

#[test]
fn every_code_in_the_sources_is_explained() {
    let found = codes_in_sources();
    assert!(40 < found.len(), "hardly anything was found: {found:?}");
    let unexplained: Vec<_> = found.iter().filter(|it| Explained::by_code(it).is_none()).collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}

/// The domain's codes are one list in one function.
#[test]
fn the_refusals_of_the_domain_and_their_explanations_are_the_same_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dossier/src/rejection.rs");
    let source = fs::read_to_string(path).unwrap();
    let (_, list) = source.split_once("pub fn code(&self)").unwrap();
    let codes: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    let explained: BTreeSet<&str> = domain::EXPLAINED.iter().map(|it| it.code).collect();
    assert_eq!(codes, explained);
}

#[test]
fn a_code_is_explained_once_and_in_sentences() {
    let mut codes = BTreeSet::new();
    for it in all() {
        assert!(codes.insert(it.code), "{} is there twice", it.code);
        assert!(!it.statuses.is_empty(), "{}", it.code);
        for text in [it.title.0, it.title.1, it.advice.0, it.advice.1] {
            assert!(!text.is_empty() && !text.ends_with(['.', '。']), "{}: {text}", it.code);
            assert!(!text.contains(['<', '&', '|']), "{}: {text}", it.code);
            assert!(text.matches('`').count().is_multiple_of(2), "{}: {text}", it.code);
        }
    }
}

#[test]
fn the_document_lists_every_problem() {
    let mut text = "\
<!-- Written by a test of the crate api; UPDATE_EXPECT=1 writes it anew. -->
# 问题代码 / Problems

每个错误回答（RFC 9457）带一个稳定的 `code`；程序按 `code` 分支，`title` 和 `detail` 给人看。
Every answer that is no success (RFC 9457) has a stable `code`: programs branch on it, `title` and `detail` are for people.
服务在 `/problems/{code}` 给出同样的说明。
The service says the same at `/problems/{code}`.

| code | status | 含义 | 怎么办 | meaning | what to do |
|---|---|---|---|---|---|
"
    .to_owned();
    for it in all() {
        let statuses: Vec<String> = it.statuses.iter().map(u16::to_string).collect();
        let ((zh, en), (do_zh, do_en)) = (it.title, it.advice);
        let (code, statuses) = (it.code, statuses.join(", "));
        writeln!(text, "| `{code}` | {statuses} | {zh} | {do_zh} | {en} | {do_en} |").unwrap();
    }
    expect_file!["../../../../../docs/problems.md"].assert_eq(&text);
}

/// An answer of another type is a surprise to whoever generated a client.
#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = serde_json::to_value(crate::router().1).unwrap();
    let text = document.to_string();
    let mut n_found = 0;
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let (place, _) = reference.split_once('"').unwrap();
        assert!(document.pointer(place).is_some(), "`{place}` is not in the document");
        n_found += 1;
    }
    assert!(100 < n_found, "{n_found} references are hardly all");
}

/// What is made of a closed shape and more fields could never be sent.
#[test]
fn no_shape_of_the_document_is_a_closed_one_with_more_fields() {
    let document = serde_json::to_value(crate::router().1).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let place = part["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
            let whole = document.pointer(place).unwrap_or(part);
            assert_ne!(whole["additionalProperties"], false, "{name} extends `{place}`");
        }
    }
}
