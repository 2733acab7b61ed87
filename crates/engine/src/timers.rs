//! Timers that have come due.

use dossier::Command;
use kernel::{ActorId, CommandKey};

use crate::{
    Engine,
    request::{EngineError, Request},
};
use dossier::{command::Actor, words::Role};

impl Engine {
    /// Fires timers that are due, at most `limit`, and says how many. A timer that was cleared in
    /// between is found to be dealt with already; one that fires twice fires once.
    pub fn fire_timers(&self, limit: usize) -> Result<usize, EngineError> {
        let due = self.store.due_timers(self.clock.now(), limit)?;
        let count = due.len();
        let mut requests = Vec::with_capacity(count);
        for timer in due {
            let key = format!("fire-{}-{}", timer.timer, timer.at.epoch_seconds());
            requests.push(Request {
                dossier: timer.dossier,
                key: CommandKey::new(key).map_err(|_| EngineError::Stopped)?,
                actor: system()?,
                command: Command::Fire { timer: timer.timer },
                pack: String::new(),
            });
        }
        for outcome in self.execute_all(requests) {
            outcome?;
        }
        Ok(count)
    }
}

/// The engine itself, as an actor.
pub(crate) fn system() -> Result<Actor, EngineError> {
    let id = ActorId::new("system").map_err(|_| EngineError::Stopped)?;
    Ok(Actor { id, role: Role::System, grade: 1 })
}
