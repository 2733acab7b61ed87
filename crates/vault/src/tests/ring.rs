//! Key rings that can be read, and those that must not be used.

use expect_test::{Expect, expect};

use crate::{KeyRing, KeyRingError};

const A: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const B: &str = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const C: &str = "AgECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// `A`, `B` and `C` in `text` stand for keys. Shows the ids, or what is wrong.
#[track_caller]
fn check(text: &str, expected: Expect) {
    let text = text.replace("<A>", A).replace("<B>", B).replace("<C>", C);
    let shown = match KeyRing::parse(&text) {
        Ok(ring) => ring.ids().join(" "),
        Err(error) => error.to_string(),
    };
    assert!(!shown.contains("AQFBgcI"), "a key is shown: {shown}");
    expected.assert_eq(&shown);
}

#[test]
fn a_ring_is_a_file_or_a_line() {
    check(
        "index = \"<A>\"\n[[key]]\nid = \"new\"\nkey = \"<B>\"\n[[key]]\nid = \"old\"\nkey = \"<C>\"\n",
        expect!["new old"],
    );
    check("index:<A> new:<B>, old:<C>\n", expect!["new old"]);
}

#[test]
fn what_is_wrong_is_said_and_what_stands_there_is_not() {
    check("", expect!["the key ring has no key"]);
    check("index:<A>", expect!["the key ring has no key"]);
    check("new:<A>", expect!["the key ring has no index key"]);
    check("index = \"<A>\"\nindex = \"<B>\"", expect!["line 2 of the key ring cannot be read"]);
    check("index = \"<A>\n", expect!["line 1 of the key ring cannot be read"]);
    check("<A>", expect!["line 1 of the key ring cannot be read"]);
    check(
        "index = \"<A>\"\nkeys = \"<B>\"",
        expect!["the key ring has an entry that is not expected there: `keys`"],
    );
    check("[[key]]\nid = \"a\"\n", expect!["the key ring has no key"]);
    check(
        "[[key]]\nkey = \"<A>\"\n",
        expect!["a key of the ring has an id other than 1 to 32 of a-z, 0-9 and hyphen"],
    );
    check(
        "index:<A> New:<B>",
        expect!["a key of the ring has an id other than 1 to 32 of a-z, 0-9 and hyphen"],
    );
    check("index:<A> new:<B> new:<C>", expect!["the key ring has two keys with the id `new`"]);
    check("index:<A> new:<B> old:<B>", expect!["the keys `old` and `new` are the same"]);
    check("index:<A> new:<A>", expect!["the keys `new` and `index` are the same"]);
    check("index:<A> new:password", expect!["the key `new` has 6 bytes, not 32"]);
    check("index:<A> new:pass!word", expect!["the key `new` is not Base64"]);
    check(
        "index:<A> new:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        expect!["the key `new` is one byte over and over: make a real one"],
    );
}

#[test]
fn a_made_ring_can_be_read_and_no_two_are_alike() {
    let (one, two) = (KeyRing::generate().unwrap(), KeyRing::generate().unwrap());
    assert_ne!(one, two);
    let first = KeyRing::parse(&one).unwrap().ids()[0].to_owned();
    let longer = KeyRing::with_new_key(&one).unwrap();
    let ring = KeyRing::parse(&longer).unwrap();
    assert_eq!(ring.ids().len(), 2);
    assert_eq!(ring.ids()[1], first);
    assert!(matches!(KeyRing::with_new_key(""), Err(KeyRingError::NoKey)));
}
