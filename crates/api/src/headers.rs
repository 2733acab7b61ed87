//! What callers say in headers.

use std::fmt::Write as _;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use kernel::CommandKey;
use policy::Language;
use sha2::{Digest as _, Sha256};
use store::Version;

use crate::problem::{Problem, Said};

/// English if the caller prefers it, Chinese otherwise.
pub(crate) fn language_of(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let mut best = (0_u32, Language::Zh);
    for part in wanted.unwrap_or_default().split(',') {
        let (tag, rest) = part.split_once(';').unwrap_or((part, ""));
        let language = match tag.trim().get(..2) {
            Some(it) if it.eq_ignore_ascii_case("en") => Language::En,
            Some(it) if it.eq_ignore_ascii_case("zh") => Language::Zh,
            _ => continue,
        };
        let weight = rest.trim().strip_prefix("q=").map_or(1000, thousandths);
        if best.0 < weight {
            best = (weight, language);
        }
    }
    best.1
}

/// `0.8` as 800; nothing readable is nothing wanted.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = format!("{part:0<3}").chars().take(3).collect();
    let whole: u32 = whole.parse().unwrap_or_default();
    whole.saturating_mul(1000).saturating_add(digits.parse().unwrap_or_default()).min(1000)
}

/// For handlers that say something themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InLanguage(pub(crate) Language);

impl<S: Sync> FromRequestParts<S> for InLanguage {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(language_of(&parts.headers)))
    }
}

/// The caller's name for what it wants done: a repeat under the same name is answered as the first
/// and does nothing.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Longest name taken, in bytes.
    const MAX_BYTES: usize = 200;

    /// The command's name in the engine. Two callers who use the same word mean two commands.
    pub(crate) fn command_key(&self, caller: &str) -> Result<CommandKey, Problem> {
        CommandKey::new(format!("api-{}", self.digest(caller)))
            .map_err(|error| Problem::malformed("Idempotency-Key", error))
    }

    /// The name of one part of what the caller wants done at once.
    pub(crate) fn of_part(&self, part: &str) -> Self {
        Self(format!("{}\u{0}{part}", self.0))
    }

    /// Of something its source names for life, whatever request it comes in.
    pub(crate) fn of_source(kind: &str, id: &str) -> Self {
        Self(format!("{kind}\u{0}{id}"))
    }

    /// Names what the caller wants done, for whoever keeps it.
    pub(crate) fn digest(&self, caller: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(caller.as_bytes());
        hash.update([0]);
        hash.update(self.0.as_bytes());
        let mut hex = String::with_capacity(32);
        for byte in hash.finalize().iter().take(16) {
            // Writing to a string does not fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get("idempotency-key").and_then(|it| it.to_str().ok());
        match key.map(str::trim) {
            Some(key) if !key.is_empty() && key.len() <= Self::MAX_BYTES => {
                Ok(Self(key.to_owned()))
            }
            _ => {
                let detail = Said::new(
                    "每个写入请求都要带 Idempotency-Key（1 到 200 个字符）：重试时用同一个值",
                    "every write has an `Idempotency-Key` header of 1 to 200 characters: the \
                     same one when it is tried again",
                );
                let status = StatusCode::BAD_REQUEST;
                Err(Problem::new(status, "idempotency-key-required", detail).at("Idempotency-Key"))
            }
        }
    }
}

/// The version the caller has read, from the `ETag` it was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IfMatch {
    Absent,
    /// `*`: whatever it is.
    Any,
    Version(Version),
}

impl IfMatch {
    /// The version to stand on. A caller who changes what it has read has to say what it read.
    pub(crate) fn required(self) -> Result<Option<Version>, Problem> {
        match self {
            Self::Absent => {
                let detail = Said::new(
                    "请带上 If-Match，值为读取时得到的 ETag（确认要覆盖时用 *）",
                    "send `If-Match` with the `ETag` that was read (`*` to act on whatever is \
                     there)",
                );
                Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match-required", detail)
                    .at("If-Match"))
            }
            Self::Any => Ok(None),
            Self::Version(version) => Ok(Some(version)),
        }
    }

    /// The version to stand on, if the caller says one.
    pub(crate) fn optional(self) -> Option<Version> {
        match self {
            Self::Absent | Self::Any => None,
            Self::Version(version) => Some(version),
        }
    }
}

/// `"12"`
pub(crate) fn etag(version: Version) -> String {
    format!("\"{}\"", version.0)
}

/// A version for what is kept without one: drawn from all that is shown of it.
pub(crate) fn content_version(view: &impl serde::Serialize) -> Version {
    let text = serde_json::to_vec(view).unwrap_or_default();
    let digest = Sha256::digest(&text);
    let first = digest.iter().take(8).fold(0_u64, |sum, it| (sum << 8_u32) | u64::from(*it));
    Version(first)
}

/// What stands there now is not what the caller read.
pub(crate) fn changed(actual: Version) -> Problem {
    let now = etag(actual);
    let detail = Said::new(
        format!("内容在读取之后已被改动，现在的版本是 {now}；请重新读取后再决定"),
        format!("it changed since it was read and is at version {now} now; read it again"),
    );
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed", detail).at("If-Match").allowing([now])
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self::Absent) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self::Any);
        }
        let number = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
        match number.parse() {
            Ok(version) => Ok(Self::Version(Version(version))),
            // A tag we never gave matches nothing.
            Err(_) => Err(changed_unknown()),
        }
    }
}

fn changed_unknown() -> Problem {
    let detail = Said::new(
        "If-Match 的值不是本系统给出的 ETag",
        "`If-Match` is not an `ETag` that was given here",
    );
    Problem::new(StatusCode::PRECONDITION_FAILED, "changed", detail).at("If-Match")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(header: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
        language_of(&headers)
    }

    #[test]
    fn the_preferred_of_the_two_languages_is_taken() {
        assert_eq!(language("en-US,en;q=0.9"), Language::En);
        assert_eq!(language("zh-CN,zh;q=0.9,en;q=0.8"), Language::Zh);
        assert_eq!(language("fr,en;q=0.3,zh;q=0.25"), Language::En);
        assert_eq!(language("fr"), Language::Zh);
        assert_eq!(language_of(&HeaderMap::new()), Language::Zh);
    }

    #[test]
    fn callers_who_use_the_same_word_name_two_commands() {
        let key = IdempotencyKey("k1".to_owned());
        assert_eq!(key.digest("ann"), key.digest("ann"));
        assert_ne!(key.digest("ann"), key.digest("ben"));
    }
}
