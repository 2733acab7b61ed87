//! Photos, videos and documents that prove something, and what is made of them for a dispute.
//!
//! ```text
//! bytes ─▶ take ─▶ sniff, inspect ─▶ Content ─▶ record of the shop ─▶ pack
//!          to a    what it really    by its     Evidence, per case    a ZIP that
//!          file    is, or Refused    SHA-256    in order              can be verified
//! ```
//!
//! [`Archive`] is what others call: [`Archive::take`] keeps an upload, [`Archive::list`] and
//! [`Archive::read`] give it back, [`pack`] makes a ZIP of a case that convinces without us.
//!
//! **Invariant:** an original is kept byte for byte under the hash of its bytes, and its record is
//! written after it. There is no record without content; content without a record is swept.
//!
//! **Invariant:** what a thing is, its bytes say. The name it came under is a label for people and
//! never a path.
//!
//! **Invariant:** no place a picture was taken at is kept in a record, or in anything made from the
//! picture. It is in the original only, which is never shown in place of a thumbnail.
//!
//! **Invariant:** shops are apart. A key begins with the shop, and likeness is only looked for
//! within it.

mod archive;
mod attach;
mod content;
mod ending;
mod failure;
mod hash;
mod inspect;
mod label;
mod likeness;
mod limits;
mod media;
pub mod pack;
mod picture;
mod record;
mod refused;
mod settings;
mod sniff;
mod sweep;
mod take;

mod zipped;

pub use crate::{
    archive::{Archive, CaseRef, Stored, Upload},
    content::{Content, Contents},
    failure::{Failure, TakeError},
    hash::Hash,
    limits::Limits,
    media::{Form, Media, Rendition},
    record::{Evidence, Likeness, Repeat, Source},
    refused::Refused,
    settings::{Bucket, Place},
    sweep::Swept,
};

#[cfg(test)]
mod tests;
