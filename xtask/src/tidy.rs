//! Properties of the repository that no compiler checks.
//!
//! A check is a function from the [`Repository`] to complaints. `cargo xtask tidy` runs them all,
//! and so does a test, so that `cargo test` alone is enough to learn what is wrong.
//!
//! **Invariant:** a list of exceptions names its entries one by one, and an entry that is no longer
//! needed is itself a complaint. Such lists only get shorter.

use anyhow::{Result, bail};

mod documents;
mod files;
mod layers;
mod licenses;
mod manifests;
mod places;
mod purity;
mod repository;
#[cfg(test)]
mod tests;

use repository::Repository;

/// What a check finds wrong, a line each, naming the file or crate.
type Check = fn(&Repository) -> Vec<String>;

const CHECKS: &[Check] = &[
    layers::dependencies_point_down,
    purity::pure_crates_depend_on_nothing_impure,
    purity::pure_crates_do_not_say_impure_words,
    manifests::every_crate_follows_the_workspace,
    files::files_are_short,
    files::lines_are_narrow,
    files::crates_say_what_they_are_for,
    files::names_say_what_is_inside,
    files::nothing_is_left_for_later,
    files::every_test_runs,
    places::no_machine_is_named,
    places::no_registry_is_named,
    documents::the_documents_exist,
    documents::the_documents_are_short,
    documents::links_lead_somewhere,
    licenses::every_license_is_on_the_list,
    licenses::every_crate_comes_from_crates_io,
];

/// Checks the repository, and fails with all complaints.
pub(crate) fn run() -> Result<()> {
    let repository = Repository::load()?;
    let complaints = complaints(&repository);
    if !complaints.is_empty() {
        bail!("the repository is not tidy\n\n{}", complaints.join("\n"));
    }
    Ok(())
}

fn complaints(repository: &Repository) -> Vec<String> {
    CHECKS.iter().flat_map(|check| check(repository)).collect()
}
