//! The worker inside: timers and effects, beside the requests.

use std::{
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use anyhow::Result;
use api::{App, ops::Pulse};
use engine::{News, Outside, Pace, Stop, Worker};
use kernel::Timestamp;

use crate::{clock, config::Work, work::made_up_name};

/// Stops, and gives up what it leases, when it is dropped.
pub(crate) struct Inside {
    stop: Option<Stop>,
    thread: Option<JoinHandle<()>>,
    pulse: Arc<Pulse>,
}

impl Inside {
    /// `None` if it is left to others.
    pub(crate) fn start(app: &App, work: &Work) -> Result<Option<Self>> {
        if !work.inside {
            return Ok(None);
        }
        let outside = work.outside.open()?;
        let pace = Pace::default();
        let pulse = Arc::new(Pulse::new(clock::now(), pace.patience));
        let (stop, name) = (Stop::default(), made_up_name());
        let (signal, app, heard) = (stop.signal(), app.clone(), Arc::clone(&pulse));
        let thread = Builder::new().name("worker".to_owned()).spawn(move || {
            Worker {
                engine: app.engine(),
                leases: &**app.database(),
                outside: outside.as_ref().map(|it| -> &dyn Outside { it }),
                name: &name,
                pace,
                tell: &|news| tell(&news, &heard, clock::now()),
            }
            .run(&signal);
        })?;
        Ok(Some(Self { stop: Some(stop), thread: Some(thread), pulse }))
    }

    pub(crate) fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the worker had ended in a panic");
        }
    }
}

fn tell(news: &News<'_>, pulse: &Pulse, now: Timestamp) {
    match news {
        News::Heard => pulse.heard(now),
        News::Tenure(it) => {
            let leases = u32::try_from(it.leases.len()).unwrap_or(u32::MAX);
            metrics::gauge!("guitu_worker_leases").set(f64::from(leases));
            tracing::info!(leases, share = it.share, "leases have changed");
        }
        News::Worked { timers, effects } => tracing::debug!(timers, effects, "worked"),
        News::Failed(error) => {
            metrics::counter!("guitu_worker_failures_total").increment(1);
            let error: &dyn std::error::Error = error;
            tracing::warn!(error, "the worker failed");
        }
    }
}
