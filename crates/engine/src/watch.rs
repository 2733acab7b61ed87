//! Hearing how the engine is doing.

use crate::{EngineError, Reply};

/// Somebody who counts. Called on the engine's threads: it must not wait for anything.
pub trait Watch: Send + Sync {
    /// So many commits are about to be written together. [`Self::written`] follows, before the
    /// next call of this.
    fn writing(&self, commits: usize);

    /// They were written, or the store failed.
    fn written(&self, failed: bool);

    /// A command of this kind, as `codec` names it, was answered.
    fn answered(&self, kind: &'static str, answer: &Result<Reply, EngineError>);
}
