//! Bounded reads: what is asked, and what comes back.

use kernel::{DossierKey, ShopId, TimerId, Timestamp};

use crate::{EffectRow, Epoch};

/// Where the last page ended: the rank, dossier and id of its last row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub rank: i64,
    pub dossier: DossierKey,
    /// The row's own id within the dossier: task or case.
    pub id: String,
}

/// Rows come in order of rank, then order number, then id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskPage {
    pub shop: ShopId,
    /// Only tasks owed by this role; all roles if `None`.
    pub role: Option<String>,
    pub after: Option<Cursor>,
    pub limit: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CasePage {
    pub shop: ShopId,
    pub open: bool,
    /// Only cases in this status; all if `None`.
    pub status: Option<String>,
    pub after: Option<Cursor>,
    pub limit: usize,
}

/// A row and the dossier it belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed<R> {
    pub dossier: DossierKey,
    pub row: R,
}

impl<R> Listed<R> {
    /// The page out of pages of several lists, in order of rank, then dossier, then id; `place` is
    /// the rank and the id of a row.
    pub fn first_of(
        mut pages: Vec<Self>,
        limit: usize,
        place: impl Fn(&R) -> (i64, &str),
    ) -> Vec<Self> {
        pages.sort_by(|a, b| {
            let ((a_rank, a_id), (b_rank, b_id)) = (place(&a.row), place(&b.row));
            (a_rank, &a.dossier, a_id).cmp(&(b_rank, &b.dossier, b_id))
        });
        pages.truncate(limit);
        pages
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueTimer {
    pub dossier: DossierKey,
    pub timer: TimerId,
    pub at: Timestamp,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueEffect {
    pub dossier: DossierKey,
    pub row: EffectRow,
    /// Attempts noted so far.
    pub attempts: u32,
}

/// One more attempt at an effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    pub dossier: DossierKey,
    pub effect: String,
    /// When it is due again, if nothing is heard of it.
    pub again_at: Timestamp,
    /// Set if it is made by right of a lease, see [`crate::Hold::fence`].
    pub fence: Option<Epoch>,
}

/// The sum of an account in one tender, in fen; debits positive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Total {
    pub account: String,
    pub tender: String,
    pub amount: i64,
    pub n_entries: u64,
}
