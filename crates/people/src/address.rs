//! Addresses of callers: what is counted, and what is written down.

use std::net::{IpAddr, Ipv6Addr};

/// What tries are counted by: an IPv4 address, or an IPv6 network of 64 bits, which is as easy to
/// come by as one address.
pub(crate) fn subject(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(it) => it.to_string(),
        IpAddr::V6(it) => format!("{}/64", cut(it, 64)),
    }
}

/// What is written down: enough to tell an office from another country, not to find a person.
pub(crate) fn prefix(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(it) => format!("{}/48", cut(it, 48)),
    }
}

fn cut(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or_default();
    Ipv6Addr::from_bits(address.to_bits() & mask)
}
