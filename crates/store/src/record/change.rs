//! What a call's changes do to each record they are about.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Draft, RecordChange, RecordKey};
use crate::{StoreError, Version};

/// Why something cannot be the key or a mark of a record.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Unfit {
    #[error("the {part} of a record is empty")]
    Empty { part: &'static str },
    #[error("the {part} of a record has {n_bytes} bytes, and at most 200 fit")]
    Long { part: &'static str, n_bytes: usize },
    #[error("the {part} `{}` of a record has control characters", text.escape_debug())]
    Control { part: &'static str, text: String },
}

/// What a record is after all changes to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending<'c> {
    There { version: Version, draft: &'c Draft },
    Gone,
}

impl RecordKey {
    /// Whether a record can have it.
    pub fn check(&self) -> Result<(), Unfit> {
        check("kind", &self.kind)?;
        check("id", &self.id)?;
        // Empty for what belongs to the installation.
        if self.shop.is_empty() { Ok(()) } else { check("shop", &self.shop) }
    }
}

impl Draft {
    /// Whether it can be kept.
    pub fn check(&self) -> Result<(), Unfit> {
        self.key.check()?;
        self.marks.iter().try_for_each(|it| check("mark", it))
    }
}

fn check(part: &'static str, text: &str) -> Result<(), Unfit> {
    if text.is_empty() {
        return Err(Unfit::Empty { part });
    }
    if RecordKey::MOST_BYTES < text.len() {
        return Err(Unfit::Long { part, n_bytes: text.len() });
    }
    if text.contains(char::is_control) {
        return Err(Unfit::Control { part, text: text.to_owned() });
    }
    Ok(())
}

impl RecordChange {
    pub fn key(&self) -> &RecordKey {
        match self {
            Self::Put { draft, .. } => &draft.key,
            Self::Drop { key, .. } => key,
        }
    }

    fn check(&self) -> Result<(), Unfit> {
        match self {
            Self::Put { draft, .. } => draft.check(),
            Self::Drop { key, .. } => key.check(),
        }
    }
}

/// The changes of a call by record, those of each in order. Fails if one of them cannot be.
pub fn by_record(
    changes: &[RecordChange],
) -> Result<BTreeMap<&RecordKey, Vec<&RecordChange>>, StoreError> {
    let mut by_record: BTreeMap<&RecordKey, Vec<&RecordChange>> = BTreeMap::new();
    for change in changes {
        change.check().map_err(|it| StoreError::new("writing records", it))?;
        by_record.entry(change.key()).or_default().push(change);
    }
    Ok(by_record)
}

/// What becomes of a record that is at `found`, zero if it is not there. `None` if one of its
/// changes expected it at another version.
pub fn ending<'c>(found: Version, changes: &[&'c RecordChange]) -> Option<Ending<'c>> {
    let (mut at, mut ending) = (found, Ending::Gone);
    for change in changes {
        let (RecordChange::Put { expected, .. } | RecordChange::Drop { expected, .. }) = change;
        if expected.is_some_and(|it| it != at) {
            return None;
        }
        (at, ending) = match change {
            RecordChange::Put { draft, .. } => {
                let version = Version(at.0.saturating_add(1));
                (version, Ending::There { version, draft })
            }
            RecordChange::Drop { .. } => (Version::default(), Ending::Gone),
        };
    }
    Some(ending)
}
