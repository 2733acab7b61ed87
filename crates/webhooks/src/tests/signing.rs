//! What receivers know us by.

use kernel::Span;
use standardwebhooks::Webhook;

use super::{receiver::Receiver, world::World};
use crate::{Overlap, Secret, SecretError};

const KNOWN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The example of the specification.
#[test]
fn signatures_are_those_of_the_specification() {
    let secret = Secret::parse(KNOWN).unwrap();
    let payload = r#"{"test": 2432232314}"#;
    let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, payload).unwrap();
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_eq!(*secret.reveal(), KNOWN);
    assert_eq!(format!("{secret:?}"), "Secret(…)");
}

#[test]
fn weak_and_broken_secrets_are_refused() {
    let refused = |text: &str| Secret::parse(text).err().unwrap();
    assert_eq!(refused(""), SecretError::WithoutPrefix);
    assert_eq!(refused("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), SecretError::WithoutPrefix);
    assert_eq!(refused("whsec_"), SecretError::Length { bytes: 0 });
    assert_eq!(refused("whsec_c2VjcmV0"), SecretError::Length { bytes: 6 });
    assert_eq!(refused(&format!("whsec_{}", "A".repeat(88))), SecretError::Length { bytes: 66 });
    assert_eq!(refused("whsec_!!!!"), SecretError::NotBase64);
    assert!(Secret::parse(&format!("whsec_{}", "A".repeat(32))).is_ok());
}

/// A receiver's library compares with the real time, so that here alone the clock is the real one.
#[tokio::test]
async fn a_receivers_own_library_accepts_what_we_send() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    #[expect(clippy::disallowed_methods, reason = "the library that verifies does the same")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    world.clock.set(i64::try_from(now.as_secs()).unwrap());
    let opened = world.open(&receiver);
    world.tell("case.opened");
    world.send().await;
    let [heard] = receiver.heard().try_into().unwrap();
    let verifier = Webhook::new(&opened.secret.reveal()).unwrap();
    verifier.verify(&heard.raw, &heard.headers).unwrap();
    assert!(verifier.verify(b"{}", &heard.headers).is_err());
    assert!(Webhook::new(KNOWN).unwrap().verify(&heard.raw, &heard.headers).is_err());
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let (old, id) = (opened.secret.reveal(), &opened.endpoint.id);
    let overlap = Overlap::new(Span::hours(24)).unwrap();
    let own = Secret::parse(KNOWN).unwrap();
    let version = opened.endpoint.version;
    let rotated = world.endpoints().rotate(&world.shop, id, version, (Some(own), overlap)).unwrap();

    world.tell("case.opened");
    world.send().await;
    world.clock.wait(Span::hours(24));
    world.tell("case.closed");
    world.send().await;
    let version = rotated.endpoint.version;
    let last = world.endpoints().rotate(&world.shop, id, version, (None, Overlap::NONE)).unwrap();
    world.tell("case.opened");
    world.send().await;

    let [first, second, third] = receiver.heard().try_into().unwrap();
    assert_eq!(first.signatures().len(), 2);
    assert!(first.is_signed_by(&old) && first.is_signed_by(KNOWN));
    assert_eq!(second.signatures().len(), 1);
    assert!(second.is_signed_by(KNOWN));
    assert_eq!(third.signatures().len(), 1);
    assert!(third.is_signed_by(&last.secret.reveal()));
}

#[tokio::test]
async fn a_third_secret_replaces_the_oldest() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let id = &opened.endpoint.id;
    let overlap = Overlap::new(Span::days(7)).unwrap();
    let rotate =
        |version| world.endpoints().rotate(&world.shop, id, version, (None, overlap)).unwrap();
    let second = rotate(opened.endpoint.version);
    let third = rotate(second.endpoint.version);
    world.tell("case.opened");
    world.send().await;
    let [heard] = receiver.heard().try_into().unwrap();
    assert_eq!(heard.signatures().len(), 2);
    assert!(heard.is_signed_by(&second.secret.reveal()));
    assert!(heard.is_signed_by(&third.secret.reveal()));
    assert!(!heard.is_signed_by(&opened.secret.reveal()));
}

#[tokio::test]
async fn no_secret_is_kept_in_clear() {
    let receiver = Receiver::start().await;
    let world = World::knowing(&[&receiver]);
    let opened = world.open(&receiver);
    let key = store::RecordKey::of_shop("webhook", &world.shop, opened.endpoint.id.as_str());
    let record = world.records.records(&[key]).unwrap().remove(0).unwrap();
    assert!(!record.draft.body.contains(opened.secret.reveal().trim_start_matches("whsec_")));
    assert!(!format!("{opened:?}").contains(&*opened.secret.reveal()));
}
