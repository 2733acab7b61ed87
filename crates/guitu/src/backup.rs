//! `guitu backup`: everything an installation needs to be made again.
//!
//! ```text
//! guitu.db        the database, as it was at one moment
//! evidence/…      evidence, as it is kept
//! keys.toml       the key ring, if told to
//! manifest.json   every file with its length and hash
//! ```
//!
//! **Invariant:** a backup is there whole or not at all: it is made beside its place and moved
//! there when it is on disk.
//!
//! **Invariant:** evidence that the database knows is in the backup. A file is kept before the
//! database hears of it and the database is copied first.

mod files;
mod manifest;
pub(crate) mod restore;

use std::{
    fs,
    io::{ErrorKind, Write as _, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use store_sqlite::SqliteStore;

use self::{
    files::{DATABASE, EVIDENCE, KEYS, parent_of},
    manifest::{Left, Manifest},
};
use crate::{
    config::{self, Configuration, Evidence, Keys},
    database::Place,
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: config::Sources,
    /// The data folder, if not the one that the configuration says.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The database, if not the one that the configuration says.
    #[arg(long)]
    db: Option<String>,
    /// Where the backup goes: a folder that is not there yet, or a file that ends in `.zip`.
    #[arg(long, value_name = "DIR|FILE.zip")]
    to: PathBuf,
    /// Take the keys along that personal data is sealed with. Whoever has the backup can then read
    /// all of it; without them, nobody can who has no other copy of them.
    #[arg(long)]
    with_keys: bool,
}

impl Arguments {
    fn configuration(&self) -> Result<Configuration> {
        let mut arguments = self.config.clone();
        let data = self.data.as_ref().map(|it| it.display().to_string());
        arguments.set.extend(data.map(|it| ("data".to_owned(), it)));
        arguments.set.extend(self.db.clone().map(|it| ("database.url".to_owned(), it)));
        Ok(arguments.read()?.0)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let configuration = arguments.configuration()?;
    let Place::File(database) = &configuration.database else {
        bail!(
            "{} is a server: back it up with its own tools, `pg_dump` for a copy or \
             `pg_basebackup` with the log for any moment; and copy evidence and keys",
            configuration.database
        );
    };
    if !database.exists() {
        bail!("there is no database at {}", database.display());
    }
    let to = &arguments.to;
    if to.exists() {
        bail!("{} is there already; a backup is never written over", to.display());
    }
    let staging = files::staging(parent_of(to))?;
    let (folder, left) = (staging.path(), fill(arguments, &configuration, staging.path())?);
    let manifest = Manifest::of(folder, left)?;
    manifest.write(folder)?;
    let told = manifest.to_string();
    if files::is_archive(to) {
        files::pack(folder, to)?;
    } else {
        files::move_into_place(staging, to)?;
    }
    let mut stdout = stdout().lock();
    writeln!(stdout, "{}: {told}", to.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Puts everything into a folder, and says what is left out.
fn fill(arguments: &Arguments, configuration: &Configuration, folder: &Path) -> Result<Vec<Left>> {
    let mut left = Vec::new();
    if let Place::File(database) = &configuration.database {
        SqliteStore::back_up(database, folder.join(DATABASE))?;
    }
    match &configuration.evidence {
        Evidence::Folder(evidence) => files::copy_tree(evidence, &folder.join(EVIDENCE))?,
        Evidence::Bucket { bucket, endpoint, .. } => {
            left.push(Left { what: EVIDENCE.to_owned(), is_at: format!("{endpoint} {bucket}") });
        }
    }
    match &configuration.keys {
        Keys::File(file) if arguments.with_keys => match fs::copy(file, folder.join(KEYS)) {
            Ok(_) => (),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("there are no keys in {}", file.display());
            }
            Err(error) => {
                return Err(error).with_context(|| format!("copying {}", file.display()));
            }
        },
        Keys::File(file) => {
            left.push(Left { what: KEYS.to_owned(), is_at: file.display().to_string() });
        }
        Keys::Text(_) => {
            left.push(Left { what: KEYS.to_owned(), is_at: "`keys.ring`".to_owned() });
        }
    }
    Ok(left)
}
