//! The buyer's door: how a buyer gets to their own order and to nothing else.
//!
//! There are two ways in. A *link* that was sent to them, signed and ending at its time. Or a
//! *code*: who knows an order number and the last four digits of its phone is sent six digits to
//! that phone, and who knows those is let in.
//!
//! **Invariant:** neither way says whether there is such an order. A question about an order that
//! does not exist, or with wrong digits, makes the same reads, the same writes and the same answer
//! as one that leads to a message.
//!
//! **Invariant:** raising an order's turn ends every link and every session made before.

mod code;
mod link;

use std::fmt;

use kernel::DossierKey;
use serde::{Deserialize, Serialize};
use store::RecordKey;
use thiserror::Error;

pub(crate) use self::code::CODE_KIND;
pub use self::{
    code::{CodeAsked, CodeError, CodeToSend},
    link::LinkError,
};
use crate::{
    Failure, Origin, People, Principal, SignedIn, desk, desk::Kept, secret, session::Holder,
};

/// Keys that sign links and blind what is kept about codes; the first signs.
pub struct BuyerKeys {
    first: BuyerKey,
    older: Vec<BuyerKey>,
}

/// A key with a name, which stands in every link.
pub struct BuyerKey {
    id: String,
    secret: Vec<u8>,
}

/// Why keys cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum BuyerKeyError {
    #[error("a buyer key is named by 1 to 16 letters, digits and `-`")]
    BadName,
    #[error("the buyer key `{0}` has fewer than 32 bytes")]
    Weak(String),
    #[error("there are two buyer keys named `{0}`")]
    Twice(String),
}

impl BuyerKey {
    /// `secret`: at least 32 random bytes.
    pub fn new(id: &str, secret: Vec<u8>) -> Result<Self, BuyerKeyError> {
        let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        if !(1..=16).contains(&id.len()) || !id.bytes().all(is_letter) {
            return Err(BuyerKeyError::BadName);
        }
        if secret.len() < 32 {
            return Err(BuyerKeyError::Weak(id.to_owned()));
        }
        Ok(Self { id: id.to_owned(), secret })
    }

    /// Over the parts, for one purpose.
    fn mac(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let all: Vec<&str> = [&[purpose], parts].concat();
        secret::mac(&self.secret, &all)
    }
}

impl BuyerKeys {
    /// `older` keys only check what they signed.
    pub fn new(first: BuyerKey, older: Vec<BuyerKey>) -> Result<Self, BuyerKeyError> {
        let keys = Self { first, older };
        let ids: Vec<&str> = keys.all().map(|it| it.id.as_str()).collect();
        for (nth, id) in ids.iter().enumerate() {
            if ids.iter().take(nth).any(|it| it == id) {
                return Err(BuyerKeyError::Twice((*id).to_owned()));
            }
        }
        Ok(keys)
    }

    fn all(&self) -> impl Iterator<Item = &BuyerKey> {
        std::iter::once(&self.first).chain(&self.older)
    }

    fn named(&self, id: &str) -> Option<&BuyerKey> {
        self.all().find(|it| it.id == id)
    }
}

impl fmt::Debug for BuyerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

impl fmt::Debug for BuyerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuyerKey({}, …)", self.id)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Door {
    turn: u64,
}

impl Kept for Door {
    const KIND: &'static str = "buyer-door";

    fn rank(&self) -> i64 {
        0
    }
}

impl People {
    /// Ends every link to an order and every session of its buyer. Who may do so is for the caller
    /// to say.
    pub fn shut_door(&self, order: &DossierKey) -> Result<(), Failure> {
        let outcome = self.raise_turn(order);
        self.cache.forget(&ground(order));
        outcome
    }

    fn raise_turn(&self, order: &DossierKey) -> Result<(), Failure> {
        let raise = |door: &mut Door, _: &mut Vec<_>| {
            door.turn = door.turn.saturating_add(1);
            Ok::<_, Failure>(())
        };
        if self.desk.update(&key(order), raise)?.is_some()
            || self.desk.write(&[desk::make(key(order), &Door { turn: 1 })?])?
        {
            return Ok(());
        }
        // Somebody else has made it meanwhile.
        self.desk.update(&key(order), raise)?.ok_or(Failure::Contended)
    }

    pub(crate) fn door_turn(&self, order: &DossierKey) -> Result<u64, Failure> {
        Ok(self.desk.find::<Door>(&key(order))?.map_or(0, |it| it.body.turn))
    }

    /// A session of the buyer of an order, and the change that begins it.
    fn let_in(
        &self,
        order: &DossierKey,
        turn: u64,
        from: &Origin<'_>,
    ) -> Result<(SignedIn, store::RecordChange), Failure> {
        let holder = Holder::Buyer { shop: order.shop.clone(), order: order.order.clone(), turn };
        self.begin(holder, Principal::buyer(order.clone()), from)
    }
}

/// What a buyer's session stands on, for the cache.
pub(crate) fn ground(order: &DossierKey) -> String {
    format!("order:{order}")
}

fn key(order: &DossierKey) -> RecordKey {
    RecordKey::of_shop(Door::KIND, &order.shop, order.order.as_str())
}
