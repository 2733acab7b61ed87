//! How ids and codes stand in stored bodies: as their text.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use kernel::Choice;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

/// What is printed and parsed.
pub(crate) mod text {
    use super::{Deserializer, Display, FromStr, Serializer};
    use serde::{Deserialize as _, de::Error as _};

    pub(crate) fn serialize<T: Display, S: Serializer>(it: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(it)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A set of words with codes.
pub(crate) mod codes {
    use super::{BTreeSet, Choice, Deserializer, Serializer, read, write};

    pub(crate) fn serialize<C: Choice, S: Serializer>(
        it: &BTreeSet<C>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        write(it.iter().copied(), to)
    }

    pub(crate) fn deserialize<'de, C: Choice + Ord, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeSet<C>, D::Error> {
        read(from)
    }
}

fn write<C: Choice, S: Serializer>(all: impl Iterator<Item = C>, to: S) -> Result<S::Ok, S::Error> {
    all.map(Choice::code).collect::<Vec<_>>().serialize(to)
}

fn read<'de, C: Choice + Ord, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<C>, D::Error> {
    let word = |it: String| {
        C::from_code(&it).ok_or_else(|| D::Error::custom(format!("there is no `{it}`")))
    };
    Vec::<String>::deserialize(from)?.into_iter().map(word).collect()
}

/// One word with a code.
pub(crate) mod code {
    use super::{Choice, Deserializer, Serializer};
    use serde::{Deserialize as _, de::Error as _};

    pub(crate) fn serialize<C: Choice, S: Serializer>(it: &C, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(it.code())
    }

    pub(crate) fn deserialize<'de, C: Choice, D: Deserializer<'de>>(
        from: D,
    ) -> Result<C, D::Error> {
        let word = String::deserialize(from)?;
        C::from_code(&word).ok_or_else(|| D::Error::custom(format!("there is no `{word}`")))
    }
}
