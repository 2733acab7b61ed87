//! Money on its way, and a provider that loses requests and answers.

use std::sync::Arc;

use expect_test::expect;
use kernel::Span;
use store::Hold;
use store_memory::MemoryStore;

use super::shop::{Shop, apply, approve, order};
use crate::sandbox::{Faults, Sandbox};

fn shop_with_a_refund() -> Shop {
    let shop = Shop::on(Arc::new(MemoryStore::default()));
    shop.give("k1", order()).unwrap();
    shop.give("k2", apply("R1", 4)).unwrap();
    shop.give("k3", approve("R1")).unwrap();
    shop
}

/// Carries out what is due until nothing is, letting time pass in between.
fn settle(shop: &Shop, sandbox: &Sandbox) {
    for _ in 0..50 {
        shop.engine.work_effects(sandbox, &Hold::All, 100).unwrap();
        shop.engine.fire_timers(&Hold::All, 100).unwrap();
        shop.wait(Span::hours(1));
    }
}

#[test]
fn a_refund_is_sent_and_settles() {
    let (shop, sandbox) = (shop_with_a_refund(), Sandbox::new(Faults::default()));
    expect!["R1-1 sending 40.00"].assert_eq(&shop.payouts());
    shop.engine.work_effects(&sandbox, &Hold::All, 100).unwrap();
    expect!["R1-1 settled 40.00"].assert_eq(&shop.payouts());
    assert_eq!(sandbox.paid().into_iter().collect::<Vec<_>>(), [("R1-1".to_owned(), 4_000)]);
    assert_eq!(shop.body("A1").cases[0].status.code(), "done");
}

#[test]
fn a_lost_answer_keeps_the_money_reserved_and_is_asked_about() {
    let faults = Faults { lost_answers: 100, ..Faults::default() };
    let (shop, sandbox) = (shop_with_a_refund(), Sandbox::new(faults));
    shop.engine.work_effects(&sandbox, &Hold::All, 100).unwrap();
    expect!["R1-1 unknown 40.00"].assert_eq(&shop.payouts());
    let room = shop.body("A1").room().unwrap().total().unwrap();
    assert_eq!(room.minor(), 6_000, "the money stays reserved");

    settle(&shop, &sandbox);
    expect!["R1-1 settled 40.00"].assert_eq(&shop.payouts());
    assert_eq!(sandbox.paid().len(), 1, "one key, paid once");
    shop.assert_replays("A1");
}

#[test]
fn a_request_that_never_arrived_is_sent_again_under_its_key() {
    let faults = Faults { lost_requests: 60, ..Faults::default() };
    let (shop, sandbox) = (shop_with_a_refund(), Sandbox::new(faults));
    settle(&shop, &sandbox);
    expect!["R1-1 settled 40.00"].assert_eq(&shop.payouts());
    assert_eq!(sandbox.paid().into_iter().collect::<Vec<_>>(), [("R1-1".to_owned(), 4_000)]);
}

#[test]
fn a_refusal_with_proof_frees_the_money_and_can_be_tried_again() {
    let faults = Faults { declined: 100, ..Faults::default() };
    let (shop, sandbox) = (shop_with_a_refund(), Sandbox::new(faults));
    shop.engine.work_effects(&sandbox, &Hold::All, 100).unwrap();
    expect!["R1-1 failed 40.00"].assert_eq(&shop.payouts());
    let body = shop.body("A1");
    assert_eq!(body.room().unwrap().total().unwrap().minor(), 10_000);
    assert!(body.tasks.values().any(|it| it.kind.to_string() == "refund-failed"));

    let payout = kernel::PayoutKey::lossy("R1-1");
    shop.give("k4", dossier::Command::RetryPayout { payout }).unwrap();
    let better = Sandbox::new(Faults::default());
    settle(&shop, &better);
    expect!["R1-1 settled 40.00"].assert_eq(&shop.payouts());
    assert_eq!(better.paid().len(), 1);
    let sum: i64 = shop.engine.store().totals().unwrap().iter().map(|it| it.amount).sum();
    assert_eq!(sum, 0, "the ledger balances");
}

#[test]
fn nobody_waits_for_ever_for_an_unknown_outcome() {
    let faults = Faults { lost_answers: 100, ..Faults::default() };
    let (shop, sandbox) = (shop_with_a_refund(), Sandbox::new(faults));
    shop.engine.work_effects(&sandbox, &Hold::All, 100).unwrap();
    shop.wait(Span::days(2));
    shop.engine.fire_timers(&Hold::All, 100).unwrap();
    let body = shop.body("A1");
    assert!(body.tasks.values().any(|it| it.kind.to_string() == "resolve-unknown"));
}
