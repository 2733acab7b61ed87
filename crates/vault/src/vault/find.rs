//! Finding orders by what is personal about them, without opening anything.

use kernel::{OrderNo, ShopId};
use store::RecordPage;

use crate::{
    plain::Plain,
    stored::{self, PERSONAL, PersonalBody},
    vault::{DataKey, ReadError, Vault},
};

/// What somebody looks for. All of it must be said whole: there is no search for parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    Phone(Plain),
    /// The last four digits.
    PhoneTail(Plain),
    Account(Plain),
    Name(Plain),
}

impl Vault {
    /// Orders of a shop, at most `limit`, the one that was kept last first.
    pub fn find(
        &self,
        shop: &ShopId,
        query: &Query,
        limit: usize,
    ) -> Result<Vec<OrderNo>, ReadError> {
        let Some(mark) = self.mark(shop, query) else { return Ok(Vec::new()) };
        let page = RecordPage {
            mark: Some(mark),
            descending: true,
            ..RecordPage::of(PERSONAL, shop.as_str(), limit)
        };
        let records = self.records.list_records(&page)?;
        let mut bodies = Vec::new();
        for record in &records {
            bodies.push(stored::read::<PersonalBody>(&record.draft.body)?);
        }
        let data_keys = self.data_keys(shop, bodies.iter())?;
        // The marks of somebody erased this moment may not have been taken away yet.
        let is_erased = |body: &PersonalBody| match body {
            PersonalBody::Erased(_) => true,
            PersonalBody::Kept { data_key, .. } => {
                matches!(data_keys.get(data_key), Some(Ok(DataKey::Erased(_))))
            }
        };
        let found = records.iter().zip(&bodies).filter(|(_, body)| !is_erased(body));
        Ok(found.map(|(record, _)| OrderNo::lossy(&record.draft.key.id)).collect())
    }

    fn mark(&self, shop: &ShopId, query: &Query) -> Option<String> {
        let blinder = self.ring.blinder();
        match query {
            Query::Phone(phone) => blinder.phone_mark(shop, phone.expose()),
            Query::PhoneTail(tail) => Some(blinder.tail_mark(shop, tail.expose())),
            Query::Account(account) => {
                account.trimmed().map(|it| blinder.pseudonym(shop, it).to_string())
            }
            Query::Name(name) => blinder.name_mark(shop, name.expose()),
        }
    }
}
