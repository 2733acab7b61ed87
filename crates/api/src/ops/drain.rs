//! Leaving in good order.

use tokio::sync::watch;

/// Tells everybody that the service is about to stop.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<bool>);

impl Default for Drain {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Drain {
    /// From now on the service is not ready, and streams that have no end come to one.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// For an answer that would go on for ever.
    pub fn draining(&self) -> Draining {
        Draining(self.0.subscribe())
    }
}

/// See [`Drain::draining`].
#[derive(Clone, Debug)]
pub struct Draining(watch::Receiver<bool>);

impl Draining {
    /// Returns when the service begins to stop.
    pub async fn begun(&mut self) {
        // A sender that is gone has stopped for good.
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}
