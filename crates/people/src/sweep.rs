//! Clearing away what has ended: sessions, tries, codes.

use store::{RecordChange, RecordPage};

use crate::{
    Failure, People, desk::Kept as _, door::CODE_KIND, limit::Tries, session::SessionBody,
};

impl People {
    /// Drops at most `limit` records of each kind that can let nobody in any more, and says how
    /// many it dropped. Nothing depends on it but the size of the database; any process may do it.
    pub fn sweep(&self, limit: usize) -> Result<usize, Failure> {
        let now = self.clock.now().epoch_seconds();
        let mut n_dropped = 0_usize;
        for kind in [SessionBody::KIND, Tries::KIND, CODE_KIND] {
            let mut page = RecordPage::of(kind, "", limit);
            page.most = now;
            for (key, version) in self.desk.keys(&page)? {
                let dropped = RecordChange::Drop { key, expected: Some(version) };
                if self.desk.write(&[dropped])? {
                    n_dropped = n_dropped.saturating_add(1);
                }
            }
        }
        Ok(n_dropped)
    }
}
