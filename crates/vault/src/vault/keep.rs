//! Keeping what is personal about an order.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{OrderNo, ShopId};
use store::{Draft, RecordKey, StoreError};
use thiserror::Error;

use crate::{
    blind::Pseudonym,
    pending::Pending,
    plain::{Field, Personal, Plain},
    seal::{self, Key, NoRandomness, OpenError},
    stored::{self, DataKeyBody, PersonalBody},
    vault::{ATTEMPTS, DataKey, Tombstone, Vault, look::about_field},
};

const FIELD_BYTES_MAX: usize = 4000;

/// Why nothing is kept about an order. Its neighbours are not concerned.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Unkept {
    #[error("the {} has more than {FIELD_BYTES_MAX} bytes", field.code())]
    TooLong { field: Field },
    #[error("what was personal about the order has been erased, and stays so")]
    Erased(Tombstone),
    #[error("what was kept about the order cannot be read")]
    Unreadable(#[from] OpenError),
}

#[derive(Debug, Error)]
pub enum KeepError {
    #[error(transparent)]
    Refused(#[from] Unkept),
    #[error("too many others change the same buyer at once")]
    Contended,
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// It may have been kept; to keep it again does no harm.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// Keeps what is personal about an order, and says what stands for the buyer's account in it;
    /// `None` if no account is known.
    ///
    /// What is not said stays as it was kept, and so does a whole fact when only a masked one (with
    /// `*` in it) is said. To keep the same again changes nothing.
    pub fn keep(
        &self,
        shop: &ShopId,
        order: &OrderNo,
        personal: &Personal,
    ) -> Result<Option<Pseudonym>, KeepError> {
        let kept = self.keep_all(shop, &[(order, personal)])?;
        let only = kept.into_iter().next().ok_or(KeepError::Contended)?;
        Ok(only?)
    }

    /// The same for many orders of a shop in one durable write. One answer each, in order.
    pub fn keep_all(
        &self,
        shop: &ShopId,
        orders: &[(&OrderNo, &Personal)],
    ) -> Result<Vec<Result<Option<Pseudonym>, Unkept>>, KeepError> {
        let keys: Vec<RecordKey> =
            orders.iter().map(|(order, _)| stored::personal_key(shop, order)).collect();
        for _ in 0..ATTEMPTS {
            let mut pending = Pending::on(&*self.records);
            pending.read(&keys)?;
            let mut answers = Vec::new();
            for (order, personal) in orders {
                match self.plan(&mut pending, shop, order, personal) {
                    Ok(buyer) => answers.push(Ok(buyer)),
                    Err(KeepError::Refused(refusal)) => answers.push(Err(refusal)),
                    Err(failure) => return Err(failure),
                }
            }
            if pending.write()? {
                return Ok(answers);
            }
        }
        Err(KeepError::Contended)
    }

    fn plan(
        &self,
        pending: &mut Pending<'_>,
        shop: &ShopId,
        order: &OrderNo,
        personal: &Personal,
    ) -> Result<Option<Pseudonym>, KeepError> {
        let old = self.kept(pending, shop, order)?;
        let merged = merged(old.as_ref().map(|it| &it.personal), personal)?;
        let account = merged.account.as_ref();
        let buyer = account.map(|it| self.pseudonym(shop, it));
        if old.as_ref().is_some_and(|it| it.personal == merged) {
            return Ok(buyer);
        }
        let owner =
            buyer.as_ref().map_or_else(|| stored::owner_of_order(order), ToString::to_string);
        let key = stored::personal_key(shop, order);
        let mut rank = self.clock.now().epoch_seconds();
        let (data_key, sealer) = match old {
            Some(old) if stored::owner_of(&old.data_key) == owner => {
                rank = old.rank;
                (old.data_key, old.sealer)
            }
            other => {
                if let Some(old) = other {
                    rank = old.rank;
                    // Nothing else is under the key of an order alone.
                    if stored::is_of_order(&old.data_key) {
                        pending.drop(&stored::data_key_key(shop, &old.data_key));
                    }
                }
                self.live_key(pending, shop, &owner)?
            }
        };
        // Whoever erases the buyer meanwhile changes this record, and then nothing is written.
        pending.hold(&stored::data_key_key(shop, &data_key));
        let marks = self.marks(shop, &owner, &merged);
        let sealed = sealed(shop, order, &sealer, &merged)?;
        let body = stored::written(&PersonalBody::Kept { data_key, sealed });
        pending.put(Draft { key, rank, marks, body });
        Ok(buyer)
    }

    /// What is kept about an order so far.
    fn kept(
        &self,
        pending: &mut Pending<'_>,
        shop: &ShopId,
        order: &OrderNo,
    ) -> Result<Option<Old>, KeepError> {
        let Some(draft) = pending.at(&stored::personal_key(shop, order))? else {
            return Ok(None);
        };
        let rank = draft.rank;
        let (data_key, sealed) = match stored::read(&draft.body).map_err(Unkept::from)? {
            PersonalBody::Kept { data_key, sealed } => (data_key, sealed),
            PersonalBody::Erased(erased) => {
                return Err(Unkept::Erased(erased.tombstone()).into());
            }
        };
        let key = stored::data_key_key(shop, &data_key);
        let body = &pending.at(&key)?.ok_or(Unkept::Unreadable(OpenError::NoDataKey))?.body;
        match self.unwrap(shop.as_str(), &data_key, body).map_err(Unkept::from)? {
            DataKey::Live(sealer) => {
                let personal = super::look::opened(shop, order, &sealer, &sealed);
                let personal = personal.map_err(Unkept::from)?;
                Ok(Some(Old { rank, data_key, sealer, personal }))
            }
            DataKey::Erased(tombstone) => Err(Unkept::Erased(tombstone).into()),
        }
    }

    /// The data key new texts of an owner are sealed by, by its name; made if there is none.
    fn live_key(
        &self,
        pending: &mut Pending<'_>,
        shop: &ShopId,
        owner: &str,
    ) -> Result<(String, Key), KeepError> {
        let mut nth = 1;
        loop {
            let name = stored::data_key_name(owner, nth);
            let key = stored::data_key_key(shop, &name);
            let Some(draft) = pending.at(&key)? else {
                let fresh = seal::fresh_key()?;
                let body = self.wrap(shop.as_str(), &name, &fresh)?;
                pending.put(Self::data_key_draft(key, self.clock.now().epoch_seconds(), &body));
                return Ok((name, fresh));
            };
            match self.unwrap(shop.as_str(), &name, &draft.body).map_err(Unkept::from)? {
                DataKey::Live(found) => return Ok((name, found)),
                DataKey::Erased(_) => nth = nth.saturating_add(1),
            }
        }
    }

    pub(super) fn data_key_draft(key: RecordKey, rank: i64, body: &DataKeyBody) -> Draft {
        let marks = match body {
            DataKeyBody::Live { under, .. } => BTreeSet::from([stored::under_mark(under)]),
            DataKeyBody::Erased(_) => BTreeSet::new(),
        };
        Draft { key, rank, marks, body: stored::written(body) }
    }

    fn marks(&self, shop: &ShopId, owner: &str, personal: &Personal) -> BTreeSet<String> {
        let blinder = self.ring.blinder();
        let mut marks = BTreeSet::from([owner.to_owned()]);
        if let Some(name) = &personal.name {
            marks.extend(blinder.name_mark(shop, name.expose()));
        }
        if let Some(phone) = &personal.phone {
            marks.extend(blinder.phone_mark(shop, phone.expose()));
            marks.extend(blinder.phone_tail_mark(shop, phone.expose()));
        }
        marks
    }
}

struct Old {
    rank: i64,
    data_key: String,
    sealer: Key,
    personal: Personal,
}

/// What is known once `said` is heard on top of `kept`.
fn merged(kept: Option<&Personal>, said: &Personal) -> Result<Personal, Unkept> {
    let mut merged = kept.cloned().unwrap_or_default();
    for field in Field::ALL {
        let Some(text) = said.field(field).and_then(Plain::trimmed) else { continue };
        if FIELD_BYTES_MAX < text.len() {
            return Err(Unkept::TooLong { field });
        }
        let is_masked = |it: &str| it.contains('*');
        let is_whole = merged.field(field).is_some_and(|it| !is_masked(it.expose()));
        if !(is_whole && is_masked(text)) {
            merged.set(field, Plain::new(text));
        }
    }
    Ok(merged)
}

fn sealed(
    shop: &ShopId,
    order: &OrderNo,
    key: &Key,
    personal: &Personal,
) -> Result<BTreeMap<String, String>, NoRandomness> {
    let mut sealed = BTreeMap::new();
    for field in Field::ALL {
        if let Some(plain) = personal.field(field) {
            let text = seal::seal(key, &about_field(shop, order, field), plain.expose().as_bytes());
            sealed.insert(field.code().to_owned(), text?);
        }
    }
    Ok(sealed)
}
