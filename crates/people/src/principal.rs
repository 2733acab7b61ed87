//! Who is asking, and what they may do.

use std::collections::BTreeMap;

use dossier::words::Role;
use kernel::{ActorId, DossierKey, ShopId};

use crate::{Matrix, Permission, Permissions, Position, UserId};

/// What a buyer may do, with their own order and no other.
const OF_A_BUYER: [Permission; 3] =
    [Permission::ReadCases, Permission::Apply, Permission::AttachEvidence];

/// Somebody who was let in. Made by this crate alone.
///
/// **Invariant:** it says no wherever nothing says yes; there is nobody who may do everything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Principal {
    who: Who,
    /// In each shop, by position.
    places: BTreeMap<ShopId, Place>,
    /// In every shop, by right of a position in the installation.
    everywhere: Permissions,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    User(UserId),
    /// A machine, by the id of its key.
    Key(String),
    /// A buyer, and the one order they may see.
    Buyer(DossierKey),
    /// Whoever runs commands on the machine itself.
    Console,
}

/// What somebody is in one shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    positions: BTreeMap<Position, Permissions>,
    /// 1 and up; see the authority table of the policy pack.
    grade: u32,
}

impl Place {
    /// `scopes` bounds what the positions give.
    pub(crate) fn new(
        positions: impl IntoIterator<Item = Position>,
        grade: u32,
        matrix: &Matrix,
        scopes: Option<Permissions>,
    ) -> Self {
        let given = |position| {
            let all = matrix.permissions(position);
            (position, scopes.map_or(all, |it| all.within(it)))
        };
        Self { positions: positions.into_iter().map(given).collect(), grade }
    }

    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.positions.keys().copied()
    }

    pub fn grade(&self) -> u32 {
        self.grade
    }

    pub fn permissions(&self) -> Permissions {
        self.positions.values().fold(Permissions::NONE, |all, it| all.and(*it))
    }

    /// The role with the most authority among those that give `permission`.
    pub fn role_for(&self, permission: Permission) -> Option<Role> {
        let mut giving = self.positions.iter().rev().filter(|(_, it)| it.has(permission));
        giving.find_map(|(position, _)| position.role())
    }
}

impl Principal {
    pub(crate) fn new(who: Who, places: BTreeMap<ShopId, Place>, everywhere: Permissions) -> Self {
        Self { who, places, everywhere }
    }

    pub(crate) fn buyer(order: DossierKey) -> Self {
        Self::new(Who::Buyer(order), BTreeMap::new(), Permissions::NONE)
    }

    /// Whoever runs commands on the machine itself. They have the database in their hands, so this
    /// is not a way around anything; it is what their deeds are written down under.
    pub fn console(matrix: &Matrix) -> Self {
        let everywhere = matrix.permissions(Position::PlatformAdmin);
        Self::new(Who::Console, BTreeMap::new(), everywhere)
    }

    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The name under which what they do is written down.
    pub fn actor(&self) -> ActorId {
        match &self.who {
            Who::User(user) => user.actor(),
            Who::Key(id) => ActorId::lossy(&format!("key-{id}")),
            Who::Buyer(order) => ActorId::lossy(&format!("buyer-{}", order.order)),
            Who::Console => ActorId::lossy("console"),
        }
    }

    /// Whether they may do this anywhere in the shop. Never for a buyer, see [`Self::may_on`].
    pub fn may(&self, permission: Permission, shop: &ShopId) -> bool {
        self.permissions(shop).has(permission)
    }

    /// Whether they may do this with this order.
    pub fn may_on(&self, permission: Permission, dossier: &DossierKey) -> bool {
        match &self.who {
            Who::Buyer(own) => own == dossier && OF_A_BUYER.contains(&permission),
            Who::User(_) | Who::Key(_) | Who::Console => self.may(permission, &dossier.shop),
        }
    }

    /// Whether they may do this with what belongs to the installation.
    pub fn may_everywhere(&self, permission: Permission) -> bool {
        self.everywhere.has(permission)
    }

    pub fn permissions(&self, shop: &ShopId) -> Permissions {
        let here = self.places.get(shop).map(Place::permissions).unwrap_or_default();
        here.and(self.everywhere)
    }

    /// Shops they work in. A platform admin works in none by that alone.
    pub fn shops(&self) -> impl Iterator<Item = (&ShopId, &Place)> {
        self.places.iter()
    }

    pub fn place(&self, shop: &ShopId) -> Option<&Place> {
        self.places.get(shop)
    }

    /// The role under which a command in this shop is judged; `None` if nothing lets them give it.
    pub fn role_for(&self, permission: Permission, shop: &ShopId) -> Option<Role> {
        match &self.who {
            Who::Buyer(own) => {
                (own.shop == *shop && OF_A_BUYER.contains(&permission)).then_some(Role::Buyer)
            }
            Who::User(_) | Who::Key(_) | Who::Console => {
                self.places.get(shop)?.role_for(permission)
            }
        }
    }

    /// Whether they may hand out all of `permissions` in the shop: nobody gives what they do not
    /// have, but for a platform admin, who lets the first people in.
    pub(crate) fn may_give(&self, permissions: Permissions, shop: &ShopId) -> bool {
        self.everywhere.has(Permission::Platform)
            || (self.permissions(shop).covers(permissions)
                && !permissions.has(Permission::Platform))
    }
}
