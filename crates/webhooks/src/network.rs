//! Which addresses of the internet are public.
//!
//! **Invariant:** for IPv6 the answer is no unless the address is known to be public. IPv4 is full,
//! so that what is not public is a list.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kernel::Choice;
use thiserror::Error;

kernel::choice! {
    /// What kind of address it is that may not be reached.
    pub enum Range {
        Private = "private",
        Loopback = "loopback",
        LinkLocal = "link-local",
        CarrierShared = "carrier-shared",
        Multicast = "multicast",
        Unspecified = "unspecified",
        Documentation = "documentation",
        Metadata = "metadata",
        Tunnel = "tunnel",
        Reserved = "reserved",
    }
}

/// An address that may not be reached.
///
/// It does not say which: the owner of a shop is not to learn the addresses inside our network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the host has a {} address, which may not be reached", .0.code())]
pub struct Refusal(pub Range);

/// Refuses `address` unless it is public or in one of the `allowed` networks.
///
/// An IPv4 address that is written as an IPv6 one is judged as what it is.
pub(crate) fn check(address: IpAddr, allowed: &[IpNet]) -> Result<(), Refusal> {
    if allowed.iter().any(|it| it.contains(&address)) {
        return Ok(());
    }
    match address {
        IpAddr::V4(address) => check_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(carried) => check(IpAddr::V4(carried), allowed),
            None => check_v6(address, allowed),
        },
    }
}

const fn v4(a: u8, b: u8, c: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length)
}

const fn one_v4(a: u8, b: u8, c: u8, d: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), 32)
}

/// The first that holds the address says what it is.
const V4: &[(Ipv4Net, Range)] = &[
    // Where clouds tell a machine its own secrets; the last one is in public space.
    (one_v4(169, 254, 169, 254), Range::Metadata),
    (one_v4(169, 254, 170, 2), Range::Metadata),
    (one_v4(169, 254, 0, 23), Range::Metadata),
    (one_v4(100, 100, 100, 200), Range::Metadata),
    (one_v4(192, 0, 0, 192), Range::Metadata),
    (one_v4(168, 63, 129, 16), Range::Metadata),
    (v4(0, 0, 0, 8), Range::Unspecified),
    (v4(10, 0, 0, 8), Range::Private),
    (v4(100, 64, 0, 10), Range::CarrierShared),
    (v4(127, 0, 0, 8), Range::Loopback),
    (v4(169, 254, 0, 16), Range::LinkLocal),
    (v4(172, 16, 0, 12), Range::Private),
    (v4(192, 0, 0, 24), Range::Reserved),
    (v4(192, 0, 2, 24), Range::Documentation),
    (v4(192, 31, 196, 24), Range::Reserved),
    (v4(192, 52, 193, 24), Range::Reserved),
    (v4(192, 88, 99, 24), Range::Tunnel),
    (v4(192, 168, 0, 16), Range::Private),
    (v4(192, 175, 48, 24), Range::Reserved),
    (v4(198, 18, 0, 15), Range::Reserved),
    (v4(198, 51, 100, 24), Range::Documentation),
    (v4(203, 0, 113, 24), Range::Documentation),
    (v4(224, 0, 0, 4), Range::Multicast),
    (v4(240, 0, 0, 4), Range::Reserved),
];

fn check_v4(address: Ipv4Addr) -> Result<(), Refusal> {
    let found = V4.iter().find(|(network, _)| network.contains(&address));
    found.map_or(Ok(()), |&(_, range)| Err(Refusal(range)))
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

const ONE_V6: u8 = 128;

/// The first that holds the address says what it is.
const V6: &[(Ipv6Net, Range)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, ONE_V6), Range::Unspecified),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, ONE_V6), Range::Loopback),
    (v6(0xfd00, 0x0ec2, 0, 32), Range::Metadata),
    (v6(0xfd20, 0x00ce, 0, 32), Range::Metadata),
    (v6(0xfc00, 0, 0, 7), Range::Private),
    (v6(0xfec0, 0, 0, 10), Range::Private),
    (v6(0xfe80, 0, 0, 10), Range::LinkLocal),
    (v6(0xff00, 0, 0, 8), Range::Multicast),
    (v6(0x2001, 0x0db8, 0, 32), Range::Documentation),
    (v6(0x3fff, 0, 0, 20), Range::Documentation),
    // Teredo and 6to4 carry IPv4 through relays that nobody runs for us.
    (v6(0x2001, 0, 0, 32), Range::Tunnel),
    (v6(0x2002, 0, 0, 16), Range::Tunnel),
    (v6(0x2001, 0, 0, 23), Range::Reserved),
];

const GLOBAL: Ipv6Net = v6(0x2000, 0, 0, 3);

fn check_v6(address: Ipv6Addr, allowed: &[IpNet]) -> Result<(), Refusal> {
    if let Some(&(_, range)) = V6.iter().find(|(network, _)| network.contains(&address)) {
        return Err(Refusal(range));
    }
    if !GLOBAL.contains(&address) {
        return Err(Refusal(Range::Reserved));
    }
    match tunnelled(address) {
        Some(inner) => check(IpAddr::V4(inner), allowed),
        None => Ok(()),
    }
}

/// The IPv4 address that packets to this one reach in the end: mapped, and by NAT64.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = address.octets();
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x0064, 0xff9b, 0, 0, 0, 0, _, _] => {
            Some(Ipv4Addr::new(a, b, c, d))
        }
        _ => None,
    }
}

/// The IPv4 address of an ISATAP interface.
fn tunnelled(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = address.octets();
    match address.segments() {
        [_, _, _, _, 0 | 0x0200, 0x5efe, _, _] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    }
}
