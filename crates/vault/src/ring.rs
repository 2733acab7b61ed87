//! The key ring: the few secrets everything else hangs on.
//!
//! ```toml
//! index = "32 bytes of Base64"
//!
//! [[key]]
//! id = "k-3fa7"
//! key = "32 bytes of Base64"
//! ```
//!
//! The first key seals from now on, the others still open what they sealed. The index key makes
//! pseudonyms and marks and stays for ever: with another one nobody is found any more. The same
//! on one line, as an environment variable would have it: `index:BASE64 k-3fa7:BASE64`.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;
use toml::de::{DeTable, DeValue};
use zeroize::Zeroizing;

use crate::{
    blind::Blinder,
    seal::{KEY_BYTES, Key, NoRandomness, OpenError, fresh_key},
};

const INDEX: &str = "index";
const ID_LETTERS_MAX: usize = 32;

/// Why a text is no key ring. Says where, never what stands there.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum KeyRingError {
    #[error("line {line} of the key ring cannot be read")]
    Unreadable { line: usize },
    #[error("the key ring has an entry that is not expected there: `{name}`")]
    Unexpected { name: String },
    #[error("the key ring has no key")]
    NoKey,
    #[error("the key ring has no index key")]
    NoIndexKey,
    #[error("a key of the ring has an id other than 1 to 32 of a-z, 0-9 and hyphen")]
    BadId,
    #[error("the key ring has two keys with the id `{id}`")]
    SameId { id: String },
    #[error("the key `{id}` is not Base64")]
    NotBase64 { id: String },
    #[error("the key `{id}` has {n_bytes} bytes, not {KEY_BYTES}")]
    WrongLength { id: String, n_bytes: usize },
    #[error("the key `{id}` is one byte over and over: make a real one")]
    Weak { id: String },
    #[error("the keys `{id}` and `{other}` are the same")]
    SameKey { id: String, other: String },
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// Keys that wrap data keys, and the index key.
pub struct KeyRing {
    active: Named,
    older: Vec<Named>,
    blinder: Blinder,
}

/// A key by the id that what it wraps remembers.
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) key: Key,
}

impl KeyRing {
    /// Reads a ring from the content of its file, or from an environment variable's one line.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let entries = if text.contains(['"', '\'', '[']) { of_file(text) } else { of_line(text) }?;
        let mut index = None;
        let mut keys: Vec<Named> = Vec::new();
        for (id, encoded) in entries {
            let named = named(id, &encoded)?;
            let mut others = keys.iter().chain(&index);
            if others.clone().any(|it| it.id == named.id) {
                return Err(KeyRingError::SameId { id: named.id });
            }
            if let Some(other) = others.find(|it| *it.key == *named.key) {
                return Err(KeyRingError::SameKey { id: named.id, other: other.id.clone() });
            }
            if named.id == INDEX {
                index = Some(named);
            } else {
                keys.push(named);
            }
        }
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or(KeyRingError::NoKey)?;
        let index = index.ok_or(KeyRingError::NoIndexKey)?;
        Ok(Self { active, older: keys.collect(), blinder: Blinder::new(index.key) })
    }

    /// The text of a new ring, for a file that only the server may read. Who loses it loses all
    /// personal data.
    pub fn generate() -> Result<Zeroizing<String>, NoRandomness> {
        let mut text = Zeroizing::new(String::with_capacity(256));
        text.push_str(&entry(INDEX, &fresh_key()?));
        text.push_str(&section(&fresh_id()?, &fresh_key()?));
        Ok(text)
    }

    /// The text of a ring with a new key in front, then those of `text` as they were. What follows
    /// is a restart of every server with it, and [`Vault::rewrap`](crate::Vault::rewrap).
    pub fn with_new_key(text: &str) -> Result<Zeroizing<String>, KeyRingError> {
        let old = Self::parse(text)?;
        let (id, key) = (fresh_id()?, fresh_key()?);
        let mut text = Zeroizing::new(String::with_capacity(1024));
        text.push_str(&entry(INDEX, old.blinder.key()));
        text.push_str(&section(&id, &key));
        for it in old.keys() {
            text.push_str(&section(&it.id, &it.key));
        }
        Ok(text)
    }

    /// Ids of the keys, the active one first.
    pub fn ids(&self) -> Vec<&str> {
        self.keys().map(|it| it.id.as_str()).collect()
    }

    /// A key for another purpose, such as signing links. The same over every rotation, as the index
    /// key it is told from is.
    pub fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.blinder.derived(purpose))
    }

    pub(crate) fn active(&self) -> &Named {
        &self.active
    }

    pub(crate) fn older(&self) -> &[Named] {
        &self.older
    }

    pub(crate) fn blinder(&self) -> &Blinder {
        &self.blinder
    }

    pub(crate) fn key(&self, id: &str) -> Result<&Key, OpenError> {
        let found = self.keys().find(|it| it.id == id);
        found.map(|it| &it.key).ok_or_else(|| OpenError::UnknownKey { key: id.to_owned() })
    }

    fn keys(&self) -> impl Iterator<Item = &Named> {
        std::iter::once(&self.active).chain(&self.older)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("ids", &self.ids()).finish_non_exhaustive()
    }
}

