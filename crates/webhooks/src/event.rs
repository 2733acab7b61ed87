//! Types of messages, and which of them an endpoint wants.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Why a text is no type of message, and no pattern of types.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum EventTypeError {
    #[error("a type of message cannot be empty")]
    Empty,
    #[error("a type of message has at most {} bytes", EventType::MAX_BYTES)]
    TooLong,
    #[error(
        "`{0}` is no type of message: words of small letters, digits, `-` and `_`, joined by dots"
    )]
    Malformed(String),
}

/// What a message tells, such as `case.opened`: words joined by dots.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventType(Box<str>);

impl EventType {
    pub const MAX_BYTES: usize = 100;

    pub fn new(text: &str) -> Result<Self, EventTypeError> {
        if text.is_empty() {
            return Err(EventTypeError::Empty);
        }
        if Self::MAX_BYTES < text.len() {
            return Err(EventTypeError::TooLong);
        }
        let is_letter = |it: u8| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let is_word = |it: &str| !it.is_empty() && it.bytes().all(is_letter);
        if !text.split('.').all(is_word) {
            return Err(EventTypeError::Malformed(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// Of messages by which a person tries whether an endpoint hears us.
    pub fn ping() -> Self {
        Self("webhook.ping".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One type, or all below a word: `case.opened`, `case.*`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Pattern {
    Exactly(EventType),
    Below(EventType),
}

impl Pattern {
    pub fn fits(&self, event_type: &EventType) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == event_type,
            Self::Below(word) => {
                let rest = event_type.as_str().strip_prefix(word.as_str());
                rest.is_some_and(|it| it.starts_with('.'))
            }
        }
    }
}

impl FromStr for Pattern {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        match text.strip_suffix(".*") {
            Some(word) => EventType::new(word).map(Self::Below),
            None => EventType::new(text).map(Self::Exactly),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(event_type) => write!(f, "{event_type}"),
            Self::Below(word) => write!(f, "{word}.*"),
        }
    }
}
