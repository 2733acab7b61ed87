//! The shared kernel: the vocabulary every other crate speaks.
//!
//! Typed identifiers, instants, spans of time, business calendars, quantities and coded choices.
//! A type that needs a `match` on business meaning does not belong here.
//!
//! **Invariant:** no internal dependencies, no I/O, no serialization, no clock but the one handed
//! in as a [`Clock`].

mod calendar;
mod choice;
mod id;
mod quantity;
mod time;

pub use crate::calendar::{Calendar, CalendarError, Civil, Workday, Zone};
pub use crate::choice::Choice;
pub use crate::id::{
    ActorId, Bucket, CaseNo, CommandKey, DossierKey, EvidenceId, IdError, OrderNo, PackId,
    ParcelNo, PayoutKey, ShopId, Sku, TaskId, TimerId, WorkerId,
};
pub use crate::quantity::{LineNo, Quantity};
pub use crate::time::{Clock, Span, Timestamp};
