//! A user: who they are, how they sign in, and where they work.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use kernel::{ActorId, ShopId, Timestamp, choice};
use serde::{Deserialize, Serialize};
use store::RecordKey;
use thiserror::Error;

use crate::{
    Failure, Matrix, PasswordFault, Permission, Permissions, Position, Principal,
    desk::Kept,
    principal::{Place, Who},
    second_step::{Pending, Step},
    secret, spelled,
};

/// Names a user for ever; 16 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UserId(String);

/// There is no such id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a user id is 16 hexadecimal digits")]
pub struct BadUserId;

choice! {
    pub enum UserStatus {
        Active = "active",
        /// May not sign in; nothing of theirs is lost.
        Closed = "closed",
    }
}

/// What a user is in a shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// At least one, and not `platform-admin`.
    pub positions: BTreeSet<Position>,
    /// 1 to 9, as the authority table of the policy pack knows it.
    pub grade: u32,
}

/// Who somebody is to an identity provider.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// The `iss` of a verified token.
    pub issuer: String,
    /// The `sub` of a verified token.
    pub subject: String,
}

/// A user, as far as somebody may see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct User {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub status: UserStatus,
    pub seats: BTreeMap<ShopId, Seat>,
    pub is_platform_admin: bool,
    pub has_password: bool,
    pub has_second_step: bool,
    pub identities: Vec<Identity>,
    pub made_at: Timestamp,
}

