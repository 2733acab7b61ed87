//! What a command was answered, so that a repeat is answered the same.

use crate::{
    DecodeError,
    shape::{Out, declare::shape_enum},
    text,
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Done {
        /// The dossier's version after the command.
        version: u64,
        /// Kinds of the events it caused, in order. None: it was so already.
        kinds: Vec<String>,
    },
    Rejected {
        code: String,
        /// For people, as it read at the time.
        sentence: String,
    },
}

pub fn encode_answer(answer: &Answer) -> String {
    text::written(&Out(answer))
}

pub fn decode_answer(body: &str) -> Result<Answer, DecodeError> {
    text::read("answer", body)
}

shape_enum! {
    Answer {
        "done" Done { version: u64 } or { kinds: Vec<String> },
        "rejected" Rejected { code: String, sentence: String },
    }
}
