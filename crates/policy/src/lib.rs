//! Policy as data: typed decision tables and the packs they come in.

mod cell;
mod check;
mod column;
mod complaint;
mod constants;
mod csv;
mod pack;
mod record;
mod ruling;
mod set;
mod sheet;
mod sources;
mod spelling;
mod table;
mod text;
mod unit;
mod value;
mod vocabulary;

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
