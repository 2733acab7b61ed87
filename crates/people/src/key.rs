//! Keys for machines: `gk_<id>_<secret>`, of one shop, with bounded permissions.
//!
//! **Invariant:** a key can do no more than its scopes, no more than the position it acts as, and
//! never make keys or users: what somebody does with a stolen key ends with the key.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kernel::{ActorId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RecordKey, RecordPage};
use thiserror::Error;

use crate::{
    AuthError, Failure, People, Permission, Permissions, Position, Principal, Secret, Session,
    cache::Entry,
    desk::{self, Kept},
    principal::{Place, Who},
    secret,
    shop::is_line,
    spelled,
    user::shop_mark,
};

/// What a machine may not be allowed.
const FOR_PEOPLE: [Permission; 3] =
    [Permission::ManageKeys, Permission::ManageUsers, Permission::Platform];

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct NewKey<'n> {
    pub shop: &'n ShopId,
    /// 1 to 60 characters: what it is for.
    pub name: &'n str,
    /// Whose role its commands are judged by, at grade 1.
    pub position: Position,
    pub scopes: Permissions,
    /// `None` for a key that lasts until it is revoked.
    pub until: Option<Timestamp>,
}

/// A key, without its secret.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKey {
    pub id: String,
    pub shop: ShopId,
    pub name: String,
    pub position: Position,
    pub scopes: Permissions,
    pub made_by: ActorId,
    pub made_at: Timestamp,
    pub until: Option<Timestamp>,
    /// To the minute.
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

