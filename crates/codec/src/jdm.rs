//! Decision tables as GoRules JDM, and back.
//!
//! JDM is the JSON that the GoRules editor and the ZEN engine share. [`export`] writes one of our
//! tables as a graph with one decision table; [`import`] reads such a graph into the CSV text of
//! our tables; [`comparison`] writes tables with questions and our answers, so that the ZEN engine
//! can be held against ours.
//!
//! What JDM cannot say itself stands in its free texts: the type of a column after its name
//! (`paid: amount in yuan`), source and sentences of a row in its description.
//!
//! **Invariant:** nothing is approximated. A number that has no finite decimal in its unit, a text
//! that ZEN cannot quote, an expression our cells have no form for: each is refused by name.

mod comparison;
mod export;
mod import;
mod zen;

pub use crate::jdm::{
    comparison::comparison,
    export::{Inexpressible, export},
    import::{ImportError, import},
};

#[cfg(test)]
mod tests;
