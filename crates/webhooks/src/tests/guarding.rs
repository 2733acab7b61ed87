//! Hosts that lead where nobody may send.

use expect_test::expect;
use ipnet::IpNet;
use kernel::Span;

use super::{
    receiver::Receiver,
    world::{World, story, wish},
};
use crate::{Fault, Rules};

/// Rules by which only 127.0.0.1 may be reached, and a listener beside it on the same port.
async fn with_a_sentinel() -> (World, Receiver, Receiver) {
    let receiver = Receiver::start().await;
    let sentinel = Receiver::start_on(&format!("127.0.0.2:{}", receiver.address.port())).await;
    let world = World::knowing(&[&receiver]);
    let wish = wish(&receiver.url("hooks.example"), &[]);
    world.endpoints().create(&world.shop, wish, None).unwrap();
    (world, receiver, sentinel)
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_later_is_refused_then() {
    let (world, receiver, sentinel) = with_a_sentinel().await;
    world.names.lead("hooks.example", &[&["127.0.0.1"], &["127.0.0.2"]]);
    world.tell("case.opened");
    world.send().await;
    world.clock.wait(Span::seconds(1));
    world.tell("case.closed");
    world.send().await;
    assert_eq!(receiver.numbers(), [1]);
    assert!(sentinel.heard().is_empty());
    let stories: Vec<String> = world.all_deliveries().iter().map(story).collect();
    expect![[r#"
        1  address
        pending
        0 204 taken
        delivered"#]]
    .assert_eq(&stories.join("\n"));
    // It does not tell what is inside.
    let detail = &world.all_deliveries()[0].attempts[0].detail;
    expect!["error sending request: client error (Connect): dns error: error resolving DNS: the host has a loopback address, which may not be reached"].assert_eq(detail);
}

#[tokio::test]
async fn a_name_with_one_address_inside_is_refused_whole() {
    let (world, receiver, sentinel) = with_a_sentinel().await;
    for mix in [["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "::1"]] {
        world.names.lead("hooks.example", &[&mix]);
        world.tell("case.opened");
        world.send().await;
    }
    assert!(receiver.heard().is_empty());
    assert!(sentinel.heard().is_empty());
}

#[tokio::test]
async fn an_address_is_checked_again_when_it_is_sent_to() {
    let receiver = Receiver::start().await;
    let mut world = World::knowing(&[&receiver]);
    world.open(&receiver);
    // The installation becomes stricter.
    let rules = Rules { networks: Vec::new(), ..(*world.rules).clone() };
    world.rules = std::sync::Arc::new(rules);
    world.dispatcher = world.another_dispatcher();
    world.tell("case.opened");
    world.send().await;
    assert!(receiver.heard().is_empty());
    expect![[r#"
        0  address
        pending"#]]
    .assert_eq(&story(&world.only_delivery()));
}

#[tokio::test]
async fn a_mapped_address_is_what_it_stands_for() {
    for address in ["::ffff:127.0.0.2", "64:ff9b::7f00:2", "2002:7f00:2::1", "::127.0.0.2"] {
        let (world, receiver, sentinel) = with_a_sentinel().await;
        world.names.lead("hooks.example", &[&[address]]);
        world.tell("case.opened");
        world.send().await;
        let fault = world.only_delivery().attempts[0].fault;
        assert_eq!(fault, Some(Fault::Address), "{address}");
        assert!(receiver.heard().is_empty() && sentinel.heard().is_empty());
    }
}

#[test]
fn an_intranet_may_be_allowed() {
    let mut world = World::with(Rules::default());
    let create = |world: &World| {
        let wish = wish("https://erp.internal/hook", &[]);
        world.endpoints().create(&world.shop, wish, None)
    };
    assert!(create(&world).is_err());
    let networks = vec!["10.20.0.0/16".parse::<IpNet>().unwrap()];
    world.rules = std::sync::Arc::new(Rules { networks, ..Rules::default() });
    create(&world).unwrap();
}
