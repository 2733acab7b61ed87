//! Endpoints and deliveries, as they are shown.

use serde::Serialize;
use utoipa::ToSchema;
use webhooks::{Attempt, Delivery, Endpoint, Pattern};

use crate::wire::{
    Code, Moment,
    codes::{DeliveryFaultCode, DeliveryStateCode, WebhookStateCode},
};

/// Where a shop's messages go. Its secret is never shown again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WebhookView {
    #[schema(example = "whk_4f0c2a7b91d3e5864f0c2a7b91d3e586")]
    id: String,
    url: String,
    description: String,
    /// Types and patterns of messages; none stands for all.
    events: Vec<String>,
    state: WebhookStateCode,
    created: Moment,
    changed: Moment,
    /// Since when nothing but failures followed. After five days of that it is disabled.
    failing_since: Option<Moment>,
    /// Until when the secret before the last change of secrets signs as well.
    old_secret_until: Option<Moment>,
    /// For `If-Match`.
    version: u64,
}

impl WebhookView {
    pub(crate) fn of(it: &Endpoint, now: kernel::Timestamp) -> Self {
        Self {
            id: it.id.to_string(),
            url: it.url.clone(),
            description: it.description.clone(),
            events: it.events.iter().map(Pattern::to_string).collect(),
            state: Code(it.state),
            created: Moment(it.created),
            changed: Moment(it.changed),
            failing_since: it.failing_since.map(Moment),
            old_secret_until: it.old_secret_expires(now).map(Moment),
            version: it.version.0,
        }
    }
}

/// A webhook with the secret its messages are signed with from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewWebhookView {
    pub(crate) webhook: WebhookView,
    /// `whsec_` and Base64. Shown this once: a repeat of the request has none.
    pub(crate) secret: Option<String>,
}

/// A message on its way to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    #[schema(example = "dlv_4f0c2a7b91d3e5864f0c2a7b91d3e586")]
    id: String,
    webhook: String,
    /// The receiver's `webhook-id`: the same at every attempt.
    message: String,
    #[serde(rename = "type")]
    #[schema(example = "case.changed")]
    event_type: String,
    state: DeliveryStateCode,
    created: Moment,
    /// When the next attempt is made.
    due: Option<Moment>,
    /// When it was delivered or given up.
    finished: Option<Moment>,
    /// Since it was made or last replayed.
    tries: u32,
    /// What came of the last attempt, if it failed.
    fault: Option<DeliveryFaultCode>,
    /// For `If-Match`.
    version: u64,
}

impl DeliveryView {
    pub(crate) fn of(it: &Delivery) -> Self {
        Self {
            id: it.id.to_string(),
            webhook: it.endpoint.to_string(),
            message: it.message.to_string(),
            event_type: it.event_type.to_string(),
            state: Code(it.state),
            created: Moment(it.created),
            due: it.due.map(Moment),
            finished: it.finished.map(Moment),
            tries: it.tries,
            fault: it.attempts.last().and_then(|it| it.fault).map(Code),
            version: it.version.0,
        }
    }
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptView {
    at: Moment,
    took_ms: u64,
    /// Of HTTP, if there was an answer.
    status: Option<u16>,
    /// None: the message was taken.
    fault: Option<DeliveryFaultCode>,
    /// What a person needs to know of the fault, in English.
    detail: String,
    /// The beginning of what the receiver answered.
    answer: String,
}

impl AttemptView {
    fn of(it: &Attempt) -> Self {
        Self {
            at: Moment(it.at),
            took_ms: it.took_ms,
            status: it.status,
            fault: it.fault.map(Code),
            detail: it.detail.clone(),
            answer: it.answer.clone(),
        }
    }
}

/// A delivery with all that was tried.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryDetail {
    delivery: DeliveryView,
    /// The body as it is sent: JSON.
    payload: String,
    /// The last 40, oldest first.
    attempts: Vec<AttemptView>,
}

impl DeliveryDetail {
    pub(crate) fn of(it: &Delivery) -> Self {
        Self {
            delivery: DeliveryView::of(it),
            payload: it.payload.clone(),
            attempts: it.attempts.iter().map(AttemptView::of).collect(),
        }
    }
}
