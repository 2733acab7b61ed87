//! Columns into values, and back.
//!
//! **Invariant:** nothing is guessed. A column that cannot be what it should be is an error.

use std::{error::Error, str::FromStr};

use kernel::{Bucket, Choice, DossierKey, IdError, ShopId, Timestamp};
use rusqlite::{Row, types::Type};
use store::{Seal, Version};

/// An identifier from a text column.
pub(crate) fn id<T: FromStr<Err = IdError>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    parse(row.get_ref(column)?.as_str()?, column)
}

/// An identifier from a column that may be null.
pub(crate) fn optional_id<T: FromStr<Err = IdError>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    row.get_ref(column)?.as_str_or_null()?.map(|it| parse(it, column)).transpose()
}

/// A dossier's key from the columns of its shop and order number.
pub(crate) fn dossier(row: &Row<'_>, shop: usize, order: usize) -> rusqlite::Result<DossierKey> {
    Ok(DossierKey::new(id(row, shop)?, id(row, order)?))
}

/// A dossier's key from the column of its order number.
pub(crate) fn dossier_of(
    shop: &ShopId,
    row: &Row<'_>,
    order: usize,
) -> rusqlite::Result<DossierKey> {
    Ok(DossierKey::new(shop.clone(), id(row, order)?))
}

/// A word out of a closed set, from the column of its code.
pub(crate) fn code<C: Choice>(row: &Row<'_>, column: usize) -> rusqlite::Result<C> {
    let code = row.get_ref(column)?.as_str()?;
    C::from_code(code).ok_or_else(|| {
        let unknown = format!("`{code}` is none of {}", C::CODES.join(", "));
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, unknown.into())
    })
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_epoch_seconds)
}

pub(crate) fn version(row: &Row<'_>, column: usize) -> rusqlite::Result<Version> {
    Ok(Version(unsigned(row, column)?))
}

/// A seal from a column that may be null.
pub(crate) fn seal(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Seal>> {
    let Some(bytes) = row.get_ref(column)?.as_blob_or_null()? else { return Ok(None) };
    let seal = <[u8; 32]>::try_from(bytes)
        .map_err(|it| rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, it.into()))?;
    Ok(Some(Seal(seal)))
}

pub(crate) fn from_seal(seal: Option<&Seal>) -> Option<&[u8]> {
    seal.map(|it| it.0.as_slice())
}

pub(crate) fn bucket(row: &Row<'_>, column: usize) -> rusqlite::Result<Bucket> {
    let number: i64 = row.get(column)?;
    let bucket = u16::try_from(number).ok().and_then(Bucket::new);
    bucket.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// Versions are counted up from zero, one by one: none is out of reach of an `i64`.
pub(crate) fn from_version(version: Version) -> rusqlite::Result<i64> {
    i64::try_from(version.0).map_err(|it| rusqlite::Error::ToSqlConversionFailure(it.into()))
}

/// A limit beyond what SQLite can count to is no limit.
pub(crate) fn from_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn parse<T: FromStr<Err = IdError>>(text: &str, column: usize) -> rusqlite::Result<T> {
    text.parse().map_err(|it: IdError| {
        let it: Box<dyn Error + Send + Sync> = it.into();
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, it)
    })
}
