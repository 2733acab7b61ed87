//! `guitu restore`: a data folder out of a backup.
//!
//! **Invariant:** the folder is there only if every file is what was backed up and the database is
//! sound.

use std::{
    fs,
    io::{Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::{
    files::{self, DATABASE, parent_of},
    manifest::Manifest,
};
use crate::{database::Place, db::check};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The backup: a folder, or a file that ends in `.zip`.
    #[arg(long, value_name = "DIR|FILE.zip")]
    from: PathBuf,
    /// The data folder to make. It must be empty, if it is there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Arguments { from, data } = arguments;
    if !from.exists() {
        bail!("there is no backup at {}", from.display());
    }
    match fs::read_dir(data) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                bail!("{} is not empty; nothing is written over", data.display());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (),
        Err(error) => return Err(error).with_context(|| format!("reading {}", data.display())),
    }
    let staging = files::staging(parent_of(data))?;
    let folder = staging.path();
    let unpacked = if files::is_archive(from) {
        files::unpack(from, folder)
    } else {
        files::copy_tree(from, folder)
    };
    unpacked.with_context(|| format!("reading {}", from.display()))?;
    // Of the copy: what was read wrong is found, too.
    let manifest = Manifest::read(folder)?;
    manifest.verify(folder)?;
    Manifest::remove(folder)?;
    let database = Place::File(folder.join(DATABASE)).open_existing()?;
    let checked = check::check(&*database)?;
    drop(database);
    files::move_into_place(staging, data)?;
    let mut stdout = stdout().lock();
    writeln!(stdout, "{}: {manifest}\n{checked}", data.display())?;
    for left in manifest.left_out() {
        writeln!(stdout, "put back by hand: {}", left.what)?;
    }
    Ok(ExitCode::SUCCESS)
}
