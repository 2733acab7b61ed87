//! Making users, seating them in shops, changing what they are.
//!
//! **Invariant:** nobody gives what they do not have. Who manages people in one shop can neither
//! make somebody more than they are themselves, nor take over somebody who also works elsewhere,
//! nor learn that somebody elsewhere exists, but for one thing: logins are the installation's, so
//! a taken login is said to be taken.

use std::fmt;

use kernel::ShopId;
use store::{RecordChange, RecordKey, RecordPage};

use crate::{
    Failure, Identity, People, Permission, Position, Principal, Seat, Shop, User, UserError,
    UserId, UserStatus,
    desk::{self, Kept as _},
    shop::{self, is_line},
    user::{self, Guard, SeatBody, UserBody},
};

/// A user who is to be made.
#[derive(Clone, Copy)]
pub struct NewUser<'n> {
    /// 3 to 64 letters; compared without regard to case.
    pub login: &'n str,
    /// 1 to 60 characters.
    pub name: &'n str,
    /// `None` for somebody who comes by an identity provider.
    pub password: Option<&'n str>,
}

impl fmt::Debug for NewUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser").field("login", &self.login).finish_non_exhaustive()
    }
}

impl People {
    /// Makes the first platform admin of an installation, and their shop, of which they are the
    /// owner. Once in the life of an installation, whoever else tries at the same moment.
    pub fn create_first_admin(
        &self,
        wanted: &NewUser<'_>,
        first_shop: Option<&Shop>,
    ) -> Result<User, UserError> {
        let mut body = self.drafted(wanted)?;
        body.everywhere.insert(Position::PlatformAdmin);
        let guard = Guard { user: body.id.clone() };
        let first = RecordKey::of_all(Guard::KIND, "first-admin");
        let mut changes = vec![desk::make(first.clone(), &guard)?];
        if let Some(shop) = first_shop {
            shop::check(shop).map_err(|_| UserError::BadShop)?;
            let positions = [Position::Owner].into();
            body.seats.push(SeatBody { shop: shop.id.clone(), positions, grade: 1 });
            changes.push(desk::make(shop::key(&shop.id), shop)?);
        }
        changes.extend(making(&body)?);
        if !self.desk.write(&changes)? {
            let is_set_up = self.is_set_up()?;
            return Err(if is_set_up { UserError::AlreadySetUp } else { UserError::LoginTaken });
        }
        Ok(body.seen_by(&body.principal(&self.matrix)))
    }

    /// Whether [`Self::create_first_admin`] has been done.
    pub fn is_set_up(&self) -> Result<bool, Failure> {
        let first = RecordKey::of_all(Guard::KIND, "first-admin");
        Ok(self.desk.find::<Guard>(&first)?.is_some())
    }

    /// Makes a user who works in `shop`.
    pub fn make_user(
        &self,
        by: &Principal,
        wanted: &NewUser<'_>,
        shop: &ShopId,
        seat: &Seat,
    ) -> Result<User, UserError> {
        self.check_seat(by, shop, seat)?;
        let mut body = self.drafted(wanted)?;
        body.seats.push(seated(shop, seat));
        if !self.desk.write(&making(&body)?)? {
            return Err(UserError::LoginTaken);
        }
        Ok(body.seen_by(by))
    }

    /// Gives a user a seat in a shop in place of what they had there; `None` takes it away.
    pub fn seat_user(
        &self,
        by: &Principal,
        id: &UserId,
        shop: &ShopId,
        seat: Option<&Seat>,
    ) -> Result<User, UserError> {
        self.reseat_user(by, (id, shop), seat, None)
    }

