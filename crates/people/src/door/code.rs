//! Codes: six digits, sent to the phone of an order, good once.

use kernel::{DossierKey, OrderNo, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RecordKey, Version};
use thiserror::Error;

use super::BuyerKey;
use crate::{
    Failure, Origin, People, Secret, SignedIn, address,
    desk::{self, Kept},
    limit::{self, Gate, Taking},
    secret, spelled,
};

pub(crate) const CODE_KIND: &str = "buyer-code";

/// The answer to whoever asked, the same for all, but for `send`, which is not for them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeAsked {
    /// Goes with the code that is entered.
    pub receipt: Secret,
    pub until: Timestamp,
    /// What has to be sent, if anything. Whether it is must not be told, nor take the caller's
    /// answer longer: send it after answering.
    pub send: Option<CodeToSend>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeToSend {
    pub phone: Secret,
    pub code: Secret,
}

#[derive(Debug, Error)]
pub enum CodeError {
    #[error("four digits of the phone are needed")]
    BadTail,
    #[error("too many tries")]
    TooMany { again_at: Timestamp },
    /// Wrong, used, too old, guessed at too often, or never sent: which, is not said.
    #[error("the code is wrong or too old")]
    Wrong,
    #[error(transparent)]
    Failed(#[from] Failure),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct CodeBody {
    #[serde(with = "spelled::text")]
    shop: ShopId,
    #[serde(with = "spelled::text")]
    order: OrderNo,
    /// Keyed, as six digits alone are found by trying.
    digest: String,
    /// Nobody was sent it, so nobody can have it, not even by a lucky guess.
    is_decoy: bool,
    tries_left: u32,
    until: i64,
}

impl Kept for CodeBody {
    const KIND: &'static str = CODE_KIND;

    /// When it may be swept away.
    fn rank(&self) -> i64 {
        self.until
    }
}

impl People {
    /// Asks for a code. `tail` is what was typed as the last four digits of the phone; `phone` is
    /// the whole phone of the order, or `None` if there is no such order.
    ///
    /// Limited by order and by address, with an answer that says so, and by phone without one.
    pub fn ask_code(
        &self,
        order: &DossierKey,
        tail: &str,
        phone: Option<&str>,
        from: &Origin<'_>,
    ) -> Result<CodeAsked, CodeError> {
        if tail.len() != 4 || !tail.bytes().all(|it| it.is_ascii_digit()) {
            return Err(CodeError::BadTail);
        }
        let now = self.clock.now();
        let order_id = secret::digest(&order.to_string());
        let gates = [
            Gate { id: format!("code-order:{order_id}"), limit: &self.settings.code_order },
            Gate {
                id: format!("code-from:{}", address::subject(from.address)),
                limit: &self.settings.code_address,
            },
        ];
        if let Taking::Shut { again_at } = limit::take(&self.desk, &gates, now)? {
            return Err(CodeError::TooMany { again_at });
        }
        let digits = phone.map(main_number).unwrap_or_default();
        let is_known = secret::is_same(last_four(&digits).as_bytes(), tail.as_bytes());
        let may_send = self.may_send(if is_known { &digits } else { &order_id }, now)?;

        let code = six_digits()?;
        let receipt = secret::token()?;
        let until = now.plus(self.settings.code_lasting);
        let body = CodeBody {
            shop: order.shop.clone(),
            order: order.order.clone(),
            digest: digest(&self.buyer_keys.first, &receipt, &code),
            is_decoy: !is_known || !may_send,
            tries_left: self.settings.code_tries,
            until: until.epoch_seconds(),
        };
        if !self.desk.write(&[desk::make(key(&receipt), &body)?])? {
            return Err(Failure::Contended.into());
        }
        let send = CodeToSend { phone: Secret::new(digits), code: Secret::new(code) };
        let send = (!body.is_decoy).then_some(send);
        Ok(CodeAsked { receipt: Secret::new(receipt), until, send })
    }

