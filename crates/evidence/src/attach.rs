//! Writing down that a case has a piece of evidence, after its content is there.

use kernel::{ActorId, ShopId, Span, Timestamp};
use store::{RecordChange, RecordPage, Records, Version};

use crate::{
    archive::{CaseRef, Stored},
    failure::{Failure, TakeError},
    hash::Hash,
    likeness::Face,
    record::{
        self, Body, EVIDENCE, Evidence, Facts, Likeness, Listing, Repeat, SWEEPING, Source, Use,
    },
    refused::Refused,
    sweep,
};

/// Who attaches what to which case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Attaching {
    pub(crate) shop: ShopId,
    pub(crate) case: CaseRef,
    pub(crate) hash: Hash,
    pub(crate) facts: Facts,
    pub(crate) name: String,
    pub(crate) by: ActorId,
    pub(crate) source: Source,
    pub(crate) at: Timestamp,
    pub(crate) per_case: usize,
    /// The note of a sweep after which the content was stored again.
    pub(crate) swept: Version,
}

/// What came of trying.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Tried {
    Stored(Box<Stored>),
    /// Somebody else wrote meanwhile: try again.
    Raced,
    /// The content may be gone: store it again, then try with this note.
    Swept(Version),
    /// It is being swept just now: wait a little.
    Sweeping,
}

/// How many records that share a part of a picture's hash are compared, newest first. A part that
/// more share is that of a kind of picture, and says little.
const COMPARED: usize = 100;

/// A sweep that has not ended after this has died.
pub(crate) const SWEEP_TAKES: Span = Span::minutes(10);

/// One try. Blocks.
pub(crate) fn attach(records: &dyn Records, it: &Attaching) -> Result<Tried, TakeError> {
    let (key, case_key) = (record::key(EVIDENCE, &it.shop, it.hash), it.case.key(&it.shop));
    let found = records.records(&[key, case_key.clone()]).map_err(failed)?;
    let [known, case] = found.as_slice() else { return Ok(Tried::Raced) };
    if let Some(note) = known.as_ref().filter(|known| record::is_note(known))
        && note.version != it.swept
    {
        let is_under_way =
            note.draft.marks.contains(SWEEPING) && it.at.since(sweep::noted_at(note)) < SWEEP_TAKES;
        return Ok(if is_under_way { Tried::Sweeping } else { Tried::Swept(note.version) });
    }
    let body = known.as_ref().map(Body::read).transpose()?.flatten();
    let mut body = body.unwrap_or_else(|| Body::new(&it.facts));
    let mut listing = Listing::read(case.as_ref())?;
    let hash = it.hash.to_string();
    if let Some(at) = listing.hashes.iter().position(|it| *it == hash) {
        let evidence = body.in_case(it.hash, &it.case, at.saturating_add(1));
        return stored(evidence, it.hash, false);
    }
    if it.per_case <= listing.hashes.len() {
        return Err(Refused::TooMany { max: it.per_case }.into());
    }
    let repeat = repeated(records, it, &body)?;
    let used = Use::new(&it.case, &it.name, &it.by, it.source, it.at);
    body.uses.push(used.repeating(repeat));
    listing.hashes.push(hash);
    let version = |record: &Option<store::Record>| record.as_ref().map(|it| it.version);
    let put = |draft, record| RecordChange::Put {
        draft,
        expected: Some(version(record).unwrap_or_default()),
    };
    let changes =
        [put(body.draft(&it.shop, it.hash)?, known), put(listing.draft(case_key, it.at)?, case)];
    if !records.write_records(&changes).map_err(failed)? {
        return Ok(Tried::Raced);
    }
    stored(body.in_case(it.hash, &it.case, listing.hashes.len()), it.hash, true)
}

fn stored(evidence: Option<Evidence>, id: Hash, is_new: bool) -> Result<Tried, TakeError> {
    let evidence = evidence.ok_or(Failure::Absent { id })?;
    Ok(Tried::Stored(Box::new(Stored { evidence, is_new })))
}

fn failed(error: store::StoreError) -> TakeError {
    TakeError::Failed(error.into())
}

fn repeated(
    records: &dyn Records,
    it: &Attaching,
    body: &Body,
) -> Result<Option<Repeat>, TakeError> {
    if let Some(case) = body.used_elsewhere(&it.case) {
        return Ok(Some(Repeat { hash: it.hash, case, like: Likeness::Content }));
    }
    let Some(face) = body.face() else { return Ok(None) };
    let mut alike = None;
    for mark in face.marks() {
        let page = RecordPage {
            mark: Some(mark),
            descending: true,
            ..RecordPage::of(EVIDENCE, it.shop.as_str(), COMPARED)
        };
        for record in records.list_records(&page).map_err(failed)? {
            let Some(other) = Body::read(&record)? else { continue };
            let hash = Hash::parse(&record.draft.key.id).filter(|other| *other != it.hash);
            let is_like = |other: Face| other.is_like(face);
            let case = other.face().filter(|it| is_like(*it)).and(other.used_elsewhere(&it.case));
            let Some((hash, case)) = hash.zip(case) else { continue };
            let repeat = Repeat { hash, case, like: Likeness::Picture };
            if repeat.case.order != it.case.order {
                return Ok(Some(repeat));
            }
            alike = Some(repeat);
        }
    }
    Ok(alike)
}
