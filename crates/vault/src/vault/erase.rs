//! Erasing a buyer: the data key is destroyed, and with it whatever is sealed under it, in every
//! copy and backup.

use std::collections::BTreeSet;

use kernel::{ActorId, OrderNo, ShopId};
use store::{Draft, Record, RecordPage, StoreError};
use thiserror::Error;

use crate::{
    blind::Pseudonym,
    pending::Pending,
    plain::Plain,
    seal::OpenError,
    stored::{self, DataKeyBody, ErasedBody, PERSONAL, PersonalBody},
    vault::{ATTEMPTS, Tombstone, Vault},
};

const PAGE: usize = 200;

/// Whom to erase, in one shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The buyer of this order, with all of the buyer's orders; the order alone if no account is
    /// known.
    BuyerOf(OrderNo),
    Account(Plain),
    Buyer(Pseudonym),
}

/// What an erasure did. Nothing, if nothing was kept or all was erased before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Erasure {
    pub n_data_keys: usize,
    pub n_orders: usize,
}

#[derive(Debug, Error)]
pub enum EraseError {
    #[error("what is kept cannot be read")]
    Unreadable(#[from] OpenError),
    #[error("too many others change the same buyer at once")]
    Contended,
    /// It may have been erased in part; to erase again finishes it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Vault {
    /// Destroys the data keys first, from when on nothing opens; then takes the sealed texts and
    /// the marks away. Interrupted in between, it is finished by doing it again.
    pub fn erase(
        &self,
        shop: &ShopId,
        subject: &Subject,
        by: &ActorId,
    ) -> Result<Erasure, EraseError> {
        let owner = match subject {
            Subject::BuyerOf(order) => match self.owner(shop, order)? {
                Some(owner) => owner,
                None => return Ok(Erasure::default()),
            },
            Subject::Account(account) => self.pseudonym(shop, account).to_string(),
            Subject::Buyer(buyer) => buyer.to_string(),
        };
        let tombstone = Tombstone { at: self.clock.now(), by: by.clone() };
        let (destroyed, n_data_keys) = self.destroy_keys(shop, &owner, &tombstone)?;
        let mut n_orders = 0_usize;
        let mut after = None;
        loop {
            let page = RecordPage {
                mark: Some(owner.clone()),
                after: after.clone(),
                ..RecordPage::of(PERSONAL, shop.as_str(), PAGE)
            };
            let records = self.records.list_records(&page)?;
            let Some(last) = records.last() else { break };
            after = Some((last.draft.rank, last.draft.key.id.clone()));
            n_orders = n_orders.saturating_add(self.strip(&records, &destroyed)?);
        }
        Ok(Erasure { n_data_keys, n_orders })
    }

    fn owner(&self, shop: &ShopId, order: &OrderNo) -> Result<Option<String>, EraseError> {
        let found = self.records.records(&[stored::personal_key(shop, order)])?.pop().flatten();
        let Some(record) = found else { return Ok(None) };
        match stored::read(&record.draft.body)? {
            PersonalBody::Kept { data_key, .. } => Ok(Some(stored::owner_of(&data_key).to_owned())),
            PersonalBody::Erased(_) => Ok(None),
        }
    }

    /// The names of all the owner's data keys with their tombstones, and how many were alive.
    fn destroy_keys(
        &self,
        shop: &ShopId,
        owner: &str,
        tombstone: &Tombstone,
    ) -> Result<(Destroyed, usize), EraseError> {
        for _ in 0..ATTEMPTS {
            let mut pending = Pending::on(&*self.records);
            let mut destroyed = Destroyed::new();
            let (mut nth, mut n_alive) = (1, 0_usize);
            loop {
                let name = stored::data_key_name(owner, nth);
                let key = stored::data_key_key(shop, &name);
                let Some(draft) = pending.at(&key)? else { break };
                match stored::read(&draft.body)? {
                    DataKeyBody::Erased(erased) => {
                        destroyed.push((name, erased));
                    }
                    DataKeyBody::Live { .. } => {
                        n_alive = n_alive.saturating_add(1);
                        let erased = ErasedBody::of(tombstone);
                        let body = DataKeyBody::Erased(erased.clone());
                        let rank = draft.rank;
                        pending.put(Self::data_key_draft(key, rank, &body));
                        destroyed.push((name, erased));
                    }
                }
                nth = nth.saturating_add(1);
            }
            if pending.write()? {
                return Ok((destroyed, n_alive));
            }
        }
        Err(EraseError::Contended)
    }

    /// Leaves of the records under destroyed keys a tombstone each.
    fn strip(&self, records: &[Record], destroyed: &Destroyed) -> Result<usize, EraseError> {
        for _ in 0..ATTEMPTS {
            let mut pending = Pending::on(&*self.records);
            let keys: Vec<_> = records.iter().map(|it| it.draft.key.clone()).collect();
            pending.read(&keys)?;
            let mut n_stripped = 0_usize;
            for key in keys {
                let Some(draft) = pending.at(&key)? else { continue };
                let rank = draft.rank;
                let PersonalBody::Kept { data_key, .. } = stored::read(&draft.body)? else {
                    continue;
                };
                let Some((_, erased)) = destroyed.iter().find(|(name, _)| *name == data_key) else {
                    continue;
                };
                let body = stored::written(&PersonalBody::Erased(erased.clone()));
                pending.put(Draft { key, rank, marks: BTreeSet::new(), body });
                n_stripped = n_stripped.saturating_add(1);
            }
            if pending.write()? {
                return Ok(n_stripped);
            }
        }
        Err(EraseError::Contended)
    }
}

type Destroyed = Vec<(String, ErasedBody)>;
