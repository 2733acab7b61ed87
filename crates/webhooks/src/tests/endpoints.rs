//! Setting up where messages go.

use kernel::Span;
use store::Version;

use super::{
    receiver::Receiver,
    world::{World, shop, wish},
};
use crate::{
    EndpointError, EndpointId, EndpointState, Endpoints, EventType, EventTypeError, Pattern,
};

#[tokio::test]
async fn a_change_stands_on_what_was_read() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let (id, url) = (&opened.endpoint.id, opened.endpoint.url.clone());
    assert_eq!(world.endpoint(&opened), opened.endpoint);

    let wished = wish(&url, &["case.*"]);
    let change = |version| world.endpoints().change(&world.shop, id, version, wished.clone());
    let changed = change(Version(1)).unwrap();
    assert_eq!(changed.version, Version(2));
    assert_eq!(changed.events, ["case.*".parse::<Pattern>().unwrap()]);
    assert_eq!(world.endpoint(&opened), changed);
    assert!(matches!(change(Version(1)), Err(EndpointError::Stale { actual: Version(2) })));
}

#[tokio::test]
async fn attempts_do_not_make_a_change_stale() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    world.tell("case.opened");
    world.send().await;
    assert_eq!(world.endpoint(&opened).version, opened.endpoint.version);
}

#[tokio::test]
async fn a_shop_knows_nothing_of_the_endpoints_of_another() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    world.tell("case.opened");
    let (other, id) = (shop("other"), &opened.endpoint.id);
    let (endpoints, deliveries) = (world.endpoints(), world.deliveries());
    assert!(matches!(endpoints.find(&other, id), Err(EndpointError::NotFound)));
    assert!(matches!(endpoints.disable(&other, id, Version(1)), Err(EndpointError::NotFound)));
    assert!(matches!(endpoints.remove(&other, id, Version(1)), Err(EndpointError::NotFound)));
    assert!(endpoints.list(&other).unwrap().is_empty());
    assert!(deliveries.find(&other, &world.only_delivery().id).is_err());
    assert!(deliveries.ping(&other, id).is_err());
    assert_eq!(endpoints.list(&world.shop).unwrap(), [opened.endpoint]);
}

#[tokio::test]
async fn a_disabled_endpoint_hears_nothing_of_what_happens_meanwhile() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let id = &opened.endpoint.id;
    let off = world.endpoints().disable(&world.shop, id, opened.endpoint.version).unwrap();
    assert_eq!(off.state, EndpointState::Disabled);
    world.tell("case.opened");
    world.clock.wait(Span::hours(1));
    world.endpoints().enable(&world.shop, id, off.version).unwrap();
    world.tell("case.closed");
    world.send().await;
    assert_eq!(receiver.numbers(), [2]);
}

#[tokio::test]
async fn a_new_url_is_tried_at_once() {
    let (broken, working) = (Receiver::start().await, Receiver::start().await);
    let world = World::knowing(&[&broken, &working]);
    let opened = world.open(&broken);
    drop(broken);
    world.tell("case.opened");
    for _ in 0..4 {
        world.send_after(Span::hours(1)).await;
    }
    let version = world.endpoint(&opened).version;
    let wished = wish(&working.url("127.0.0.1"), &[]);
    let id = &opened.endpoint.id;
    let changed = world.endpoints().change(&world.shop, id, version, wished).unwrap();
    assert_eq!(changed.failing_since, None);
    world.deliveries().replay(&world.shop, &world.only_delivery().id, None).unwrap();
    world.send().await;
    assert_eq!(working.numbers(), [1]);
}

#[test]
fn there_are_limits_to_what_one_can_wish() {
    let world = World::knowing(&[]);
    let create = |it| world.endpoints().create(&world.shop, it, None);
    let fine = || wish("https://hooks.example.com/guitu", &[]);
    let mut long = fine();
    long.description = "x".repeat(501);
    assert!(matches!(create(long), Err(EndpointError::DescriptionTooLong { max: 500 })));
    let many = wish("https://hooks.example.com/", &["case.*"; 51]);
    assert!(matches!(create(many), Err(EndpointError::TooManyEvents { max: 50 })));
    for events in ["*", "case.", "Case.opened", "case.*.opened", ".case", "case..x", ""] {
        let refused = create(wish("https://hooks.example.com/", &[events]));
        assert!(matches!(refused, Err(EndpointError::Event(_))), "{events}");
    }
    for _ in 0..Endpoints::MOST {
        create(fine()).unwrap();
    }
    assert!(matches!(create(fine()), Err(EndpointError::TooMany { max: 50 })));
}

#[test]
fn types_of_messages_are_words_with_dots() {
    assert_eq!(EventType::new("case.money-refunded").unwrap().to_string(), "case.money-refunded");
    assert_eq!(EventType::new(&"a".repeat(101)), Err(EventTypeError::TooLong));
    let pattern: Pattern = "case.*".parse().unwrap();
    assert_eq!(pattern.to_string(), "case.*");
    let fits = |it: &str| pattern.fits(&EventType::new(it).unwrap());
    assert!(fits("case.opened") && fits("case.a.b"));
    assert!(!fits("case") && !fits("cases.opened") && !fits("task.case"));
}

#[test]
fn names_are_read_back_as_they_were_printed() {
    let text = "whk_0123456789abcdef0123456789abcdef";
    assert_eq!(EndpointId::parse(text).unwrap().as_str(), text);
    for other in ["", "whk_", "msg_0123456789abcdef0123456789abcdef", &text[..35]] {
        assert!(EndpointId::parse(other).is_none(), "{other}");
    }
    assert!(EndpointId::parse(&text.to_uppercase()).is_none());
}
