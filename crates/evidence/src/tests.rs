//! Real bytes: pictures made here, metadata written by hand, and files made to do harm.

#![expect(clippy::arithmetic_side_effects, reason = "small numbers, in tests")]

mod bucket;
mod cases;
mod contents;
mod labels;
mod packs;
mod photos;
mod story;
mod support;
mod uploads;
