//! ID tokens: signed JSON (RFC 7515, RFC 7519), checked as `OpenID` Connect Core 3.1.3.7 says.
//!
//! By `ring`, which is in the house for TLS already. The libraries that read any token bring
//! another provider of cryptography, or an implementation of RSA that leaks by its timing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Span, Timestamp};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use thiserror::Error;

/// A public key of the provider (RFC 7517). What is not used of it is not read.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What a token has to say to be believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'e> {
    pub(crate) issuer: &'e str,
    pub(crate) client_id: &'e str,
    pub(crate) nonce: &'e str,
    pub(crate) now: Timestamp,
}

/// Why a token is not believed. Never shown to whoever brought it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum TokenFault {
    #[error("it is no signed token")]
    Malformed,
    #[error("it is signed by `{0}`, which is not taken")]
    Algorithm(String),
    #[error("it is signed with a key the provider does not publish")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("its `{0}` is not what is expected")]
    Claim(&'static str),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// How far the provider's clock may be from ours.
const LEEWAY: Span = Span::minutes(1);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
}

/// The subject of a token that is signed by one of `keys` and says what is `expected`.
pub(crate) fn verified(
    token: &str,
    keys: &[Jwk],
    expected: &Expected<'_>,
) -> Result<String, TokenFault> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err(TokenFault::Malformed) };
    let signed = token.get(..header.len().saturating_add(1).saturating_add(claims.len()));
    let signed = signed.ok_or(TokenFault::Malformed)?;
    let signature = decode(signature).ok_or(TokenFault::Malformed)?;
    let header: Header = read(header)?;
    if header.crit.is_some() {
        return Err(TokenFault::Malformed);
    }
    let algorithm = match header.alg.as_str() {
        "RS256" => Algorithm::Rs256,
        "ES256" => Algorithm::Es256,
        _ => return Err(TokenFault::Algorithm(header.alg)),
    };
    let mut fitting = keys.iter().filter(|it| it.fits(algorithm, header.kid.as_deref())).peekable();
    if fitting.peek().is_none() {
        return Err(TokenFault::UnknownKey);
    }
    if !fitting.any(|it| it.has_signed(algorithm, signed.as_bytes(), &signature)) {
        return Err(TokenFault::Signature);
    }
    check(read(claims)?, expected)
}

fn check(claims: Claims, expected: &Expected<'_>) -> Result<String, TokenFault> {
    let demand = |holds: bool, claim| if holds { Ok(()) } else { Err(TokenFault::Claim(claim)) };
    demand(claims.iss == expected.issuer, "iss")?;
    let is_for_us = match &claims.aud {
        Audience::One(it) => it == expected.client_id,
        Audience::Several(all) => all.iter().any(|it| it == expected.client_id),
    };
    demand(is_for_us, "aud")?;
    let is_shared = matches!(&claims.aud, Audience::Several(all) if 1 < all.len());
    let party = claims.azp.as_deref();
    demand(party.map_or(!is_shared, |it| it == expected.client_id), "azp")?;
    demand(claims.nonce.as_deref() == Some(expected.nonce), "nonce")?;
    let (early, late) = (expected.now.minus(LEEWAY), expected.now.plus(LEEWAY));
    demand(early.epoch_seconds() < claims.exp, "exp")?;
    demand(claims.iat <= late.epoch_seconds(), "iat")?;
    demand(claims.nbf.is_none_or(|it| it <= late.epoch_seconds()), "nbf")?;
    demand(!claims.sub.is_empty() && claims.sub.len() <= 255, "sub")?;
    Ok(claims.sub)
}

impl Jwk {
    fn fits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        let (kty, name) = match algorithm {
            Algorithm::Rs256 => ("RSA", "RS256"),
            Algorithm::Es256 => ("EC", "ES256"),
        };
        let may = |said: Option<&String>, wanted: &str| said.is_none_or(|it| it == wanted);
        self.kty == kty
            && may(self.usage.as_ref(), "sig")
            && may(self.alg.as_ref(), name)
            && kid.is_none_or(|it| may(self.kid.as_ref(), it))
    }

    fn has_signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            Algorithm::Rs256 => {
                let (Some(n), Some(e)) = (part(self.n.as_ref()), part(self.e.as_ref())) else {
                    return false;
                };
                let key = RsaPublicKeyComponents { n: without_zeros(&n), e: without_zeros(&e) };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
            Algorithm::Es256 => {
                if self.crv.as_deref() != Some("P-256") {
                    return false;
                }
                let (Some(x), Some(y)) = (part(self.x.as_ref()), part(self.y.as_ref())) else {
                    return false;
                };
                let point = [&[4_u8], x.as_slice(), y.as_slice()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).is_ok()
            }
        }
    }
}

fn part(text: Option<&String>) -> Option<Vec<u8>> {
    decode(text?)
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let from = bytes.iter().position(|it| *it != 0).unwrap_or(bytes.len());
    bytes.get(from..).unwrap_or_default()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn read<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenFault> {
    let bytes = decode(part).ok_or(TokenFault::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenFault::Malformed)
}
