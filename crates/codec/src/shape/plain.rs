//! Names, words, times and amounts.

use std::{collections::BTreeMap, fmt};

use dossier::{
    case::{Finding, Place},
    facts::Fact,
    inspection::Grade,
    words::{
        CaseKind, Channel, CouponOf, Deadline, Direction, Flag, GoodsClaim, GoodsClass, Payer,
        Purpose, Raising, Reason, Role, Route, ScanKind, Signer, Standing, TaskKind, Verdict,
    },
};
use kernel::{
    ActorId, CaseNo, Choice, EvidenceId, LineNo, OrderNo, PackId, ParcelNo, PayoutKey, Quantity,
    Sku, Span, TaskId, TimerId, Timestamp,
};
use money::{Currency, Money, Tender, Tenders};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use crate::shape::{In, Out, Shape};

/// Reads a text that has to be one of a kind.
struct Texts<T> {
    expected: &'static str,
    read: fn(&str) -> Option<T>,
}

impl<T> Visitor<'_> for Texts<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

macro_rules! names {
    ($($name:ident)*) => {$(
        impl Shape for $name {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }

            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(Texts {
                    expected: stringify!($name),
                    read: |text| $name::new(text).ok(),
                })
            }
        }
    )*};
}

names! {
    ActorId CaseNo EvidenceId OrderNo PackId ParcelNo PayoutKey Sku TaskId TimerId
}

macro_rules! choices {
    ($($name:ident)*) => {$(
        impl Shape for $name {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.code())
            }

            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let read = $name::from_code;
                from.deserialize_str(Texts { expected: stringify!($name), read })
            }
        }
    )*};
}

choices! {
    CaseKind Channel CouponOf Currency Deadline Direction Fact Finding Flag GoodsClaim GoodsClass
    Grade Payer Place Purpose Raising Reason Role Route ScanKind Signer Standing TaskKind Tender
    Verdict
}

macro_rules! numbers {
    ($($name:ident as $number:ident: $write:expr, $read:expr;)*) => {$(
        impl Shape for $name {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let write: fn(Self) -> $number = $write;
                write(*self).serialize(to)
            }

            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $number::deserialize(from).map($read)
            }
        }
    )*};
}

numbers! {
    Timestamp as i64: Timestamp::epoch_seconds, Timestamp::from_epoch_seconds;
    Span as i64: Span::whole_seconds, Span::seconds;
    Quantity as u32: Quantity::pieces, Quantity::new;
    LineNo as u16: |it| it.0, LineNo;
}

/// Yuan as a number of fen, anything else as the text people read: `12.50 USD`.
impl Shape for Money {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.currency() {
            Currency::Cny => to.serialize_i64(self.minor()),
            Currency::Hkd | Currency::Usd | Currency::Eur => to.collect_str(self),
        }
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Amount)
    }
}

struct Amount;

impl Visitor<'_> for Amount {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of fen, or an amount with its currency such as `12.50 USD`")
    }

    fn visit_i64<E: de::Error>(self, fen: i64) -> Result<Money, E> {
        Ok(Money::fen(fen))
    }

    fn visit_u64<E: de::Error>(self, fen: u64) -> Result<Money, E> {
        let too_large = |_| E::invalid_value(de::Unexpected::Unsigned(fen), &self);
        i64::try_from(fen).map(Money::fen).map_err(too_large)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
        let (amount, currency) = text.split_once(' ').unwrap_or((text, ""));
        Currency::from_code(currency)
            .and_then(|it| Money::parse_decimal(amount, it).ok())
            .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// `{"cash":9000,"points":1000}`; the currency stands first unless it is yuan.
impl Shape for Tenders {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if self.currency() != Currency::Cny {
            map.serialize_entry(&Out(&Key::Currency), &Out(&self.currency()))?;
        }
        for (tender, part) in self.parts() {
            map.serialize_entry(&Out(&Key::Tender(tender)), &part.minor())?;
        }
        map.end()
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Parts)
    }
}

const CURRENCY: &str = "currency";

enum Key {
    Currency,
    Tender(Tender),
}

impl Shape for Key {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Currency => to.serialize_str(CURRENCY),
            Self::Tender(tender) => tender.write(to),
        }
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = |text: &str| match text {
            CURRENCY => Some(Self::Currency),
            text => Tender::from_code(text).map(Self::Tender),
        };
        from.deserialize_str(Texts { expected: "`currency` or a tender", read })
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Tenders;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("amounts by tender")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Tenders, A::Error> {
        let mut currency = Currency::Cny;
        let mut minor: BTreeMap<Tender, i64> = BTreeMap::new();
        while let Some(In(key)) = from.next_key()? {
            match key {
                Key::Currency => In(currency) = from.next_value()?,
                Key::Tender(tender) => {
                    minor.insert(tender, from.next_value()?);
                }
            }
        }
        let parts = minor.into_iter().map(|(tender, it)| (tender, Money::new(it, currency)));
        Tenders::new(currency, parts).map_err(de::Error::custom)
    }
}
