//! Shops: the tenants of the installation.

use std::collections::BTreeSet;

use kernel::{Choice as _, ShopId, choice};
use serde::{Deserialize, Serialize};
use store::{RecordKey, RecordPage};
use thiserror::Error;

use crate::{Failure, People, Permission, Principal, desk, desk::Kept, spelled};

choice! {
    /// Whether people may work in a shop. A closed one keeps everything and accepts nothing.
    pub enum ShopStatus {
        Open = "open",
        Closed = "closed",
    }
}

/// A merchant's store on one marketplace or its own site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shop {
    #[serde(with = "spelled::text")]
    pub id: ShopId,
    /// 1 to 100 characters.
    pub name: String,
    /// Where its orders come from, such as `taobao` or `own-site`: 1 to 40 characters.
    pub channel: String,
    /// The pack that new orders fall under, by name: 1 to 60 characters.
    pub pack: String,
    #[serde(with = "spelled::code")]
    pub status: ShopStatus,
}

#[derive(Debug, Error)]
pub enum ShopError {
    #[error("this is not allowed")]
    Forbidden,
    #[error("there is a shop `{0}` already")]
    Taken(ShopId),
    #[error("there is no shop `{0}`")]
    Unknown(ShopId),
    #[error("the shop changed since it was read")]
    Changed,
    #[error("`{field}` has 1 to {most} characters and no control characters")]
    BadText { field: &'static str, most: usize },
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl Kept for Shop {
    const KIND: &'static str = "shop";

    fn rank(&self) -> i64 {
        0
    }

    fn marks(&self) -> BTreeSet<String> {
        BTreeSet::from([format!("status:{}", self.status.code())])
    }
}

impl People {
    /// Opens a shop. For platform admins.
    pub fn make_shop(&self, by: &Principal, shop: &Shop) -> Result<(), ShopError> {
        if !by.may_everywhere(Permission::ManageShop) {
            return Err(ShopError::Forbidden);
        }
        check(shop)?;
        let change = desk::make(key(&shop.id), shop)?;
        if self.desk.write(&[change])? { Ok(()) } else { Err(ShopError::Taken(shop.id.clone())) }
    }

    /// Changes everything of a shop but its id, if it is still as it was `before`. Who may not do
    /// that learns nothing of the shop.
    pub fn change_shop(&self, by: &Principal, before: &Shop, shop: &Shop) -> Result<(), ShopError> {
        if !by.may(Permission::ManageShop, &shop.id) {
            return Err(ShopError::Forbidden);
        }
        check(shop)?;
        let changed = self.desk.update(&key(&shop.id), |kept: &mut Shop, _| {
            if kept != before {
                return Err(ShopError::Changed);
            }
            kept.clone_from(shop);
            Ok(())
        })?;
        changed.ok_or_else(|| ShopError::Unknown(shop.id.clone()))
    }

    pub fn shop(&self, id: &ShopId) -> Result<Option<Shop>, Failure> {
        Ok(self.desk.find::<Shop>(&key(id))?.map(|it| it.body))
    }

    /// Shops in order of id, after `after`, at most `limit`. What a caller may see of them is for
    /// the caller to say: this is the whole installation's list.
    pub fn shops(&self, after: Option<&ShopId>, limit: usize) -> Result<Vec<Shop>, Failure> {
        let mut page = RecordPage::of(Shop::KIND, "", limit);
        page.after = after.map(|it| (0, it.to_string()));
        Ok(self.desk.list::<Shop>(&page)?.into_iter().map(|it| it.body).collect())
    }
}

pub(crate) fn key(id: &ShopId) -> RecordKey {
    RecordKey::of_all(Shop::KIND, id.as_str())
}

pub(crate) fn check(shop: &Shop) -> Result<(), ShopError> {
    let fields =
        [("name", &shop.name, 100), ("channel", &shop.channel, 40), ("pack", &shop.pack, 60)];
    for (field, text, most) in fields {
        if !is_line(text, most) {
            return Err(ShopError::BadText { field, most });
        }
    }
    Ok(())
}

/// Whether a text is one line that says something, of at most so many characters.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().take(most.saturating_add(1)).count() <= most
        && !text.chars().any(char::is_control)
}
