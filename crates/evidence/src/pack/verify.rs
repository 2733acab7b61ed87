//! Checking a pack, without the installation that made it.

use std::{
    collections::BTreeSet,
    io::{self, Read, Seek},
};

use thiserror::Error;
use zip::{ZipArchive, result::ZipError};

use super::manifest::{self, FORMAT, File, MANIFEST, Manifest, SUMS};
use crate::hash::Hasher;

/// What is wrong with a pack: the first thing found, in the order of its list.
#[derive(Debug, Error)]
pub enum VerifyError {
    #[error("the pack cannot be read")]
    Read(#[from] io::Error),
    #[error("the pack is no ZIP archive that can be read")]
    Zip(#[from] ZipError),
    #[error("`{file}` is missing")]
    Missing { file: String },
    #[error("`{file}` is not the file that was packed")]
    Changed { file: String },
    #[error("`{file}` was not packed")]
    Extra { file: String },
    #[error("`manifest.json` is not as it is written")]
    Manifest(#[source] serde_json::Error),
    #[error("the pack is of a format that is not known: `{format}`")]
    Format { format: String },
    #[error("the list of files was changed")]
    List,
    /// `SHA256SUMS` says something else than `manifest.json`.
    #[error("the two lists of hashes differ")]
    Sums,
}

/// A pack whose files are those of its list.
///
/// Whoever can change a file can change the list too. What cannot be made anew is the journal:
/// compare `chain_head` with what the installation says, and the list's hash with the one printed
/// or sent with the pack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    pub manifest: Manifest,
}

/// Largest list that is read.
const LIST: u64 = 16 << 20;

/// Reads a whole pack and names the first file that is wrong.
pub fn verify<R: Read + Seek>(pack: R) -> Result<Verified, VerifyError> {
    let mut zip = ZipArchive::new(pack)?;
    let written = small(&mut zip, MANIFEST)?;
    let manifest: Manifest = serde_json::from_slice(&written).map_err(VerifyError::Manifest)?;
    if manifest.format != FORMAT {
        return Err(VerifyError::Format { format: manifest.format });
    }
    for file in &manifest.files {
        check(&mut zip, file)?;
    }
    if manifest::hash_of(&manifest.files).to_string() != manifest.files_sha256 {
        return Err(VerifyError::List);
    }
    if small(&mut zip, SUMS)? != manifest::sums(&manifest.files, &written).as_bytes() {
        return Err(VerifyError::Sums);
    }
    let listed = manifest.files.iter().map(|it| it.file.as_bytes());
    let known: BTreeSet<&[u8]> =
        listed.chain([MANIFEST, SUMS].into_iter().map(str::as_bytes)).collect();
    if let Some(extra) = zip.file_names_raw().find(|it| !known.contains(it)) {
        return Err(VerifyError::Extra { file: String::from_utf8_lossy(extra).into_owned() });
    }
    if zip.has_duplicate_names() {
        return Err(VerifyError::List);
    }
    Ok(Verified { manifest })
}

fn check<R: Read + Seek>(zip: &mut ZipArchive<R>, file: &File) -> Result<(), VerifyError> {
    let changed = || VerifyError::Changed { file: file.file.clone() };
    let mut entry = zip.by_name(&file.file).map_err(|it| missing(it, &file.file))?;
    let mut hasher = Hasher::default();
    let mut piece = vec![0; 64 << 10];
    loop {
        // The sum over a file that was tampered with fails here already.
        let read = entry.read(&mut piece).map_err(|_| changed())?;
        hasher.add(piece.get(..read).unwrap_or_default());
        if read == 0 || file.bytes < hasher.n_bytes() {
            break;
        }
    }
    let is_whole = hasher.n_bytes() == file.bytes;
    if is_whole && hasher.finish().to_string() == file.sha256 { Ok(()) } else { Err(changed()) }
}

fn small<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<Vec<u8>, VerifyError> {
    let entry = zip.by_name(name).map_err(|it| missing(it, name))?;
    let mut bytes = Vec::new();
    let read = entry.take(LIST).read_to_end(&mut bytes);
    read.map_err(|_| VerifyError::Changed { file: name.to_owned() })?;
    Ok(bytes)
}

fn missing(error: ZipError, file: &str) -> VerifyError {
    if matches!(error, ZipError::FileNotFound) {
        return VerifyError::Missing { file: file.to_owned() };
    }
    VerifyError::Changed { file: file.to_owned() }
}
