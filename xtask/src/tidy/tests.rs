//! One check at a time, on a repository made up for it; then all of them on the real one.

use expect_test::{Expect, expect};

use super::{
    Check, documents, files, layers, licenses, manifests, places, purity,
    repository::{Crate, Package, Repository},
};

/// Runs one check on a repository with these files and compares its complaints.
#[track_caller]
fn check(check: Check, files: &[(&str, &str)], expected: Expect) {
    check_all(check, &with_files(files), expected);
}

/// Runs one check on a whole repository and compares its complaints.
#[track_caller]
fn check_all(check: Check, repository: &Repository, expected: Expect) {
    let lines: Vec<String> = check(repository).iter().map(|it| format!("{it}\n")).collect();
    expected.assert_eq(&lines.concat());
}

fn with_files(files: &[(&str, &str)]) -> Repository {
    let files = files.iter().map(|&(path, text)| (path.to_owned(), Some(text.to_owned())));
    Repository { files: files.collect(), ..Repository::default() }
}

fn a_crate(name: &str, dependencies: &[&str]) -> Crate {
    Crate {
        name: name.to_owned(),
        folder: format!("crates/{name}"),
        license: "Apache-2.0".to_owned(),
        dependencies: dependencies.iter().copied().map(str::to_owned).collect(),
        ..Crate::default()
    }
}

