//! Who may come in, and what they may do.
mod permission;
pub use permission::{Permission, Position};
