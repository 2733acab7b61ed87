//! AES-256-GCM under a fresh random nonce, bound to what the text is about.
//!
//! A sealed text is the Base64 of nonce (12 bytes), ciphertext and tag (16 bytes). Random nonces
//! allow 2³² sealings under one key: far more than one buyer has fields, and more buyers than one
//! key of the ring will see.

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;
use zeroize::Zeroizing;

pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// A key that seals; wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// The operating system gave no random bytes, so nothing can be sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

/// Why a sealed text does not open. An inconsistency: somebody has to look.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum OpenError {
    #[error("the key ring has no key `{key}`")]
    UnknownKey { key: String },
    /// Changed, moved from where it belongs, or sealed under another key.
    #[error("a sealed text is not what was written there")]
    Altered,
    #[error("a stored body has no shape this version knows")]
    Malformed,
    #[error("a record stands on a data key that is not there")]
    NoDataKey,
}

pub(crate) fn fresh_key() -> Result<Key, NoRandomness> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(key)
}

/// `about` says what the text is and where it belongs; the same is needed to open it.
pub(crate) fn seal(key: &Key, about: &[&str], plain: &[u8]) -> Result<String, NoRandomness> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| NoRandomness)?;
    let payload = Payload { msg: plain, aad: &framed(about) };
    let sealed = cipher(key).encrypt(&nonce.into(), payload);
    #[expect(clippy::expect_used, reason = "fails above 64 GiB only; callers seal a few kB")]
    let sealed = sealed.expect("a short text can be sealed");
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

pub(crate) fn open(
    key: &Key,
    about: &[&str],
    sealed: &str,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let bytes = STANDARD.decode(sealed).map_err(|_| OpenError::Malformed)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Malformed)?;
    let payload = Payload { msg: sealed, aad: &framed(about) };
    let plain = cipher(key).decrypt(&(*nonce).into(), payload);
    plain.map(Zeroizing::new).map_err(|_| OpenError::Altered)
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new((&**key).into())
}

/// The parts, each behind its length, so that no two lists of parts give the same bytes.
pub(crate) fn framed(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}
