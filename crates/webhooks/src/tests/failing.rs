//! Receivers that fail, on the schedule of the specification.

use expect_test::expect;
use kernel::{Span, Timestamp};

use super::{
    receiver::{Receiver, Reply},
    world::{START, World, story, wish},
};
use crate::{
    Delivery, DeliveryError, DeliveryState, Disabled, EndpointState, Fault, Overlap, Replayed,
    Report,
};

/// Lets time pass until the next attempt of the delivery, and makes it.
async fn next_attempt(world: &World, delivery: &Delivery) -> Report {
    let due = world.deliveries().find(&world.shop, &delivery.id).unwrap().due.unwrap();
    world.clock.set(due.epoch_seconds());
    world.send().await
}

#[tokio::test]
async fn a_failing_receiver_is_tried_ten_times_in_three_days() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    receiver.always(Reply::Status(500));
    world.tell("case.opened");
    world.send().await;
    while world.only_delivery().due.is_some() {
        next_attempt(&world, &world.only_delivery()).await;
    }
    let waits: Vec<i64> = receiver.heard().windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    let schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    assert_eq!(waits.len(), schedule.len());
    for (wait, planned) in waits.iter().zip(schedule) {
        assert!((planned * 9 / 10..=planned * 11 / 10).contains(wait), "{wait} for {planned}");
    }
    assert_eq!(world.only_delivery().state, DeliveryState::Failed);
    let ids: Vec<String> = receiver.heard().into_iter().map(|it| it.id).collect();
    assert!(ids.iter().all(|it| *it == ids[0]));
}

#[tokio::test]
async fn nothing_is_tried_before_its_time() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    receiver.reply([Reply::Status(503)]);
    world.tell("case.opened");
    world.send().await;
    world.send_after(Span::seconds(3)).await;
    assert_eq!(receiver.heard().len(), 1);
    world.send_after(Span::seconds(3)).await;
    assert_eq!(receiver.heard().len(), 2);
    assert_eq!(world.only_delivery().state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_disabled_at_once() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    receiver.reply([Reply::Status(410)]);
    world.tell("case.opened");
    world.tell("case.closed");
    let report = world.send().await;
    let expected = Disabled {
        shop: world.shop.clone(),
        endpoint: opened.endpoint.id.clone(),
        state: EndpointState::DisabledGone,
        failing_since: Timestamp::from_epoch_seconds(START),
    };
    assert_eq!(report.disabled, [expected]);
    assert_eq!(world.endpoint(&opened).state, EndpointState::DisabledGone);
    assert_eq!(receiver.heard().len(), 1);
    world.tell("case.opened");
    world.send_after(Span::days(1)).await;
    assert_eq!(receiver.heard().len(), 1);
    assert_eq!(world.all_deliveries().len(), 2, "none for what happens meanwhile");

    let id = &opened.endpoint.id;
    let version = world.endpoint(&opened).version;
    world.endpoints().enable(&world.shop, id, version).unwrap();
    world.send().await;
    assert_eq!(receiver.numbers(), [1, 2], "what waited is sent, what failed is not");
}

#[tokio::test]
async fn five_days_of_failures_disable_an_endpoint() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    receiver.always(Reply::Status(500));
    let mut disabled = Vec::new();
    for _ in 0..=5 * 24 {
        world.tell("case.opened");
        assert_eq!(world.endpoint(&opened).state, EndpointState::Active);
        disabled.extend(world.send().await.disabled);
        world.clock.wait(Span::hours(1));
    }
    let [notice] = disabled.try_into().unwrap();
    assert_eq!(notice.state, EndpointState::DisabledFailing);
    assert_eq!(notice.failing_since, Timestamp::from_epoch_seconds(START));
    let endpoint = world.endpoint(&opened);
    assert_eq!(endpoint.state, EndpointState::DisabledFailing);
    assert_eq!(endpoint.failing_since, Some(notice.failing_since));

    let n_heard = receiver.heard().len();
    world.send_after(Span::days(1)).await;
    assert_eq!(receiver.heard().len(), n_heard);
    receiver.always(Reply::Status(200));
    world.endpoints().enable(&world.shop, &endpoint.id, endpoint.version).unwrap();
    assert_eq!(world.endpoint(&opened).failing_since, None);
    world.send().await;
    assert!(n_heard < receiver.heard().len());
}