#[test]
fn the_repository_is_tidy() {
    let repository = Repository::load().unwrap();
    let complaints = super::complaints(&repository);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn a_dependency_that_points_up_is_named() {
    let crates = vec![
        a_crate("kernel", &["thiserror"]),
        a_crate("money", &["kernel", "store", "serde_json"]),
        a_crate("store", &["kernel"]),
        a_crate("newcomer", &[]),
    ];
    let repository = Repository { crates, ..Repository::default() };
    check_all(
        layers::dependencies_point_down,
        &repository,
        expect![[r#"
        `money` may not depend on `store`
        `newcomer` is missing from LAYERS in xtask/src/tidy/layers.rs
    "#]],
    );
    check_all(
        purity::pure_crates_depend_on_nothing_impure,
        &repository,
        expect![[r#"
        `money` is pure and may not depend on `serde_json`
    "#]],
    );
}

#[test]
fn pure_crates_are_read_word_by_word() {
    check(
        purity::pure_crates_do_not_say_impure_words,
        &[
            ("crates/money/src/lib.rs", "//! No f64 here.\nlet a: f64 = 1; // f32\nlet xf64;"),
            ("crates/money/src/tests.rs", "use std::fs;\nuse std::collections::HashMap;"),
            ("crates/policy/src/lib.rs", "use std::fs;\nasync fn ask() {}"),
            ("crates/engine/src/lib.rs", "use std::collections::HashMap;"),
        ],
        expect![[r#"
            crates/money/src/lib.rs:2 says `f64` in a pure crate
            crates/money/src/tests.rs:2 says `HashMap` in a pure crate
            crates/policy/src/lib.rs:1 says `std::fs` in a pure crate
            crates/policy/src/lib.rs:2 says `async` in a pure crate
        "#]],
    );
}

#[test]
fn a_manifest_says_what_the_workspace_says() {
    let stray = Crate {
        name: "stray".to_owned(),
        folder: "crates/other".to_owned(),
        license: "MIT".to_owned(),
        may_be_published: true,
        has_doc_tests: true,
        dependencies: Vec::new(),
    };
    let good = "[package]\n\n[lints]\nworkspace = true\n";
    let mut repository = with_files(&[("crates/kernel/Cargo.toml", good)]);
    repository.crates = vec![a_crate("kernel", &[]), stray];
    check_all(
        manifests::every_crate_follows_the_workspace,
        &repository,
        expect![[r#"
        crates/other holds a crate of another name: `stray`
        crates/other is not under Apache-2.0
        crates/other could be published by mistake
        crates/other has doc tests, which the gate does not run
        crates/other does not take the lints of the workspace
    "#]],
    );
}

#[test]
fn files_are_short_and_narrow() {
    let long = "x\n".repeat(401);
    let wide = format!("// {}\n// {}\n", "途".repeat(97), "x".repeat(98));
    let files = [("a.rs", long.as_str()), ("b.rs", &wide), ("c.md", &long), ("d.md", &wide)];
    check(
        files::files_are_short,
        &files,
        expect![[r#"
        a.rs has 401 lines, more than 400
    "#]],
    );
    check(
        files::lines_are_narrow,
        &files,
        expect![[r#"
        b.rs:2 is 101 columns wide
    "#]],
    );
}

#[test]
fn files_are_named_and_opened_for_the_reader() {
    let files = [
        ("crates/kernel/src/lib.rs", "//! Words.\n"),
        ("crates/money/src/lib.rs", "use kernel::Id;\n"),
        ("crates/money/src/mod.rs", ""),
        ("crates/money/src/utils.rs", ""),
    ];
    check(
        files::crates_say_what_they_are_for,
        &files,
        expect![[r#"
        crates/money/src/lib.rs does not begin by saying what the crate is for
    "#]],
    );
    check(
        files::names_say_what_is_inside,
        &files,
        expect![[r#"
        crates/money/src/mod.rs is to be named after its module
        crates/money/src/utils.rs has a name that says nothing about what is inside
    "#]],
    );
}

#[test]
fn nothing_waits_without_an_issue() {
    let later = concat!("TO", "DO");
    let text = format!("// {later}(#7): more\n// {later}: more\n// {}\n", concat!("FIX", "ME"));
    let skipped = format!("{}]\nfn it_works() {{}}\n", concat!("#[", "ignore"));
    let files = [("a.rs", text.as_str()), ("b.rs", &skipped), ("c.md", &text)];
    check(
        files::nothing_is_left_for_later,
        &files,
        expect![[r#"
        a.rs:2 leaves work without an issue number
        a.rs:3 was to be fixed before merging
    "#]],
    );
    check(
        files::every_test_runs,
        &files,
        expect![[r#"
        b.rs has a test marked `ignore`
    "#]],
    );
}

#[test]
fn no_place_is_written_down() {
    let machine = concat!("/", "home/");
    let text = format!("at `{machine}me`\nfile://{machine}me\ndocs{machine}me\n./x{machine}me\n");
    let host = concat!("registry.", "npmjs.org");
    let lock = format!("{{\n  \"resolved\": \"https://{host}/a.tgz\"\n}}\n");
    let files = [("a.md", text.as_str()), ("tools/package-lock.json", &lock)];
    check(
        places::no_machine_is_named,
        &files,
        expect![[r#"
        a.md:1 names a place on one machine, in `home`
        a.md:2 names a place on one machine, in `home`
    "#]],
    );
    check(
        places::no_registry_is_named,
        &files,
        expect![[r#"
        tools/package-lock.json:2 names a package registry
        tools/package-lock.json:2 says where a package was downloaded from
    "#]],
    );
}

#[test]
fn links_are_followed() {
    let text = "\
[good](docs/a.md) [part](docs/a.md#part) [folder](docs/) [out](https://example.com/) [here](#up)
[gone](docs/b.md) and [gone too](c.md 'title'), `[code](d.md)`, [template]({{link}})
```
[code](e.md)
```
[reference]: docs/f.md
[absolute](/docs/a.md)
";
    let files = [("README.md", text), ("docs/a.md", "[up](../README.md) [out](../../x.md)")];
    check(
        documents::links_lead_somewhere,
        &files,
        expect![[r#"
        README.md:2 links to `docs/b.md`, which is not there
        README.md:2 links to `c.md`, which is not there
        README.md:6 links to `docs/f.md`, which is not there
        README.md:7 links to `/docs/a.md`, which is not there
        docs/a.md:1 links to `../../x.md`, which is not there
    "#]],
    );
}

#[test]
fn the_documents_a_reader_expects_are_there_and_short() {
    let long = "x\n".repeat(61);
    let files = [("AGENTS.md", long.as_str()), ("LICENSE", "")];
    check(
        documents::the_documents_exist,
        &files,
        expect![[r#"
        ARCHITECTURE.md is missing
        CHANGELOG.md is missing
        CONTRIBUTING.md is missing
        README.md is missing
    "#]],
    );
    check(
        documents::the_documents_are_short,
        &files,
        expect![[r#"
        AGENTS.md has 61 lines, more than 60
    "#]],
    );
}

#[test]
fn licenses_and_sources_are_looked_up() {
    let package = |name: &str, license: Option<&str>, source: Option<&str>| Package {
        name: name.to_owned(),
        license: license.map(str::to_owned),
        source: source.map(str::to_owned),
    };
    let crates_io = "registry+https://github.com/rust-lang/crates.io-index";
    let mut repository = with_files(&[("deny.toml", "[licenses]\nallow = [\"MIT\"]\n")]);
    repository.packages = vec![
        package("kernel", Some("MIT"), None),
        package("good", Some("GPL-3.0 OR MIT"), Some(crates_io)),
        package("odd", Some("GPL-3.0"), Some("git+https://example.com/odd")),
        package("mute", None, Some(crates_io)),
    ];
    check_all(
        licenses::every_license_is_on_the_list,
        &repository,
        expect![[r#"
        `odd` is under `GPL-3.0`, see deny.toml
        `mute` names no license
    "#]],
    );
    check_all(
        licenses::every_crate_comes_from_crates_io,
        &repository,
        expect![[r#"
        `odd` comes from git+https://example.com/odd
    "#]],
    );
}
