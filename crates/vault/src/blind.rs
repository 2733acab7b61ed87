//! Words that stand for personal data without telling it: HMAC-SHA-256 under the index key.
//!
//! Equal data in one shop gives equal words, which is what makes them findable. The shop is part of
//! what is hashed, so that the words of two shops cannot be joined.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use kernel::ShopId;
use sha2::Sha256;

use crate::{
    fold,
    seal::{Key, framed},
};

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const PSEUDONYM_LETTERS: usize = 16;
const MARK_LETTERS: usize = 26;
const TAIL_DIGITS: usize = 4;

/// Stands for a buyer's account in one shop: `b-` and 16 letters of base32 (80 bits). Stable as
/// long as the index key is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pseudonym(String);

impl Pseudonym {
    /// `None` if no pseudonym is written like that.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.strip_prefix("b-")?;
        let is_one =
            letters.len() == PSEUDONYM_LETTERS && letters.bytes().all(|it| LETTERS.contains(&it));
        is_one.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The index key, which no rotation changes.
pub(crate) struct Blinder(Key);

impl Blinder {
    pub(crate) fn new(key: Key) -> Self {
        Self(key)
    }

    pub(crate) fn key(&self) -> &Key {
        &self.0
    }

    /// Accounts are compared as they are, but for white space at the ends: an openid has both
    /// cases.
    pub(crate) fn pseudonym(&self, shop: &ShopId, account: &str) -> Pseudonym {
        let word = self.word(shop, "account", account.trim(), PSEUDONYM_LETTERS);
        Pseudonym(format!("b-{word}"))
    }

    /// Names are compared without white space and widths. `None` if there is nothing to find.
    pub(crate) fn name_mark(&self, shop: &ShopId, name: &str) -> Option<String> {
        let name: String =
            name.chars().map(fold::narrow).filter(|it| !it.is_whitespace()).collect();
        (!name.is_empty()).then(|| format!("n-{}", self.word(shop, "name", &name, MARK_LETTERS)))
    }

    /// Phones are compared by their digits, without 86 in front. `None` if some are hidden.
    pub(crate) fn phone_mark(&self, shop: &ShopId, phone: &str) -> Option<String> {
        let is_whole = !phone.contains('*');
        let digits = fold::digits(phone);
        let digits = fold::without_country(&digits);
        (is_whole && !digits.is_empty())
            .then(|| format!("p-{}", self.word(shop, "phone", digits, MARK_LETTERS)))
    }

    /// Of the last four digits of a phone, its extension left out. `None` if they are not there.
    pub(crate) fn phone_tail_mark(&self, shop: &ShopId, phone: &str) -> Option<String> {
        let tail = fold::tail(fold::without_extension(phone), TAIL_DIGITS)?;
        Some(self.tail_mark(shop, &tail))
    }

    /// Of what somebody says the last four digits are; any text has a mark.
    pub(crate) fn tail_mark(&self, shop: &ShopId, tail: &str) -> String {
        let tail: String = tail.trim().chars().map(fold::narrow).collect();
        format!("t-{}", self.word(shop, "phone-tail", &tail, MARK_LETTERS))
    }

    /// A key for another purpose, told from the index key.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any key is long enough");
        mac.update(&framed(&["derived", purpose]));
        mac.finalize().into_bytes().into()
    }

    fn word(&self, shop: &ShopId, purpose: &str, value: &str, n_letters: usize) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any key is long enough");
        mac.update(&framed(&[purpose, shop.as_str(), value]));
        let hash = mac.finalize().into_bytes();
        let letter = |it: &u8| LETTERS.get(usize::from(it & 31)).copied().map(char::from);
        hash.iter().take(n_letters).filter_map(letter).collect()
    }
}

impl fmt::Debug for Blinder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinder(..)")
    }
}