#[derive(Debug, Error)]
pub enum KeyError {
    #[error("this is not allowed")]
    Forbidden,
    /// Also for keys of other shops.
    #[error("there is no such key")]
    Unknown,
    #[error("a name has 1 to 60 characters and no control characters")]
    BadName,
    #[error("a key has at least one scope")]
    NoScopes,
    #[error("`{0}` is for people, not for machines")]
    ForPeople(Permission),
    #[error("a `{position}` is not allowed `{permission}`")]
    BeyondPosition { position: Position, permission: Permission },
    #[error("a key cannot have ended before it begins")]
    BadExpiry,
    #[error(transparent)]
    Failed(#[from] Failure),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct KeyBody {
    digest: String,
    #[serde(with = "spelled::text")]
    shop: ShopId,
    name: String,
    #[serde(with = "spelled::code")]
    position: Position,
    #[serde(with = "spelled::codes")]
    scopes: BTreeSet<Permission>,
    #[serde(with = "spelled::text")]
    made_by: ActorId,
    made_at: i64,
    until: Option<i64>,
    used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Kept for KeyBody {
    const KIND: &'static str = "api-key";

    fn rank(&self) -> i64 {
        self.made_at
    }

    fn marks(&self) -> BTreeSet<String> {
        [shop_mark(&self.shop)].into()
    }
}

impl People {
    /// Makes a key and gives its text, which is shown this once.
    pub fn make_key(
        &self,
        by: &Principal,
        wanted: &NewKey<'_>,
    ) -> Result<(ApiKey, Secret), KeyError> {
        self.check_new_key(by, wanted)?;
        let now = self.clock.now();
        let id = secret::name()?;
        let text = format!("gk_{id}_{}", secret::token()?);
        let body = KeyBody {
            digest: secret::digest(&text),
            shop: wanted.shop.clone(),
            name: wanted.name.to_owned(),
            position: wanted.position,
            scopes: wanted.scopes.iter().collect(),
            made_by: by.actor(),
            made_at: now.epoch_seconds(),
            until: wanted.until.map(Timestamp::epoch_seconds),
            used_at: None,
            revoked_at: None,
        };
        if !self.desk.write(&[desk::make(key(&id), &body)?])? {
            return Err(Failure::Contended.into());
        }
        Ok((body.shown(&id), Secret::new(text)))
    }

    /// Keys of a shop, oldest first, revoked ones too.
    pub fn keys(
        &self,
        by: &Principal,
        shop: &ShopId,
        after: Option<&ApiKey>,
        limit: usize,
    ) -> Result<Vec<ApiKey>, KeyError> {
        if !by.may(Permission::ManageKeys, shop) {
            return Err(KeyError::Forbidden);
        }
        let mut page = RecordPage::of(KeyBody::KIND, "", limit);
        page.mark = Some(shop_mark(shop));
        page.after = after.map(|it| (it.made_at.epoch_seconds(), it.id.clone()));
        let found = self.desk.list::<KeyBody>(&page)?;
        Ok(found.iter().map(|it| it.body.shown(&it.key.id)).collect())
    }

    /// A key of a shop.
    pub fn key(&self, by: &Principal, shop: &ShopId, id: &str) -> Result<ApiKey, KeyError> {
        if !by.may(Permission::ManageKeys, shop) {
            return Err(KeyError::Forbidden);
        }
        if !is_key_id(id) {
            return Err(KeyError::Unknown);
        }
        let found = self.desk.find::<KeyBody>(&key(id))?.filter(|it| it.body.shop == *shop);
        found.map(|it| it.body.shown(id)).ok_or(KeyError::Unknown)
    }

    /// Revokes a key of a shop: at once in this process, in others when their cache is old.
    pub fn revoke_key(&self, by: &Principal, shop: &ShopId, id: &str) -> Result<ApiKey, KeyError> {
        if !by.may(Permission::ManageKeys, shop) {
            return Err(KeyError::Forbidden);
        }
        if !is_key_id(id) {
            return Err(KeyError::Unknown);
        }
        let now = self.clock.now().epoch_seconds();
        let outcome = self.desk.update(&key(id), |body: &mut KeyBody, _| {
            if body.shop != *shop {
                return Err(KeyError::Unknown);
            }
            body.revoked_at.get_or_insert(now);
            Ok(body.shown(id))
        });
        self.cache.forget(&ground(id));
        outcome?.ok_or(KeyError::Unknown)
    }

    /// Whose key this is. Costs no read while it is fresh in this process's cache.
    pub fn authenticate_key(&self, text: &str) -> Result<Arc<Session>, AuthError> {
        let digest = secret::digest(text);
        let now = self.clock.now();
        let found = self.cache.session(&digest, now, || self.read_key(text, &digest, now))?;
        found.ok_or(AuthError::NotSignedIn)
    }

    fn read_key(&self, text: &str, digest: &str, now: Timestamp) -> Result<Option<Entry>, Failure> {
        let mut parts = text.splitn(3, '_');
        let (Some("gk"), Some(id), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(None);
        };
        if !is_key_id(id) {
            return Ok(None);
        }
        let Some(mut found) = self.desk.find::<KeyBody>(&key(id))? else { return Ok(None) };
        let body = &mut found.body;
        let until = Timestamp::from_epoch_seconds(body.until.unwrap_or(i64::MAX));
        let is_theirs = secret::is_same(body.digest.as_bytes(), digest.as_bytes());
        if !is_theirs || body.revoked_at.is_some() || until <= now {
            return Ok(None);
        }
        let scopes = body.scopes.iter().copied().collect();
        let place = Place::new([body.position], 1, &self.matrix, Some(scopes));
        let places = BTreeMap::from([(body.shop.clone(), place)]);
        let principal = Principal::new(Who::Key(id.to_owned()), places, Permissions::NONE);
        let used_at = body.used_at.map(Timestamp::from_epoch_seconds);
        if used_at.is_none_or(|it| self.settings.touch_every <= now.since(it)) {
            body.used_at = Some(now.epoch_seconds());
            self.desk.write(&[found.put()?])?;
        }
        let session = Session { id: format!("key-{id}"), principal, until };
        let session = Arc::new(session);
        Ok(Some(Entry { session, stands_on: ground(id), read_at: now, until }))
    }

    fn check_new_key(&self, by: &Principal, wanted: &NewKey<'_>) -> Result<(), KeyError> {
        if !by.may(Permission::ManageKeys, wanted.shop) {
            return Err(KeyError::Forbidden);
        }
        if !is_line(wanted.name, 60) {
            return Err(KeyError::BadName);
        }
        if wanted.scopes == Permissions::NONE {
            return Err(KeyError::NoScopes);
        }
        if let Some(it) = FOR_PEOPLE.into_iter().find(|it| wanted.scopes.has(*it)) {
            return Err(KeyError::ForPeople(it));
        }
        let position = wanted.position;
        let given = self.matrix.permissions(position);
        if let Some(permission) = wanted.scopes.iter().find(|it| !given.has(*it)) {
            return Err(KeyError::BeyondPosition { position, permission });
        }
        if !by.may_give(wanted.scopes, wanted.shop) {
            return Err(KeyError::Forbidden);
        }
        if wanted.until.is_some_and(|it| it <= self.clock.now()) {
            return Err(KeyError::BadExpiry);
        }
        Ok(())
    }
}

impl KeyBody {
    fn shown(&self, id: &str) -> ApiKey {
        ApiKey {
            id: id.to_owned(),
            shop: self.shop.clone(),
            name: self.name.clone(),
            position: self.position,
            scopes: self.scopes.iter().copied().collect(),
            made_by: self.made_by.clone(),
            made_at: Timestamp::from_epoch_seconds(self.made_at),
            until: self.until.map(Timestamp::from_epoch_seconds),
            used_at: self.used_at.map(Timestamp::from_epoch_seconds),
            revoked_at: self.revoked_at.map(Timestamp::from_epoch_seconds),
        }
    }
}

fn is_key_id(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|it| it.is_ascii_hexdigit())
}

fn ground(id: &str) -> String {
    format!("key:{id}")
}

fn key(id: &str) -> RecordKey {
    RecordKey::of_all(KeyBody::KIND, id)
}
