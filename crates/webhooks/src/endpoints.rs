//! Setting up where messages go.

use std::{fmt, sync::Arc};

use kernel::{Clock, ShopId};
use store::{RecordPage, Records, StoreError, Version};
use thiserror::Error;

use crate::{
    Endpoint, EndpointId, EndpointState, EventTypeError, Overlap, Pattern, Rules, Sealer,
    SealerError, Secret, TargetError, Unreadable, endpoint,
    endpoint::Sealed,
    lane::{Failure, Lane, Wake},
    target::Target,
};

/// What a person wants an endpoint to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wish {
    pub url: String,
    /// At most 500 bytes.
    pub description: String,
    /// Types (`case.opened`) and patterns (`case.*`) of messages, at most 50; empty: everything.
    pub events: Vec<String>,
}

/// An endpoint and its new secret, which is not shown again.
#[derive(Clone, Debug)]
pub struct Opened {
    pub endpoint: Endpoint,
    pub secret: Secret,
}

/// Why an endpoint is not as a person wants it.
#[derive(Debug, Error)]
pub enum EndpointError {
    #[error("there is no such endpoint")]
    NotFound,
    #[error("the endpoint was changed by somebody else")]
    Stale { actual: Version },
    #[error(transparent)]
    Url(#[from] TargetError),
    #[error(transparent)]
    Event(#[from] EventTypeError),
    #[error("an endpoint wants at most {max} types of messages")]
    TooManyEvents { max: usize },
    #[error("a description has at most {max} bytes")]
    DescriptionTooLong { max: usize },
    #[error("a shop has at most {max} endpoints")]
    TooMany { max: usize },
    #[error("the secret cannot be sealed")]
    Sealing(#[source] SealerError),
    #[error("the system has no randomness")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for EndpointError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Unreadable(error) => Self::Unreadable(error),
        }
    }
}

/// The endpoints of all shops.
pub struct Endpoints {
    pub records: Arc<dyn Records>,
    pub clock: Arc<dyn Clock>,
    pub sealer: Arc<dyn Sealer>,
    pub rules: Arc<Rules>,
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Endpoints {
    /// Endpoints of one shop.
    pub const MOST: usize = 50;
    const MOST_EVENTS: usize = 50;
    const LONGEST_DESCRIPTION: usize = 500;

    /// Makes an active endpoint. Without a `secret`, one is made up.
    ///
    /// Two at the same moment may bring a shop to one more than it may have.
    pub fn create(
        &self,
        shop: &ShopId,
        wish: Wish,
        secret: Option<Secret>,
    ) -> Result<Opened, EndpointError> {
        let events = self.check(&wish)?;
        let page = RecordPage::of(endpoint::KIND, shop.as_str(), Self::MOST);
        if Self::MOST <= self.records.count_records(&page)? {
            return Err(EndpointError::TooMany { max: Self::MOST });
        }
        let (now, id) = (self.clock.now(), EndpointId::random()?);
        let (secret, text) = self.seal(&id, secret)?;
        let mut endpoint = Endpoint {
            shop: shop.clone(),
            version: Version(0),
            url: wish.url,
            description: wish.description,
            events,
            state: EndpointState::Active,
            created: now,
            changed: now,
            failing_since: None,
            secrets: vec![Sealed { text, expires: None }],
            id,
        };
        let lane = Lane::idle(shop, &endpoint.id);
        if !self.records.write_records(&[endpoint.put(), lane.put()])? {
            return Err(EndpointError::Stale { actual: Version(1) });
        }
        endpoint.version = Version(1);
        Ok(Opened { endpoint, secret })
    }

    /// All of a shop, oldest first.
    pub fn list(&self, shop: &ShopId) -> Result<Vec<Endpoint>, EndpointError> {
        // A few more than there may be, for those that were made at the same moment.
        let limit = Self::MOST.saturating_mul(2);
        let found =
            self.records.list_records(&RecordPage::of(endpoint::KIND, shop.as_str(), limit))?;
        let endpoints: Result<Vec<Endpoint>, _> = found.iter().map(Endpoint::read).collect();
        let mut endpoints = endpoints?;
        let keys: Vec<_> = endpoints.iter().map(|it| Lane::key(&it.id)).collect();
        let lanes = self.records.records(&keys)?;
        for (endpoint, lane) in endpoints.iter_mut().zip(&lanes) {
            let lane = lane.as_ref().map(Lane::read).transpose()?;
            endpoint.failing_since = lane.and_then(|it| it.failing_since);
        }
        Ok(endpoints)
    }

    pub fn find(&self, shop: &ShopId, id: &EndpointId) -> Result<Endpoint, EndpointError> {
        Ok(self.load(shop, id)?.0)
    }

    /// A change of the URL forgets that the old one failed.
    pub fn change(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
        wish: Wish,
    ) -> Result<Endpoint, EndpointError> {
        let events = self.check(&wish)?;
        self.update(shop, id, expected, |endpoint, lane| {
            if endpoint.url != wish.url {
                lane.forgive();
                lane.wake(Wake::Person, self.clock.now());
            }
            endpoint.url.clone_from(&wish.url);
            endpoint.description.clone_from(&wish.description);
            endpoint.events.clone_from(&events);
        })
    }

    /// Signs with a new secret from now on, and with the one before for `overlap` longer.
    pub fn rotate(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
        (secret, overlap): (Option<Secret>, Overlap),
    ) -> Result<Opened, EndpointError> {
        let (secret, text) = self.seal(id, secret)?;
        let now = self.clock.now();
        let endpoint = self.update(shop, id, expected, |endpoint, _| {
            endpoint.rotate(text.clone(), overlap, now);
        })?;
        Ok(Opened { endpoint, secret })
    }

    /// Makes no new deliveries. Those that wait go on waiting.
    pub fn disable(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
    ) -> Result<Endpoint, EndpointError> {
        self.update(shop, id, expected, |endpoint, _| endpoint.state = EndpointState::Disabled)
    }

    /// Sends again, what waited first.
    pub fn enable(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
    ) -> Result<Endpoint, EndpointError> {
        self.update(shop, id, expected, |endpoint, lane| {
            endpoint.state = EndpointState::Active;
            lane.forgive();
            lane.wake(Wake::Person, self.clock.now());
        })
    }

    /// Forgets the endpoint. What waits for it fails.
    pub fn remove(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
    ) -> Result<(), EndpointError> {
        for _ in 0..TRIES {
            let (endpoint, mut lane) = self.load(shop, id)?;
            check_version(&endpoint, expected)?;
            lane.wake(Wake::Person, self.clock.now());
            let key = Endpoint::key(shop, id);
            let drop = store::RecordChange::Drop { key, expected: Some(expected) };
            if self.records.write_records(&[drop, lane.put()])? {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// A lane moves with every attempt, so that it is read anew until nobody was in between.
    fn update(
        &self,
        shop: &ShopId,
        id: &EndpointId,
        expected: Version,
        change: impl Fn(&mut Endpoint, &mut Lane),
    ) -> Result<Endpoint, EndpointError> {
        for _ in 0..TRIES {
            let (mut endpoint, mut lane) = self.load(shop, id)?;
            check_version(&endpoint, expected)?;
            change(&mut endpoint, &mut lane);
            endpoint.changed = self.clock.now();
            if self.records.write_records(&[endpoint.put(), lane.put()])? {
                endpoint.version = Version(endpoint.version.0.saturating_add(1));
                endpoint.failing_since = lane.failing_since;
                return Ok(endpoint);
            }
        }
        Err(contended())
    }

    fn load(&self, shop: &ShopId, id: &EndpointId) -> Result<(Endpoint, Lane), EndpointError> {
        let found = self.records.records(&[Endpoint::key(shop, id), Lane::key(id)])?;
        let [Some(endpoint), Some(lane)] = found.as_slice() else {
            return Err(EndpointError::NotFound);
        };
        let (mut endpoint, lane) = (Endpoint::read(endpoint)?, Lane::read(lane)?);
        endpoint.failing_since = lane.failing_since;
        Ok((endpoint, lane))
    }

    fn check(&self, wish: &Wish) -> Result<Vec<Pattern>, EndpointError> {
        Target::parse(&wish.url, &self.rules)?;
        if Self::LONGEST_DESCRIPTION < wish.description.len() {
            return Err(EndpointError::DescriptionTooLong { max: Self::LONGEST_DESCRIPTION });
        }
        if Self::MOST_EVENTS < wish.events.len() {
            return Err(EndpointError::TooManyEvents { max: Self::MOST_EVENTS });
        }
        let events: Result<Vec<Pattern>, _> = wish.events.iter().map(|it| it.parse()).collect();
        Ok(events?)
    }

    fn seal(
        &self,
        id: &EndpointId,
        secret: Option<Secret>,
    ) -> Result<(Secret, String), EndpointError> {
        let secret = match secret {
            Some(secret) => secret,
            None => Secret::random()?,
        };
        let text = self.sealer.seal(id.as_str(), &secret.reveal());
        Ok((secret, text.map_err(EndpointError::Sealing)?))
    }
}

/// More than the writers that meet at one endpoint.
const TRIES: usize = 50;

fn check_version(endpoint: &Endpoint, expected: Version) -> Result<(), EndpointError> {
    let actual = endpoint.version;
    if actual == expected { Ok(()) } else { Err(EndpointError::Stale { actual }) }
}

fn contended() -> EndpointError {
    let why = "the endpoint's lane changed again and again";
    EndpointError::Store(StoreError::busy("changing an endpoint", why))
}
