//! Telling other systems what happened, by the Standard Webhooks specification.
//!
//! ```text
//! Source ─▶ Producer ─▶ delivery, delivery-queue ─▶ Dispatcher ─▶ a receiver
//!             moves its cursor in the same write      claims the endpoint's lane, signs, sends
//! ```
//!
//! An endpoint has one *lane*: the record that says when something of it is due, who works on it,
//! and how long it has been failing. All lanes of the installation are one list in order of due
//! time. Whoever claims a lane sends what is due in it, one delivery after the other, so that an
//! endpoint that hangs holds up nobody but itself, whatever it has waiting.
//!
//! **Invariant:** a message makes one delivery per endpoint. Deliveries and the producer's cursor
//! are written together, under names that follow from the message.
//!
//! **Invariant:** a delivery is sent only by the holder of the lane's claim. A claim ends by
//! itself, so that a process that died loses time and no delivery. What was sent and not recorded
//! is sent again, under the same `webhook-id`.
//!
//! **Invariant:** no connection is made to an address that was not checked for this very attempt.
//! There is no redirect, no proxy and no connection that is used twice.
//!
//! [`Producer`], [`Endpoints`] and [`Deliveries`] block, as the store does. [`Dispatcher`] is
//! asynchronous and gives the store threads of its own.

mod deliveries;
mod delivery;
mod dispatcher;
mod endpoint;
mod endpoints;
mod event;
mod id;
mod lane;
mod message;
mod network;
mod producer;
mod resolve;
mod run;
mod schedule;
mod secret;
mod send;
mod stored;
mod target;
#[cfg(test)]
mod tests;

pub use crate::{
    deliveries::{Deliveries, DeliveryError, DeliveryPage, Replayed},
    delivery::{Attempt, Delivery, DeliveryState, Fault},
    dispatcher::{Dispatcher, Parts, SetUpError},
    endpoint::{Endpoint, EndpointState, Overlap},
    endpoints::{EndpointError, Endpoints, Opened, Wish},
    event::{EventType, EventTypeError, Pattern},
    id::{DeliveryId, EndpointId, MessageId},
    lane::Failure,
    message::Message,
    network::{Range, Refusal},
    producer::{ProduceError, Producer, Progress, Source, SourceError, Told, produced_up_to},
    resolve::{Resolver, SystemResolver},
    run::{Disabled, Report},
    secret::{Sealer, SealerError, Secret, SecretError},
    send::Limits,
    stored::Unreadable,
    target::{Rules, TargetError},
};
