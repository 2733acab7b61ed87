//! What pays refunds, stops parcels and writes to buyers.

use std::{path::PathBuf, str::FromStr};

use anyhow::{Context, Result};
use engine::sandbox::{Faults, Sandbox};

/// As it is configured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum OutsidePlace {
    /// Effects wait for a process that has one.
    None,
    /// Pays nobody, and keeps in a file what it was told to pay.
    Sandbox(PathBuf),
}

impl OutsidePlace {
    pub(crate) fn open(&self) -> Result<Option<Sandbox>> {
        let Self::Sandbox(file) = self else { return Ok(None) };
        let opened = Sandbox::with_journal(file, Faults::default());
        opened.map(Some).with_context(|| format!("opening {}", file.display()))
    }
}

/// Nothing of that name.
#[derive(Debug, thiserror::Error)]
#[error("there are `none` and `sandbox:FILE`")]
pub(crate) struct UnknownOutside;

impl FromStr for OutsidePlace {
    type Err = UnknownOutside;

    fn from_str(text: &str) -> Result<Self, UnknownOutside> {
        match text.split_once(':') {
            None if text == "none" => Ok(Self::None),
            Some(("sandbox", path)) if !path.is_empty() => Ok(Self::Sandbox(path.into())),
            _ => Err(UnknownOutside),
        }
    }
}
