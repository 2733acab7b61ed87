//! Links: `b1.<key>.<what>.<signature>`, where `what` is shop, order, end and turn.

use kernel::{DossierKey, OrderNo, ShopId, Timestamp};
use thiserror::Error;

use crate::{Failure, Origin, People, Secret, SignedIn, secret};

/// Changes whenever the meaning of a link does.
const VERSION: &str = "b1";
/// Longer texts are no links.
const MAX_BYTES: usize = 1024;

#[derive(Debug, Error)]
pub enum LinkError {
    /// Not made by us, or changed since.
    #[error("this is no link of ours")]
    NotOurs,
    #[error("the link has expired")]
    Expired,
    #[error("the link was revoked")]
    Revoked,
    /// For who makes a link.
    #[error("a link ends after now, and within {days} days")]
    BadExpiry { days: i64 },
    #[error(transparent)]
    Failed(#[from] Failure),
}

struct Claim {
    order: DossierKey,
    until: Timestamp,
    turn: u64,
}

impl People {
    /// The last part of a link to an order, good until `until`.
    pub fn make_link(&self, order: &DossierKey, until: Timestamp) -> Result<Secret, LinkError> {
        let now = self.clock.now();
        let longest = self.settings.longest_link;
        if until <= now || now.plus(longest) < until {
            let days = longest.whole_seconds().div_euclid(24 * 3600);
            return Err(LinkError::BadExpiry { days });
        }
        let turn = self.door_turn(order)?;
        let until = until.epoch_seconds();
        // Neither id holds a line break.
        let what = format!("{}\n{}\n{until}\n{turn}", order.shop, order.order);
        let what = secret::encode(what.as_bytes());
        let key = &self.buyer_keys.first;
        let signature = secret::encode(&key.mac("link", &[VERSION, &key.id, &what]));
        Ok(Secret::new(format!("{VERSION}.{}.{what}.{signature}", key.id)))
    }

    /// Begins a session of the buyer whom the link was sent to. A link may be used again until it
    /// ends: people open messages twice.
    pub fn enter_by_link(&self, link: &str, from: &Origin<'_>) -> Result<SignedIn, LinkError> {
        let claim = self.verified(link).ok_or(LinkError::NotOurs)?;
        if claim.until <= self.clock.now() {
            return Err(LinkError::Expired);
        }
        if claim.turn != self.door_turn(&claim.order)? {
            return Err(LinkError::Revoked);
        }
        let (signed_in, change) = self.let_in(&claim.order, claim.turn, from)?;
        let is_written = self.desk.write(&[change])?;
        if is_written { Ok(signed_in) } else { Err(Failure::Contended.into()) }
    }

    /// Nothing of a link is read before its signature is.
    fn verified(&self, link: &str) -> Option<Claim> {
        if MAX_BYTES < link.len() {
            return None;
        }
        let parts: Vec<&str> = link.split('.').collect();
        let [VERSION, id, what, signature] = parts.as_slice() else { return None };
        let key = self.buyer_keys.named(id)?;
        let signature = secret::decode(signature)?;
        if !secret::is_same(&key.mac("link", &[VERSION, id, what]), &signature) {
            return None;
        }
        read(&String::from_utf8(secret::decode(what)?).ok()?)
    }
}

fn read(what: &str) -> Option<Claim> {
    let parts: Vec<&str> = what.split('\n').collect();
    let [shop, order, until, turn] = parts.as_slice() else { return None };
    let order = DossierKey::new(ShopId::new(*shop).ok()?, OrderNo::new(*order).ok()?);
    let until = Timestamp::from_epoch_seconds(until.parse().ok()?);
    Some(Claim { order, until, turn: turn.parse().ok()? })
}