type Entries = Vec<(String, Zeroizing<String>)>;

fn of_file(text: &str) -> Result<Entries, KeyRingError> {
    let root = DeTable::parse(text).map_err(|error| {
        // The parser's own message may quote the line, and with it a key.
        let before = error.span().and_then(|it| text.get(..it.start)).unwrap_or_default();
        KeyRingError::Unreadable { line: before.matches('\n').count().saturating_add(1) }
    })?;
    let mut entries = Entries::new();
    for (name, value) in root.get_ref() {
        let unexpected = || KeyRingError::Unexpected { name: name.get_ref().to_string() };
        match (name.get_ref().as_ref(), value.get_ref()) {
            (INDEX, DeValue::String(key)) => entries.push((INDEX.to_owned(), wiped(key))),
            ("key", DeValue::Array(keys)) => {
                for key in keys {
                    let table = key.get_ref().as_table().ok_or_else(unexpected)?;
                    entries.push(of_section(table)?);
                }
            }
            _ => return Err(unexpected()),
        }
    }
    Ok(entries)
}

fn of_section(table: &DeTable<'_>) -> Result<(String, Zeroizing<String>), KeyRingError> {
    let (mut id, mut key) = (None, None);
    for (name, value) in table {
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("id", DeValue::String(it)) if it != INDEX => id = Some(it.to_string()),
            ("key", DeValue::String(it)) => key = Some(wiped(it)),
            (name, _) => return Err(KeyRingError::Unexpected { name: name.to_owned() }),
        }
    }
    let id = id.ok_or(KeyRingError::BadId)?;
    Ok((id, key.ok_or(KeyRingError::NoKey)?))
}

fn of_line(text: &str) -> Result<Entries, KeyRingError> {
    let words = text.split([' ', '\t', '\r', '\n', ',', ';']).filter(|it| !it.is_empty());
    let entry = |word: &str| {
        let (id, key) = word.split_once(':').ok_or(KeyRingError::Unreadable { line: 1 })?;
        Ok((id.to_owned(), wiped(key)))
    };
    words.map(entry).collect()
}

fn wiped(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn named(id: String, encoded: &str) -> Result<Named, KeyRingError> {
    let is_letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    if id.is_empty() || ID_LETTERS_MAX < id.len() || !id.bytes().all(is_letter) {
        return Err(KeyRingError::BadId);
    }
    let Ok(bytes) = STANDARD.decode(encoded.trim()).map(Zeroizing::new) else {
        return Err(KeyRingError::NotBase64 { id });
    };
    let Ok(key) = <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).map(Zeroizing::new) else {
        return Err(KeyRingError::WrongLength { id, n_bytes: bytes.len() });
    };
    if key.iter().min() == key.iter().max() {
        return Err(KeyRingError::Weak { id });
    }
    Ok(Named { id, key })
}

fn fresh_id() -> Result<String, NoRandomness> {
    let number = getrandom::u32().map_err(|_| NoRandomness)?;
    Ok(format!("k-{number:08x}"))
}

fn entry(name: &str, key: &Key) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(key.as_slice()));
    Zeroizing::new(format!("{name} = \"{}\"\n", *encoded))
}

fn section(id: &str, key: &Key) -> Zeroizing<String> {
    Zeroizing::new(format!("\n[[key]]\nid = \"{id}\"\n{}", *entry("key", key)))
}
