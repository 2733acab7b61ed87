//! Commands given in view of a version, and commands only shown.

use std::sync::Arc;

use crossbeam_channel::bounded;
use expect_test::expect;
use store::Version;
use store_memory::MemoryStore;

use super::shop::{Shop, apply, approve, order, request};
use crate::{EngineError, Reply};

fn shop() -> Shop {
    let shop = Shop::on(Arc::new(MemoryStore::default()));
    shop.give("k1", order()).unwrap();
    shop.give("k2", apply("R1", 4)).unwrap();
    shop
}

/// Approves in view of a version, and waits for the reply.
fn approve_at(shop: &Shop, key: &str, version: u64) -> Result<Reply, EngineError> {
    let (reply, heard) = bounded(1);
    let hear = move |answer| drop(reply.send(answer));
    let asked = request("A1", key, approve("R1"));
    shop.engine.submit_then(asked, Some(Version(version)), hear).unwrap();
    heard.recv().unwrap()
}

#[test]
fn a_decision_stands_on_what_was_read_or_not_at_all() {
    let shop = shop();
    let stale = approve_at(&shop, "k3", 1).unwrap_err();
    expect!["the order changed since it was read; it is at version 2 now"]
        .assert_eq(&stale.to_string());
    assert_eq!(shop.payouts(), "");
    approve_at(&shop, "k3", 2).unwrap();
    expect!["R1-1 sending 40.00"].assert_eq(&shop.payouts());
}

#[test]
fn a_repeat_is_answered_whatever_has_changed_since() {
    let shop = shop();
    let first = approve_at(&shop, "k3", 2).unwrap();
    let again = approve_at(&shop, "k3", 2).unwrap();
    assert_eq!((first.version, first.kinds), (again.version, again.kinds));
    assert!(again.repeated);
}

#[test]
fn a_preview_says_what_would_happen_and_writes_nothing() {
    let shop = shop();
    let (version, proposal) = shop.engine.preview(&request("A1", "k3", approve("R1"))).unwrap();
    assert!(proposal.events.contains(&"payout-reserved"), "{proposal:?}");
    assert_eq!(version, Version(2));
    assert_eq!(shop.payouts(), "");
    let refused = shop.engine.preview(&request("A1", "k4", apply("R2", 7))).unwrap_err();
    expect!["7 pieces of line 1 were asked for, but only 6 of 10 are left"]
        .assert_eq(&refused.to_string());
}
