//! One of the processes that work what nobody asks for: timers that come due, effects that wait.
//!
//! One thread says that the process lives and hears which buckets it leases; another works those
//! buckets. A process that dies is not heard of, and the others take its buckets over; one that
//! comes back late finds that it may not write any more.
//!
//! **Invariant:** buckets are given up between two rounds of work, never within one.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use kernel::{Bucket, Span, Timestamp, WorkerId};
use store::{Beat, Hold, Leases, Tenure};

use crate::{Engine, EngineError, Outside};

/// How often a process is heard of and looks for work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Between two beats.
    pub beat: Duration,
    /// After a beat, until the process is taken for dead. With [`Self::beat`] and [`Self::idle`]
    /// the time in which another takes over.
    pub patience: Span,
    /// Between two looks for work when the last found none.
    pub idle: Duration,
    /// Most timers, and most effects, of one round.
    pub portion: usize,
}

impl Default for Pace {
    /// A dead process is replaced within nine seconds.
    fn default() -> Self {
        Self {
            beat: Duration::from_secs(2),
            patience: Span::seconds(6),
            idle: Duration::from_millis(500),
            portion: 64,
        }
    }
}

/// What a worker has to say.
#[derive(Debug)]
pub enum News<'n> {
    /// Its life sign was taken: it leases what it leases until the next is missed.
    Heard,
    /// What it leases has changed.
    Tenure(&'n Tenure),
    Worked {
        timers: usize,
        effects: usize,
    },
    /// Something did not work. It will be tried again.
    Failed(EngineError),
}

/// A worker, stopped by [`Stop`].
#[derive(Clone, Copy)]
pub struct Worker<'w> {
    pub engine: &'w Engine,
    pub leases: &'w dyn Leases,
    /// Without it effects stay where they are, for a process that has one.
    pub outside: Option<&'w dyn Outside>,
    /// Not the name of any process before.
    pub name: &'w WorkerId,
    pub pace: Pace,
    /// Hears its news; called from two threads.
    pub tell: &'w (dyn Fn(News<'_>) + Sync),
}

impl fmt::Debug for Worker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("name", self.name).finish_non_exhaustive()
    }
}

/// Stops workers when it is dropped.
#[derive(Debug)]
pub struct Stop {
    _running: Sender<()>,
    stopped: Receiver<()>,
}

impl Default for Stop {
    fn default() -> Self {
        let (running, stopped) = bounded(0);
        Self { _running: running, stopped }
    }
}

impl Stop {
    /// What a worker waits for.
    pub fn signal(&self) -> Signal {
        Signal(self.stopped.clone())
    }
}

/// See [`Stop`].
#[derive(Clone, Debug)]
pub struct Signal(Receiver<()>);

impl Signal {
    /// Waits, and says whether it is time to stop.
    fn came_within(&self, wait: Duration) -> bool {
        self.0.recv_timeout(wait) != Err(RecvTimeoutError::Timeout)
    }
}

/// What was heard at the last beat, and until when it can be relied on.
pub(crate) type Heard = Option<(Tenure, Timestamp)>;

impl Worker<'_> {
    /// Works until it is stopped; then gives up everything it leases.
    pub fn run(&self, stop: &Signal) {
        let heard = Mutex::new(None);
        std::thread::scope(|scope| {
            // Dropped with this closure, however it ends.
            let working = Stop::default();
            let done = working.signal();
            let heard = &heard;
            scope.spawn(move || {
                self.beat(heard);
                while !done.came_within(self.pace.beat) {
                    self.beat(heard);
                }
            });
            loop {
                let found_work = self.work(heard);
                let wait = if found_work { Duration::ZERO } else { self.pace.idle };
                if stop.came_within(wait) {
                    break;
                }
            }
        });
        if let Err(error) = self.leases.leave(self.name) {
            (self.tell)(News::Failed(error.into()));
        }
    }

    pub(crate) fn beat(&self, heard: &Mutex<Heard>) {
        let now = self.engine.clock().now();
        let until = now.plus(self.pace.patience);
        let tenure = match self.leases.beat(&Beat { worker: self.name.clone(), now, until }) {
            Ok(tenure) => tenure,
            Err(error) => return (self.tell)(News::Failed(error.into())),
        };
        (self.tell)(News::Heard);
        let before = lock(heard).replace((tenure.clone(), until));
        if before.is_none_or(|(before, _)| before != tenure) {
            (self.tell)(News::Tenure(&tenure));
        }
    }

    /// A round of work, and whether there was any.
    pub(crate) fn work(&self, heard: &Mutex<Heard>) -> bool {
        let now = self.engine.clock().now();
        let heard_last = lock(heard).clone();
        let Some((tenure, _)) = heard_last.filter(|(_, until)| now < *until) else { return false };
        let surplus: Vec<Bucket> = tenure.leases.keys().copied().skip(tenure.share).collect();
        let worked = self.round(&Hold::Leased(tenure.leases));
        if let Err(error) = self.give_up(heard, &surplus) {
            (self.tell)(News::Failed(error));
        }
        match worked {
            Ok((0, 0)) => false,
            Ok((timers, effects)) => {
                (self.tell)(News::Worked { timers, effects });
                true
            }
            Err(error) => {
                (self.tell)(News::Failed(error));
                false
            }
        }
    }

    fn round(&self, hold: &Hold) -> Result<(usize, usize), EngineError> {
        let timers = self.engine.fire_timers(hold, self.pace.portion)?;
        let effects = match self.outside {
            Some(outside) => self.engine.work_effects(outside, hold, self.pace.portion)?,
            None => 0,
        };
        Ok((timers, effects))
    }

    fn give_up(&self, heard: &Mutex<Heard>, surplus: &[Bucket]) -> Result<(), EngineError> {
        if surplus.is_empty() {
            return Ok(());
        }
        let kept = lock(heard).as_mut().map(|(tenure, _)| {
            tenure.leases.retain(|bucket, _| !surplus.contains(bucket));
            tenure.clone()
        });
        self.leases.release(self.name, surplus)?;
        if let Some(kept) = kept {
            (self.tell)(News::Tenure(&kept));
        }
        Ok(())
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    // It is replaced whole or cut down whole: there is nothing half done to be afraid of.
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
