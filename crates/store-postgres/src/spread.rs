//! Work on many dossiers: at once where one server has them all, in parts where they are spread.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    sync::{Mutex, PoisonError},
    thread,
};

use kernel::{Bucket, DossierKey};

use crate::{PostgresStore, bulk::Layout, failure::Failure};

/// Connections that one call uses at a time.
const MOST_AT_ONCE: usize = 8;

/// The items of one bucket, and their places in the whole.
type Part<'i, I> = (Vec<usize>, Vec<&'i I>);

impl PostgresStore {
    /// Does `work` on all items, or on those of each bucket. One result per item, in order.
    ///
    /// If one part fails the call does, and the others may have succeeded.
    pub(crate) fn in_parts<'i, I: Sync, T: Send>(
        &self,
        items: &'i [I],
        dossier: impl Fn(&I) -> &DossierKey,
        work: impl Fn(&[&'i I]) -> Result<Vec<T>, Failure> + Sync,
    ) -> Result<Vec<T>, Failure> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        match self.layout {
            Layout::Whole => work(&items.iter().collect::<Vec<_>>()),
            Layout::Spread => {
                let mut parts: BTreeMap<Bucket, Part<'i, I>> = BTreeMap::new();
                for (nth, item) in items.iter().enumerate() {
                    let (places, part) = parts.entry(dossier(item).bucket()).or_default();
                    places.push(nth);
                    part.push(item);
                }
                let n_at_once = MOST_AT_ONCE.min(self.pool.config().pool_size);
                in_parallel(parts.into_values().collect(), n_at_once, &work)
            }
        }
    }
}

fn in_parallel<'i, I: Sync, T: Send>(
    parts: Vec<Part<'i, I>>,
    n_at_once: usize,
    work: &(impl Fn(&[&'i I]) -> Result<Vec<T>, Failure> + Sync),
) -> Result<Vec<T>, Failure> {
    let (n_parts, n_workers) = (parts.len(), n_at_once.min(parts.len()));
    let left = Mutex::new(parts);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work_off = || {
        let mut done: Vec<(usize, T)> = Vec::new();
        while let Some((places, part)) = next() {
            done.extend(places.into_iter().zip(work(&part)?));
        }
        Ok(done)
    };
    let done: Vec<Result<Vec<(usize, T)>, Failure>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..n_workers).map(|_| scope.spawn(work_off)).collect();
        let ended = workers.into_iter().map(|it| it.join().unwrap_or_else(|it| resume_unwind(it)));
        ended.collect()
    });
    let mut in_order = BTreeMap::new();
    for part in done {
        in_order.extend(part.map_err(|failure| match failure {
            failure if failure.is_busy() && 1 < n_parts => Failure::Partly(Box::new(failure)),
            failure => failure,
        })?);
    }
    Ok(in_order.into_values().collect())
}
