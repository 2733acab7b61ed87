//! Every pack version any order was ever bought under.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use dossier::Dossier;
use kernel::PackId;
use policy::{Complaint, Pack};
use store::{Document, Store, StoreError};
use thiserror::Error;

use crate::EngineError;

const KIND: &str = "pack";

/// Packs by version, kept in the store so that an order's rights outlive later edits (POLICY-10).
pub struct Shelf {
    packs: RwLock<Packs>,
}

#[derive(Default)]
struct Packs {
    by_id: BTreeMap<PackId, Arc<Pack>>,
    /// The version new orders of a pack name come under.
    current: BTreeMap<String, Arc<Pack>>,
}

#[derive(Debug, Error)]
pub enum ShelfError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("pack `{name}` on the shelf cannot be read")]
    Unreadable {
        name: String,
        #[source]
        source: codec::DecodeError,
    },
    #[error("pack `{name}` on the shelf is not valid any more: {first}")]
    Invalid { name: String, first: Box<Complaint> },
}

impl Shelf {
    /// Takes down every version the store keeps.
    pub fn open(store: &dyn Store) -> Result<Self, ShelfError> {
        let shelf = Self { packs: RwLock::default() };
        shelf.take_down(store)?;
        Ok(shelf)
    }

    /// Takes down what the store has by now, and nobody here has seen. An order may have been
    /// bought under a pack that another process published. What new orders come under here stays.
    pub fn take_down(&self, store: &dyn Store) -> Result<(), ShelfError> {
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        let current = packs.current.clone();
        for Document { name, body, .. } in store.documents(KIND)? {
            if packs.by_id.keys().any(|it| it.as_str() == name) {
                continue;
            }
            let sources = codec::decode_sources(&body)
                .map_err(|source| ShelfError::Unreadable { name: name.clone(), source })?;
            let pack_name = name.split('@').next().unwrap_or(&name);
            // An old version may not know today's questions: those go to a person.
            match Pack::restore(pack_name, &sources, &dossier::VOCABULARY) {
                Ok(pack) => packs.add(Arc::new(pack)),
                Err(complaints) => {
                    if let Some(first) = complaints.into_iter().next() {
                        return Err(ShelfError::Invalid { name, first: Box::new(first) });
                    }
                }
            }
        }
        packs.current.extend(current);
        Ok(())
    }

    /// Puts a pack on the shelf and makes it the one new orders come under.
    pub fn publish(&self, store: &dyn Store, pack: Pack) -> Result<Arc<Pack>, ShelfError> {
        let pack = Arc::new(pack);
        let body = codec::encode_sources(&pack.sources());
        let document = Document { kind: KIND.to_owned(), name: pack.id().to_string(), body };
        store.keep(&document)?;
        self.packs.write().unwrap_or_else(PoisonError::into_inner).add(Arc::clone(&pack));
        Ok(pack)
    }

    /// The pack an order was bought under; for one that is not known yet, what `name` is today.
    /// Looks into the store for what another process has published.
    pub fn pack_for(
        &self,
        store: &dyn Store,
        dossier: &Dossier,
        name: &str,
    ) -> Result<Arc<Pack>, EngineError> {
        let find = || match dossier {
            Dossier::Open(body) => self.version(&body.order.pack),
            Dossier::Absent | Dossier::Stopped { .. } => self.current(name),
        };
        if let Some(pack) = find() {
            return Ok(pack);
        }
        self.take_down(store)?;
        find().ok_or_else(|| EngineError::UnknownPack {
            pack: match dossier {
                Dossier::Open(body) => body.order.pack.to_string(),
                Dossier::Absent | Dossier::Stopped { .. } => name.to_owned(),
            },
        })
    }

    pub fn version(&self, id: &PackId) -> Option<Arc<Pack>> {
        self.packs.read().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned()
    }

    /// Makes a version that is on the shelf the one new orders of its pack come under: publishing
    /// an earlier version again, or following another process. `false` if it is not on the shelf.
    pub fn make_current(&self, id: &PackId) -> bool {
        let mut packs = self.packs.write().unwrap_or_else(PoisonError::into_inner);
        let Some(pack) = packs.by_id.get(id).cloned() else { return false };
        packs.current.insert(pack.name().to_owned(), pack);
        true
    }

    /// Every version on the shelf.
    pub fn versions(&self) -> Vec<Arc<Pack>> {
        let packs = self.packs.read().unwrap_or_else(PoisonError::into_inner);
        packs.by_id.values().cloned().collect()
    }

    pub fn current(&self, name: &str) -> Option<Arc<Pack>> {
        self.packs.read().unwrap_or_else(PoisonError::into_inner).current.get(name).cloned()
    }
}

impl Packs {
    fn add(&mut self, pack: Arc<Pack>) {
        self.current.insert(pack.name().to_owned(), Arc::clone(&pack));
        self.by_id.insert(pack.id().clone(), pack);
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packs = self.packs.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_set().entries(packs.by_id.keys()).finish()
    }
}
