//! The files of packs, for whoever reads packs.

use std::{collections::BTreeMap, fs, io, path::Path};

use encoding_rs::GB18030;

use crate::complaint::{FileError, FileProblem};

/// Largest file of a pack, in bytes.
const FILE_MAX: u64 = 8 << 20;
/// How deep folders may lie in each other.
const DEPTH_MAX: usize = 16;

/// Every `.toml`, `.csv` and `.md` below `dir`, by its path from there with `/` between the parts.
/// Read as UTF-8, or as GBK, which is what spreadsheets save CSV in. Links are not followed.
pub fn pack_sources(dir: &Path) -> Result<BTreeMap<String, String>, FileError> {
    let mut sources = BTreeMap::new();
    collect(dir, "", DEPTH_MAX, &mut sources)?;
    Ok(sources)
}

fn collect(
    dir: &Path,
    prefix: &str,
    depth: usize,
    sources: &mut BTreeMap<String, String>,
) -> Result<(), FileError> {
    let failed = |error: io::Error| FileError::new(&dir.to_string_lossy(), FileProblem::Io(error));
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && !name.starts_with('.') {
            if let Some(depth) = depth.checked_sub(1) {
                collect(&entry.path(), &format!("{path}/"), depth, sources)?;
            }
        } else if kind.is_file() && is_source(&name) {
            let text = read(&entry.path()).map_err(|problem| FileError::new(&path, problem))?;
            sources.insert(path, text);
        }
    }
    Ok(())
}

fn is_source(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|it| it.to_str()).unwrap_or("");
    ["toml", "csv", "md"].contains(&extension) && !name.starts_with('.')
}

fn read(path: &Path) -> Result<String, FileProblem> {
    if FILE_MAX < fs::metadata(path).map_err(FileProblem::Io)?.len() {
        return Err(FileProblem::TooLarge { most: FILE_MAX >> 20 });
    }
    let bytes = fs::read(path).map_err(FileProblem::Io)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    let damaged = || FileProblem::Damaged(("neither UTF-8 nor GBK", "既不是 UTF-8 也不是 GBK"));
    text.map(std::borrow::Cow::into_owned).ok_or_else(damaged)
}
