//! Webhooks: where a shop's messages go, what became of them, and what they are made of.

mod bodies;
pub(crate) mod deliveries;
pub(crate) mod endpoints;
pub(crate) mod messages;
mod views;

use std::sync::Arc;

use axum::http::StatusCode;
use store::{Database, Records};
use webhooks::{
    Deliveries, DeliveryError, EndpointError, Endpoints, EventType, Pattern, Sealer, SealerError,
};
use zeroize::Zeroizing;

use crate::{App, Problem, happening::TYPES, headers::changed, problem::Said};

/// Seals the secrets of endpoints under the installation's keys.
pub(crate) struct VaultSealer(pub(crate) App);

/// What a secret is sealed for; the endpoint is part of it.
fn purpose(owner: &str) -> String {
    format!("webhook-secret/{owner}")
}

impl Sealer for VaultSealer {
    fn seal(&self, owner: &str, secret: &str) -> Result<String, SealerError> {
        Ok(self.0.vault().seal_text(&purpose(owner), secret)?)
    }

    fn open(&self, owner: &str, sealed: &str) -> Result<Zeroizing<String>, SealerError> {
        Ok(self.0.vault().open_text(&purpose(owner), sealed)?)
    }
}

impl App {
    pub(crate) fn records(&self) -> Arc<dyn Records> {
        Arc::<dyn Database>::clone(self.database())
    }

    pub(crate) fn endpoints(&self) -> Endpoints {
        Endpoints {
            records: self.records(),
            clock: Arc::clone(self.engine().clock()),
            sealer: Arc::new(VaultSealer(self.clone())),
            rules: Arc::clone(self.webhook_rules()),
        }
    }

    pub(crate) fn deliveries(&self) -> Deliveries {
        Deliveries { records: self.records(), clock: Arc::clone(self.engine().clock()) }
    }
}

/// Every pattern fits something that can be told: a slip of the pen would never be heard of again.
fn check_events(events: &[String]) -> Result<(), Problem> {
    for (n, text) in events.iter().enumerate() {
        let at = format!("events[{n}]");
        let pattern: Pattern = text.parse().map_err(|error| Problem::malformed(&at, error))?;
        let fits = |it: &&str| EventType::new(it).is_ok_and(|it| pattern.fits(&it));
        if !TYPES.iter().any(fits) {
            let detail = Said::new(
                format!("没有“{text}”这种消息"),
                format!("there are no messages of the type `{text}`"),
            );
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed", detail);
            return Err(problem.at(at).allowing(TYPES));
        }
    }
    Ok(())
}

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::NotFound => Self::not_found(),
            EndpointError::Stale { actual } => changed(actual),
            EndpointError::Url(error) => Self::malformed("url", error),
            EndpointError::Event(error) => Self::malformed("events", error),
            error @ EndpointError::TooManyEvents { .. } => Self::malformed("events", error),
            error @ EndpointError::DescriptionTooLong { .. } => {
                Self::malformed("description", error)
            }
            EndpointError::TooMany { max } => too_many(max),
            EndpointError::Store(error) => error.into(),
            error @ (EndpointError::Sealing(_)
            | EndpointError::Random(_)
            | EndpointError::Unreadable(_)) => Self::internal(&error),
        }
    }
}

impl From<DeliveryError> for Problem {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::NotFound | DeliveryError::NoEndpoint => Self::not_found(),
            DeliveryError::Disabled => disabled(),
            DeliveryError::Stale { actual } => changed(actual),
            DeliveryError::Store(error) => error.into(),
            error @ (DeliveryError::Random(_) | DeliveryError::Unreadable(_)) => {
                Self::internal(&error)
            }
        }
    }
}

fn too_many(max: usize) -> Problem {
    let detail = Said::new(
        format!("一个店铺最多有{max}个 Webhook；请先删除不用的"),
        format!("a shop has at most {max} webhooks; delete one that is not used any more"),
    );
    Problem::new(StatusCode::CONFLICT, "too-many-webhooks", detail)
}

fn disabled() -> Problem {
    let detail = Said::new(
        "这个 Webhook 已停用；启用之后才能发送",
        "the webhook is disabled; enable it before anything is sent to it",
    );
    Problem::new(StatusCode::CONFLICT, "webhook-disabled", detail).allowing(["enable"])
}
