//! To and from JSON.

use serde::Serialize;

use crate::{
    DecodeError,
    shape::{In, Shape},
};

/// Room for a small body without growing.
const SMALL: usize = 512;

pub(crate) fn written(it: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(SMALL);
    put(it, &mut bytes);
    // Only UTF-8 is ever written, so nothing is replaced.
    String::from_utf8(bytes).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into())
}

#[expect(
    clippy::expect_used,
    reason = "writing to memory cannot fail and no shape refuses to be written; to go on with half \
              of something would be worse than to stop"
)]
pub(crate) fn put(it: &impl Serialize, to: impl std::io::Write) {
    serde_json::to_writer(to, it).expect("every shape can be written");
}

pub(crate) fn read<T: Shape>(what: &'static str, text: &str) -> Result<T, DecodeError> {
    let read = serde_json::from_str(text);
    read.map(|In(it)| it).map_err(|source| DecodeError::Unreadable { what, source })
}