    /// Begins a session of the buyer who was sent the code.
    pub fn enter_code(
        &self,
        receipt: &str,
        code: &str,
        from: &Origin<'_>,
    ) -> Result<SignedIn, CodeError> {
        let now = self.clock.now();
        let gates = [Gate {
            id: format!("code-entry-from:{}", address::subject(from.address)),
            limit: &self.settings.code_entry,
        }];
        let counted = match limit::take(&self.desk, &gates, now)? {
            Taking::Open(counted) => counted,
            Taking::Shut { again_at } => return Err(CodeError::TooMany { again_at }),
        };
        let (body, version) = self.guess(receipt, now)?;
        let is_right = self.buyer_keys.all().any(|it| {
            secret::is_same(digest(it, receipt, code.trim()).as_bytes(), body.digest.as_bytes())
        });
        if !is_right || body.is_decoy {
            return Err(CodeError::Wrong);
        }
        let order = DossierKey::new(body.shop, body.order);
        let (signed_in, begun) = self.let_in(&order, self.door_turn(&order)?, from)?;
        let used = store::RecordChange::Drop { key: key(receipt), expected: Some(version) };
        if !self.desk.write(&[used, begun])? {
            return Err(CodeError::Wrong);
        }
        counted.undo(&self.desk)?;
        Ok(signed_in)
    }

    /// Counts a guess before it is looked at. The code, and its version after that.
    fn guess(&self, receipt: &str, now: Timestamp) -> Result<(CodeBody, Version), CodeError> {
        for _ in 0..desk::PATIENCE {
            let found = self.desk.find::<CodeBody>(&key(receipt))?;
            let mut found = found.ok_or(CodeError::Wrong)?;
            if found.body.until <= now.epoch_seconds() {
                return Err(CodeError::Wrong);
            }
            let left = found.body.tries_left.checked_sub(1).ok_or(CodeError::Wrong)?;
            found.body.tries_left = left;
            if self.desk.write(&[found.put()?])? {
                return Ok((found.body, Version(found.version.0.saturating_add(1))));
            }
        }
        Err(Failure::Contended.into())
    }

    /// Counts a message to a phone, of all shops together: it is one person who is disturbed.
    /// `subject` is any other text where there is no phone, so that the cost is the same.
    fn may_send(&self, subject: &str, now: Timestamp) -> Result<bool, Failure> {
        let blinded = secret::hex(&self.buyer_keys.first.mac("phone", &[subject]));
        let gate = Gate { id: format!("code-phone:{blinded}"), limit: &self.settings.code_phone };
        Ok(matches!(limit::take(&self.desk, &[gate], now)?, Taking::Open(_)))
    }
}

fn digest(by: &BuyerKey, receipt: &str, code: &str) -> String {
    secret::hex(&by.mac("code", &[receipt, code]))
}

/// The digits of a phone, without what is behind the dash of a marketplace's virtual number.
fn main_number(phone: &str) -> String {
    let phone = phone.trim();
    let (main, rest) = phone.rsplit_once('-').unwrap_or((phone, ""));
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    // Of a landline, `010-12345678`, the number is what is behind the dash.
    let is_mobile = 11 <= digits(main).len();
    if rest.is_empty() || is_mobile { digits(main) } else { digits(phone) }
}

/// Four zero bytes, which nobody can type, if there are fewer digits.
fn last_four(digits: &str) -> &str {
    let from = digits.len().checked_sub(4);
    from.and_then(|it| digits.get(it..)).unwrap_or("\0\0\0\0")
}

fn six_digits() -> Result<String, Failure> {
    let number = u64::from_be_bytes(secret::random::<8>()?) % 1_000_000;
    Ok(format!("{number:06}"))
}

fn key(receipt: &str) -> RecordKey {
    RecordKey::of_all(CodeBody::KIND, secret::digest(receipt))
}
