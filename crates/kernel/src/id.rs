//! Typed identifiers.
//!
//! What a marketplace numbers (orders, cases, parcels) keeps the marketplace's own number, because
//! that is what people paste into chat; what we number is derived from those. Every kind has a type
//! of its own, so that a parcel number cannot be looked up as an order.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Why a text cannot be an identifier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum IdError {
    #[error("an identifier cannot be empty")]
    Empty,
    #[error("an identifier has at most {max} bytes")]
    TooLong { max: usize },
    #[error("an identifier holds no spaces and no control characters")]
    Unprintable,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Longest identifier taken, in bytes of UTF-8.
            pub const MAX_BYTES: usize = 96;

            /// Takes 1 to 96 bytes without white space and control characters.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text, Self::MAX_BYTES)?;
                Ok(Self(text))
            }

            /// Keeps what of `text` an identifier can hold; `_` if that is nothing.
            pub fn lossy(text: &str) -> Self {
                Self(kept(text, Self::MAX_BYTES))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
    };
}

fn check(text: &str, max: usize) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if max < text.len() {
        return Err(IdError::TooLong { max });
    }
    if text.chars().any(|it| it.is_control() || it.is_whitespace()) {
        return Err(IdError::Unprintable);
    }
    Ok(())
}

fn kept(text: &str, max: usize) -> Box<str> {
    let mut kept = String::new();
    for letter in text.chars().filter(|it| !it.is_control() && !it.is_whitespace()) {
        if max < kept.len().saturating_add(letter.len_utf8()) {
            break;
        }
        kept.push(letter);
    }
    if kept.is_empty() { "_".into() } else { kept.into() }
}

text_id!(
    /// A merchant's store on one marketplace or its own site; the tenant.
    ShopId
);
text_id!(
    /// An order, by the marketplace's number.
    OrderNo
);
text_id!(
    /// A case, by the marketplace's refund number or one of ours.
    CaseNo
);
text_id!(
    /// A parcel, by the courier's waybill number.
    ParcelNo
);
text_id!(
    /// A sold thing, by the merchant's own code.
    Sku
);
text_id!(
    /// A piece of work owed by one role; unique within its dossier.
    TaskId
);
text_id!(
    /// A moment the dossier waits for; unique within its dossier.
    TimerId
);
text_id!(
    /// One movement of money to the buyer. Also the idempotency key the payment provider sees, for
    /// the whole life of the movement.
    PayoutKey
);
text_id!(
    /// A photo, video, excerpt or proof, by the hash of its content.
    EvidenceId
);
text_id!(
    /// A person or machine that gives commands.
    ActorId
);
text_id!(
    /// A process that works timers and effects; no two, and none after another, have the same.
    WorkerId
);
text_id!(
    /// A caller's name for one command. A repeat under the same key answers as the first did.
    CommandKey
);
text_id!(
    /// One version of one policy pack, printed `name@version`.
    PackId
);

/// The order a dossier is about: shop and order number together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DossierKey {
    pub shop: ShopId,
    pub order: OrderNo,
}

impl DossierKey {
    pub fn new(shop: ShopId, order: OrderNo) -> Self {
        Self { shop, order }
    }

    /// Where the dossier's rows live. Stored, so the answer must never change: FNV-1a over
    /// `shop`, a zero byte and `order`, folded into 1024 buckets.
    pub fn bucket(&self) -> Bucket {
        let bytes = self.shop.as_str().bytes().chain([0]).chain(self.order.as_str().bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let folded = (hash ^ (hash >> 32)) & u64::from(Bucket::COUNT.saturating_sub(1));
        Bucket(u16::try_from(folded).unwrap_or_default())
    }
}

impl fmt::Display for DossierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shop, self.order)
    }
}

/// A slice of all dossiers, `0..1024`; the unit of distribution and of leases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bucket(u16);

impl Bucket {
    pub const COUNT: u16 = 1024;

    /// `None` outside `0..1024`.
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    pub const fn number(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_refuse_what_cannot_be_pasted() {
        assert_eq!(OrderNo::new(""), Err(IdError::Empty));
        assert_eq!(OrderNo::new("12 34"), Err(IdError::Unprintable));
        assert_eq!(OrderNo::new("12\n34"), Err(IdError::Unprintable));
        assert_eq!(OrderNo::new("1".repeat(97)), Err(IdError::TooLong { max: 96 }));
        assert_eq!(OrderNo::new("3854-A").unwrap().to_string(), "3854-A");
        assert_eq!(Sku::lossy("a b\u{7}c").as_str(), "abc");
        assert_eq!(Sku::lossy(" ").as_str(), "_");
        assert_eq!(Sku::lossy(&"衣".repeat(40)).as_str(), "衣".repeat(32));
    }

    /// The numbers are stored with every row: a change here would lose every dossier.
    #[test]
    fn buckets_are_where_they_always_were() {
        let bucket = |shop: &str, order: &str| {
            DossierKey::new(ShopId::new(shop).unwrap(), OrderNo::new(order).unwrap())
                .bucket()
                .number()
        };
        assert_eq!(bucket("demo", "385438193763000001"), 161);
        assert_eq!(bucket("demo", "349143273118000002"), 725);
        assert_eq!(bucket("a", "bc"), 929);
        assert_eq!(bucket("ab", "c"), 228);
    }
}
