//! The scenarios of the repository, on the packs of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use policy::Sources;
use store_memory::MemoryStore;

use crate::{Packs, check, find};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The packs in `packs/`.
pub(super) fn packs() -> Packs {
    let mut files = Vec::new();
    gather(&root().join("packs"), String::new(), &mut files);
    Packs::new(Sources::new(files))
}

fn gather(folder: &Path, prefix: String, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), format!("{name}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push((name, text));
        }
    }
}

#[test]
fn every_scenario_passes() {
    let mut new_store = || {
        let store: Arc<dyn store::Store> = Arc::new(MemoryStore::default());
        Ok(store)
    };
    let reports = check(&[root().join("scenarios")], &packs(), &mut new_store).unwrap();
    assert!(reports.passed(), "{reports}");
}

/// An ID that is nowhere in the ledger shows nothing.
#[test]
fn every_id_is_in_the_ledger() {
    let ledger = fs::read_to_string(root().join("scenarios/ledger.csv")).unwrap();
    let known: Vec<&str> = ledger.lines().filter_map(|it| it.split(',').next()).collect();
    let (scenarios, problems) = find(&[root().join("scenarios")]);
    assert_eq!(problems, []);
    for scenario in scenarios {
        for id in &scenario.ledger {
            assert!(known.contains(&id.as_str()), "{}: `{id}`", scenario.name);
        }
    }
}