#[tokio::test]
async fn one_success_ends_a_row_of_failures() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    receiver.always(Reply::Status(500));
    world.tell("case.opened");
    for _ in 0..4 {
        world.send_after(Span::days(1)).await;
    }
    assert!(world.endpoint(&opened).failing_since.is_some());
    receiver.always(Reply::Status(200));
    world.send_after(Span::hours(12)).await;
    assert_eq!(world.endpoint(&opened).failing_since, None);
    receiver.always(Reply::Status(500));
    world.tell("case.opened");
    assert!(world.send_after(Span::days(2)).await.disabled.is_empty());
}

#[tokio::test]
async fn a_receiver_says_when_it_wants_to_hear_again() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    let later = |value: &str| Reply::With {
        status: 429,
        header: ("retry-after", value.to_owned()),
        body: String::new(),
    };
    receiver.reply([later("3600"), later("Tue, 24 Nov 2026 12:00:00 GMT"), later("soon")]);
    world.tell("case.opened");
    world.tell("case.closed");
    world.send().await;
    assert_eq!(receiver.heard().len(), 1, "it applies to everything that waits");
    world.send_after(Span::minutes(59)).await;
    assert_eq!(receiver.heard().len(), 1);
    world.send_after(Span::minutes(1)).await;
    assert_eq!(receiver.heard().len(), 2);
    world.send_after(Span::minutes(179)).await;
    assert_eq!(receiver.heard().len(), 2);
    world.send_after(Span::minutes(2)).await;
    world.send_after(Span::hours(1)).await;
    world.send_after(Span::hours(1)).await;
    let mut all: Vec<String> = world.all_deliveries().iter().map(story).collect();
    all.sort();
    expect![[r#"
        0 429 status
        14460 429 status
        18060 204 taken
        delivered
        3600 429 status
        18060 204 taken
        delivered"#]]
    .assert_eq(&all.join("\n"));
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (receiver, sentinel) = (Receiver::start().await, Receiver::start().await);
    let world = World::knowing(&[&receiver, &sentinel]);
    world.open(&receiver);
    for status in [301, 302, 303, 307, 308] {
        let header = ("location", sentinel.url("127.0.0.1"));
        receiver.reply([Reply::With { status, header, body: String::new() }]);
    }
    world.tell("case.opened");
    world.send().await;
    for _ in 0..4 {
        next_attempt(&world, &world.only_delivery()).await;
    }
    let attempts = world.only_delivery().attempts;
    let statuses: Vec<u16> = attempts.iter().filter_map(|it| it.status).collect();
    assert_eq!(statuses, [301, 302, 303, 307, 308]);
    assert!(attempts.iter().all(|it| it.fault == Some(Fault::Status)));
    assert!(sentinel.heard().is_empty());
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    let (hanging, quick) = (Receiver::start().await, Receiver::start().await);
    let world = World::knowing(&[&hanging, &quick]);
    hanging.always(Reply::Hang);
    let hung = world.open_for(&hanging, &["case.opened"]);
    for _ in 0..10 {
        world.tell("case.opened");
    }
    world.dispatcher.tick(100).await.unwrap();
    world.open(&quick);
    world.tell("case.closed");
    world.dispatcher.tick(100).await.unwrap();
    while quick.heard().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(world.endpoint(&hung).failing_since.is_none(), "it still hangs");
    world.dispatcher.settle().await;
    assert_eq!(hanging.heard().len(), 2, "after two failures it is left alone");
    let waiting = world.all_deliveries();
    let tried = waiting.iter().filter(|it| !it.attempts.is_empty());
    let mut tried: Vec<String> = tried.map(story).collect();
    tried.sort();
    expect![[r#"
        0  timeout
        pending
        0  timeout
        pending
        0 204 taken
        delivered"#]]
    .assert_eq(&tried.join("\n"));
}

#[tokio::test]
async fn nobody_listens_or_there_is_no_such_name() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    world.open(&receiver);
    drop(receiver);
    let other = Receiver::start().await;
    let port = *world.rules.ports.first().unwrap();
    world
        .endpoints()
        .create(&world.shop, wish(&format!("http://nowhere.example:{port}/"), &[]), None)
        .unwrap();
    world
        .endpoints()
        .create(&world.shop, wish(&format!("https://127.0.0.1:{port}/"), &[]), None)
        .unwrap();
    drop(other);
    world.tell("case.opened");
    world.send().await;
    let mut faults: Vec<String> = world.all_deliveries().iter().map(story).collect();
    faults.sort();
    expect![[r#"
        0  connection
        pending
        0  connection
        pending
        0  name
        pending"#]]
    .assert_eq(&faults.join("\n"));
}

#[tokio::test]
async fn what_failed_is_replayed_in_one_go() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    receiver.always(Reply::Status(500));
    for _ in 0..3 {
        world.tell("case.opened");
        world.clock.wait(Span::hours(1));
    }
    for _ in 0..100 {
        world.send_after(Span::hours(1)).await;
    }
    let states: Vec<DeliveryState> = world.all_deliveries().iter().map(|it| it.state).collect();
    assert_eq!(states, [DeliveryState::Failed; 3]);
    receiver.always(Reply::Status(200));
    let n_heard = receiver.heard().len();
    let replay = |since: i64, limit| {
        let since = Timestamp::from_epoch_seconds(START + since);
        world.deliveries().replay_failed(&world.shop, &opened.endpoint.id, since, limit).unwrap()
    };
    assert_eq!(replay(3_600, 1), Replayed { count: 1, are_all: false });
    assert_eq!(replay(3_600, 10), Replayed { count: 1, are_all: true });
    world.send().await;
    assert_eq!(receiver.numbers()[n_heard..], [2, 3]);
}

#[tokio::test]
async fn a_disabled_endpoint_replays_nothing() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    world.tell("case.opened");
    let endpoint = world.endpoint(&opened);
    world.endpoints().disable(&world.shop, &endpoint.id, endpoint.version).unwrap();
    let refused = world.deliveries().replay(&world.shop, &world.only_delivery().id, None);
    assert!(matches!(refused, Err(DeliveryError::Disabled)));
    world.send().await;
    assert!(receiver.heard().is_empty());
}

#[tokio::test]
async fn what_waits_for_a_removed_endpoint_fails() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    for _ in 0..150 {
        world.tell("case.opened");
    }
    let endpoint = world.endpoint(&opened);
    world.endpoints().remove(&world.shop, &endpoint.id, endpoint.version).unwrap();
    let report = world.send().await;
    assert_eq!((report.attempts, report.failed), (0, 150));
    assert!(world.all_deliveries().iter().all(|it| it.state == DeliveryState::Failed));
    assert!(receiver.heard().is_empty());

    world.clock.wait(Span::days(31));
    assert_eq!(world.deliveries().trim(100).unwrap(), 100);
    assert_eq!(world.deliveries().trim(100).unwrap(), 50);
    let lanes = store::RecordPage::of("delivery-due", "", 10);
    assert_eq!(world.records.count_records(&lanes).unwrap(), 0, "its lane is forgotten too");
}

#[tokio::test]
async fn finished_deliveries_are_kept_for_thirty_days() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    world.tell("case.opened");
    world.tell("case.closed");
    world.send().await;
    world.clock.wait(Span::days(29));
    assert_eq!(world.deliveries().trim(10).unwrap(), 0);
    let replayed = world.all_deliveries().pop().unwrap();
    world.deliveries().replay(&world.shop, &replayed.id, None).unwrap();
    world.send_after(Span::days(2)).await;
    assert_eq!(world.deliveries().trim(10).unwrap(), 1);
    assert_eq!(world.only_delivery().id, replayed.id, "it was finished later");
    assert_eq!(world.endpoint(&opened).state, EndpointState::Active);
}

#[tokio::test]
async fn a_secret_that_cannot_be_opened_is_a_failed_attempt() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let key = store::RecordKey::of_shop("webhook", &world.shop, opened.endpoint.id.as_str());
    let record = world.records.records(&[key]).unwrap().remove(0).unwrap();
    let mut draft = record.draft;
    draft.body = draft.body.replace("ceshw", "");
    let change = store::RecordChange::Put { draft, expected: None };
    assert!(world.records.write_records(&[change]).unwrap());
    world.tell("case.opened");
    world.send().await;
    expect![[r#"
        0  secret
        pending"#]]
    .assert_eq(&story(&world.only_delivery()));
    assert!(receiver.heard().is_empty());
    assert!(Overlap::new(Span::days(8)).is_none());
}
