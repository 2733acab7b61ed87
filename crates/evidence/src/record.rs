//! What is kept about evidence: a record per shop and content, and one per case for the order.
//!
//! `evidence`, id the hash: facts about the content, and every case it is used in. Marks:
//! `case:ORDER/CASE` for each, and eight `face:` marks of a picture.
//! `evidence-case`, id `ORDER/CASE`: the hashes in the order they came. It is what holds a case to
//! its limit, since both are written together and each at the version it was read at.
//!
//! In place of the first there may be a note of a sweep, told by its mark: see `sweep`.

use std::collections::BTreeSet;

use kernel::{ActorId, CaseNo, Choice, OrderNo, ShopId, Timestamp, choice};
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordKey};

use crate::{archive::CaseRef, failure::Failure, hash::Hash, likeness::Face, media::Media};

pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const CASE: &str = "evidence-case";
/// Marks of a note that content is being swept, and that it was.
pub(crate) const SWEEPING: &str = "sweeping";
pub(crate) const SWEPT: &str = "swept";

choice! {
    /// Who it came from.
    pub enum Source {
        Buyer = "buyer",
        Agent = "agent",
        Warehouse = "warehouse",
        Courier = "courier",
    }
}

choice! {
    /// How evidence is the same as other evidence.
    pub enum Likeness {
        /// The very same bytes.
        Content = "content",
        /// The same picture, encoded or scaled anew. Likely, not certain.
        Picture = "picture",
    }
}

/// A piece of evidence of one case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    pub hash: Hash,
    pub case: CaseRef,
    /// Its place in the case, from 1.
    pub number: usize,
    pub media: Media,
    pub n_bytes: u64,
    /// In pixels, as it is seen; of photos that can be shown.
    pub size: Option<(u32, u32)>,
    /// When it was taken, by the camera's own clock: a claim.
    pub taken_at: Option<Timestamp>,
    /// The program that last wrote it, by its metadata: a claim.
    pub software: Option<String>,
    pub uploaded_at: Timestamp,
    pub by: ActorId,
    pub source: Source,
    /// A label, never a path; may be empty.
    pub name: String,
    /// Where the same was used before, in another case of the shop.
    pub duplicate_of: Option<Repeat>,
}

/// An earlier use of the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repeat {
    pub hash: Hash,
    pub case: CaseRef,
    pub like: Likeness,
}

/// Facts about content, and where it is used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// Form of this record: 1.
    v: u32,
    media: String,
    bytes: u64,
    width: Option<u32>,
    height: Option<u32>,
    taken_at: Option<i64>,
    software: Option<String>,
    face: Option<String>,
    pub(crate) uses: Vec<Use>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Use {
    order: String,
    case: String,
    name: String,
    by: String,
    source: String,
    at: i64,
    duplicate_of: Option<Before>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    hash: String,
    order: String,
    case: String,
    like: String,
}

/// The hashes of a case, first come first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    v: u32,
    pub(crate) hashes: Vec<String>,
}

/// What an upload adds to a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Facts {
    pub(crate) media: Media,
    pub(crate) n_bytes: u64,
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) taken_at: Option<Timestamp>,
    pub(crate) software: Option<String>,
    pub(crate) face: Option<Face>,
}

impl Body {
    pub(crate) fn new(facts: &Facts) -> Self {
        Self {
            v: 1,
            media: facts.media.code().to_owned(),
            bytes: facts.n_bytes,
            width: facts.size.map(|it| it.0),
            height: facts.size.map(|it| it.1),
            taken_at: facts.taken_at.map(Timestamp::epoch_seconds),
            software: facts.software.clone(),
            face: facts.face.map(|it| it.to_string()),
            uses: Vec::new(),
        }
    }

    /// `None` for a note of a sweep.
    pub(crate) fn read(record: &Record) -> Result<Option<Self>, Failure> {
        if is_note(record) {
            return Ok(None);
        }
        serde_json::from_str(&record.draft.body).map_err(Failure::Unreadable).map(Some)
    }

    pub(crate) fn face(&self) -> Option<Face> {
        Face::parse(self.face.as_deref()?)
    }

