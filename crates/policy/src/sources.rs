//! The files packs are made of, already read.

use std::collections::BTreeMap;

/// Files by path, the pack's name first: `base/pack.toml`, `base/tables/refund-path.csv`,
/// `apparel/replies/approved.zh.md`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, String>,
}

impl Sources {
    pub fn new<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { files }
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files of one pack, by their path within it.
    pub fn of_pack<'s>(&'s self, pack: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        let inside = move |path: &'s str| path.strip_prefix(pack)?.strip_prefix('/');
        self.iter().filter_map(move |(path, text)| Some((inside(path)?, text)))
    }

    /// Names of the packs that have a `pack.toml`.
    pub fn packs(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|it| it.strip_suffix("/pack.toml"))
    }
}
