//! Sealed texts that were changed, moved, or whose key is gone.

use proptest::prelude::*;

use super::support::{House, order, shop, zhang};
use crate::{
    OpenError, ReadError, Reading,
    seal::{framed, fresh_key, open, seal},
    stored::{self, DataKeyBody, PersonalBody},
};

/// What the order `1` reads as, after its body was changed.
#[track_caller]
fn check(change: impl FnOnce(&House, &mut PersonalBody), expected: OpenError) {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    house.vault.keep(&shop(), &order("2"), &zhang()).unwrap();
    let mut draft = house.personal("1");
    let mut body = stored::read(&draft.body).unwrap();
    change(&house, &mut body);
    draft.body = stored::written(&body);
    house.overwrite(draft);
    let read = house.vault.reveal(&shop(), &order("1"));
    assert!(matches!(&read, Err(ReadError::Unreadable(it)) if *it == expected), "{read:?}");
    // The neighbor is still read.
    let (one, two) = (order("1"), order("2"));
    let all = house.vault.masked_all(&shop(), &[&one, &two]).unwrap();
    assert!(matches!(&all[..], [Err(_), Ok(Reading::Kept(_))]));
}

fn sealed(body: &mut PersonalBody) -> &mut std::collections::BTreeMap<String, String> {
    match body {
        PersonalBody::Kept { sealed, .. } => sealed,
        PersonalBody::Erased(_) => panic!("it was not erased"),
    }
}

#[test]
fn a_text_moved_to_another_order_does_not_open() {
    check(
        |house, body| *body = stored::read(&house.personal("2").body).unwrap(),
        OpenError::Altered,
    );
}

#[test]
fn a_text_moved_to_another_field_does_not_open() {
    check(
        |_, body| {
            let name = sealed(body)["name"].clone();
            sealed(body).insert("phone".to_owned(), name);
        },
        OpenError::Altered,
    );
}

#[test]
fn a_field_nobody_knows_is_not_passed_over() {
    check(
        |_, body| {
            let name = sealed(body)["name"].clone();
            sealed(body).insert("nickname".to_owned(), name);
        },
        OpenError::Malformed,
    );
}

#[test]
fn a_text_that_is_none_does_not_open() {
    for text in ["", "AAAA", "no base64"] {
        check(
            |_, body| {
                sealed(body).insert("name".to_owned(), text.to_owned());
            },
            OpenError::Malformed,
        );
    }
}

#[test]
fn a_data_key_that_is_not_there_is_not_an_erased_one() {
    check(
        |_, body| match body {
            PersonalBody::Kept { data_key, .. } => data_key.push_str(" 2"),
            PersonalBody::Erased(_) => panic!("it was not erased"),
        },
        OpenError::NoDataKey,
    );
}

#[test]
fn a_ring_without_the_key_says_which_it_lacks() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let other = House::with(house.records.clone(), House::new().ring);
    let key = crate::KeyRing::parse(&house.ring).unwrap().ids()[0].to_owned();
    let expected = OpenError::UnknownKey { key };
    let read = other.vault.reveal(&shop(), &order("1"));
    assert!(matches!(read, Err(ReadError::Unreadable(it)) if it == expected));
    // Nor does it seal anything over what it cannot read.
    let before = house.personal("1");
    other.vault.keep(&shop(), &order("1"), &zhang()).unwrap_err();
    assert_eq!(house.personal("1"), before);
}

#[test]
fn another_buyers_data_key_does_not_fit() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    house
        .vault
        .keep(&shop(), &order("2"), &super::support::person(["李四", "-", "-", "li"]))
        .unwrap();
    let [mut one, two] = <[_; 2]>::try_from(house.all("data-key", "")).unwrap();
    one.draft.body = two.draft.body;
    house.overwrite(one.draft);
    let orders = [order("1"), order("2")];
    let all = house.vault.masked_all(&shop(), &orders.each_ref()).unwrap();
    assert_eq!(all.iter().filter(|it| **it == Err(OpenError::Altered)).count(), 1);
}

#[test]
fn stored_shapes_are_what_they_always_were() {
    let key = r#"{"state":"live","under":"k-1","wrapped":"AA=="}"#;
    assert_eq!(stored::written(&stored::read::<DataKeyBody>(key).unwrap()), key);
    let erased = r#"{"state":"erased","at":7,"by":"wang"}"#;
    assert_eq!(stored::written(&stored::read::<DataKeyBody>(erased).unwrap()), erased);
    assert_eq!(stored::written(&stored::read::<PersonalBody>(erased).unwrap()), erased);
    let kept = r#"{"state":"kept","data_key":"b-x","sealed":{"name":"AA=="}}"#;
    assert_eq!(stored::written(&stored::read::<PersonalBody>(kept).unwrap()), kept);
    assert_eq!(stored::read::<PersonalBody>("{}"), Err(OpenError::Malformed));
}

/// NIST's test case 16 for AES-256-GCM, through our framing of nonce, text and tag.
#[test]
fn the_cipher_gives_what_the_standard_says() {
    use aes_gcm::{
        Aes256Gcm, KeyInit,
        aead::{Aead, Payload},
    };
    let bytes = |hex: &str| -> Vec<u8> {
        let at = |nth| u8::from_str_radix(&hex[2 * nth..2 * nth + 2], 16).unwrap();
        (0..hex.len() / 2).map(at).collect()
    };
    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let nonce: [u8; 12] = bytes("cafebabefacedbaddecaf888").try_into().unwrap();
    let msg = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let cipher = Aes256Gcm::new_from_slice(&key).unwrap();
    let sealed = cipher.encrypt(&nonce.into(), Payload { msg: &msg, aad: &aad }).unwrap();
    let expected = bytes(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
         8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    assert_eq!(sealed, expected);
}

#[test]
fn no_two_lists_of_parts_are_framed_alike() {
    assert_ne!(framed(&["ab", "c"]), framed(&["a", "bc"]));
    assert_ne!(framed(&["a", ""]), framed(&["a"]));
}

proptest! {
    #[test]
    fn what_is_sealed_opens_and_no_flipped_bit_does(
        text in ".{0,60}",
        place in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let key = fresh_key().unwrap();
        let sealed = seal(&key, &["a", "b"], text.as_bytes()).unwrap();
        let opened = open(&key, &["a", "b"], &sealed).unwrap();
        prop_assert_eq!(opened.as_slice(), text.as_bytes());
        prop_assert_eq!(open(&key, &["a", "c"], &sealed), Err(OpenError::Altered));
        prop_assert_eq!(open(&fresh_key().unwrap(), &["a", "b"], &sealed), Err(OpenError::Altered));
        let mut bytes = STANDARD.decode(&sealed).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let flipped = open(&key, &["a", "b"], &STANDARD.encode(bytes));
        prop_assert_eq!(flipped, Err(OpenError::Altered));
    }
}
