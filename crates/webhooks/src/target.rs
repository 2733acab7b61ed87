//! What a URL must look like before anything is sent to it.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use ipnet::IpNet;
use thiserror::Error;
use url::{Host, Url};

use crate::network::{self, Refusal};

/// What may be reached, as the installation was configured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    /// Whether `http:` is taken too.
    pub plain_http: bool,
    /// Ports besides 443, 80, 8080 and 8443.
    pub ports: BTreeSet<u16>,
    /// Networks that may be reached although they are not public: an intranet, or a test.
    pub networks: Vec<IpNet>,
}

/// Why a URL is not taken.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TargetError {
    #[error("a URL has at most {} bytes", Target::MAX_BYTES)]
    TooLong,
    #[error("`{0}` is not a URL")]
    Malformed(String),
    #[error("`{0}:` is not taken, only `https:`")]
    Scheme(String),
    #[error("a URL with a user name or password is not taken")]
    Credentials,
    #[error("a URL with a `#` part is not taken")]
    Fragment,
    #[error("port {0} is not allowed")]
    Port(u16),
    #[error("`{0}` is a name inside of a network, and no such network is allowed")]
    InsideName(String),
    #[error(transparent)]
    Address(#[from] Refusal),
}

/// A URL that obeys the rules, as far as can be said without asking who the host is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Target(Url);

impl Target {
    const MAX_BYTES: usize = 2_000;

    pub(crate) fn parse(text: &str, rules: &Rules) -> Result<Self, TargetError> {
        if Self::MAX_BYTES < text.len() {
            return Err(TargetError::TooLong);
        }
        let malformed = || TargetError::Malformed(shown(text));
        // A parser of URLs drops these, and so might hide what a person reads.
        if text.chars().any(|it| it.is_control() || it.is_whitespace() || it == '\\') {
            return Err(malformed());
        }
        let url = Url::parse(text).map_err(|_| malformed())?;
        match url.scheme() {
            "https" => (),
            "http" if rules.plain_http => (),
            other => return Err(TargetError::Scheme(shown(other))),
        }
        // The parser forgets an empty user name, which still is somebody's mistake or trick.
        let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
            return Err(TargetError::Credentials);
        }
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let port = url.port_or_known_default().ok_or_else(malformed)?;
        if !matches!(port, 80 | 443 | 8080 | 8443) && !rules.ports.contains(&port) {
            return Err(TargetError::Port(port));
        }
        match url.host().ok_or_else(malformed)? {
            Host::Ipv4(address) => rules.check(IpAddr::V4(address))?,
            Host::Ipv6(address) => rules.check(IpAddr::V6(address))?,
            Host::Domain(name) => rules.check_name(name)?,
        }
        Ok(Self(url))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl Rules {
    /// Every address of a host has to be one that may be reached. A name that leads both outside
    /// and inside is no accident.
    pub(crate) fn check_all(&self, addresses: &[IpAddr]) -> Result<(), Refusal> {
        addresses.iter().try_for_each(|it| self.check(*it))
    }

    fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        network::check(address, &self.networks)
    }

    /// Spares a person the wait for what could never be sent. What a name leads to is checked when
    /// it is known.
    fn check_name(&self, name: &str) -> Result<(), TargetError> {
        let name = name.trim_end_matches('.');
        if name.is_empty() {
            return Err(TargetError::Malformed(shown(name)));
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        if last == "localhost" {
            self.check(IpAddr::V4(Ipv4Addr::LOCALHOST))?;
        }
        let is_inside = !name.contains('.')
            || matches!(last, "internal" | "local" | "localhost" | "lan" | "intranet" | "corp")
            || name == "home.arpa"
            || name.ends_with(".home.arpa");
        if is_inside && self.networks.is_empty() {
            return Err(TargetError::InsideName(shown(name)));
        }
        Ok(())
    }
}

/// What was typed, for a message: without control characters, and not all of it if it is long.
fn shown(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(200).collect()
}
