//! From what happened to deliveries.

use kernel::{Clock, Span};

use super::{
    receiver::Receiver,
    world::{World, shop},
};
use crate::{Progress, produced_up_to};

#[tokio::test]
async fn an_endpoint_gets_what_it_wants_and_nothing_else() {
    let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    let world = World::knowing(&receivers.each_ref());
    world.open(&receivers[0]);
    world.open_for(&receivers[1], &["case.*"]);
    world.open_for(&receivers[2], &["task.done", "case.opened"]);
    for event_type in ["case.opened", "task.done", "case.money.refunded", "cases"] {
        world.tell(event_type);
    }
    world.send().await;
    assert_eq!(receivers[0].numbers(), [1, 2, 3, 4]);
    assert_eq!(receivers[1].numbers(), [1, 3]);
    assert_eq!(receivers[2].numbers(), [1, 2]);
}

#[tokio::test]
async fn another_shop_hears_nothing() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    world.source.happen(&shop("other"), "case.opened", world.clock.now());
    world.producer().tick(&world.source, 100).unwrap();
    assert!(world.all_deliveries().is_empty());
}

#[tokio::test]
async fn what_happened_before_there_was_the_endpoint_is_not_told() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.source.happen(&world.shop, "case.opened", world.clock.now());
    world.clock.wait(Span::seconds(1));
    world.open(&receiver);
    world.tell("case.closed");
    world.send().await;
    assert_eq!(receiver.numbers(), [2]);
}

#[tokio::test]
async fn a_message_that_is_told_twice_is_delivered_once() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    world.tell("case.opened");
    world.source.stutter();
    world.source.stutter();
    let progress = world.producer().tick(&world.source, 100).unwrap();
    assert_eq!(progress, Progress { told: 2, deliveries: 0, was_overtaken: false });
    world.send().await;
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test]
async fn the_place_moves_on_although_nobody_is_told() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    for _ in 0..5 {
        world.source.happen_unheard(&world.shop);
    }
    world.producer().tick(&world.source, 3).unwrap();
    assert_eq!(produced_up_to(world.records.as_ref()).unwrap(), 3);
    world.producer().tick(&world.source, 3).unwrap();
    assert_eq!(produced_up_to(world.records.as_ref()).unwrap(), 5);
    assert_eq!(world.producer().tick(&world.source, 3).unwrap(), Progress::default());
}

#[tokio::test]
async fn a_history_from_before_webhooks_is_passed_over_once() {
    let world = World::knowing(&[]);
    world.producer().begin(40).unwrap();
    world.producer().begin(90).unwrap();
    assert_eq!(produced_up_to(world.records.as_ref()).unwrap(), 40);
}

#[tokio::test]
async fn a_large_batch_is_written_in_parts() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    for _ in 0..3 {
        world.open(&receiver);
    }
    for _ in 0..400 {
        world.source.happen(&world.shop, "case.opened", world.clock.now());
    }
    let mut ticks = 0;
    while 0 < world.producer().tick(&world.source, 400).unwrap().told {
        ticks += 1;
    }
    assert_eq!(ticks, 3);
    let page = store::RecordPage::of("delivery", world.shop.as_str(), 2_000);
    assert_eq!(world.records.count_records(&page).unwrap(), 1_200);
}
