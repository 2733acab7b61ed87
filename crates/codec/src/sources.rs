//! A pack's files as one text, for the shelf.

use std::collections::BTreeMap;

use policy::Sources;

use crate::{DecodeError, text};

pub fn encode_sources(sources: &Sources) -> String {
    let files: BTreeMap<&str, &str> = sources.iter().collect();
    text::written(&files)
}

pub fn decode_sources(body: &str) -> Result<Sources, DecodeError> {
    let files: BTreeMap<String, String> = serde_json::from_str(body)
        .map_err(|source| DecodeError::Unreadable { what: "pack", source })?;
    Ok(Sources::new(files))
}
