//! A pack's files as one text, for the shelf.

use policy::Sources;

use crate::DecodeError;

pub fn encode_sources(sources: &Sources) -> String {
    let files: std::collections::BTreeMap<&str, &str> = sources.iter().collect();
    serde_json::to_string(&files).unwrap_or_default()
}

pub fn decode_sources(text: &str) -> Result<Sources, DecodeError> {
    let files: std::collections::BTreeMap<String, String> = serde_json::from_str(text)
        .map_err(|source| DecodeError::Unreadable { what: "pack", source })?;
    Ok(Sources::new(files))
}
