//! Where in a list a page lies.

use super::{RecordKey, RecordPage};

/// A rank and an id.
type Place = (i64, String);

impl RecordKey {
    /// How long a kind, shop, id or mark can be.
    pub(super) const MOST_BYTES: usize = 200;
}

impl RecordPage {
    /// Two places between which the records of the page are. Neither is a record of it.
    pub fn between(&self) -> (Place, Place) {
        // No id is empty, and none is longer than this, of characters as high as there are.
        let least = (self.least, String::new());
        let most = (self.most, char::MAX.to_string().repeat(1 + RecordKey::MOST_BYTES / 4));
        let Some((rank, id)) = &self.after else { return (least, most) };
        // No id has control characters, so that for an order among ids they are all alike. Not
        // every database takes the first.
        let after = (*rank, id.replace('\0', "\u{1}"));
        if self.descending { (least, most.min(after)) } else { (least.max(after), most) }
    }
}
