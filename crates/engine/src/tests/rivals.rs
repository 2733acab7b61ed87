//! Two engines on one database, as two processes are.

use std::sync::Arc;

use kernel::CommandKey;
use store::{Store, Version};
use store_memory::MemoryStore;

use super::shop::{Shop, apply, dossier, newer_pack, order, request};
use crate::{EngineError, Reply, Request};

/// Both want pieces of the same few orders, in long queues, so that each decides ahead of what it
/// has written while the other is first.
#[test]
fn what_either_engine_acknowledges_was_written_once() {
    for round in 0..4 {
        let store: Arc<MemoryStore> = Arc::default();
        let shops = ["left", "right"].map(|it| (it, Shop::on(store.clone())));
        for nth in 0..3 {
            let first = request(&format!("A{nth}"), "order", order());
            shops[0].1.engine.execute(first).unwrap();
        }
        let answers = std::thread::scope(|scope| {
            let shops = shops.each_ref();
            let compete = shops.map(|(name, shop)| scope.spawn(move || wishes(shop, name)));
            compete.map(|it| it.join().unwrap())
        });
        for (request, answer) in answers.into_iter().flatten() {
            check(&*store, &request, answer, round);
        }
        for nth in 0..3 {
            let order = format!("A{nth}");
            shops[1].1.assert_replays(&order);
            assert_eq!(shops[1].1.body(&order).cases.len(), 10, "round {round}");
        }
    }
}

/// Asks for twenty single pieces of each of three orders, of which there are ten, each twice.
fn wishes(shop: &Shop, name: &str) -> Vec<(Request, Result<Reply, EngineError>)> {
    let wishes = (0..60).flat_map(|nth| {
        let (order, case) = (format!("A{}", nth % 3), format!("{name}-{nth}"));
        let wish = request(&order, &format!("apply-{case}"), apply(&case, 1));
        [wish.clone(), wish]
    });
    let wishes: Vec<Request> = wishes.collect();
    let answers = shop.engine.execute_all(wishes.clone());
    wishes.into_iter().zip(answers).collect()
}

fn check(store: &dyn Store, request: &Request, answer: Result<Reply, EngineError>, round: u32) {
    let written = versions(store, &request.dossier.order.to_string(), &request.key);
    match answer {
        Ok(reply) => assert_eq!(written, [reply.version], "round {round}, {}", request.key),
        // The other engine took the last piece, or the first of the two wishes did.
        Err(EngineError::Rejected(_) | EngineError::Contended) => {
            assert_eq!(written, [], "round {round}, {}", request.key);
        }
        Err(other) => panic!("round {round}, {}: {other}", request.key),
    }
}

/// The versions at which a command is in the history of an order.
fn versions(store: &dyn Store, order: &str, command: &CommandKey) -> Vec<Version> {
    let history = store.history(&dossier(order), Version(0), 10_000).unwrap();
    history.into_iter().filter(|it| it.command == *command).map(|it| it.version).collect()
}

#[test]
fn an_order_under_a_pack_that_the_other_published_is_dealt_with() {
    let store: Arc<MemoryStore> = Arc::default();
    let (left, right) = (Shop::on(store.clone()), Shop::on(store.clone()));
    let newer = right.engine.shelf().publish(&*store, newer_pack()).unwrap();
    right.give("k1", order()).unwrap();
    assert_eq!(&right.body("A1").order.pack, newer.id());
    left.give("k2", apply("R1", 1)).unwrap();

    // What comes under which pack here is still for this engine to be told.
    left.engine.execute(request("A2", "k1", order())).unwrap();
    assert_ne!(&left.body("A2").order.pack, newer.id());
}
