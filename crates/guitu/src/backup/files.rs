//! Files of a backup: copied, hashed, packed, and moved into place when they are on disk.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

pub(crate) const DATABASE: &str = "guitu.db";
pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const KEYS: &str = "keys.toml";

pub(crate) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|it| it.eq_ignore_ascii_case("zip"))
}

/// A folder beside what it is to become, for nobody else to look into; gone if it becomes nothing.
pub(crate) fn staging(parent: &Path) -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix(".guitu-").tempdir_in(parent);
    made.with_context(|| format!("making a folder in {}", parent.display()))
}

pub(crate) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Makes a folder what it was prepared to be. An empty one may be there.
pub(crate) fn move_into_place(staging: TempDir, to: &Path) -> Result<()> {
    sync_tree(staging.path())?;
    let from = staging.keep();
    if let Err(error) = fs::rename(&from, to) {
        // What was prepared is of no use elsewhere.
        let _ = fs::remove_dir_all(&from);
        return Err(error).with_context(|| format!("moving to {}", to.display()));
    }
    sync(parent_of(to))
}

/// Copies a folder with all that is in it. What is not there is nothing; what goes away meanwhile
/// was not kept yet, or not any more.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for file in files_in(from)? {
        let target = to.join(&file);
        fs::create_dir_all(parent_of(&target))?;
        match fs::copy(from.join(&file), target) {
            Ok(_) => (),
            Err(error) if error.kind() == ErrorKind::NotFound => (),
            Err(error) => {
                return Err(error).with_context(|| format!("copying {}", file.display()));
            }
        }
    }
    Ok(())
}

/// Paths within a folder, in order. Only files and folders count.
pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(within) = pending.pop() {
        let entries = match fs::read_dir(folder.join(&within)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("reading {}", folder.display()));
            }
        };
        for entry in entries {
            let entry = entry?;
            let (path, kind) = (within.join(entry.file_name()), entry.file_type()?);
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Length and SHA-256, in hexadecimal.
pub(crate) fn hash(path: &Path) -> Result<(u64, String)> {
    let reading = || format!("reading {}", path.display());
    let mut file = File::open(path).with_context(reading)?;
    let (mut hash, mut length) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let n_read = file.read(&mut buffer).with_context(reading)?;
        let Some(read) = buffer.get(..n_read).filter(|it| !it.is_empty()) else { break };
        hash.update(read);
        length = length.saturating_add(u64::try_from(n_read).unwrap_or(u64::MAX));
    }
    let mut digits = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Ok((length, digits))
}

/// Whether a path of a manifest stays within its folder.
pub(crate) fn is_within(path: &Path) -> bool {
    path.components().count() != 0 && path.components().all(|it| matches!(it, Component::Normal(_)))
}

/// Packs a folder into one file.
pub(crate) fn pack(folder: &Path, to: &Path) -> Result<()> {
    let unfinished = to.with_extension("zip.part");
    let written = write_archive(folder, &unfinished)
        .and_then(|()| Ok(fs::rename(&unfinished, to)?))
        .with_context(|| format!("writing {}", to.display()));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written?;
    sync(parent_of(to))
}

fn write_archive(folder: &Path, to: &Path) -> Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to)?;
    let mut archive = ZipWriter::new(file);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    for path in files_in(folder)? {
        let Some(name) = path.to_str() else { bail!("{} is no name", path.display()) };
        archive.start_file(name, options)?;
        io::copy(&mut File::open(folder.join(&path))?, &mut archive)?;
    }
    let mut file = archive.finish()?;
    file.flush()?;
    file.sync_all()?;
    Ok(())
}

/// Unpacks an archive into an empty folder; nothing gets out of it.
pub(crate) fn unpack(archive: &Path, to: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let path = PathBuf::from(entry.name()?.into_owned());
        if !is_within(&path) || !entry.is_file() {
            bail!("`{}` does not belong into a backup", path.display());
        }
        let target = to.join(&path);
        fs::create_dir_all(parent_of(&target))?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&target)?;
        io::copy(&mut entry, &mut file)?;
    }
    Ok(())
}

fn sync_tree(folder: &Path) -> Result<()> {
    for file in files_in(folder)? {
        sync(&folder.join(&file))?;
        for above in file.ancestors().skip(1) {
            sync(&folder.join(above))?;
        }
    }
    Ok(())
}

/// On disk, a folder's list of names included.
fn sync(path: &Path) -> Result<()> {
    let synced = File::open(path).and_then(|it| it.sync_all());
    synced.with_context(|| format!("syncing {}", path.display()))
}
