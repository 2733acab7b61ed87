//! Which crate may know which.
//!
//! `ARCHITECTURE.md` says which way dependencies point; this table makes it so. Anyone may change
//! it. The point is that they do so on purpose, in a diff that says `LAYERS`.

use super::repository::Repository;

/// Every crate, and those of ours it may depend on outside of tests.
const LAYERS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("money", &["kernel"]),
    ("policy", &["kernel", "money"]),
    ("dossier", &["kernel", "money", "policy"]),
    ("codec", &["dossier", "kernel", "money", "policy"]),
    ("store", &["kernel"]),
    ("store-memory", &["kernel", "store"]),
    ("store-postgres", &["kernel", "store"]),
    ("store-sqlite", &["kernel", "store"]),
    ("views", &["codec", "dossier", "kernel", "money", "policy", "store"]),
    ("engine", &["codec", "dossier", "kernel", "money", "policy", "store", "views"]),
    ("intake", &["codec", "dossier", "kernel", "money"]),
    ("insight", &["codec", "dossier", "kernel", "money", "policy", "store"]),
    ("people", &["dossier", "kernel", "store"]),
    ("vault", &["kernel", "store"]),
    ("evidence", &["codec", "dossier", "kernel", "money", "policy", "store", "views"]),
    ("webhooks", &["kernel", "store"]),
    ("api", ALL_BELOW_API),
    ("testkit", ALL_BELOW_TESTKIT),
    ("guitu", ALL_BELOW_GUITU),
    ("xtask", &[]),
];

const ALL_BELOW_TESTKIT: &[&str] = &[
    "codec",
    "dossier",
    "engine",
    "intake",
    "kernel",
    "money",
    "policy",
    "store",
    "store-memory",
    "store-postgres",
    "store-sqlite",
    "views",
];

const ALL_BELOW_API: &[&str] = &[
    "codec", "dossier", "engine", "evidence", "insight", "intake", "kernel", "money", "people",
    "policy", "store", "vault", "views", "webhooks",
];

const ALL_BELOW_GUITU: &[&str] = &[
    "api",
    "codec",
    "dossier",
    "engine",
    "evidence",
    "insight",
    "intake",
    "kernel",
    "money",
    "people",
    "policy",
    "store",
    "store-memory",
    "store-postgres",
    "store-sqlite",
    "testkit",
    "vault",
    "views",
    "webhooks",
];

pub(super) fn dependencies_point_down(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in &repository.crates {
        let name = &package.name;
        let Some((_, allowed)) = LAYERS.iter().find(|(it, _)| it == name) else {
            complaints.push(format!("`{name}` is missing from LAYERS in xtask/src/tidy/layers.rs"));
            continue;
        };
        for target in &package.dependencies {
            let is_ours = repository.crates.iter().any(|it| it.name == *target);
            if is_ours && !allowed.contains(&target.as_str()) {
                complaints.push(format!("`{name}` may not depend on `{target}`"));
            }
        }
    }
    complaints
}
