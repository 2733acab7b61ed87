//! Sessions: what a token stands for, until when, and how it ends.
//!
//! **Invariant:** a token is never stored, only its SHA-256; and every session ends at its time,
//! whatever the cache remembers. The guard against forged requests is derived from the token, so it
//! cannot be had without the token and is not stored either.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc};

use kernel::{DossierKey, OrderNo, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RecordChange, RecordKey, RecordPage};
use thiserror::Error;

use crate::{
    Failure, Lasting, People, Principal, Secret, UserError, UserId, UserStatus, address,
    cache::Entry,
    desk,
    desk::Kept,
    door, secret, spelled,
    user::{self, UserBody},
};

/// Somebody who is let in, for a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Names the session, and lets nobody in.
    pub id: String,
    pub principal: Principal,
    /// When it ends at the latest.
    pub until: Timestamp,
}

/// A session that was just begun. The token is shown this once.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub token: Secret,
    /// Goes with every request that changes something, see [`People::is_csrf`].
    pub csrf: Secret,
    pub session: Session,
}

/// A session in the list of those of a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionNote {
    pub id: String,
    pub made_at: Timestamp,
    /// To the minute.
    pub used_at: Timestamp,
    pub until: Timestamp,
    /// The prefix of the address it was begun from.
    pub address: String,
    /// What the browser called itself.
    pub agent: String,
}

