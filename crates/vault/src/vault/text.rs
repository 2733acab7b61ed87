//! Short secrets of the installation itself, such as those webhooks are signed with.
//!
//! **Limit:** [`Vault::rewrap`] does not know where such texts are kept. A key of the ring that
//! sealed one has to stay in the ring for as long as the text is wanted.

use zeroize::Zeroizing;

use crate::{
    Vault,
    seal::{self, NoRandomness, OpenError},
};

/// Apart from whatever else is sealed under keys of the ring.
const TEXT: &str = "text";

impl Vault {
    /// Makes a short text unreadable, under the ring's active key. `purpose` says what it is and
    /// whose; it opens for nothing else.
    pub fn seal_text(&self, purpose: &str, text: &str) -> Result<String, NoRandomness> {
        let active = self.ring.active();
        let sealed = seal::seal(&active.key, &[TEXT, purpose], text.as_bytes())?;
        Ok(format!("{}:{sealed}", active.id))
    }

    /// Opens what [`Self::seal_text`] made for the same purpose, under whichever key of the ring.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<String>, OpenError> {
        let (key, sealed) = sealed.split_once(':').ok_or(OpenError::Malformed)?;
        let bytes = seal::open(self.ring.key(key)?, &[TEXT, purpose], sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| OpenError::Malformed)?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}