    /// The first use outside of `case`; one of another order before one of the same.
    pub(crate) fn used_elsewhere(&self, case: &CaseRef) -> Option<CaseRef> {
        let elsewhere = || self.uses.iter().filter_map(Use::place).filter(|it| it != case);
        elsewhere().find(|it| it.order != case.order).or_else(|| elsewhere().next())
    }

    pub(crate) fn draft(&self, shop: &ShopId, hash: Hash) -> Result<Draft, Failure> {
        let mut marks: BTreeSet<String> =
            self.uses.iter().filter_map(Use::place).map(|it| it.mark()).collect();
        marks.extend(self.face().into_iter().flat_map(Face::marks));
        Ok(Draft {
            key: key(EVIDENCE, shop, hash),
            rank: self.uses.first().map(|it| it.at).unwrap_or_default(),
            marks,
            body: serde_json::to_string(self).map_err(Failure::Unreadable)?,
        })
    }

    /// Its use in one case.
    pub(crate) fn in_case(&self, hash: Hash, case: &CaseRef, number: usize) -> Option<Evidence> {
        let it = self.uses.iter().find(|it| it.place().as_ref() == Some(case))?;
        Some(Evidence {
            hash,
            case: case.clone(),
            number,
            media: Media::from_code(&self.media)?,
            n_bytes: self.bytes,
            size: self.width.zip(self.height),
            taken_at: self.taken_at.map(Timestamp::from_epoch_seconds),
            software: self.software.clone(),
            uploaded_at: Timestamp::from_epoch_seconds(it.at),
            by: ActorId::new(it.by.as_str()).ok()?,
            source: Source::from_code(&it.source)?,
            name: it.name.clone(),
            duplicate_of: it.duplicate_of.as_ref().and_then(Before::read),
        })
    }
}

impl Use {
    pub(crate) fn new(
        case: &CaseRef,
        name: &str,
        by: &ActorId,
        source: Source,
        at: Timestamp,
    ) -> Self {
        Self {
            order: case.order.to_string(),
            case: case.case.to_string(),
            name: name.to_owned(),
            by: by.to_string(),
            source: source.code().to_owned(),
            at: at.epoch_seconds(),
            duplicate_of: None,
        }
    }

    pub(crate) fn repeating(mut self, repeat: Option<Repeat>) -> Self {
        self.duplicate_of = repeat.map(|it| Before {
            hash: it.hash.to_string(),
            order: it.case.order.to_string(),
            case: it.case.case.to_string(),
            like: it.like.code().to_owned(),
        });
        self
    }

    fn place(&self) -> Option<CaseRef> {
        place(&self.order, &self.case)
    }
}

impl Before {
    fn read(&self) -> Option<Repeat> {
        let (hash, like) = (Hash::parse(&self.hash)?, Likeness::from_code(&self.like)?);
        Some(Repeat { hash, case: place(&self.order, &self.case)?, like })
    }
}

fn place(order: &str, case: &str) -> Option<CaseRef> {
    Some(CaseRef { order: OrderNo::new(order).ok()?, case: CaseNo::new(case).ok()? })
}

impl Listing {
    pub(crate) fn read(record: Option<&Record>) -> Result<Self, Failure> {
        let Some(record) = record else { return Ok(Self { v: 1, hashes: Vec::new() }) };
        serde_json::from_str(&record.draft.body).map_err(Failure::Unreadable)
    }

    pub(crate) fn draft(&self, key: RecordKey, at: Timestamp) -> Result<Draft, Failure> {
        let body = serde_json::to_string(self).map_err(Failure::Unreadable)?;
        Ok(Draft { key, rank: at.epoch_seconds(), marks: BTreeSet::new(), body })
    }
}

pub(crate) fn is_note(record: &Record) -> bool {
    [SWEEPING, SWEPT].iter().any(|it| record.draft.marks.contains(*it))
}

pub(crate) fn key(kind: &str, shop: &ShopId, hash: Hash) -> RecordKey {
    RecordKey::of_shop(kind, shop, hash.to_string())
}

impl CaseRef {
    pub(crate) fn key(&self, shop: &ShopId) -> RecordKey {
        RecordKey::of_shop(CASE, shop, format!("{}/{}", self.order, self.case))
    }

    pub(crate) fn mark(&self) -> String {
        format!("case:{}/{}", self.order, self.case)
    }
}
