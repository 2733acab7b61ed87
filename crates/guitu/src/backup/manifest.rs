//! What is in a backup.

use std::{fmt, fs, path::Path};

use anyhow::{Context, Result, bail};
use kernel::Zone;
use serde::{Deserialize, Serialize};

use super::files::{self, is_within};
use crate::clock;

const NAME: &str = "manifest.json";
/// Of the manifest and of what it means.
const VERSION: u32 = 1;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    version: u32,
    /// RFC 3339.
    made_at: String,
    program: String,
    files: Vec<Listed>,
    left_out: Vec<Left>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    path: String,
    bytes: u64,
    sha256: String,
}

/// Something that the installation needs and that is not in the backup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Left {
    pub(crate) what: String,
    /// Where it is.
    pub(crate) is_at: String,
}

impl Manifest {
    /// Of a folder as it is.
    pub(crate) fn of(folder: &Path, left_out: Vec<Left>) -> Result<Self> {
        let mut listed = Vec::new();
        for path in files::files_in(folder)? {
            let (bytes, sha256) = files::hash(&folder.join(&path))?;
            let Some(path) = path.to_str() else { bail!("{} is no name", path.display()) };
            listed.push(Listed { path: path.to_owned(), bytes, sha256 });
        }
        Ok(Self {
            version: VERSION,
            made_at: clock::rfc3339(clock::now(), Zone::CHINA),
            program: format!("guitu {}", env!("CARGO_PKG_VERSION")),
            files: listed,
            left_out,
        })
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        fs::write(folder.join(NAME), text).context("writing the manifest")
    }

    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let text = fs::read_to_string(folder.join(NAME)).context("this is no backup")?;
        let manifest: Self = serde_json::from_str(&text).context("the manifest cannot be read")?;
        if manifest.version != VERSION {
            bail!("the backup has version {}, this program knows {VERSION}", manifest.version);
        }
        Ok(manifest)
    }

    /// Compares a folder with it, and names the first file that differs.
    pub(crate) fn verify(&self, folder: &Path) -> Result<()> {
        for listed in &self.files {
            let path = Path::new(&listed.path);
            if !is_within(path) {
                bail!("`{}` does not belong into a backup", listed.path);
            }
            let (bytes, sha256) = files::hash(&folder.join(path))?;
            if bytes != listed.bytes || sha256 != listed.sha256 {
                bail!("`{}` is not what was backed up: it is damaged, or was changed", listed.path);
            }
        }
        for path in files::files_in(folder)? {
            let is_listed = self.files.iter().any(|it| Path::new(&it.path) == path);
            if !is_listed && path != Path::new(NAME) {
                bail!("`{}` was not backed up", path.display());
            }
        }
        Ok(())
    }

    pub(crate) fn left_out(&self) -> &[Left] {
        &self.left_out
    }

    pub(crate) fn remove(folder: &Path) -> Result<()> {
        Ok(fs::remove_file(folder.join(NAME))?)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.files.iter().map(|it| it.bytes).fold(0, u64::saturating_add);
        write!(f, "{} files, {bytes} bytes, of {}", self.files.len(), self.made_at)?;
        for Left { what, is_at } in &self.left_out {
            write!(f, "\nleft out: {what} (is at {is_at})")?;
        }
        Ok(())
    }
}
