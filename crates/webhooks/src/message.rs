//! What is told.

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{EventType, MessageId};

/// Something that happened, for whoever listens.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    pub id: MessageId,
    pub event_type: EventType,
    /// When it happened, not when it is sent.
    pub at: Timestamp,
    /// What happened. Receivers expect the whole body to stay below 20 kB.
    pub data: Value,
}

impl Message {
    /// The body, as it is signed and sent.
    pub(crate) fn payload(&self) -> String {
        #[derive(Serialize)]
        struct Payload<'a> {
            r#type: &'a str,
            timestamp: String,
            data: &'a Value,
        }
        let payload = Payload {
            r#type: self.event_type.as_str(),
            timestamp: rfc3339(self.at),
            data: &self.data,
        };
        // A struct of texts and a JSON value always has a JSON text.
        serde_json::to_string(&payload).unwrap_or_default()
    }
}

/// Held at the ends of what a calendar can say.
fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.epoch_seconds()).unwrap_or_default().to_string()
}