/// Why a token or key lets nobody in.
#[derive(Debug, Error)]
pub enum AuthError {
    /// It was never given out, has ended or was revoked; which, is not said.
    #[error("not signed in")]
    NotSignedIn,
    #[error(transparent)]
    Failed(#[from] Failure),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SessionBody {
    pub(crate) holder: Holder,
    pub(crate) made_at: i64,
    pub(crate) used_at: i64,
    pub(crate) until: i64,
    pub(crate) address: String,
    pub(crate) agent: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Holder {
    User {
        #[serde(with = "spelled::text")]
        user: UserId,
        generation: u64,
    },
    Buyer {
        #[serde(with = "spelled::text")]
        shop: ShopId,
        #[serde(with = "spelled::text")]
        order: OrderNo,
        turn: u64,
    },
}

impl Kept for SessionBody {
    const KIND: &'static str = "session";

    /// When it may be swept away.
    fn rank(&self) -> i64 {
        self.until
    }

    fn marks(&self) -> BTreeSet<String> {
        match &self.holder {
            Holder::User { user, .. } => [user.ground()].into(),
            Holder::Buyer { .. } => BTreeSet::new(),
        }
    }
}

impl People {
    /// Who holds the token. Costs no read while it is fresh in this process's cache.
    pub fn authenticate(&self, token: &str) -> Result<Arc<Session>, AuthError> {
        let digest = secret::digest(token);
        let now = self.clock.now();
        let found = self.cache.session(&digest, now, || self.read_session(&digest, now))?;
        found.ok_or(AuthError::NotSignedIn)
    }

    /// Who holds the token at this moment, whatever the cache remembers. It does not count as use:
    /// who only listens falls idle.
    pub fn look(&self, token: &str) -> Result<Arc<Session>, AuthError> {
        let found = self.live_session(&secret::digest(token), self.clock.now())?;
        found.map(|(_, entry)| entry.session).ok_or(AuthError::NotSignedIn)
    }

    /// Whose token or key this is, if this process has read so a moment ago. Never blocks; `None`
    /// says nothing, and then one of the others has to be asked.
    pub fn fresh(&self, text: &str) -> Option<Arc<Session>> {
        self.cache.fresh(&secret::digest(text), self.clock.now())
    }

    /// Whether `given` is the guard that belongs to the session's token.
    pub fn is_csrf(&self, token: &str, given: &str) -> bool {
        secret::is_same(csrf(token).as_bytes(), given.as_bytes())
    }

    /// The guard of a session, for a page that is loaded anew.
    pub fn csrf(&self, token: &str) -> Secret {
        Secret::new(csrf(token))
    }

    /// Ends the session of the token; that of no other.
    pub fn sign_out(&self, token: &str) -> Result<(), Failure> {
        let digest = secret::digest(token);
        let dropped = self.desk.write(&[RecordChange::Drop { key: key(&digest), expected: None }]);
        self.cache.forget_session(&digest);
        dropped.map(|_| ())
    }

    /// Sessions of a user that have not ended, the one that lasts longest first.
    pub fn sessions(
        &self,
        by: &Principal,
        id: &UserId,
        limit: usize,
    ) -> Result<Vec<SessionNote>, UserError> {
        let user = self.governed_or_oneself(by, id)?;
        let now = self.clock.now().epoch_seconds();
        let mut page = RecordPage::of(SessionBody::KIND, "", limit);
        page.mark = Some(id.ground());
        page.least = now.saturating_add(1);
        page.descending = true;
        let found = self.desk.list::<SessionBody>(&page)?;
        let idle = self.settings.staff.idle.whole_seconds();
        let is_live = |it: &SessionBody| {
            now < it.used_at.saturating_add(idle)
                && matches!(it.holder, Holder::User { generation, .. }
                    if generation == user.generation)
        };
        Ok(found
            .into_iter()
            .filter(|it| is_live(&it.body))
            .map(|it| it.body.note(&it.key))
            .collect())
    }

    /// Ends one session of a user. One that is not theirs, or is no more, changes nothing.
    pub fn end_session(&self, by: &Principal, id: &UserId, session: &str) -> Result<(), UserError> {
        self.governed_or_oneself(by, id)?;
        if !is_digest(session) {
            return Ok(());
        }
        let found = self.desk.find::<SessionBody>(&key(session))?;
        let is_theirs = |it: &SessionBody| it.marks().contains(&id.ground());
        if found.is_some_and(|it| is_theirs(&it.body)) {
            let dropped = RecordChange::Drop { key: key(session), expected: None };
            let outcome = self.desk.write(&[dropped]);
            self.cache.forget_session(session);
            outcome?;
        }
        Ok(())
    }

    /// Ends every session of a user.
    pub fn end_all_sessions(&self, by: &Principal, id: &UserId) -> Result<(), UserError> {
        self.change_user(id, |body, _| {
            if !user::is_user(by, id) {
                self.check_governed(by, body)?;
            }
            body.end_sessions();
            Ok(())
        })
    }

    fn governed_or_oneself(&self, by: &Principal, id: &UserId) -> Result<UserBody, UserError> {
        let found = self.desk.find::<UserBody>(&id.key())?.ok_or(UserError::Unknown)?;
        if !user::is_user(by, id) {
            self.check_governed(by, &found.body)?;
        }
        Ok(found.body)
    }

    /// A new session, and the change that makes it; it begins when that is written.
    pub(crate) fn begin(
        &self,
        holder: Holder,
        principal: Principal,
        from: &Origin<'_>,
    ) -> Result<(SignedIn, RecordChange), Failure> {
        let lasting = self.lasting(&holder);
        let now = self.clock.now();
        let until = now.plus(lasting.at_most);
        let body = SessionBody {
            holder,
            made_at: now.epoch_seconds(),
            used_at: now.epoch_seconds(),
            until: until.epoch_seconds(),
            address: address::prefix(from.address),
            agent: from.agent.chars().filter(|it| !it.is_control()).take(200).collect(),
        };
        let token = secret::token()?;
        let id = secret::digest(&token);
        let change = desk::make(key(&id), &body)?;
        let csrf = Secret::new(csrf(&token));
        let session = Session { id, principal, until };
        Ok((SignedIn { token: Secret::new(token), csrf, session }, change))
    }

    fn lasting(&self, holder: &Holder) -> Lasting {
        match holder {
            Holder::User { .. } => self.settings.staff,
            Holder::Buyer { .. } => self.settings.buyers,
        }
    }

    fn read_session(&self, digest: &str, now: Timestamp) -> Result<Option<Entry>, Failure> {
        let Some((mut found, entry)) = self.live_session(digest, now)? else { return Ok(None) };
        let used_at = Timestamp::from_epoch_seconds(found.body.used_at);
        if self.settings.touch_every <= now.since(used_at) {
            found.body.used_at = now.epoch_seconds();
            // If somebody else has written it, it was touched or has ended; the latter is seen when
            // this entry of the cache is old.
            self.desk.write(&[found.put()?])?;
        }
        Ok(Some(entry))
    }

    fn live_session(
        &self,
        digest: &str,
        now: Timestamp,
    ) -> Result<Option<(desk::Found<SessionBody>, Entry)>, Failure> {
        let Some(found) = self.desk.find::<SessionBody>(&key(digest))? else {
            return Ok(None);
        };
        let body = &found.body;
        let idle = self.lasting(&body.holder).idle;
        let used_at = Timestamp::from_epoch_seconds(body.used_at);
        let until = Timestamp::from_epoch_seconds(body.until);
        if until <= now || used_at.plus(idle) <= now {
            return Ok(None);
        }
        let Some((principal, stands_on)) = self.holder(&body.holder)? else { return Ok(None) };
        let session = Session { id: digest.to_owned(), principal, until };
        let entry = Entry { session: Arc::new(session), stands_on, read_at: now, until };
        Ok(Some((found, entry)))
    }

    /// Who holds a session, and what it stands on; `None` if that has given way.
    fn holder(&self, holder: &Holder) -> Result<Option<(Principal, String)>, Failure> {
        match holder {
            Holder::User { user, generation } => {
                let found = self.desk.find::<UserBody>(&user.key())?;
                let is_good =
                    |it: &UserBody| it.generation == *generation && it.status == UserStatus::Active;
                let body = found.map(|it| it.body).filter(is_good);
                Ok(body.map(|it| (it.principal(&self.matrix), user.ground())))
            }
            Holder::Buyer { shop, order, turn } => {
                let key = DossierKey::new(shop.clone(), order.clone());
                if self.door_turn(&key)? != *turn {
                    return Ok(None);
                }
                let ground = door::ground(&key);
                Ok(Some((Principal::buyer(key), ground)))
            }
        }
    }
}

/// Where somebody comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'f> {
    /// Of the peer, or as a trusted proxy says; never as the caller says.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: &'f str,
}

impl SessionBody {
    fn note(&self, key: &RecordKey) -> SessionNote {
        SessionNote {
            id: key.id.clone(),
            made_at: Timestamp::from_epoch_seconds(self.made_at),
            used_at: Timestamp::from_epoch_seconds(self.used_at),
            until: Timestamp::from_epoch_seconds(self.until),
            address: self.address.clone(),
            agent: self.agent.clone(),
        }
    }
}

fn csrf(token: &str) -> String {
    secret::encode(&secret::mac(token.as_bytes(), &["csrf"]))
}

pub(crate) fn key(digest: &str) -> RecordKey {
    RecordKey::of_all(SessionBody::KIND, digest)
}

fn is_digest(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|it| it.is_ascii_hexdigit())
}
