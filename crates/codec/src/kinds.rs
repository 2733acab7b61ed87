//! Types of which every kind is stored under a name and a version of its own.
//!
//! A kind that has to be stored in another way gets a line with the next version beside the old
//! one, which stays and is only read: what was ever released can be read for ever.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::DecodeError;

pub(crate) trait Kinds: Sized {
    /// Every kind and version that can be read.
    const KINDS: &'static [(&'static str, u32)];

    fn kind(&self) -> &'static str;

    fn write_kind<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;

    /// `None` if nobody knows the kind in that version.
    fn read_kind(kind: &str, version: u32, text: &str) -> Option<serde_json::Result<Self>>;
}

/// Something to write, as serde knows it.
pub(crate) struct OfKind<'a, T>(pub(crate) &'a T);

impl<T: Kinds> Serialize for OfKind<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write_kind(to)
    }
}

/// What has to be known before the rest can be read.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(default = "first_version")]
    v: u32,
}

fn first_version() -> u32 {
    1
}

/// Reads one object with a `kind` and a `v`, which is 1 if it is left out.
pub(crate) fn read<T: Kinds>(what: &'static str, text: &str) -> Result<T, DecodeError> {
    let unreadable = |source| DecodeError::Unreadable { what, source };
    let head: Head<'_> = serde_json::from_str(text).map_err(unreadable)?;
    let Some(read) = T::read_kind(&head.kind, head.v, text) else {
        let (kind, version) = (head.kind.into_owned(), head.v);
        return Err(DecodeError::UnknownKind { what, kind, version });
    };
    read.map_err(unreadable)
}

pub(crate) fn read_list<T: Kinds>(what: &'static str, text: &str) -> Result<Vec<T>, DecodeError> {
    let list: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|source| DecodeError::Unreadable { what, source })?;
    list.into_iter().map(|it| read(what, it.get())).collect()
}
