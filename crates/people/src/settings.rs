//! Every limit of this crate, with what it is unless somebody says otherwise.

use kernel::Span;

/// What may be set. All of it has a default; none of it is read from the environment here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    pub hashing: Hashing,
    pub passwords: PasswordRules,
    /// Sessions of people who work here.
    pub staff: Lasting,
    /// Sessions of buyers.
    pub buyers: Lasting,
    /// How old the note of a session's or key's last use may get before it is written again. 1 min.
    pub touch_every: Span,
    /// How long this process trusts what it read about a session or key. 5 s.
    pub cached_for: Span,
    /// Sessions and keys kept in memory. 10,000.
    pub cached: usize,
    /// Failed sign-ins under one login.
    pub sign_in_login: Limit,
    /// Failed sign-ins from one address.
    pub sign_in_address: Limit,
    /// Codes asked for about one order.
    pub code_order: Limit,
    /// Codes asked for from one address.
    pub code_address: Limit,
    /// Codes sent to one phone.
    pub code_phone: Limit,
    /// Wrong codes entered from one address.
    pub code_entry: Limit,
    /// Guesses at one code. 5.
    pub code_tries: u32,
    /// How long a code is good. 10 min.
    pub code_lasting: Span,
    /// The longest life a buyer's link may be given. 30 d.
    pub longest_link: Span,
    /// The installation's name in an authenticator, without a colon.
    pub issuer: String,
    /// Recovery codes handed out with a second step. 10.
    pub recovery_codes: usize,
}

/// Cost of a password: argon2id. What is below 19 MiB and two passes is not for use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hashing {
    /// In KiB. 19,456.
    pub memory_kib: u32,
    /// 2.
    pub passes: u32,
    /// 1.
    pub lanes: u32,
    /// Hashes computed at the same time; each takes its memory. 2.
    pub at_once: usize,
    /// Callers that may wait for their turn; the next is told to come back. 32.
    pub waiting: usize,
}

/// What a new password has to be. No rule asks for kinds of letters.
///
/// The length is the same with and without a second step, as the step can be taken away later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PasswordRules {
    /// In characters. 12.
    pub least: usize,
    /// In characters. 256.
    pub most: usize,
    /// Different characters in it, so that `aaaaaaaaaaaa` is none. 5.
    pub least_distinct: usize,
}

/// How long a session lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lasting {
    /// Without being used.
    pub idle: Span,
    /// However much it is used.
    pub at_most: Span,
}

/// How often something may be tried: some tries at once, then with waits that double.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Tries before there is a wait.
    pub free: u32,
    /// After the last free try.
    pub first_wait: Span,
    pub longest_wait: Span,
    /// After this long without a try all are forgotten.
    pub forgotten_after: Span,
}

impl Limit {
    /// The wait after so many tries.
    pub(crate) fn wait_after(&self, n_tries: u32) -> Span {
        let Some(doublings) = n_tries.checked_sub(self.free) else { return Span::ZERO };
        let factor = 2_i64.checked_pow(doublings).unwrap_or(i64::MAX);
        let seconds = self.first_wait.whole_seconds().saturating_mul(factor);
        Span::seconds(seconds).min(self.longest_wait)
    }
}

impl Default for Settings {
    fn default() -> Self {
        let limit = |free, first_wait, longest_wait| Limit {
            free,
            first_wait,
            longest_wait,
            forgotten_after: Span::hours(24),
        };
        Self {
            hashing: Hashing::default(),
            passwords: PasswordRules { least: 12, most: 256, least_distinct: 5 },
            staff: Lasting { idle: Span::hours(1), at_most: Span::hours(12) },
            buyers: Lasting { idle: Span::minutes(30), at_most: Span::hours(2) },
            touch_every: Span::minutes(1),
            cached_for: Span::seconds(5),
            cached: 10_000,
            sign_in_login: limit(5, Span::seconds(2), Span::minutes(15)),
            sign_in_address: limit(30, Span::seconds(2), Span::minutes(15)),
            code_order: limit(5, Span::minutes(10), Span::hours(24)),
            code_address: limit(20, Span::minutes(1), Span::hours(1)),
            code_phone: limit(5, Span::minutes(10), Span::hours(24)),
            code_entry: limit(20, Span::minutes(1), Span::hours(1)),
            code_tries: 5,
            code_lasting: Span::minutes(10),
            longest_link: Span::days(30),
            issuer: "Guitu".to_owned(),
            recovery_codes: 10,
        }
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1, at_once: 2, waiting: 32 }
    }
}
