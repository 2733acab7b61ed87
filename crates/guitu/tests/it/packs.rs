//! `guitu pack`: defects are named with file, table and row; tables travel to GoRules and back.

use std::{fs, path::Path};

use crate::{
    again::edit,
    program::{Outcome, example, golden, guitu, packs},
    table::Folder,
    triage::{Item, Triage},
};

fn pack(arguments: &[&str], path: &Path) -> Outcome {
    guitu(["pack"].iter().chain(arguments).map(Into::into).chain([path.as_os_str().to_owned()]))
}

/// One defect in a copy of the packs, in the pack `name`: exit code 1, and where to look.
#[track_caller]
fn check(name: &str, spoil: impl Fn(&Folder), expected: &str) {
    let folder = Folder::copy_of(&packs());
    spoil(&folder);
    let outcome = pack(&["check"], folder.path()).expect(1);
    assert_eq!(outcome.err, "");
    golden(expected).assert_eq(&outcome.out);
    // Nothing is decided by such a pack.
    let triage = Triage::of(&example("dirty")).with("--packs", folder.path()).with("--pack", name);
    assert_eq!(triage.run().expect(1).out, "");
}

/// Changes the lines of a table, header line `row` included.
fn lines(path: &Path, change: impl Fn(&mut Vec<String>)) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    change(&mut lines);
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

#[track_caller]
fn row(lines: &[String], name: &str) -> usize {
    let start = format!("{name},");
    lines.iter().position(|it| it.starts_with(&start)).unwrap_or_else(|| panic!("no row {name}"))
}

#[test]
fn good_packs() {
    for outcome in [guitu(["pack", "check"]), pack(&["check"], &packs())] {
        golden("packs/good.txt").assert_eq(&outcome.expect(0).out);
    }
}

#[test]
fn a_gap() {
    check(
        "base",
        |it| {
            lines(&it.at("base/tables/accessory.csv"), |it| {
                it.remove(row(it, "covered"));
            });
        },
        "packs/gap.txt",
    );
}

#[test]
fn an_overlap() {
    check(
        "base",
        |it| {
            edit(
                &it.at("base/tables/refund-path.csv"),
                "return,yes,yes,yes,return",
                "return,yes,yes,-,return",
            );
        },
        "packs/overlap.txt",
    );
}

#[test]
fn a_row_that_is_never_reached() {
    check(
        "base",
        |it| {
            lines(&it.at("base/tables/exchange-route.csv"), |it| {
                let last = it.remove(row(it, "return-first"));
                it.insert(row(it, "little-stock"), last);
            });
        },
        "packs/never-reached.txt",
    );
}

#[test]
fn a_field_nobody_knows() {
    check(
        "base",
        |it| edit(&it.at("base/tables/accessory.csv"), "if:cause,", "if:causes,"),
        "packs/unknown-field.txt",
    );
}

#[test]
fn a_limit_without_a_unit() {
    check(
        "base",
        |it| {
            edit(
                &it.at("base/pack.toml"),
                "accessory-compensation = \"30 yuan\"",
                "accessory-compensation = \"30\"",
            );
        },
        "packs/no-unit.txt",
    );
}

#[test]
fn a_parent_that_is_not_there() {
    check(
        "apparel",
        |it| edit(&it.at("apparel/pack.toml"), "extends = \"base\"", "extends = \"basic\""),
        "packs/no-parent.txt",
    );
}

#[test]
fn a_text_that_is_not_there() {
    check(
        "base",
        |it| fs::remove_file(it.at("base/replies/quote-part.en.md")).unwrap(),
        "packs/no-text.txt",
    );
}

#[test]
fn folders_without_packs() {
    let folder = Folder::new();
    let told = pack(&["check"], folder.path()).expect(1).told();
    let place = folder.path().to_str().unwrap();
    golden("packs/no-packs.txt").assert_eq(&told.replace(place, "FOLDER"));
    let told = pack(&["check"], &folder.at("none")).expect(1).told();
    golden("packs/no-folder.txt")
        .assert_eq(&told.replace(folder.path().to_str().unwrap(), "FOLDER"));
}

#[test]
fn one_pack_of_several() {
    let folder = Folder::copy_of(&packs());
    edit(&folder.at("apparel/pack.toml"), "extends = \"base\"", "extends = \"basic\"");
    pack(&["check", "--pack", "apparel"], folder.path()).expect(1);
    pack(&["check", "--pack", "base"], folder.path()).expect(0);
}

/// The table that comes back decides as the one that left.
#[test]
fn a_table_travels_to_gorules_and_back() {
    let folder = Folder::copy_of(&packs());
    let document = folder.at("refund-path.json");
    let exported = ["pack", "export-jdm", "base/refund-path", "--out", document.to_str().unwrap()];
    guitu(exported).expect(0);
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&document).unwrap()).unwrap();
    let nodes = json["nodes"].as_array().unwrap();
    assert!(nodes.iter().any(|it| it["type"] == "decisionTableNode"), "{json:#}");
    assert_eq!(guitu(&exported[..3]).expect(0).out.trim_end(), format!("{json:#}"));

    let table = folder.at("base/tables/refund-path.csv");
    let table = table.to_str().unwrap();
    guitu(["pack", "import-jdm", document.to_str().unwrap(), "--out", table]).expect(0);
    pack(&["check"], folder.path()).expect(0);
    let rulings = |triage: &Triage| {
        let items = triage.worklist().items;
        items.iter().map(Item::line).collect::<Vec<String>>()
    };
    let triage = Triage::of(&example("dirty"));
    assert_eq!(rulings(&triage.clone().with("--packs", folder.path())), rulings(&triage));
}

#[test]
fn what_cannot_travel_says_why() {
    for table in ["base/none", "none/refund-path", "refund-path"] {
        let outcome = guitu(["pack", "export-jdm", table]).expect(1);
        assert_eq!((outcome.out.as_str(), outcome.err.lines().count()), ("", 1), "{}", outcome.err);
    }
    let folder = Folder::new();
    for text in ["", "{", "{}", "{\"nodes\": []}", "[1]"] {
        let path = folder.write("document.json", text);
        let outcome = pack(&["import-jdm"], &path).expect(1);
        assert!(outcome.err.contains("document.json: "), "{}", outcome.err);
    }
}
