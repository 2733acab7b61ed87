//! Timers that have come due.

use dossier::Command;
use kernel::{ActorId, CommandKey};
use store::Hold;

use crate::{
    Engine,
    request::{EngineError, Request},
};
use dossier::{command::Actor, words::Role};

impl Engine {
    /// Fires timers of `hold` that are due, at most `limit`, and says how many. A timer that was
    /// cleared in between is found to be dealt with already; one that fires twice fires once.
    pub fn fire_timers(&self, hold: &Hold, limit: usize) -> Result<usize, EngineError> {
        let due = self.store.due_timers(hold, self.clock.now(), limit)?;
        let mut requests = Vec::with_capacity(due.len());
        for timer in due {
            let key = format!("fire-{}-{}", timer.timer, timer.at.epoch_seconds());
            let fence = hold.fence(timer.dossier.bucket());
            let request = Request {
                dossier: timer.dossier,
                key: CommandKey::new(key).map_err(|_| EngineError::Stopped)?,
                actor: system()?,
                command: Command::Fire { timer: timer.timer },
                pack: String::new(),
            };
            requests.push((request, fence));
        }
        let mut fired = 0_usize;
        for outcome in self.execute_by_right(requests) {
            match outcome {
                Ok(_) => fired = fired.saturating_add(1),
                // Its new owner finds the timer due as well.
                Err(EngineError::LeaseLost) => (),
                Err(error) => return Err(error),
            }
        }
        Ok(fired)
    }
}

/// The engine itself, as an actor.
pub(crate) fn system() -> Result<Actor, EngineError> {
    let id = ActorId::new("system").map_err(|_| EngineError::Stopped)?;
    Ok(Actor { id, role: Role::System, grade: 1 })
}
