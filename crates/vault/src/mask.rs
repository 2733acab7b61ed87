//! What of personal data may be shown to everybody.
//!
//! Every mask takes any text, masked text included, and gives the same when it is taken again.
//! None shows more than eight digits of a number, nor more than four in a row.

mod address;
mod number;
mod text;

pub use self::{address::mask_address, text::mask_text};
use crate::fold;

const HIDDEN: &str = "****";
const REST: &str = "***";

/// The first character, and a `*` for each other, at most three: `张三` → `张*`, `欧阳娜娜` → `欧***`.
/// A name of one character is hidden whole.
pub fn mask_name(name: &str) -> String {
    let mut letters = name.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    let n_hidden = letters.count().min(REST.len());
    if n_hidden == 0 || first.is_numeric() {
        return "*".repeat(n_hidden.max(1));
    }
    format!("{first}{}", "*".repeat(n_hidden))
}

/// `138****5678`, `010-****5678`, `188****1111-***` for a virtual number with its extension; the
/// last four of other numbers that have at least eight digits, and nothing of shorter ones.
pub fn mask_phone(phone: &str) -> String {
    let narrow = phone.chars().map(fold::narrow).filter(|it| !matches!(it, '(' | ')'));
    let shown = mask_text(narrow.collect::<String>().trim()).into_owned();
    if is_masked_phone(&shown) {
        return shown;
    }
    let digits = fold::digits(phone);
    masked_but_tail(&digits)
}

/// Bank cards: the last four digits.
pub fn mask_card(card: &str) -> String {
    let card = card.trim();
    let is_tail = |it: &str| it.len() <= 4 && it.bytes().all(|it| it.is_ascii_digit());
    if card.strip_prefix(HIDDEN).is_some_and(is_tail) {
        return card.to_owned();
    }
    masked_but_tail(&fold::digits(card))
}

/// Identity cards: first and last character.
pub fn mask_identity(number: &str) -> String {
    let letters: Vec<char> =
        number.chars().map(fold::narrow).filter(|it| !matches!(it, ' ' | '-')).take(18).collect();
    match letters.as_slice() {
        [first, hidden @ .., last] => format!("{first}{}{last}", "*".repeat(hidden.len())),
        _ => REST.to_owned(),
    }
}

/// The first character and the host: `z***@163.com`. What is no address is hidden whole.
pub fn mask_email(email: &str) -> String {
    let narrow: String = email.trim().chars().map(fold::narrow).collect();
    let Some((local, host)) = narrow.rsplit_once('@') else { return REST.to_owned() };
    let is_host = host.contains('.')
        && host.split('.').all(|it| !it.is_empty())
        && host.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '-'))
        && host.bytes().filter(u8::is_ascii_digit).count() <= 4;
    if is_host { format!("{}@{host}", head(local.trim())) } else { REST.to_owned() }
}

/// An account by its first and last character: `z***n`. Phones and e-mail addresses that serve as
/// accounts are masked as what they are.
pub fn mask_account(account: &str) -> String {
    let account = account.trim();
    if account.chars().map(fold::narrow).any(|it| it == '@') {
        return mask_email(account);
    }
    let is_phone = fold::is_mobile(fold::without_country(&fold::digits(account)));
    if is_phone || is_masked_phone(account) {
        return mask_phone(account);
    }
    let mut letters = account.chars();
    let is_shown = |it: &char| *it != '*';
    let Some(first) = letters.next() else { return String::new() };
    let first = Some(first).filter(is_shown).map(String::from).unwrap_or_default();
    let last = letters.next_back().filter(|it| is_shown(it) && letters.next().is_some());
    format!("{first}{REST}{}", last.map(String::from).unwrap_or_default())
}

/// Alipay accounts are mobile numbers or e-mail addresses; what is neither is masked as an account.
pub fn mask_alipay(account: &str) -> String {
    mask_account(account)
}

fn masked_but_tail(digits: &str) -> String {
    let tail = Some(digits).filter(|it| 8 <= it.len()).and_then(|it| fold::tail(it, 4));
    format!("{HIDDEN}{}", tail.unwrap_or_default())
}

/// The first character of what stands before the `@`, if there is more than that.
fn head(local: &str) -> String {
    let mut letters = local.chars().filter(|it| *it != '*' && !it.is_whitespace());
    let first = letters.next().filter(|_| letters.next().is_some() || local.contains('*'));
    format!("{}{REST}", first.map(String::from).unwrap_or_default())
}

/// Whether it is what a masked phone looks like, ours or a marketplace's.
fn is_masked_phone(text: &str) -> bool {
    let n_digits = text.chars().filter(char::is_ascii_digit).count();
    text.contains(HIDDEN)
        && n_digits <= 8
        && text.chars().all(|it| it.is_ascii_digit() || matches!(it, '*' | '-'))
        && !has_long_run(text)
}

fn has_long_run(text: &str) -> bool {
    text.split(|it: char| !it.is_ascii_digit()).any(|it| 4 < it.len())
}
