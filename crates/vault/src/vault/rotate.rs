//! Wrapping data keys anew after the ring got a new key in front. The data itself is not touched.

use store::{Record, RecordChange, RecordPage, StoreError};

use crate::{
    seal::OpenError,
    stored::{self, DATA_KEY},
    vault::{DataKey, KeepError, Vault},
};

const PAGE: usize = 200;

/// How far a rotation has come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rewrapped {
    /// Data keys that are under the active key now, by this call.
    pub n_rewrapped: usize,
    /// Data keys that cannot be unwrapped. Somebody has to look; they stay as they are.
    pub n_unreadable: usize,
    /// No readable data key was left under an older key of the ring.
    pub is_done: bool,
}

impl Vault {
    /// Wraps up to about `limit` data keys that are under an older key of the ring. Call it until
    /// it is done. Any number of processes may do so at once, and any of them may be killed.
    pub fn rewrap(&self, limit: usize) -> Result<Rewrapped, KeepError> {
        let (mut progress, mut has_lost) = (Rewrapped::default(), false);
        for older in self.ring.older() {
            let mut after = None;
            loop {
                if limit <= progress.n_rewrapped {
                    return Ok(progress);
                }
                let page = RecordPage { after, ..Self::under(&older.id, PAGE.min(limit)) };
                let records = self.records.list_records(&page)?;
                let Some(last) = records.last() else { break };
                after = Some((last.draft.rank, last.draft.key.id.clone()));
                has_lost |= !self.rewrap_page(&records, &mut progress)?;
            }
        }
        progress.is_done = !has_lost;
        Ok(progress)
    }

    /// How many data keys a key of the ring wraps, counting no further than `limit`. A key may be
    /// taken from the ring at zero, and not before: a server that had the old ring still may have
    /// wrapped more under it meanwhile.
    pub fn n_data_keys_under(&self, id: &str, limit: usize) -> Result<usize, StoreError> {
        self.records.count_records(&Self::under(id, limit))
    }

    fn under(id: &str, limit: usize) -> RecordPage {
        let mark = Some(stored::under_mark(id));
        RecordPage { mark, ..RecordPage::of(DATA_KEY, "", limit) }
    }

    /// `false` if others got ahead with one of them, and it is for the next call.
    fn rewrap_page(&self, records: &[Record], progress: &mut Rewrapped) -> Result<bool, KeepError> {
        let mut changes = Vec::new();
        for record in records {
            match self.rewrapped(record)? {
                Ok(Some(change)) => changes.push(change),
                Ok(None) => {}
                Err(_) => progress.n_unreadable = progress.n_unreadable.saturating_add(1),
            }
        }
        if self.records.write_records(&changes)? {
            progress.n_rewrapped = progress.n_rewrapped.saturating_add(changes.len());
            return Ok(true);
        }
        let mut has_all = true;
        for change in changes {
            if self.records.write_records(&[change])? {
                progress.n_rewrapped = progress.n_rewrapped.saturating_add(1);
            } else {
                has_all = false;
            }
        }
        Ok(has_all)
    }

    fn rewrapped(
        &self,
        record: &Record,
    ) -> Result<Result<Option<RecordChange>, OpenError>, KeepError> {
        let draft = &record.draft;
        let (shop, name) = match stored::shop_and_name(&draft.key.id) {
            Ok(both) => both,
            Err(error) => return Ok(Err(error)),
        };
        let key = match self.unwrap(shop, name, &draft.body) {
            Ok(DataKey::Live(key)) => key,
            Ok(DataKey::Erased(_)) => return Ok(Ok(None)),
            Err(error) => return Ok(Err(error)),
        };
        let body = self.wrap(shop, name, &key)?;
        let draft = Self::data_key_draft(draft.key.clone(), draft.rank, &body);
        let expected = Some(record.version);
        Ok(Ok(Some(RecordChange::Put { draft, expected })))
    }
}
