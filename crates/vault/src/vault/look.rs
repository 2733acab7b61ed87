//! Looking at what is kept: masked as a rule, whole where somebody answers for it.

use std::collections::BTreeMap;

use kernel::{OrderNo, ShopId};
use store::{Record, RecordKey, StoreError};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    blind::Pseudonym,
    mask::{mask_account, mask_address, mask_name, mask_phone},
    plain::{Field, Personal, Plain},
    seal::{self, Key, OpenError},
    stored::{self, PersonalBody},
    vault::{DataKey, Tombstone, Vault},
};

/// What the vault knows about an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading<T> {
    /// Nothing was ever kept.
    Unknown,
    Erased(Tombstone),
    Kept(T),
}

impl<T> Reading<T> {
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        match self {
            Self::Unknown => Reading::Unknown,
            Self::Erased(tombstone) => Reading::Erased(tombstone),
            Self::Kept(it) => Reading::Kept(change(it)),
        }
    }
}

/// What everybody may see who may see the order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Masked {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub account: Option<String>,
    /// Set if an account is known.
    pub buyer: Option<Pseudonym>,
}

#[derive(Debug, Error)]
pub enum ReadError {
    #[error("what is kept about the order cannot be read")]
    Unreadable(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    pub fn masked(&self, shop: &ShopId, order: &OrderNo) -> Result<Reading<Masked>, ReadError> {
        Ok(self.reveal(shop, order)?.map(|it| self.mask(shop, &it)))
    }

    /// The data in the clear. That it was asked for, by whom and why is for the caller to judge,
    /// count and record.
    pub fn reveal(&self, shop: &ShopId, order: &OrderNo) -> Result<Reading<Personal>, ReadError> {
        let only = self.open_all(shop, &[order])?.pop();
        Ok(only.unwrap_or(Ok(Reading::Unknown))?)
    }

    /// For lists: one answer per order, in order. One that cannot be read leaves the others
    /// readable. Reads the store twice, however many orders there are.
    pub fn masked_all(
        &self,
        shop: &ShopId,
        orders: &[&OrderNo],
    ) -> Result<Vec<Result<Reading<Masked>, OpenError>>, StoreError> {
        let opened = self.open_all(shop, orders)?;
        Ok(opened.into_iter().map(|it| Ok(it?.map(|it| self.mask(shop, &it)))).collect())
    }

    /// Whether the order's phone ends in the four digits `tail`. In the same time for a wrong
    /// tail, an order without a phone and no order at all: always one read, one hash and
    /// comparisons that do not stop early.
    pub fn phone_tail_matches(
        &self,
        shop: &ShopId,
        order: &OrderNo,
        tail: &str,
    ) -> Result<bool, StoreError> {
        let found = self.records.records(&[stored::personal_key(shop, order)])?.pop().flatten();
        let mark = self.ring.blinder().tail_mark(shop, tail);
        let marks = found.map(|it| it.draft.marks).unwrap_or_default();
        // An order has at most this many marks: its owner's, name's, phone's and tail's.
        let decoy = String::new();
        let places = marks.iter().chain(std::iter::repeat(&decoy)).take(marks.len().max(4));
        let is_same = places.fold(Choice::from(0), |is_same, it| {
            is_same | padded(it).as_slice().ct_eq(padded(&mark).as_slice())
        });
        Ok(is_same.into())
    }

    fn mask(&self, shop: &ShopId, personal: &Personal) -> Masked {
        let shown = |field: &Option<Plain>, mask: fn(&str) -> String| {
            field.as_ref().map(|it| mask(it.expose()))
        };
        Masked {
            name: shown(&personal.name, mask_name),
            phone: shown(&personal.phone, mask_phone),
            address: shown(&personal.address, mask_address),
            account: shown(&personal.account, mask_account),
            buyer: personal.account.as_ref().map(|it| self.pseudonym(shop, it)),
        }
    }

    fn open_all(
        &self,
        shop: &ShopId,
        orders: &[&OrderNo],
    ) -> Result<Vec<Result<Reading<Personal>, OpenError>>, StoreError> {
        let keys: Vec<RecordKey> = orders.iter().map(|it| stored::personal_key(shop, it)).collect();
        let found = self.records.records(&keys)?;
        let bodies: Vec<Option<Result<PersonalBody, OpenError>>> =
            found.into_iter().map(|it| it.map(|record| stored::read(&record.draft.body))).collect();
        let data_keys = self.data_keys(shop, bodies.iter().flatten().flatten())?;
        let open = |(order, body): (&&OrderNo, Option<Result<PersonalBody, OpenError>>)| {
            let Some(body) = body else { return Ok(Reading::Unknown) };
            match body? {
                PersonalBody::Erased(erased) => Ok(Reading::Erased(erased.tombstone())),
                PersonalBody::Kept { data_key, sealed } => match data_keys.get(&data_key) {
                    None => Err(OpenError::NoDataKey),
                    Some(Err(error)) => Err(error.clone()),
                    Some(Ok(DataKey::Erased(tombstone))) => Ok(Reading::Erased(tombstone.clone())),
                    Some(Ok(DataKey::Live(key))) => {
                        opened(shop, order, key, &sealed).map(Reading::Kept)
                    }
                },
            }
        };
        Ok(orders.iter().zip(bodies).map(open).collect())
    }

    /// The data keys that bodies stand on, by name.
    pub(super) fn data_keys<'b>(
        &self,
        shop: &ShopId,
        bodies: impl Iterator<Item = &'b PersonalBody>,
    ) -> Result<BTreeMap<String, Result<DataKey, OpenError>>, StoreError> {
        let mut names: Vec<&String> = bodies
            .filter_map(|it| match it {
                PersonalBody::Kept { data_key, .. } => Some(data_key),
                PersonalBody::Erased(_) => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        let keys: Vec<RecordKey> = names.iter().map(|it| stored::data_key_key(shop, it)).collect();
        let found = if keys.is_empty() { Vec::new() } else { self.records.records(&keys)? };
        let unwrap = |(name, record): (&String, Option<Record>)| {
            let record = record?;
            Some((name.clone(), self.unwrap(shop.as_str(), name, &record.draft.body)))
        };
        Ok(names.into_iter().zip(found).filter_map(unwrap).collect())
    }
}

/// As many bytes for every mark, so that comparing tells nothing of its length.
fn padded(mark: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(mark.bytes()).for_each(|(place, byte)| *place = byte);
    bytes
}

/// What a text sealed under a data key is bound to.
pub(super) fn about_field<'a>(shop: &'a ShopId, order: &'a OrderNo, field: Field) -> [&'a str; 4] {
    [stored::PERSONAL, shop.as_str(), order.as_str(), field.code()]
}

pub(super) fn opened(
    shop: &ShopId,
    order: &OrderNo,
    key: &Key,
    sealed: &BTreeMap<String, String>,
) -> Result<Personal, OpenError> {
    let mut personal = Personal::default();
    for (code, text) in sealed {
        let field = Field::of_code(code).ok_or(OpenError::Malformed)?;
        let bytes = seal::open(key, &about_field(shop, order, field), text)?;
        let text = Zeroizing::new(bytes.to_vec());
        let text = std::str::from_utf8(&text).map_err(|_| OpenError::Malformed)?;
        personal.set(field, Plain::new(text));
    }
    Ok(personal)
}
