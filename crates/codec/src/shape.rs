//! How a domain type is written down and read back.
//!
//! Domain types are not serializable, and the orphan rule keeps us from making them so here.
//! [`Shape`] is serde's pair of traits under a name of our own: the macros in [`declare`] derive it
//! from a list of stored fields, [`Out`] and [`In`] carry it across to serde.
//!
//! **Invariant:** what is read has every field that must be there, and no field that is unknown.
//! An older program stops at what a newer one has written, instead of leaving half of it out.

pub(crate) mod declare;
mod plain;
mod several;
mod value;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use crate::shape::value::Found;

/// A type with one stored form.
pub trait Shape: Sized {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error>;

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error>;
}

/// A type with a value that is not worth writing: leaving the field out says the same.
pub(crate) trait Blank: Sized {
    fn blank() -> Self;

    fn is_blank(&self) -> bool;
}

/// For serde's `with`: `#[serde(with = "codec::shape")]`.
pub fn serialize<T: Shape, S: Serializer>(it: &T, to: S) -> Result<S::Ok, S::Error> {
    it.write(to)
}

/// For serde's `with`.
pub fn deserialize<'de, T: Shape, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    T::read(from)
}

/// [`serialize`] for a borrowed field.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
pub(crate) fn write<T: Shape, S: Serializer>(it: &&T, to: S) -> Result<S::Ok, S::Error> {
    it.write(to)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
pub(crate) fn is_blank<T: Blank>(it: &&T) -> bool {
    it.is_blank()
}

/// Something to write, as serde knows it.
pub(crate) struct Out<'a, T>(pub(crate) &'a T);

impl<T: Shape> Serialize for Out<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.write(to)
    }
}

/// Something read, as serde knows it.
pub(crate) struct In<T>(pub(crate) T);

impl<'de, T: Shape> Deserialize<'de> for In<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self)
    }
}
