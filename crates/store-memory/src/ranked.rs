//! Rows found by dossier and id, and walked list by list in order of rank.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use kernel::DossierKey;

/// Where a row stands in the lists of its table.
pub(crate) trait Ranked {
    /// Which list: a shop's, for one.
    type List: Ord;

    fn list(&self, dossier: &DossierKey) -> Self::List;
    fn rank(&self) -> i64;
}

/// Rank, dossier and id: what a list is ordered by.
pub(crate) type Place = (i64, DossierKey, String);

/// A table with one secondary index.
///
/// Invariant: `lists` holds each key of `rows` exactly once, in the list and at the rank of its
/// row.
#[derive(Debug)]
pub(crate) struct RankedRows<R: Ranked> {
    rows: BTreeMap<(DossierKey, String), R>,
    lists: BTreeMap<R::List, BTreeSet<Place>>,
}

impl<R: Ranked> Default for RankedRows<R> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), lists: BTreeMap::new() }
    }
}

impl<R: Ranked> RankedRows<R> {
    pub(crate) fn get(&self, dossier: &DossierKey, id: &str) -> Option<&R> {
        self.rows.get(&(dossier.clone(), id.to_owned()))
    }

    pub(crate) fn put(&mut self, dossier: &DossierKey, id: &str, row: R) {
        self.take(dossier, id);
        let list = self.lists.entry(row.list(dossier)).or_default();
        list.insert((row.rank(), dossier.clone(), id.to_owned()));
        self.rows.insert((dossier.clone(), id.to_owned()), row);
    }

    pub(crate) fn take(&mut self, dossier: &DossierKey, id: &str) -> Option<R> {
        let row = self.rows.remove(&(dossier.clone(), id.to_owned()))?;
        if let Some(list) = self.lists.get_mut(&row.list(dossier)) {
            list.remove(&(row.rank(), dossier.clone(), id.to_owned()));
        }
        Some(row)
    }

    /// The rows of a dossier, in order of their ids.
    pub(crate) fn of(&self, dossier: &DossierKey) -> impl Iterator<Item = &R> {
        let rows = self.rows.range((dossier.clone(), String::new())..);
        rows.take_while(move |((of, _), _)| of == dossier).map(|(_, row)| row)
    }

    pub(crate) fn clear(&mut self, dossier: &DossierKey) {
        let rows = self.rows.range((dossier.clone(), String::new())..);
        let ids: Vec<String> =
            rows.take_while(|((of, _), _)| of == dossier).map(|((_, id), _)| id.clone()).collect();
        for id in ids {
            self.take(dossier, &id);
        }
    }

    /// The rows of a list behind the place `after`, in order.
    pub(crate) fn walk(
        &self,
        list: &R::List,
        after: Option<Place>,
    ) -> impl Iterator<Item = (&DossierKey, &R)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let places = self.lists.get(list).into_iter();
        places.flat_map(move |it| it.range((from.clone(), Bound::Unbounded))).filter_map(
            |(_, dossier, id)| {
                let row = self.get(dossier, id)?;
                Some((dossier, row))
            },
        )
    }
}
