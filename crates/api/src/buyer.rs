//! What a buyer reaches: the buyer's own order, and nothing else.
//!
//! **Invariant:** no address here names a shop or an order of which the caller might try another:
//! which order it is, the session says. What is shown is chosen field by field; nothing of the
//! shop's own work (tasks, verdicts, flags, names of people) is among it.

pub(crate) mod apply;
pub(crate) mod door;
pub(crate) mod links;
pub(crate) mod messenger;
pub(crate) mod options;
pub(crate) mod order;
mod shown;
