//! Every flag that is documented is seen somewhere, and every flag that is seen is documented.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    again::Shop,
    program::example,
    triage::{Triage, Worklist},
};

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The codes in the table of flags in `docs/formats.md`.
fn documented() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/formats.md")).unwrap();
    let (_, rest) = text.split_once("### Flags\n").unwrap();
    let (table, _) = rest.split_once("\n### ").unwrap();
    let codes = table.lines().filter_map(|it| it.strip_prefix("| `")?.split('`').next());
    codes.map(str::to_owned).collect()
}

/// The flags that passing scenarios expect to see.
fn expected(folder: &Path, seen: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            expected(&path, seen);
        } else if path.extension().is_some_and(|it| it == "yaml") {
            let text = fs::read_to_string(path).unwrap();
            for (before, after) in text.match_indices("flags: ").map(|(at, _)| text.split_at(at)) {
                if !before.ends_with("no-") {
                    let list = after.trim_start_matches("flags: ").trim_start_matches('[');
                    let end = list.find([']', '}', '\n']).unwrap_or(list.len());
                    let first = |it: &str| it.trim().split(':').next().unwrap().to_owned();
                    seen.extend(list[..end].split(", ").map(first));
                }
            }
        }
    }
}

fn of_files() -> BTreeSet<String> {
    let dirty = example("dirty");
    let triages = [
        Triage::of(&example("exports")),
        Triage::of(&dirty),
        Triage::of(&dirty).file("refunds", dirty.join("refunds-line-unknown.csv")),
        Triage::of(&dirty).file("refunds", dirty.join("refunds-pieces-above-bought.csv")),
        Triage::of(&dirty).file("refunds", dirty.join("refunds-amount-above-paid.csv")),
    ];
    let mut seen: BTreeSet<String> =
        triages.iter().flat_map(|it| it.worklist().summary.by_flag.into_keys()).collect();
    seen.extend(vanished().summary.by_flag.into_keys());
    seen
}

/// A request of yesterday's that today's export does not have.
fn vanished() -> Worklist {
    let mut shop = Shop::new();
    shop.triage("2026-11-12 08:00").worklist();
    shop.drop_refund("9004");
    shop.triage("2026-11-12 09:00").worklist()
}

#[test]
fn every_documented_flag_is_seen_and_the_other_way_round() {
    let mut seen = of_files();
    let documented = documented();
    let unheard: Vec<&String> = seen.difference(&documented).collect();
    assert!(unheard.is_empty(), "seen, and not documented: {unheard:?}");
    expected(&root().join("scenarios"), &mut seen);
    let unseen: Vec<&String> = documented.difference(&seen).collect();
    assert!(unseen.is_empty(), "documented, and nothing shows them: {unseen:?}");
}

/// A row that names a strange thing, or more of it than there is, is judged all the same.
#[test]
fn strange_lines_and_too_many_pieces_are_marked() {
    let dirty = example("dirty");
    for (file, flag) in [
        ("refunds-line-unknown.csv", "line-unknown"),
        ("refunds-pieces-above-bought.csv", "quantity-above-bought"),
    ] {
        let worklist = Triage::of(&dirty).file("refunds", dirty.join(file)).worklist();
        let marked = worklist.items.iter().filter(|it| it.flags.iter().any(|it| it == flag));
        assert_eq!(marked.count(), 1, "{file}");
        assert!(!Triage::of(&dirty).worklist().summary.by_flag.contains_key(flag), "{flag}");
    }
}