    /// The same, if the user is still as they were read `before`.
    pub fn reseat_user(
        &self,
        by: &Principal,
        (id, shop): (&UserId, &ShopId),
        seat: Option<&Seat>,
        before: Option<&User>,
    ) -> Result<User, UserError> {
        match seat {
            Some(seat) => self.check_seat(by, shop, seat)?,
            None if by.may(Permission::ManageUsers, shop) => {}
            None => return Err(UserError::Forbidden),
        }
        self.change_user(id, |body, _| {
            if !body.is_seen_by(by) {
                return Err(UserError::Unknown);
            }
            if before.is_some_and(|it| *it != body.seen_by(by)) {
                return Err(UserError::Changed);
            }
            let here = body.seats.iter().find(|it| it.shop == *shop);
            let had = here.map(|it| user::given(&it.positions, &self.matrix));
            if !by.may_give(had.unwrap_or_default(), shop) {
                return Err(UserError::Forbidden);
            }
            body.seats.retain(|it| it.shop != *shop);
            body.seats.extend(seat.map(|it| seated(shop, it)));
            Ok(body.seen_by(by))
        })
    }

    /// Makes a user a platform admin.
    pub fn promote(&self, by: &Principal, id: &UserId) -> Result<User, UserError> {
        self.change_as_platform(by, id, |body| {
            body.everywhere.insert(Position::PlatformAdmin);
        })
    }

    /// Makes a user one that is no platform admin.
    pub fn demote(&self, by: &Principal, id: &UserId) -> Result<User, UserError> {
        if user::is_user(by, id) {
            return Err(UserError::NotToOneself);
        }
        self.change_as_platform(by, id, |body| {
            body.everywhere.remove(&Position::PlatformAdmin);
        })
    }

    /// Changes a user's name; everybody may change their own.
    pub fn rename(&self, by: &Principal, id: &UserId, name: &str) -> Result<User, UserError> {
        check_name(name)?;
        self.change_user(id, |body, _| {
            if !user::is_user(by, id) {
                self.check_governed(by, body)?;
            }
            name.clone_into(&mut body.name);
            Ok(body.seen_by(by))
        })
    }

    /// Closes or opens a user. Closing ends all their sessions.
    pub fn set_status(
        &self,
        by: &Principal,
        id: &UserId,
        status: UserStatus,
    ) -> Result<User, UserError> {
        if user::is_user(by, id) {
            return Err(UserError::NotToOneself);
        }
        self.change_user(id, |body, _| {
            self.check_governed(by, body)?;
            body.status = status;
            body.end_sessions();
            Ok(body.seen_by(by))
        })
    }

    /// Lets a user sign in by an identity provider.
    pub fn link_identity(
        &self,
        by: &Principal,
        id: &UserId,
        identity: &Identity,
    ) -> Result<User, UserError> {
        if !is_line(&identity.issuer, 255) || !is_line(&identity.subject, 255) {
            return Err(UserError::BadIdentity);
        }
        let key = user::identity_key(identity);
        if let Some(guard) = self.desk.find::<Guard>(&key)?
            && guard.body.user != *id
        {
            return Err(UserError::IdentityTaken);
        }
        self.change_user(id, |body, changes| {
            self.check_governed(by, body)?;
            if !body.identities.contains(identity) {
                body.identities.push(identity.clone());
                changes.push(desk::make(key.clone(), &Guard { user: id.clone() })?);
            }
            Ok(body.seen_by(by))
        })
    }

    /// Ends that, and every session of the user.
    pub fn unlink_identity(
        &self,
        by: &Principal,
        id: &UserId,
        identity: &Identity,
    ) -> Result<User, UserError> {
        self.change_user(id, |body, changes| {
            self.check_governed(by, body)?;
            if body.identities.contains(identity) {
                body.identities.retain(|it| it != identity);
                body.end_sessions();
                let key = user::identity_key(identity);
                changes.push(RecordChange::Drop { key, expected: None });
            }
            Ok(body.seen_by(by))
        })
    }

    /// A user, if `by` may know of them.
    pub fn user(&self, by: &Principal, id: &UserId) -> Result<Option<User>, Failure> {
        let found = self.desk.find::<UserBody>(&id.key())?;
        Ok(found.filter(|it| it.body.is_seen_by(by)).map(|it| it.body.seen_by(by)))
    }

