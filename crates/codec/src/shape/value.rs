//! What was found out: a fact with its value.
//!
//! **Invariant:** a value that is a choice is stored as the fact's own code, never as a position:
//! the codes of a fact may be reordered, and new ones put between.

use std::{collections::BTreeMap, fmt};

use dossier::facts::Fact;
use kernel::Choice;
use policy::{Kind, Value};
use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::shape::{Blank, In, Shape};

/// One fact and its value: `{"worn":true}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found(pub(crate) Fact, pub(crate) Value);

/// How a value is written that no table could weigh.
const UNREADABLE: &str = "unreadable";

impl Shape for Found {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_all(std::iter::once((self.0, self.1)), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = from.deserialize_map(Findings)?;
        match read.as_slice() {
            &[(fact, value)] => Ok(Self(fact, value)),
            _ => Err(de::Error::custom("exactly one fact is expected")),
        }
    }
}

/// In the order given.
impl Shape for Vec<(Fact, Value)> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_all(self.iter().copied(), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Findings)
    }
}

impl Shape for BTreeMap<Fact, Value> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        write_all(self.iter().map(|(&fact, &value)| (fact, value)), to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Findings).map(Self::from_iter)
    }
}

impl Blank for BTreeMap<Fact, Value> {
    fn blank() -> Self {
        Self::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

fn write_all<S: Serializer>(
    found: impl Iterator<Item = (Fact, Value)>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    for (fact, value) in found {
        map.serialize_entry(fact.code(), &Found(fact, value).bare())?;
    }
    map.end()
}

impl Found {
    /// The value alone, which only the fact gives a meaning.
    fn bare(self) -> Bare {
        match self.1 {
            Value::Missing => Bare::Nothing,
            Value::Flag(flag) => Bare::Flag(flag),
            Value::Number(number) => Bare::Number(number),
            Value::Choice(index) => {
                let code = codes(self.0).get(usize::from(index)).copied();
                Bare::Code(code.unwrap_or(UNREADABLE))
            }
            Value::Unreadable => Bare::Code(UNREADABLE),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Bare {
    Nothing,
    Flag(bool),
    Number(i64),
    Code(&'static str),
}

fn codes(fact: Fact) -> &'static [&'static str] {
    match fact.kind() {
        Kind::Choice(codes) | Kind::Choices(codes) => codes,
        Kind::Flag
        | Kind::Amount
        | Kind::Span
        | Kind::Days
        | Kind::Percent
        | Kind::Count
        | Kind::Length
        | Kind::Weight
        | Kind::Text => &[],
    }
}

struct Findings;

impl<'de> Visitor<'de> for Findings {
    type Value = Vec<(Fact, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts with their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(In(fact)) = from.next_key()? {
            found.push((fact, from.next_value_seed(ValueOf(fact))?));
        }
        Ok(found)
    }
}

/// Reads a value of one fact.
struct ValueOf(Fact);

impl<'de> DeserializeSeed<'de> for ValueOf {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl Visitor<'_> for ValueOf {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of `{}`", self.0)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Missing)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        let too_large = |_| E::invalid_value(de::Unexpected::Unsigned(number), &self);
        i64::try_from(number).map(Value::Number).map_err(too_large)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        if text == UNREADABLE {
            return Ok(Value::Unreadable);
        }
        let index = codes(self.0).iter().position(|it| *it == text);
        index
            .and_then(|it| u16::try_from(it).ok())
            .map(Value::Choice)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}
