//! Deliveries that go well.

use std::collections::BTreeSet;

use expect_test::expect;
use kernel::Span;

use super::{
    receiver::{Receiver, Reply},
    world::{World, story},
};
use crate::{DeliveryError, DeliveryState};

#[tokio::test]
async fn messages_arrive_in_order_and_as_they_were_told() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    for _ in 0..20 {
        world.tell("case.opened");
    }
    let report = world.send().await;
    assert_eq!((report.attempts, report.delivered, report.failed), (20, 20, 0));
    assert_eq!(receiver.numbers(), (1..=20).collect::<Vec<u64>>());

    let heard = receiver.heard();
    assert!(heard.iter().all(|it| it.is_signed_by(&opened.secret.reveal())));
    let ids: BTreeSet<&str> = heard.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), 20);
    let expected = expect![[
        r#"{"type":"case.opened","timestamp":"2026-11-24T08:00:00Z","data":{"number":1}}"#
    ]];
    expected.assert_eq(std::str::from_utf8(&heard[0].raw).unwrap());
    assert_eq!(heard[0].path, "/hook");
    assert_eq!(heard[0].headers["content-type"], "application/json");
    assert!(heard[0].headers["user-agent"].to_str().unwrap().starts_with("Guitu-Webhooks/"));
    assert!(world.all_deliveries().iter().all(|it| it.state == DeliveryState::Delivered));
}

#[tokio::test]
async fn a_delivered_message_is_not_sent_again() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    world.tell("case.opened");
    world.send().await;
    for _ in 0..10 {
        world.send_after(Span::hours(10)).await;
    }
    assert_eq!(receiver.heard().len(), 1);
}

#[tokio::test]
async fn a_long_queue_is_worked_off_in_turns() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    for _ in 0..120 {
        world.tell("case.opened");
    }
    world.send().await;
    assert_eq!(receiver.heard().len(), 50, "then others have their turn");
    world.send().await;
    world.send().await;
    assert_eq!(receiver.numbers(), (1..=120).collect::<Vec<u64>>());
}

#[tokio::test]
async fn an_answer_is_kept_short_and_harmless() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    let body = format!("ok\u{1b}[31m\r\n\u{202e}{}", "收".repeat(350_000));
    let header = ("content-type", "text/plain".to_owned());
    receiver.reply([Reply::With { status: 200, header, body }]);
    world.tell("case.opened");
    world.send().await;
    let [attempt] = world.only_delivery().attempts.try_into().unwrap();
    assert_eq!(attempt.status, Some(200));
    assert!(attempt.answer.starts_with("ok\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}收收"));
    assert!((1_000..=1_024).contains(&attempt.answer.len()), "{}", attempt.answer.len());
    assert_eq!(world.only_delivery().state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_ping_is_sent_first_whatever_the_endpoint_wants() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open_for(&receiver, &["case.opened"]);
    world.tell("case.opened");
    let ping = world.deliveries().ping(&world.shop, &opened.endpoint.id).unwrap();
    world.send().await;
    let heard = receiver.heard();
    assert_eq!(heard[0].body["type"], "webhook.ping");
    assert_eq!(heard[0].body["data"]["endpoint"], opened.endpoint.id.as_str());
    assert_eq!(heard[1].body["type"], "case.opened");
    let ping = world.deliveries().find(&world.shop, &ping.id).unwrap();
    expect![[r#"
        0 204 taken
        delivered"#]]
    .assert_eq(&story(&ping));
}

#[tokio::test]
async fn a_delivery_is_replayed_under_the_same_id() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    world.tell("case.opened");
    world.send().await;
    let delivery = world.only_delivery();
    let stale = world.deliveries().replay(&world.shop, &delivery.id, Some(store::Version(1)));
    assert!(matches!(stale, Err(DeliveryError::Stale { actual: store::Version(2) })));

    world.clock.wait(Span::hours(1));
    world.deliveries().replay(&world.shop, &delivery.id, Some(delivery.version)).unwrap();
    world.send().await;
    let heard = receiver.heard();
    assert_eq!(heard[0].id, heard[1].id);
    assert_eq!(heard[0].raw, heard[1].raw);
    expect![[r#"
        0 204 taken
        3600 204 taken
        delivered"#]]
    .assert_eq(&story(&world.only_delivery()));
}
