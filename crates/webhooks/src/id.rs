//! Names of endpoints, messages and deliveries.

use std::fmt;

use kernel::DossierKey;
use sha2::{Digest, Sha256};
use store::Version;

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads a name as it was printed: the prefix and 32 hexadecimal digits. `None` if it
            /// cannot be one of ours.
            pub fn parse(text: &str) -> Option<Self> {
                let digits = text.strip_prefix($prefix)?;
                let is_ours = digits.len() == 32
                    && digits.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
                is_ours.then(|| Self(text.into()))
            }

            fn of_bytes(bytes: impl IntoIterator<Item = u8>) -> Self {
                let digits = bytes.into_iter().take(16).flat_map(|it| [it >> 4, it & 15]);
                let digits = digits.filter_map(|it| char::from_digit(u32::from(it), 16));
                Self($prefix.chars().chain(digits).collect::<String>().into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

prefixed_id!(
    /// An endpoint; unique within the installation.
    EndpointId,
    "whk_"
);
prefixed_id!(
    /// A message; the receiver's `webhook-id`, the same at every attempt and endpoint.
    MessageId,
    "msg_"
);
prefixed_id!(
    /// A message on its way to one endpoint.
    DeliveryId,
    "dlv_"
);

impl EndpointId {
    /// A name that nothing else has.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        Ok(Self::of_bytes(random_bytes()?))
    }
}

impl MessageId {
    /// A name that nothing else has.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        Ok(Self::of_bytes(random_bytes()?))
    }

    /// Names the message at `index` of those that a commit causes. The same commit names the same
    /// messages for ever.
    pub fn of_commit(dossier: &DossierKey, version: Version, index: u32) -> Self {
        let (version, index) = (version.0.to_string(), index.to_string());
        let parts = [dossier.shop.as_str(), dossier.order.as_str(), &version, &index];
        Self::of_bytes(digest("message", &parts))
    }

    /// Names a message that no commit caused, by what the caller has to tell it from others by.
    pub fn of_text(text: &str) -> Self {
        Self::of_bytes(digest("text", &[text]))
    }
}

impl DeliveryId {
    /// Names the delivery of a message to an endpoint.
    pub fn of(endpoint: &EndpointId, message: &MessageId) -> Self {
        Self::of_bytes(digest("delivery", &[endpoint.as_str(), message.as_str()]))
    }
}

/// No part holds a zero byte, so that two lists of parts never read the same.
pub(crate) fn digest(purpose: &str, parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(purpose);
    for part in parts {
        hasher.update([0]);
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn random_bytes() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
