//! Commands in, replies out.

use std::sync::Arc;

use expect_test::expect;
use store_memory::MemoryStore;
use store_sqlite::SqliteStore;

use super::shop::{Shop, apply, approve, compensate, newer_pack, order, request};
use crate::EngineError;

fn shop() -> Shop {
    Shop::on(Arc::new(MemoryStore::default()))
}

#[test]
fn a_repeat_is_answered_as_the_first_was_and_does_nothing() {
    let shop = shop();
    shop.give("k1", order()).unwrap();
    shop.give("k2", apply("R1", 4)).unwrap();
    let first = shop.give("k3", approve("R1")).unwrap();
    let again = shop.give("k3", approve("R1")).unwrap();
    assert_eq!((first.version, &first.kinds), (again.version, &again.kinds));
    assert!(!first.repeated && again.repeated);
    expect!["R1-1 sending 40.00"].assert_eq(&shop.payouts());
}

#[test]
fn a_repeat_within_the_same_batch_is_a_repeat_too() {
    let shop = shop();
    let twice = [
        request("A1", "k1", order()),
        request("A1", "k2", apply("R1", 4)),
        request("A1", "k3", approve("R1")),
        request("A1", "k3", approve("R1")),
    ];
    let replies = shop.engine.execute_all(twice);
    let repeated: Vec<bool> = replies.into_iter().map(|it| it.unwrap().repeated).collect();
    assert_eq!(repeated, [false, false, false, true]);
    expect!["R1-1 sending 40.00"].assert_eq(&shop.payouts());
}

#[test]
fn a_key_that_named_another_command_is_refused() {
    let shop = shop();
    shop.give("k1", order()).unwrap();
    shop.give("k2", apply("R1", 4)).unwrap();
    let refused = shop.give("k2", apply("R2", 1)).unwrap_err();
    assert!(matches!(refused, EngineError::KeyReused), "{refused}");
    assert_eq!(shop.body("A1").cases.len(), 1);
}

#[test]
fn a_refusal_changes_nothing_and_is_decided_again() {
    let shop = shop();
    shop.give("k1", order()).unwrap();
    shop.give("k2", apply("R1", 7)).unwrap();
    let refused = shop.give("k3", apply("R2", 4)).unwrap_err();
    expect!["4 pieces of line 1 were asked for, but only 3 of 10 are left"]
        .assert_eq(&refused.to_string());
    shop.give("k4", dossier::Command::Withdraw { case: kernel::CaseNo::lossy("R1") }).unwrap();
    shop.give("k3", apply("R2", 4)).unwrap();
}

/// In one batch, before the order is written, a refusal does not make the engine forget it.
#[test]
fn what_follows_a_refusal_is_decided_on_what_came_before_it() {
    let shop = shop();
    let commands = [order(), apply("R1", 7), apply("R2", 4), apply("R3", 3), apply("R4", 1)];
    let named = (1..).zip(commands).map(|(nth, it)| request("A1", &format!("k{nth}"), it));
    let answers = shop.engine.execute_all(named);
    let told = answers.iter().map(|it| match it {
        Ok(reply) => format!("version {}", reply.version.0),
        Err(error) => error.to_string(),
    });
    expect![[r#"
        version 1
        version 2
        4 pieces of line 1 were asked for, but only 3 of 10 are left
        version 3
        1 pieces of line 1 were asked for, but only 0 of 10 are left"#]]
    .assert_eq(&told.collect::<Vec<String>>().join("\n"));
}

/// However many ask at once, and in whatever way the money would leave.
#[test]
fn requests_at_once_never_get_more_than_was_paid() {
    let shop = shop();
    shop.give("order", order()).unwrap();
    for nth in 0..10 {
        shop.give(&format!("apply-{nth}"), apply(&format!("R{nth}"), 1)).unwrap();
    }
    std::thread::scope(|scope| {
        for nth in 0..10 {
            let shop = &shop;
            scope.spawn(move || {
                let case = format!("R{nth}");
                let _ = shop.give(&format!("give-{nth}"), compensate(&case, 900));
                let _ = shop.give(&format!("pay-{nth}"), approve(&case));
            });
        }
    });
    let body = shop.body("A1");
    assert!(!body.room().unwrap().has_negative_part(), "{}", shop.payouts());
    assert!(!body.payouts.is_empty());
    shop.assert_replays("A1");
}

#[test]
fn commands_for_many_orders_are_carried_out_in_the_order_given() {
    let shop = shop();
    let mut requests = Vec::new();
    for nth in 0..50 {
        let name = format!("A{nth}");
        requests.push(request(&name, "k1", order()));
        requests.push(request(&name, "k2", apply("R1", 3)));
        requests.push(request(&name, "k3", approve("R1")));
    }
    for reply in shop.engine.execute_all(requests) {
        reply.unwrap();
    }
    for nth in 0..50 {
        let name = format!("A{nth}");
        assert_eq!(shop.body(&name).payouts.len(), 1);
        shop.assert_replays(&name);
    }
}

#[test]
fn shutting_down_finishes_what_is_queued() {
    let store = Arc::new(SqliteStore::open_temporary().unwrap());
    let shop = Shop::on(store.clone());
    let tickets: Vec<_> =
        (0..200).map(|nth| shop.engine.submit(request(&format!("A{nth}"), "k", order()))).collect();
    shop.engine.shut_down();
    assert!(tickets.into_iter().all(|it| it.wait().is_ok()));
}

#[test]
fn an_order_keeps_the_pack_version_it_was_bought_under() {
    let store = Arc::new(MemoryStore::default());
    let shop = Shop::on(store.clone());
    shop.give("k1", order()).unwrap();
    let bought_under = shop.body("A1").order.pack;
    let newer = shop.engine.shelf().publish(&*store, newer_pack()).unwrap();
    assert_ne!(newer.id(), &bought_under);
    shop.give("k2", apply("R1", 1)).unwrap();
    let judgement = shop.body("A1").cases.remove(0).judgement.unwrap();
    assert!(judgement.rulings.iter().all(|it| it.pack == bought_under));

    // And still does when the engine starts again.
    drop(shop);
    let again = crate::Shelf::open(&*store).unwrap();
    assert!(again.version(&bought_under).is_some() && again.version(newer.id()).is_some());
}
