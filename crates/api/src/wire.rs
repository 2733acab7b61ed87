//! How plain things look in requests and answers.
//!
//! Amounts are whole fen of CNY, instants are RFC 3339 in UTC, words are the stable codes of the
//! domain's closed sets.

pub(crate) mod case;
pub(crate) mod codes;
pub(crate) mod facts;
pub(crate) mod inspection;
pub(crate) mod judgement;
pub(crate) mod order;
mod path;

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Choice, DossierKey, Timestamp};
use money::Money;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use store::Cursor;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

pub(crate) use self::path::{CasePath, OrderPath, ShopPath, UserPath, parsed};
use crate::problem::Problem;

/// An amount in fen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Fen(pub(crate) i64);

impl Fen {
    /// The largest amount anybody may send: a hundred million yuan. Sums of many stay in range.
    const MOST: i64 = 10_000_000_000;

    pub(crate) fn money(self) -> Money {
        Money::fen(self.0)
    }
}

impl From<Money> for Fen {
    fn from(money: Money) -> Self {
        Self(money.minor())
    }
}

impl Serialize for Fen {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Fen {
    /// Takes `1466.0` too: to JSON it is the same number.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wrong = || de::Error::custom("an amount is a whole number of fen, at most 10000000000");
        let number = serde_json::Number::deserialize(from)?;
        let whole = number.as_i64().or_else(|| {
            let text = number.to_string();
            let (whole, part) = text.split_once('.')?;
            part.bytes().all(|it| it == b'0').then(|| whole.parse().ok()).flatten()
        });
        match whole {
            Some(fen) if fen.unsigned_abs() <= Self::MOST.unsigned_abs() => Ok(Self(fen)),
            _ => Err(wrong()),
        }
    }
}

impl PartialSchema for Fen {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(Self::MOST.saturating_neg()))
            .maximum(Some(Self::MOST))
            .description(Some("Whole fen of CNY."))
            .into()
    }
}

impl ToSchema for Fen {}

/// An instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let at = jiff::Timestamp::from_second(self.0.epoch_seconds()).unwrap_or_default();
        to.collect_str(&at)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        let at: jiff::Timestamp = text.parse().map_err(|_| {
            de::Error::custom(format!(
                "`{text}` is not an instant; write it as 2026-11-24T08:00:00+08:00"
            ))
        })?;
        Ok(Self(Timestamp::from_epoch_seconds(at.as_second())))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339."))
            .into()
    }
}

impl ToSchema for Moment {}

/// A word of a closed set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code<T>(pub(crate) T);

impl<T: Choice> Serialize for Code<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.code().serialize(to)
    }
}

impl<'de, T: Choice> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(from)?;
        T::from_code(&code).map(Self).ok_or_else(|| {
            let allowed = T::CODES.join(", ");
            de::Error::custom(format!("`{code}` is not one of: {allowed}"))
        })
    }
}

impl<T: Choice> PartialSchema for Code<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(T::CODES.iter().copied()))
            .into()
    }
}

impl<T: Choice> ToSchema for Code<T> {
    fn name() -> Cow<'static, str> {
        let full = std::any::type_name::<T>();
        Cow::Borrowed(full.rsplit("::").next().unwrap_or(full))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Send it as `after` for the page that follows; none on the last page.
    pub(crate) next: Option<String>,
    /// The server's clock, by which due times count.
    pub(crate) server_now: Moment,
}

/// Most items of a page.
pub(crate) const MOST_ITEMS: u16 = 200;

/// How many items a page has if nobody says.
pub(crate) fn usual_limit() -> u16 {
    50
}

/// The limit as it is used: one item at least.
pub(crate) fn bounded(limit: u16) -> usize {
    usize::from(limit.clamp(1, MOST_ITEMS))
}

/// A place in a list, as an opaque text.
pub(crate) fn encode_place(parts: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(parts).unwrap_or_default())
}

pub(crate) fn decode_place<T: de::DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let parts = bytes.and_then(|it| serde_json::from_slice(&it).ok());
    parts.ok_or_else(|| Problem::malformed("after", "send `next` of the page before, unchanged"))
}

/// A place in a list of tasks or cases of one shop.
pub(crate) fn encode_cursor(cursor: &Cursor) -> String {
    encode_place(&(cursor.rank, cursor.dossier.order.as_str(), &cursor.id))
}

pub(crate) fn decode_cursor(text: &str, shop: &kernel::ShopId) -> Result<Cursor, Problem> {
    let (rank, order, id): (i64, String, String) = decode_place(text)?;
    let order = parsed("after", order)?;
    Ok(Cursor { rank, dossier: DossierKey::new(shop.clone(), order), id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(text: &str) -> Result<i64, String> {
        serde_json::from_str::<Fen>(text).map(|it| it.0).map_err(|it| it.to_string())
    }

    #[test]
    fn amounts_are_whole_fen_and_nothing_else() {
        assert_eq!(fen("1466"), Ok(1466));
        assert_eq!(fen("1466.0"), Ok(1466));
        assert_eq!(fen("-5"), Ok(-5));
        for bad in ["14.66", "\"5\"", "null", "true", "99999999999999999999", "10000000001"] {
            assert!(fen(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn instants_are_read_with_any_offset_and_written_in_utc() {
        let at: Moment = serde_json::from_str("\"2026-11-24T08:00:00+08:00\"").unwrap();
        assert_eq!(serde_json::to_string(&at).unwrap(), "\"2026-11-24T00:00:00Z\"");
        assert!(serde_json::from_str::<Moment>("\"2026-11-24\"").is_err());
    }

    #[test]
    fn places_survive_the_trip_and_strangers_are_refused() {
        let shop: kernel::ShopId = "demo".parse().unwrap();
        let order = kernel::OrderNo::new("订单-1").unwrap();
        let dossier = DossierKey::new(shop.clone(), order);
        let cursor = Cursor { rank: -7, dossier, id: "t-1".to_owned() };
        assert_eq!(decode_cursor(&encode_cursor(&cursor), &shop).unwrap(), cursor);
        assert!(decode_cursor("bm9wZQ", &shop).is_err());
    }
}
