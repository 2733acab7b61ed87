//! Counting what the engine does.

use std::sync::{Mutex, PoisonError};

use engine::{EngineError, Reply, Watch};
use tokio::time::Instant;

/// Counts into the process's metrics.
#[derive(Debug, Default)]
pub struct Counted {
    began: Mutex<Option<Instant>>,
}

impl Watch for Counted {
    fn writing(&self, commits: usize) {
        let commits = u32::try_from(commits).unwrap_or(u32::MAX);
        metrics::histogram!("guitu_commit_batch").record(f64::from(commits));
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn written(&self, failed: bool) {
        let began = self.began.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(began) = began {
            metrics::histogram!("guitu_commit_seconds").record(began.elapsed().as_secs_f64());
        }
        if failed {
            metrics::counter!("guitu_commit_failures_total").increment(1);
        }
    }

    fn answered(&self, kind: &'static str, answer: &Result<Reply, EngineError>) {
        let outcome = outcome(answer);
        metrics::counter!("guitu_commands_total", "command" => kind, "outcome" => outcome)
            .increment(1);
    }
}

/// A refusal by its own code.
fn outcome(answer: &Result<Reply, EngineError>) -> &'static str {
    match answer {
        Ok(reply) if reply.repeated => "repeated",
        Ok(reply) if reply.kinds.is_empty() => "already-so",
        Ok(_) => "done",
        Err(EngineError::Rejected(rejection)) => rejection.code(),
        Err(EngineError::KeyReused) => "key-reused",
        Err(EngineError::Contended) => "contended",
        Err(EngineError::UnknownPack { .. }) => "unknown-pack",
        Err(EngineError::Shelf(_)) => "shelf",
        Err(EngineError::Unreadable(_)) => "unreadable",
        Err(EngineError::Store(_)) => "store-failed",
        Err(EngineError::StoodOnFailed) => "stood-on-failed",
        Err(EngineError::LeaseLost) => "lease-lost",
        Err(EngineError::Changed { .. }) => "changed",
        Err(EngineError::Full) => "full",
        Err(EngineError::Stopped) => "stopped",
    }
}
