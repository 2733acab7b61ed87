//! Texts, numbers, and several of something.

use std::{collections::BTreeSet, marker::PhantomData};

use money::Money;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
};

use crate::shape::{Blank, In, Out, Shape};

macro_rules! as_serde_does {
    ($($name:ty)*) => {$(
        impl Shape for $name {
            fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                Serialize::serialize(self, to)
            }

            fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Deserialize::deserialize(from)
            }
        }

        impl Blank for $name {
            fn blank() -> Self {
                Self::default()
            }

            fn is_blank(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}

as_serde_does! { String bool u32 u64 usize }

impl<T: Shape> Shape for Option<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Out).serialize(to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = Option::<In<T>>::deserialize(from)?;
        Ok(read.map(|In(it)| it))
    }
}

impl<T> Blank for Option<T> {
    fn blank() -> Self {
        None
    }

    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T: Shape> Shape for Box<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).write(to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::read(from).map(Self::new)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(Out))
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(ListOf(PhantomData))
    }
}

impl<T> Blank for Vec<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

/// Reads an array of any length.
struct ListOf<T>(PhantomData<T>);

impl<'de, T: Shape> Visitor<'de> for ListOf<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(In(it)) = from.next_element()? {
            list.push(it);
        }
        Ok(list)
    }
}

impl<T: Shape + Ord> Shape for BTreeSet<T> {
    fn write<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter().map(Out))
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::<T>::read(from).map(Self::from_iter)
    }
}

impl<T: Shape + Ord> Blank for BTreeSet<T> {
    fn blank() -> Self {
        Self::new()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

/// Only in yuan: no amount of another currency is left out, since it would come back as yuan.
impl Blank for Money {
    fn blank() -> Self {
        Self::fen(0)
    }

    fn is_blank(&self) -> bool {
        *self == Self::fen(0)
    }
}
