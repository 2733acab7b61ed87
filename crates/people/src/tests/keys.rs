//! Keys for machines.

use kernel::{ShopId, Span, Timestamp};
use store::{RecordPage, Records};

use super::office::{Office, a_shop, keys, settings, shop};
use crate::{ApiKey, KeyError, NewKey, Permission, Permissions, Position, Principal, Secret};

fn scopes(all: &[Permission]) -> Permissions {
    all.iter().copied().collect()
}

fn erp(shop: &ShopId) -> NewKey<'_> {
    let scopes = scopes(&[Permission::RecordFacts, Permission::Import]);
    NewKey { shop, name: "ERP", position: Position::Operations, scopes, until: None }
}

fn made(office: &Office) -> (Principal, ApiKey, Secret) {
    let owner = office.principal("owner-of-north");
    let (key, text) = office.people.make_key(&owner, &erp(&shop("north"))).unwrap();
    (owner, key, text)
}

#[test]
fn a_key_may_what_its_scopes_say_in_its_shop() {
    let office = Office::new();
    let (_, key, text) = made(&office);
    assert!(text.reveal().starts_with(&format!("gk_{}_", key.id)));
    let session = office.people.authenticate_key(text.reveal()).unwrap();
    let principal = &session.principal;
    assert_eq!(principal.actor().as_str(), format!("key-{}", key.id));
    let may = |shop_name: &str| -> Vec<String> {
        principal.permissions(&shop(shop_name)).iter().map(|it| it.to_string()).collect()
    };
    assert_eq!(may("north"), ["record-facts", "import"]);
    assert!(may("south").is_empty());
}

#[test]
fn a_key_that_is_not_ours_is_no_key() {
    let office = Office::new();
    let (_, key, text) = made(&office);
    let text = text.reveal();
    let (_, secret) = text.rsplit_once(&format!("{}_", key.id)).unwrap();
    let long = format!("gk_{}_{secret}", "a".repeat(5000));
    let tries = [
        "",
        "gk",
        "gk__",
        &format!("gk_{}_", key.id),
        &format!("gk_0000000000000000_{secret}"),
        &format!("gk_{}_{}", key.id, secret.to_lowercase()),
        &format!("{text}x"),
        &format!(" {text}"),
        &text.replacen("gk_", "GK_", 1),
        &long,
    ];
    for wrong in tries {
        assert!(office.people.authenticate_key(wrong).is_err(), "{wrong}");
    }
    // A key is no session.
    assert!(office.people.authenticate(text).is_err());
}

#[test]
fn a_key_ends_at_its_time_and_when_it_is_revoked() {
    let office = Office::new();
    let people = &office.people;
    let elsewhere = office.another_process(settings(), keys(&[("k1", 1)]));
    let (owner, key, text) = made(&office);
    people.authenticate_key(text.reveal()).unwrap();
    elsewhere.authenticate_key(text.reveal()).unwrap();
    let revoked = people.revoke_key(&owner, &shop("north"), &key.id).unwrap();
    assert_eq!(revoked.revoked_at, Some(office.now()));
    assert!(people.authenticate_key(text.reveal()).is_err());
    office.pass(Span::seconds(5));
    assert!(elsewhere.authenticate_key(text.reveal()).is_err());

    let until = office.now().plus(Span::seconds(3));
    let north = shop("north");
    let short = NewKey { until: Some(until), ..erp(&north) };
    let (_, text) = people.make_key(&owner, &short).unwrap();
    people.authenticate_key(text.reveal()).unwrap();
    office.pass(Span::seconds(3));
    assert!(people.authenticate_key(text.reveal()).is_err());
}

