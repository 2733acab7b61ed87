//! Policy as data: typed decision tables, and the packs they come in.
//!
//! The domain declares what it asks: a [`Vocabulary`] of [`Question`]s with typed inputs and
//! outputs. A [`Pack`] is a folder of files people keep: one CSV table per question, constants
//! with units, reply texts in two languages. The path of a pack is short:
//!
//! ```text
//! Sources ──▶ check: every table proven ──▶ Pack ──ask(question, facts)──▶ Answer
//!   files       complete, without overlap     id      Value per input        │
//!               Complaint: where and what             Row(Ruling) ◀──────────┤
//!                                                     Person(Why) ◀──────────┘
//! ```
//!
//! A [`Ruling`] is one row that applies. It gives the outputs by type, the [`Clause`] it comes
//! from, and the sentence people read. A [`Record`] keeps a ruling as text, so that it can be
//! explained, replayed and asked of another pack.
//!
//! To read on: `vocabulary` and `value` say what is asked, `sheet`, `column` and `cell` how tables
//! are written, `table` how they answer, `check` how they are proven, `pack` how files become one
//! policy.
//!
//! **Invariant:** an error or a gap is never a no. Whatever a table cannot answer, whatever fact
//! it cannot read, the answer is [`Answer::Person`]: a person must look.
//!
//! **Invariant:** a pack is proven before it is used. There is no way to a [`Pack`] around the
//! checker, so a table in use answers everything that can be asked, once.
//!
//! **Invariant:** pure. No I/O, no clock, no serialization, no floating point, no hash map; the
//! same sources and the same facts give the same answer on every machine.

mod vocabulary;

mod value;

mod csv;
mod spelling;
mod unit;

mod cell;
mod column;
mod set;
mod sheet;

mod check;
mod complaint;
mod table;

mod ruling;
mod text;

mod constants;
mod pack;
mod record;
mod sources;

pub use crate::{
    cell::{Cell, CellError},
    column::{Input, Output, Type, TypeError},
    complaint::{Complaint, Severity},
    constants::ConstantError,
    csv::write_line,
    pack::{Gap, Pack, Title, check},
    record::{Record, ReplayError},
    ruling::{Answer, Clause, Ruling, Why, chosen},
    set::{Domain, Point, Range, Set},
    sheet::HitPolicy,
    sources::Sources,
    table::{Row, Table},
    text::{Language, Text, TextError},
    unit::{Measure, NumberError, Unit},
    value::{Countable, Value},
    vocabulary::{Constant, Field, Hit, Kind, Question, Vocabulary},
};

#[cfg(test)]
mod tests;
