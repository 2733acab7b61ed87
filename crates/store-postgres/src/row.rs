//! Columns into values, and back.
//!
//! **Invariant:** nothing is guessed. A column that cannot be what it should be is an error.

use std::str::FromStr;

use kernel::{Bucket, Choice, DossierKey, IdError, ShopId, Timestamp};
use store::{Seal, Version};
use tokio_postgres::{Row, types::FromSql};

use crate::failure::Failure;

pub(crate) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: &'static str) -> Result<T, Failure> {
    Ok(row.try_get(column)?)
}

/// An identifier from a text column.
pub(crate) fn id<T: FromStr<Err = IdError>>(row: &Row, column: &'static str) -> Result<T, Failure> {
    parse(get(row, column)?, column)
}

/// An identifier from a column that may be null.
pub(crate) fn optional_id<T: FromStr<Err = IdError>>(
    row: &Row,
    column: &'static str,
) -> Result<Option<T>, Failure> {
    get::<Option<&str>>(row, column)?.map(|it| parse(it, column)).transpose()
}

/// A dossier's key from the columns of its shop and order number.
pub(crate) fn dossier(row: &Row) -> Result<DossierKey, Failure> {
    Ok(DossierKey::new(id(row, "shop")?, id(row, "order_no")?))
}

/// A dossier's key from the column of its order number.
pub(crate) fn dossier_of(shop: &ShopId, row: &Row) -> Result<DossierKey, Failure> {
    Ok(DossierKey::new(shop.clone(), id(row, "order_no")?))
}

pub(crate) fn bucket(row: &Row) -> Result<Bucket, Failure> {
    let number: i16 = get(row, "bucket")?;
    let bucket = u16::try_from(number).ok().and_then(Bucket::new);
    bucket.ok_or_else(|| Failure::Unreadable { column: "bucket", why: number.to_string() })
}

/// A word out of a closed set, from the column of its code.
pub(crate) fn code<C: Choice>(row: &Row, column: &'static str) -> Result<C, Failure> {
    let code: &str = get(row, column)?;
    let why = || format!("`{code}` is none of {}", C::CODES.join(", "));
    C::from_code(code).ok_or_else(|| Failure::Unreadable { column, why: why() })
}

pub(crate) fn time(row: &Row, column: &'static str) -> Result<Timestamp, Failure> {
    get(row, column).map(Timestamp::from_epoch_seconds)
}

pub(crate) fn version(row: &Row) -> Result<Version, Failure> {
    unsigned(row, "version").map(Version)
}

/// A seal from a column that may be null.
pub(crate) fn seal(row: &Row) -> Result<Option<Seal>, Failure> {
    let Some(bytes) = get::<Option<&[u8]>>(row, "seal")? else { return Ok(None) };
    let seal = <[u8; 32]>::try_from(bytes);
    let why = |it: std::array::TryFromSliceError| Failure::Unreadable {
        column: "seal",
        why: it.to_string(),
    };
    Ok(Some(Seal(seal.map_err(why)?)))
}

pub(crate) fn from_seal(seal: Option<&Seal>) -> Option<&[u8]> {
    seal.map(|it| it.0.as_slice())
}

/// A number that is not negative, as the type that the column's range is known by.
pub(crate) fn unsigned<T: TryFrom<i64>>(row: &Row, column: &'static str) -> Result<T, Failure> {
    let number: i64 = get(row, column)?;
    T::try_from(number).map_err(|_| Failure::Unreadable { column, why: number.to_string() })
}

/// Versions are counted up from zero, one by one: none is out of reach of an `i64`.
pub(crate) fn from_version(version: Version) -> Result<i64, Failure> {
    i64::try_from(version.0).map_err(|_| Failure::OutOfRange(version.0))
}

/// A limit beyond what PostgreSQL can count to is no limit.
pub(crate) fn from_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn parse<T: FromStr<Err = IdError>>(text: &str, column: &'static str) -> Result<T, Failure> {
    text.parse().map_err(|it: IdError| Failure::Unreadable { column, why: it.to_string() })
}
