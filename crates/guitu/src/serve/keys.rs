//! The keys that seal personal data.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use anyhow::{Context, Result, bail};
use store::{Database, RecordPage};
use vault::KeyRing;

use crate::config::Keys;

/// Reads them. A new installation gets new ones, in a file that only its own user reads.
pub(crate) fn ring(keys: &Keys, database: &dyn Database) -> Result<KeyRing> {
    let file = match keys {
        Keys::Text(text) => return KeyRing::parse(text.reveal()).context("reading `keys.ring`"),
        Keys::File(file) => file,
    };
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => make(file, database)?,
        Err(error) => {
            return Err(error).with_context(|| format!("reading the keys in {}", file.display()));
        }
    };
    let mode = fs::metadata(file)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("{} may be read by others; `chmod 600` it", file.display());
    }
    KeyRing::parse(&text).with_context(|| format!("reading the keys in {}", file.display()))
}

/// Only where there is nothing yet that other keys could have sealed.
fn make(file: &Path, database: &dyn Database) -> Result<String> {
    if !database.list_records(&RecordPage::of("shop", "", 1))?.is_empty() {
        bail!(
            "there are no keys in {}, and there are shops whose data was sealed by some; put the \
             file back",
            file.display()
        );
    }
    let text = KeyRing::generate()?.to_string();
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = made.and_then(|mut it| {
        it.write_all(text.as_bytes())?;
        it.sync_all()
    });
    written.with_context(|| format!("writing {}", file.display()))?;
    tracing::info!(file = %file.display(), "new keys; keep a copy elsewhere");
    Ok(text)
}