    /// Users of a shop, or of the installation if `shop` is `None`, oldest first.
    pub fn users(
        &self,
        by: &Principal,
        shop: Option<&ShopId>,
        after: Option<&User>,
        limit: usize,
    ) -> Result<Vec<User>, UserError> {
        let is_allowed = match shop {
            Some(shop) => by.may(Permission::ManageUsers, shop),
            None => by.may_everywhere(Permission::Platform),
        };
        if !is_allowed {
            return Err(UserError::Forbidden);
        }
        let mut page = RecordPage::of(UserBody::KIND, "", limit);
        page.mark = shop.map(user::shop_mark);
        page.after = after.map(|it| (it.made_at.epoch_seconds(), it.id.to_string()));
        let found = self.desk.list::<UserBody>(&page)?;
        Ok(found.iter().map(|it| it.body.seen_by(by)).collect())
    }

    pub(crate) fn change_user<R>(
        &self,
        id: &UserId,
        change: impl FnMut(&mut UserBody, &mut Vec<RecordChange>) -> Result<R, UserError>,
    ) -> Result<R, UserError> {
        let outcome = self.desk.update(&id.key(), change);
        // Whatever became of the write, what is known of the user may be wrong by now.
        self.cache.forget(&id.ground());
        outcome?.ok_or(UserError::Unknown)
    }

    /// Whether `by` may change the user as a whole.
    pub(crate) fn check_governed(&self, by: &Principal, body: &UserBody) -> Result<(), UserError> {
        if !body.is_seen_by(by) {
            return Err(UserError::Unknown);
        }
        let is_governed = body.is_governed_by(by, &self.matrix);
        if is_governed { Ok(()) } else { Err(UserError::Forbidden) }
    }

    fn change_as_platform(
        &self,
        by: &Principal,
        id: &UserId,
        change: impl Fn(&mut UserBody),
    ) -> Result<User, UserError> {
        if !by.may_everywhere(Permission::Platform) {
            return Err(UserError::Forbidden);
        }
        self.change_user(id, |body, _| {
            change(body);
            Ok(body.seen_by(by))
        })
    }

    fn check_seat(&self, by: &Principal, shop: &ShopId, seat: &Seat) -> Result<(), UserError> {
        if !by.may(Permission::ManageUsers, shop) {
            return Err(UserError::Forbidden);
        }
        if seat.positions.is_empty() || seat.positions.contains(&Position::PlatformAdmin) {
            return Err(UserError::BadPositions);
        }
        if !(1..=9).contains(&seat.grade) {
            return Err(UserError::BadGrade);
        }
        if !by.may_give(user::given(&seat.positions, &self.matrix), shop) {
            return Err(UserError::Forbidden);
        }
        match self.shop(shop)? {
            Some(_) => Ok(()),
            None => Err(UserError::UnknownShop(shop.clone())),
        }
    }

    /// A user without a seat.
    fn drafted(&self, wanted: &NewUser<'_>) -> Result<UserBody, UserError> {
        let login = user::checked_login(wanted.login)?;
        check_name(wanted.name)?;
        let password = match wanted.password {
            None => None,
            Some(password) => {
                self.settings.passwords.check(password, &login)?;
                Some(self.hasher.hash(password)?)
            }
        };
        Ok(UserBody {
            id: UserId::random()?,
            login,
            name: wanted.name.to_owned(),
            status: UserStatus::Active,
            password,
            generation: 1,
            made_at: self.clock.now().epoch_seconds(),
            seats: Vec::new(),
            everywhere: [].into(),
            second_step: None,
            pending_step: None,
            identities: Vec::new(),
        })
    }
}

fn making(body: &UserBody) -> Result<[RecordChange; 2], Failure> {
    let guard = Guard { user: body.id.clone() };
    Ok([desk::make(user::login_key(&body.login), &guard)?, desk::make(body.id.key(), body)?])
}

fn seated(shop: &ShopId, seat: &Seat) -> SeatBody {
    SeatBody { shop: shop.clone(), positions: seat.positions.clone(), grade: seat.grade }
}

fn check_name(name: &str) -> Result<(), UserError> {
    if is_line(name, 60) { Ok(()) } else { Err(UserError::BadName) }
}
