//! How a code gets to a buyer's phone.

use std::fmt;

use kernel::{OrderNo, ShopId, Timestamp};
use thiserror::Error;

/// Sends texts to phones. Given by the binary; called after the caller has been answered.
pub trait Messenger: Send + Sync {
    /// Sends a code, or says why it could not be sent. May block.
    fn send_code(&self, code: &CodeMessage<'_>) -> Result<(), Unsent>;
}

/// A code that lets a buyer in. It is for the phone and must be in no log.
#[derive(Clone, Copy)]
pub struct CodeMessage<'m> {
    pub shop: &'m ShopId,
    pub order: &'m OrderNo,
    /// Digits.
    pub phone: &'m str,
    /// Six digits.
    pub code: &'m str,
    pub until: Timestamp,
}

impl fmt::Debug for CodeMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeMessage").field("shop", &self.shop).finish_non_exhaustive()
    }
}

/// Why a text was not sent; nothing of the text itself.
#[derive(Debug, Error)]
#[error("the text was not sent: {0}")]
pub struct Unsent(pub String);

/// For an installation that is connected to no sender of texts: says in the log that a code was
/// made, and never the code.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogOnly;

impl Messenger for LogOnly {
    fn send_code(&self, code: &CodeMessage<'_>) -> Result<(), Unsent> {
        tracing::info!(shop = %code.shop, "a buyer's code was made; no sender of texts is set up");
        Ok(())
    }
}
