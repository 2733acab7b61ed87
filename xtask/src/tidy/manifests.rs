//! What every crate's manifest has to say.

use super::repository::Repository;

pub(super) fn every_crate_follows_the_workspace(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in &repository.crates {
        let folder = &package.folder;
        if folder != "xtask" && *folder != format!("crates/{}", package.name) {
            complaints.push(format!("{folder} holds a crate of another name: `{}`", package.name));
        }
        if package.license != "Apache-2.0" {
            complaints.push(format!("{folder} is not under Apache-2.0"));
        }
        if package.may_be_published {
            complaints.push(format!("{folder} could be published by mistake"));
        }
        if package.has_doc_tests {
            complaints.push(format!("{folder} has doc tests, which the gate does not run"));
        }
        let manifest = repository.files.get(&format!("{folder}/Cargo.toml"));
        let manifest = manifest.and_then(Option::as_deref).unwrap_or_default();
        if !manifest.contains("[lints]\nworkspace = true\n") {
            complaints.push(format!("{folder} does not take the lints of the workspace"));
        }
    }
    complaints
}
