//! Short secrets of the installation.

use std::sync::Arc;

use kernel::Timestamp;
use store_memory::MemoryStore;

use crate::{KeyRing, OpenError, Vault};

fn vault(ring: &str) -> Vault {
    let ring = KeyRing::parse(ring).unwrap();
    let clock = || Timestamp::from_epoch_seconds(0);
    Vault::new(Arc::new(MemoryStore::default()), ring, Arc::new(clock))
}

#[test]
fn a_text_opens_for_its_purpose_and_for_no_other() {
    let vault = vault(&KeyRing::generate().unwrap());
    let sealed = vault.seal_text("webhook/1", "whsec_123").unwrap();
    assert!(!sealed.contains("whsec"));
    assert_eq!(*vault.open_text("webhook/1", &sealed).unwrap(), "whsec_123");
    assert_eq!(vault.open_text("webhook/2", &sealed).unwrap_err(), OpenError::Altered);
    assert_eq!(vault.open_text("webhook/1", "nothing").unwrap_err(), OpenError::Malformed);
}

#[test]
fn what_an_older_key_sealed_is_still_opened() {
    let before = KeyRing::generate().unwrap();
    let after = KeyRing::with_new_key(&before).unwrap();
    let sealed = vault(&before).seal_text("webhook/1", "whsec_123").unwrap();
    let vault = vault(&after);
    assert_eq!(*vault.open_text("webhook/1", &sealed).unwrap(), "whsec_123");
    assert!(matches!(
        self::vault(&KeyRing::generate().unwrap()).open_text("webhook/1", &sealed),
        Err(OpenError::UnknownKey { .. })
    ));
}
