//! Moving a shop from one database to another.
//!
//! A dossier is copied whole, at one version. Words to find it by and what people gave away are
//! walked apart: they are only ever added to, and keyed by what is asked of them. Records are found
//! by [`Records`](crate::Records).

use kernel::DossierKey;

use crate::{
    Answered, CaseRow, Document, EffectRow, EntryRow, Record, RecordKey, Recorded, Seal, SpendRow,
    StoreError, TaskRow, Term, TimerRow, Version,
};

/// A dossier with its history and rows, as they were at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dump {
    pub dossier: DossierKey,
    pub version: Version,
    pub state: Vec<u8>,
    /// See [`crate::Loaded::seal`].
    pub seal: Option<Seal>,
    /// Every commit with the answer it gave, oldest first.
    pub journal: Vec<(Recorded, Answered)>,
    /// Rows in order of their ids.
    pub cases: Vec<CaseRow>,
    pub tasks: Vec<TaskRow>,
    pub timers: Vec<TimerRow>,
    /// With the attempts noted so far.
    pub effects: Vec<(EffectRow, u32)>,
    pub entries: Vec<EntryRow>,
}

/// A word, and what it finds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    pub dossier: DossierKey,
    pub term: Term,
}

/// What was given away, and in which dossier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spending {
    pub dossier: DossierKey,
    pub row: SpendRow,
}

/// The part of a database that is read and written whole. Only for copies: nothing here is judged
/// by the engine.
pub trait Copies: Send + Sync {
    /// The versions of dossiers, in the order asked for. Zero for one that is not there.
    fn versions(&self, dossiers: &[DossierKey]) -> Result<Vec<Version>, StoreError>;

    /// Whole dossiers, in the order asked for. One that is not there is left out.
    fn dump(&self, dossiers: &[DossierKey]) -> Result<Vec<Dump>, StoreError>;

    /// Writes dossiers as they were dumped, all or none, in place of what there is of them. It
    /// commits nothing, so that the feed does not hear of it.
    fn restore(&self, dumps: &[Dump]) -> Result<(), StoreError>;

    /// All words, a page at a time, in an order that is the backend's own.
    fn findings(&self, after: Option<&Finding>, limit: usize) -> Result<Vec<Finding>, StoreError>;

    /// Adds words. Those that are there already are passed over.
    fn add_findings(&self, findings: &[Finding]) -> Result<(), StoreError>;

    /// All that was given away, a page at a time, in an order that is the backend's own.
    fn spendings(
        &self,
        after: Option<&Spending>,
        limit: usize,
    ) -> Result<Vec<Spending>, StoreError>;

    /// Adds what was given away. What is there already is written over.
    fn add_spendings(&self, spendings: &[Spending]) -> Result<(), StoreError>;

    /// The documents of every kind, in order of kind and name.
    fn all_documents(&self) -> Result<Vec<Document>, StoreError>;

    /// The records of every kind and shop after `after`, at most `limit`, in order of key.
    fn all_records(
        &self,
        after: Option<&RecordKey>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;

    /// Writes records as they were read, at their versions, all or none, in place of what there is
    /// of them. No key may be there twice.
    fn restore_records(&self, records: &[Record]) -> Result<(), StoreError>;
}