/// Why a user could not be made or changed.
#[derive(Debug, Error)]
pub enum UserError {
    #[error("this is not allowed")]
    Forbidden,
    /// Also for users of shops that are none of the caller's business.
    #[error("there is no such user")]
    Unknown,
    #[error("there is no shop `{0}`")]
    UnknownShop(ShopId),
    #[error("the shop's name, channel or pack cannot be used")]
    BadShop,
    #[error("the user changed since they were read")]
    Changed,
    #[error("the login is taken")]
    LoginTaken,
    #[error(
        "a login has 3 to 64 letters, digits and `.`, `-`, `_`, `@`, `+`, and 100 bytes at most"
    )]
    BadLogin,
    #[error("a name has 1 to 60 characters and no control characters")]
    BadName,
    #[error("in a shop one holds at least one position, and not `platform-admin`")]
    BadPositions,
    #[error("a grade is between 1 and 9")]
    BadGrade,
    #[error("the identity is another user's")]
    IdentityTaken,
    #[error("issuer and subject have 1 to 255 characters")]
    BadIdentity,
    #[error("this cannot be done to oneself")]
    NotToOneself,
    #[error("there is somebody already; the first admin was made before")]
    AlreadySetUp,
    #[error("the password is wrong")]
    WrongPassword,
    #[error("too many tries")]
    TooMany { again_at: Timestamp },
    #[error(transparent)]
    BadPassword(#[from] PasswordFault),
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl UserId {
    pub(crate) fn random() -> Result<Self, Failure> {
        secret::name().map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn actor(&self) -> ActorId {
        ActorId::lossy(&format!("user-{}", self.0))
    }

    pub(crate) fn key(&self) -> RecordKey {
        RecordKey::of_all(UserBody::KIND, self.0.as_str())
    }

    /// What a session of this user stands on, for the cache.
    pub(crate) fn ground(&self) -> String {
        format!("user:{}", self.0)
    }
}

impl FromStr for UserId {
    type Err = BadUserId;

    fn from_str(text: &str) -> Result<Self, BadUserId> {
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        let is_id = text.len() == 16 && text.bytes().all(is_digit);
        if is_id { Ok(Self(text.to_owned())) } else { Err(BadUserId) }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct UserBody {
    #[serde(with = "spelled::text")]
    pub(crate) id: UserId,
    pub(crate) login: String,
    pub(crate) name: String,
    #[serde(with = "spelled::code")]
    pub(crate) status: UserStatus,
    /// A PHC string; none for those who come by an identity provider alone.
    pub(crate) password: Option<String>,
    /// Sessions of an earlier generation have ended.
    pub(crate) generation: u64,
    pub(crate) made_at: i64,
    pub(crate) seats: Vec<SeatBody>,
    #[serde(with = "spelled::codes")]
    pub(crate) everywhere: BTreeSet<Position>,
    pub(crate) second_step: Option<Step>,
    pub(crate) pending_step: Option<Pending>,
    pub(crate) identities: Vec<Identity>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct SeatBody {
    #[serde(with = "spelled::text")]
    pub(crate) shop: ShopId,
    #[serde(with = "spelled::codes")]
    pub(crate) positions: BTreeSet<Position>,
    pub(crate) grade: u32,
}

impl Kept for UserBody {
    const KIND: &'static str = "user";

    fn rank(&self) -> i64 {
        self.made_at
    }

    fn marks(&self) -> BTreeSet<String> {
        let shops = self.seats.iter().map(|it| shop_mark(&it.shop));
        shops.chain([format!("login:{}", self.login)]).collect()
    }
}

pub(crate) fn shop_mark(shop: &ShopId) -> String {
    format!("shop:{shop}")
}

impl UserBody {
    pub(crate) fn principal(&self, matrix: &Matrix) -> Principal {
        let place = |it: &SeatBody| {
            let place = Place::new(it.positions.iter().copied(), it.grade, matrix, None);
            (it.shop.clone(), place)
        };
        let places = self.seats.iter().map(place).collect();
        Principal::new(Who::User(self.id.clone()), places, given(&self.everywhere, matrix))
    }

    /// Ends every session, when it is written.
    pub(crate) fn end_sessions(&mut self) {
        self.generation = self.generation.saturating_add(1);
    }

    pub(crate) fn is_platform_admin(&self) -> bool {
        self.everywhere.contains(&Position::PlatformAdmin)
    }

    /// Whether `by` may know of this user: they manage people in a shop where the user works.
    pub(crate) fn is_seen_by(&self, by: &Principal) -> bool {
        is_user(by, &self.id)
            || by.may_everywhere(Permission::Platform)
            || self.seats.iter().any(|it| by.may(Permission::ManageUsers, &it.shop))
    }

    /// Whether `by` may change what this user is as a whole: their password, name, sessions. That
    /// takes the right to manage people in *every* shop in which the user works, and all the
    /// permissions they have there, as it is as good as being them.
    pub(crate) fn is_governed_by(&self, by: &Principal, matrix: &Matrix) -> bool {
        let governs = |it: &SeatBody| {
            by.may(Permission::ManageUsers, &it.shop)
                && by.may_give(given(&it.positions, matrix), &it.shop)
        };
        by.may_everywhere(Permission::Platform)
            || (self.everywhere.is_empty()
                && !self.seats.is_empty()
                && self.seats.iter().all(governs))
    }

    /// What `by` may see: of the shops, only those in which they manage people.
    pub(crate) fn seen_by(&self, by: &Principal) -> User {
        let sees_all = is_user(by, &self.id) || by.may_everywhere(Permission::Platform);
        let is_seen = |it: &&SeatBody| sees_all || by.may(Permission::ManageUsers, &it.shop);
        let seat = |it: &SeatBody| {
            (it.shop.clone(), Seat { positions: it.positions.clone(), grade: it.grade })
        };
        User {
            id: self.id.clone(),
            login: self.login.clone(),
            name: self.name.clone(),
            status: self.status,
            seats: self.seats.iter().filter(is_seen).map(seat).collect(),
            is_platform_admin: self.is_platform_admin(),
            has_password: self.password.is_some(),
            has_second_step: self.second_step.is_some(),
            identities: self.identities.clone(),
            made_at: Timestamp::from_epoch_seconds(self.made_at),
        }
    }
}

pub(crate) fn is_user(by: &Principal, id: &UserId) -> bool {
    matches!(by.who(), Who::User(own) if own == id)
}

/// All that the positions give.
pub(crate) fn given(positions: &BTreeSet<Position>, matrix: &Matrix) -> Permissions {
    positions.iter().fold(Permissions::NONE, |all, it| all.and(matrix.permissions(*it)))
}

/// Keeps a login or an identity from being two users'.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Guard {
    #[serde(with = "spelled::text")]
    pub(crate) user: UserId,
}

impl Kept for Guard {
    const KIND: &'static str = "name-guard";

    fn rank(&self) -> i64 {
        0
    }
}

pub(crate) fn login_key(login: &str) -> RecordKey {
    RecordKey::of_all(Guard::KIND, format!("login:{}", secret::digest(&fold(login))))
}

pub(crate) fn identity_key(it: &Identity) -> RecordKey {
    let both = secret::hex(&secret::mac(b"identity", &[&it.issuer, &it.subject]));
    RecordKey::of_all(Guard::KIND, format!("identity:{both}"))
}

/// How logins are compared.
pub(crate) fn fold(login: &str) -> String {
    login.trim().to_lowercase()
}

/// A login as it is kept.
pub(crate) fn checked_login(login: &str) -> Result<String, UserError> {
    let login = fold(login);
    let n_letters = login.chars().take(65).count();
    let is_letter = |it: char| it.is_alphanumeric() || ".-_@+".contains(it);
    let is_login =
        (3..=64).contains(&n_letters) && login.len() <= 100 && login.chars().all(is_letter);
    if is_login { Ok(login) } else { Err(UserError::BadLogin) }
}
