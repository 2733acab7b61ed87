//! Several processes on one database, and processes that die.

use std::{future::pending, io, net::IpAddr, pin::Pin, sync::Arc};

use kernel::Span;

use super::{
    receiver::{Receiver, Reply},
    world::{Sealing, World, wish},
};
use crate::{DeliveryState, Dispatcher, Limits, Parts, Resolver};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_dispatchers_send_every_message_once() {
    let receivers = [Receiver::start().await, Receiver::start().await, Receiver::start().await];
    let world = World::knowing(&receivers.each_ref());
    for receiver in &receivers {
        world.open(receiver);
    }
    let rival = world.another_dispatcher();
    for _ in 0..10 {
        for _ in 0..4 {
            world.tell("case.opened");
        }
        let (ours, theirs) = tokio::join!(world.dispatcher.tick(100), rival.tick(100));
        ours.unwrap();
        theirs.unwrap();
    }
    for _ in 0..3 {
        world.dispatcher.tick(100).await.unwrap();
        rival.tick(100).await.unwrap();
        world.dispatcher.settle().await;
        rival.settle().await;
    }
    for receiver in &receivers {
        assert_eq!(receiver.numbers(), (1..=40).collect::<Vec<u64>>(), "once, and in order");
    }
    assert!(world.all_deliveries().iter().all(|it| it.attempts.len() == 1));
}

#[test]
fn two_producers_make_one_delivery_per_message() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let receiver = runtime.block_on(Receiver::start());
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    for _ in 0..300 {
        world.source.happen(&world.shop, "case.opened", kernel::Clock::now(&*world.clock));
    }
    let made: usize = std::thread::scope(|scope| {
        let work = || {
            let mut made = 0;
            loop {
                let progress = world.producer().tick(&world.source, 7).unwrap();
                made += progress.deliveries;
                if progress.told == 0 && !progress.was_overtaken {
                    return made;
                }
            }
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!(made, 300);
    assert_eq!(world.all_deliveries().len(), 300);
}

/// Never answers.
struct Silence;

impl Resolver for Silence {
    fn look_up(&self, _: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(pending())
    }
}

#[tokio::test]
async fn a_process_that_dies_between_claim_and_send_loses_nothing() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.names.lead("hooks.example", &[&["127.0.0.1"]]);
    let wish = wish(&receiver.url("hooks.example"), &[]);
    world.endpoints().create(&world.shop, wish, None).unwrap();
    world.tell("case.opened");
    let doomed = Dispatcher::new(Parts {
        records: world.records.clone(),
        clock: world.clock.clone(),
        sealer: Arc::new(Sealing),
        rules: world.rules.clone(),
        resolver: Arc::new(Silence),
        limits: Limits::default(),
    })
    .unwrap();
    doomed.tick(10).await.unwrap();
    let is_claimed = || {
        let lanes = store::RecordPage::of("delivery-due", "", 1);
        world.records.list_records(&lanes).unwrap()[0].draft.body.contains("msg_")
    };
    while !is_claimed() {
        tokio::task::yield_now().await;
    }
    drop(doomed);

    world.send().await;
    world.send_after(Span::seconds(59)).await;
    assert!(receiver.heard().is_empty(), "the claim of the dead still holds");
    world.send_after(Span::seconds(1)).await;
    assert_eq!(receiver.numbers(), [1]);
    assert_eq!(world.only_delivery().state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_process_that_dies_after_sending_sends_again_under_the_same_id() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    receiver.reply([Reply::Hang]);
    world.tell("case.opened");
    let doomed = world.another_dispatcher();
    doomed.tick(10).await.unwrap();
    while receiver.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(doomed);
    world.send_after(Span::minutes(1)).await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    assert_eq!(heard[0].id, heard[1].id);
    assert_eq!(world.only_delivery().state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_claim_that_ends_while_its_holder_still_sends_does_no_harm() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    receiver.reply([Reply::Hang]);
    world.tell("case.opened");
    let slow = world.another_dispatcher();
    slow.tick(10).await.unwrap();
    while receiver.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    world.send_after(Span::minutes(1)).await;
    assert_eq!(receiver.heard().len(), 2);
    let report = slow.settle().await;
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    let delivery = world.only_delivery();
    assert_eq!(delivery.state, DeliveryState::Delivered);
    assert_eq!(delivery.attempts.len(), 2, "both attempts are on record");
    world.send_after(Span::days(1)).await;
    assert_eq!(receiver.heard().len(), 2);
}

#[tokio::test]
async fn a_dispatcher_that_stops_leaves_the_rest_to_others_at_once() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    for _ in 0..10 {
        world.tell("case.opened");
    }
    let leaving = world.another_dispatcher();
    leaving.tick(10).await.unwrap();
    while receiver.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    let report = leaving.stop().await;
    assert!(report.delivered < 10, "{}", report.delivered);
    world.send().await;
    assert_eq!(receiver.numbers(), (1..=10).collect::<Vec<u64>>());
}
