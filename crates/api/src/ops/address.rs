//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};
use ipnet::IpNet;

/// A set of networks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    pub fn ranges(&self) -> &[IpNet] {
        &self.0
    }

    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|it| it.contains(&address))
    }
}

/// The address a request comes from: the peer's, or, if the peer is a proxy that is trusted, the
/// right-most one in `X-Forwarded-For` that is not. Whatever stands to the left of that the caller
/// may have made up.
///
/// A request extension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientAddress {
    pub address: IpAddr,
    /// It came through somebody who says so and is not trusted: the caller may be anybody behind
    /// that peer.
    pub(crate) through_unknown: bool,
}

impl ClientAddress {
    pub(crate) fn of(parts: &Parts, trusted: &Networks) -> Self {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |it| it.0.ip().to_canonical());
        Self::behind(peer, &parts.headers, trusted)
    }

    fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> Self {
        let says_so = ["x-forwarded-for", "forwarded", "x-real-ip"];
        if !trusted.contain(peer) {
            let through_unknown = says_so.iter().any(|it| headers.contains_key(*it));
            return Self { address: peer, through_unknown };
        }
        let mut nearest = peer;
        for hop in hops(headers).rev() {
            match hop {
                Some(address) if trusted.contain(address) => nearest = address,
                Some(address) => return Self { address, through_unknown: false },
                // A trusted proxy wrote something we cannot read: it is the last that we know.
                None => return Self { address: nearest, through_unknown: true },
            }
        }
        Self { address: nearest, through_unknown: false }
    }

    /// Who has it: somebody's home or host has 2^64 addresses of the newer kind.
    pub fn neighborhood(self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(it) => {
                let bits = it.to_bits() & (u128::MAX << 64_u32);
                IpAddr::V6(Ipv6Addr::from_bits(bits))
            }
        }
    }
}

/// From the first to the last, over several headers if there are several.
fn hops(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = Option<IpAddr>> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|it| it.to_str().unwrap_or("?").split(',').collect::<Vec<_>>())
        .map(|it| hop(it.trim()))
}

/// Some proxies write the port as well.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.map(|it| it.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `peer [forwarded…]`, behind proxies of 10.0.0.0/8.
    fn told(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for it in forwarded {
            headers.append("x-forwarded-for", it.parse().unwrap());
        }
        let trusted = Networks::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let found = ClientAddress::behind(peer.parse().unwrap(), &headers, &trusted);
        let mark = if found.through_unknown { "?" } else { "" };
        format!("{}{mark}", found.address)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_it_knows() {
        assert_eq!(told("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(told("203.0.113.9", &["127.0.0.1"]), "203.0.113.9?");
        assert_eq!(told("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(told("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        // The caller wrote the left one itself.
        assert_eq!(told("10.0.0.1", &["127.0.0.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(told("10.0.0.1", &["127.0.0.1", "203.0.113.9, 10.0.0.7"]), "203.0.113.9");
        assert_eq!(told("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(told("10.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(told("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1?");
        assert_eq!(told("10.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn a_home_is_one_neighborhood() {
        let of = |text: &str| {
            let address = text.parse().unwrap();
            ClientAddress { address, through_unknown: false }.neighborhood().to_string()
        };
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
