//! Nothing in the repository depends on where it was written or where it downloads from.

use super::repository::Repository;

// Split, so that the lists do not find themselves.
const MACHINE: &[&str] = &[
    concat!("/", "home/"),
    concat!("/", "root/"),
    concat!("/", "Users/"),
    concat!("/", "work/"),
    concat!("C:", r"\Users"),
];
const REGISTRIES: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "npmmirror.com"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("deb.", "debian.org"),
];

/// A path is absolute if it does not go on from something else, as `docs/work/` does.
pub(super) fn no_machine_is_named(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, number, line) in lines(repository) {
        for place in MACHINE {
            let is_absolute = line.match_indices(place).any(|(at, _)| {
                let before = line.split_at(at).0.chars().next_back();
                !before.is_some_and(|it| it.is_ascii_alphanumeric() || "._-~*}>)]$".contains(it))
            });
            if is_absolute {
                let name = place.trim_matches('/');
                complaints
                    .push(format!("{path}:{number} names a place on one machine, in `{name}`"));
            }
        }
    }
    complaints
}

/// A lock file pins what a package is, not where it is: mirrors differ, hashes do not.
pub(super) fn no_registry_is_named(repository: &Repository) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, number, line) in lines(repository) {
        if REGISTRIES.iter().any(|host| line.contains(host)) {
            complaints.push(format!("{path}:{number} names a package registry"));
        }
        let is_npm_lock =
            path.ends_with("package-lock.json") || path.ends_with("npm-shrinkwrap.json");
        if is_npm_lock && line.trim_start().starts_with(r#""resolved":"#) {
            complaints.push(format!("{path}:{number} says where a package was downloaded from"));
        }
    }
    complaints
}

fn lines(repository: &Repository) -> impl Iterator<Item = (&str, usize, &str)> {
    repository
        .texts()
        .flat_map(|(path, text)| (1..).zip(text.lines()).map(move |(at, line)| (path, at, line)))
}