#[test]
fn nobody_touches_the_keys_of_another_shop() {
    let office = Office::new();
    let people = &office.people;
    let (_, key, text) = made(&office);
    let stranger = office.principal("owner-of-south");
    let refused = |it: Result<ApiKey, KeyError>| it.unwrap_err().to_string();
    let north = people.revoke_key(&stranger, &shop("north"), &key.id);
    let absent = people.revoke_key(&stranger, &shop("no-such-shop"), &key.id);
    assert_eq!(refused(north), refused(absent));
    let theirs = people.revoke_key(&stranger, &shop("south"), &key.id);
    let none = people.revoke_key(&stranger, &shop("south"), "0123456789abcdef");
    assert_eq!(refused(theirs), refused(none));
    assert!(people.keys(&stranger, &shop("north"), None, 9).is_err());
    assert!(people.keys(&stranger, &shop("south"), None, 9).unwrap().is_empty());
    assert!(people.make_key(&stranger, &erp(&shop("north"))).is_err());
    people.authenticate_key(text.reveal()).unwrap();
}

#[test]
fn nobody_makes_a_key_that_may_more_than_they_do() {
    let office = Office::new();
    let people = &office.people;
    let (north, console) = (shop("north"), people.console());
    let owner = office.principal("owner-of-north");
    let check = |by: &Principal, wanted: NewKey<'_>| people.make_key(by, &wanted).unwrap_err();

    office.hire("lead", "north", &[Position::Leader]);
    let leader = office.principal("lead");
    assert!(matches!(check(&leader, erp(&north)), KeyError::Forbidden));
    for permission in [Permission::ManageKeys, Permission::ManageUsers, Permission::Platform] {
        let wanted =
            NewKey { position: Position::Owner, scopes: scopes(&[permission]), ..erp(&north) };
        assert!(matches!(check(&owner, wanted.clone()), KeyError::ForPeople(_)));
        assert!(matches!(check(&console, wanted), KeyError::ForPeople(_)));
    }
    let beyond = NewKey { scopes: scopes(&[Permission::GiveMoney]), ..erp(&north) };
    assert_eq!(check(&owner, beyond).to_string(), "a `operations` is not allowed `give-money`");
    assert!(matches!(check(&owner, NewKey { name: " ", ..erp(&north) }), KeyError::BadName));
    let none = NewKey { scopes: Permissions::NONE, ..erp(&north) };
    assert!(matches!(check(&owner, none), KeyError::NoScopes));
    let ended = NewKey { until: Some(office.now()), ..erp(&north) };
    assert!(matches!(check(&owner, ended), KeyError::BadExpiry));
}

#[test]
fn the_last_use_is_written_once_a_minute_and_the_secret_never() {
    let office = Office::new();
    let people = &office.people;
    let (owner, _, text) = made(&office);
    let used_at = || people.keys(&owner, &shop("north"), None, 9).unwrap()[0].used_at;
    let use_it = || people.authenticate_key(text.reveal()).map(|_| ()).unwrap();
    let start: Timestamp = office.now();
    assert_eq!(used_at(), None);
    use_it();
    office.pass(Span::seconds(59));
    use_it();
    assert_eq!(used_at(), Some(start));
    office.pass(Span::seconds(6));
    use_it();
    assert_eq!(used_at(), Some(office.now()));
    for record in office.store.list_records(&RecordPage::of("api-key", "", 9)).unwrap() {
        assert!(!format!("{record:?}").contains(&text.reveal()[20..]));
    }
}

#[test]
fn keys_are_listed_page_by_page() {
    let office = Office::new();
    let people = &office.people;
    people.make_shop(&people.console(), &a_shop("east")).unwrap();
    let owner = office.principal("owner-of-north");
    let made: Vec<ApiKey> = (0..5)
        .map(|_| {
            office.pass(Span::seconds(1));
            people.make_key(&people.console(), &erp(&shop("east"))).unwrap();
            people.make_key(&owner, &erp(&shop("north"))).unwrap().0
        })
        .collect();
    let first = people.keys(&owner, &shop("north"), None, 3).unwrap();
    let rest = people.keys(&owner, &shop("north"), first.last(), 3).unwrap();
    assert_eq!([first, rest].concat(), made);
}
