//! What a shop keeps, and who may have it.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use kernel::{ActorId, CaseNo, Clock, OrderNo, ShopId, Zone};
use store::Records;
use tokio::sync::Semaphore;

use crate::{
    content::{Content, Contents},
    failure::Failure,
    hash::Hash,
    limits::Limits,
    media::Rendition,
    record::{self, Body, EVIDENCE, Evidence, Listing, Source},
};

/// All evidence of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Archive {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) content: Content,
    pub(crate) clock: Arc<dyn Clock>,
    /// One picture is decoded at a time: forty million pixels need a hundred megabytes and more.
    pub(crate) decoder: Arc<Semaphore>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("content", &self.content).finish_non_exhaustive()
    }
}

/// A case of a shop.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CaseRef {
    pub order: OrderNo,
    pub case: CaseNo,
}

/// Who sends something, for which case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    pub shop: ShopId,
    pub case: CaseRef,
    pub by: ActorId,
    pub source: Source,
    /// As the sender named it; only a label is kept of it.
    pub name: String,
    pub limits: Limits,
    /// The shop's: cameras seldom say in which zone their clock runs.
    pub zone: Zone,
}

/// What became of an upload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    pub evidence: Evidence,
    /// Whether the case did not have it before. The same upload twice is kept once.
    pub is_new: bool,
}

impl Archive {
    pub fn new(records: Arc<dyn Records>, content: Content, clock: Arc<dyn Clock>) -> Self {
        Self { records, content, clock, decoder: Arc::new(Semaphore::new(1)) }
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The evidence of a case, first come first. At most as many as the limit of the case was.
    pub async fn list(&self, shop: &ShopId, case: &CaseRef) -> Result<Vec<Evidence>, Failure> {
        let (shop, case) = (shop.clone(), case.clone());
        self.reading(move |records| listed(records, &shop, &case)).await
    }

    /// A piece of evidence of a case; `None` if the case has no such.
    pub async fn find(
        &self,
        shop: &ShopId,
        case: &CaseRef,
        hash: Hash,
    ) -> Result<Option<Evidence>, Failure> {
        Ok(self.list(shop, case).await?.into_iter().find(|it| it.hash == hash))
    }

    /// A whole original, or a part of it. [`Failure::Absent`] if the shop has no such evidence.
    pub async fn read(
        &self,
        shop: &ShopId,
        hash: Hash,
        part: Option<Range<u64>>,
    ) -> Result<Contents, Failure> {
        self.known(shop, hash).await?;
        match part {
            Some(part) => self.content.part(shop, hash, part).await,
            None => self.content.original(shop, hash).await,
        }
    }

    /// A thumbnail as JPEG. [`Failure::Absent`] for evidence that has none.
    pub async fn thumbnail(
        &self,
        shop: &ShopId,
        hash: Hash,
        rendition: Rendition,
    ) -> Result<Bytes, Failure> {
        self.known(shop, hash).await?;
        self.content.rendition(shop, hash, rendition).await
    }

    async fn known(&self, shop: &ShopId, id: Hash) -> Result<(), Failure> {
        let key = record::key(EVIDENCE, shop, id);
        let found = self.reading(move |records| Ok(records.records(&[key])?)).await?;
        let known = found.into_iter().flatten().find(|it| !record::is_note(it));
        known.map(|_| ()).ok_or(Failure::Absent { id })
    }

    /// Calls of the store block.
    pub(crate) async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Records) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let records = self.records.clone();
        tokio::task::spawn_blocking(move || read(&*records)).await?
    }
}

fn listed(records: &dyn Records, shop: &ShopId, case: &CaseRef) -> Result<Vec<Evidence>, Failure> {
    let found = records.records(&[case.key(shop)])?;
    let listing = Listing::read(found.first().and_then(Option::as_ref))?;
    let hashes: Vec<Hash> = listing.hashes.iter().filter_map(|it| Hash::parse(it)).collect();
    let keys: Vec<_> = hashes.iter().map(|it| record::key(EVIDENCE, shop, *it)).collect();
    let mut evidence = Vec::new();
    for ((number, &id), found) in (1..).zip(&hashes).zip(records.records(&keys)?) {
        let body = found.as_ref().map(Body::read).transpose()?.flatten();
        let body = body.ok_or(Failure::Absent { id })?;
        evidence.push(body.in_case(id, case, number).ok_or(Failure::Absent { id })?);
    }
    Ok(evidence)
}
