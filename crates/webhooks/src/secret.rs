//! What a receiver knows us by.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use standardwebhooks::Webhook;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why a text cannot be a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum SecretError {
    #[error("a secret begins with `whsec_`")]
    WithoutPrefix,
    #[error("a secret is `whsec_` and base64")]
    NotBase64,
    #[error("a secret has {} to {} bytes, this one has {bytes}", Secret::LEAST, Secret::MOST)]
    Length { bytes: usize },
}

/// The key that messages to one endpoint are signed with: 24 to 64 bytes.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    const PREFIX: &str = "whsec_";
    const LEAST: usize = 24;
    const MOST: usize = 64;

    /// Takes `whsec_` and base64.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.strip_prefix(Self::PREFIX).ok_or(SecretError::WithoutPrefix)?;
        let bytes = STANDARD.decode(text).map_err(|_| SecretError::NotBase64)?;
        let bytes = Zeroizing::new(bytes);
        if !(Self::LEAST..=Self::MOST).contains(&bytes.len()) {
            return Err(SecretError::Length { bytes: bytes.len() });
        }
        Ok(Self(bytes))
    }

    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = Zeroizing::new(vec![0; 32]);
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// For the person who sets up the receiver, once.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}{}", Self::PREFIX, STANDARD.encode(&*self.0)))
    }

    /// `v1,` and base64.
    pub(crate) fn sign(&self, message: &str, at: i64, payload: &str) -> Option<String> {
        let signer = Webhook::from_bytes(self.0.to_vec()).ok()?;
        signer.sign(message, at, payload.as_bytes()).ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a secret could not be sealed or opened.
pub type SealerError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps secrets from whoever reads the database.
pub trait Sealer: Send + Sync {
    /// Makes `secret` unreadable. `owner` names what it belongs to; it opens for nothing else.
    fn seal(&self, owner: &str, secret: &str) -> Result<String, SealerError>;

    fn open(&self, owner: &str, sealed: &str) -> Result<Zeroizing<String>, SealerError>;
}
