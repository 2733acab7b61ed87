//! Steps with a name and a time, one after the other, until one fails.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What became of a step that did not fail.
pub(crate) enum Outcome {
    Done,
    /// There was nothing to do, for the reason given.
    Skipped(&'static str),
}

/// The steps so far.
pub(crate) struct Steps {
    started: Instant,
    n_done: usize,
}

impl Steps {
    pub(crate) fn start() -> Self {
        Self { started: now(), n_done: 0 }
    }

    /// Does `work`, and prints its name and how long it took.
    pub(crate) fn step(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<Outcome>,
    ) -> Result<()> {
        println!("\n== {name}");
        let started = now();
        let outcome = work();
        let took = seconds(started.elapsed());
        match outcome.with_context(|| format!("`{name}` failed after {took}"))? {
            Outcome::Done => {
                println!("-- {name}: {took}");
                self.n_done = self.n_done.saturating_add(1);
            }
            Outcome::Skipped(reason) => println!("-- {name}: skipped, {reason}"),
        }
        Ok(())
    }

    /// One line about all of them.
    pub(crate) fn summary(&self) -> String {
        format!("{} steps in {}", self.n_done, seconds(self.started.elapsed()))
    }
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis().div_euclid(100))
}

#[expect(clippy::disallowed_methods, reason = "how long a chore took is not the domain's time")]
fn now() -> Instant {
    Instant::now()
}
