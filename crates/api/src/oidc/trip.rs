//! What a browser carries to the provider and back: a short-lived, signed cookie.
//!
//! It ties the answer to the browser that asked, so that nobody can be signed in as somebody else
//! by following a link.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Span, Timestamp};
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// How long somebody may take at the provider.
pub(super) const LASTING: Span = Span::minutes(10);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trip {
    pub(super) state: String,
    pub(super) nonce: String,
    /// Of PKCE: shows the provider that who brings the code is who asked for it.
    pub(super) verifier: String,
    /// Where in the workbench they were going.
    pub(super) to: String,
    until: i64,
}

impl Trip {
    pub(super) fn begin(to: &str, now: Timestamp) -> Result<Self, getrandom::Error> {
        Ok(Self {
            state: random()?,
            nonce: random()?,
            verifier: random()?,
            to: within(to).to_owned(),
            until: now.plus(LASTING).epoch_seconds(),
        })
    }

    /// Of PKCE, by `S256`.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    /// As a cookie's value.
    pub(super) fn signed(&self, key: &hmac::Key) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        let signature = hmac::sign(key, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Nothing is read before the signature is verified.
    pub(super) fn read(value: &str, key: &hmac::Key, now: Timestamp) -> Option<Self> {
        let (text, signature) = value.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(key, text.as_bytes(), &signature).ok()?;
        let trip: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (now.epoch_seconds() < trip.until).then_some(trip)
    }
}

/// 256 random bits.
fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A path of this site; the root in place of what leads away from it.
fn within(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && to.len() <= 500;
    let is_plain = to.bytes().all(|it| it.is_ascii_graphic() && it != b'\\');
    if is_path && is_plain { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_from_this_site() {
        assert_eq!(within("/tasks?shop=north#now"), "/tasks?shop=north#now");
        for away in ["https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nb", ""] {
            assert_eq!(within(away), "/", "{away}");
        }
    }

    #[test]
    fn a_trip_is_read_within_its_time_and_by_who_began_it() {
        let key = |byte| hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32]);
        let now = Timestamp::from_epoch_seconds(1000);
        let trip = Trip::begin("/", now).unwrap();
        let value = trip.signed(&key(1));
        assert_eq!(Trip::read(&value, &key(1), now), Some(trip));
        assert_eq!(Trip::read(&value, &key(2), now), None);
        assert_eq!(Trip::read(&value, &key(1), now.plus(LASTING)), None);
        assert_eq!(Trip::read(&value.replacen('e', "f", 1), &key(1), now), None);
    }
}
