//! The list of what is in a pack, with hashes.

use serde::{Deserialize, Serialize};

use crate::hash::{Hash, Hasher};

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SUMS: &str = "SHA256SUMS";
/// Written in [`Manifest::format`].
pub(super) const FORMAT: &str = "guitu-dispute-pack/1";

/// `manifest.json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    pub shop: String,
    pub order: String,
    pub case: String,
    /// Epoch seconds.
    pub made_at: i64,
    pub made_by: String,
    /// How many commits `events.json` has.
    pub n_commits: u64,
    /// The last seal of the journal, if it is sealed.
    pub chain_head: Option<String>,
    /// `whole`, `broken` or `unsealed`, when the pack was made.
    pub chain: String,
    /// Every file but this one and `SHA256SUMS`, in the order they lie in the pack.
    pub files: Vec<File>,
    /// SHA-256 over a line `HASH  BYTES  FILE` for each of `files`.
    pub files_sha256: String,
    /// Evidence of the case whose content was damaged or gone when the pack was made: its hash.
    pub missing: Vec<String>,
}

/// A file of a pack.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub media_type: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<About>,
}

/// What is known of an original.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub name: String,
    /// `buyer`, `agent`, `warehouse` or `courier`.
    pub source: String,
    pub by: String,
    /// Epoch seconds.
    pub uploaded_at: i64,
    /// Epoch seconds, by the camera's own clock.
    pub taken_at: Option<i64>,
    /// `ORDER/CASE` where the same was used before.
    pub duplicate_of: Option<String>,
}

/// The hash of a list of files, see [`Manifest::files_sha256`].
pub(super) fn hash_of(files: &[File]) -> Hash {
    let mut hasher = Hasher::default();
    for it in files {
        hasher.add(format!("{}  {}  {}\n", it.sha256, it.bytes, it.file).as_bytes());
    }
    hasher.finish()
}

/// `SHA256SUMS`: every file but itself.
pub(super) fn sums(files: &[File], manifest: &[u8]) -> String {
    let own = format!("{}  {MANIFEST}\n", Hash::of(manifest));
    files.iter().map(|it| format!("{}  {}\n", it.sha256, it.file)).chain([own]).collect()
}
