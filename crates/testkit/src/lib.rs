//! The scenario language: the ledger as things that happen, played through the real engine.
//!
//! A scenario says what is given (a pack, orders, parcels, people), what is done at which moment by
//! whom, and what must be seen then. `docs/scenarios.md` teaches it; anyone can write one.
//!
//! ```text
//! text ──load──▶ Scenario ──run──▶ Report
//!  node, read     │  on a Stage: the engine, a store, and a clock that only the scenario moves
//!  load/*         │  act:   what a step does, as commands
//!                 │  check: what must be seen after it
//!                 └  invariants: what must be so after every step of every scenario
//! ```
//!
//! **Invariant:** a scenario takes the same path as everybody else: commands into the engine,
//! effects out of the store's outbox. It has no way to set a state by hand.
//!
//! **Invariant:** time, payments and messages are the scenario's own. Two runs are the same run.

mod act;
mod check;
mod expect;
mod folder;
mod invariants;
mod keys;
mod load;
mod node;
mod offers;
mod packs;
mod problem;
mod provider;
mod read;
mod report;
mod run;
mod scenario;
mod stage;
mod story;
mod walk;

pub use crate::{
    folder::{check, find},
    keys::OBJECTS,
    load::load,
    packs::Packs,
    problem::Problem,
    read::Object,
    report::{Failure, Report, Reports},
    run::run,
    scenario::Scenario,
};

#[cfg(test)]
mod tests;
