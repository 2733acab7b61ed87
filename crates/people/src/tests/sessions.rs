//! Sessions, and every way they end.

use std::sync::Arc;

use kernel::Span;
use store::{RecordPage, Records};

use super::office::{Office, PASSWORD, from, keys, seat, settings, shop};
use crate::{
    Permission, Position, Settings, UserStatus,
    cache::{Cache, Entry},
};

#[test]
fn a_session_ends_when_it_is_idle_and_at_its_end_in_any_case() {
    let office = Office::new();
    let idle = office.sign_in("owner-of-north");
    office.pass(Span::minutes(60));
    assert!(!office.is_in(&idle));

    let busy = office.sign_in("owner-of-north");
    for _ in 0..71 {
        office.pass(Span::minutes(10));
        assert!(office.is_in(&busy));
    }
    office.pass(Span::minutes(10));
    assert!(!office.is_in(&busy), "twelve hours are over");
}

#[test]
fn the_cache_does_not_keep_a_session_beyond_its_end() {
    let long = Settings { cached_for: Span::days(9), ..settings() };
    let office = Office::with(long);
    let signed_in = office.sign_in("owner-of-north");
    assert!(office.is_in(&signed_in));
    office.pass(Span::hours(12));
    assert!(!office.is_in(&signed_in));
}

#[test]
fn only_the_hash_of_a_token_is_kept() {
    let office = Office::new();
    let signed_in = office.sign_in("owner-of-north");
    let token = signed_in.token.reveal();
    assert!(43 <= token.len());
    for kind in ["session", "user", "tries", "name-guard"] {
        for record in office.store.list_records(&RecordPage::of(kind, "", 99)).unwrap() {
            let told = format!("{record:?}");
            assert!(!told.contains(token) && !told.contains(signed_in.csrf.reveal()));
            assert!(!told.contains(PASSWORD));
        }
    }
    assert!(!format!("{signed_in:?}").contains(token));
    // What is kept lets nobody in.
    assert!(office.people.authenticate(&signed_in.session.id).is_err());
}

#[test]
fn the_guard_against_forged_requests_belongs_to_one_session() {
    let office = Office::new();
    let [one, other] = [office.sign_in("owner-of-north"), office.sign_in("owner-of-north")];
    let people = &office.people;
    assert!(people.is_csrf(one.token.reveal(), one.csrf.reveal()));
    assert_eq!(people.csrf(one.token.reveal()), one.csrf);
    assert!(!people.is_csrf(one.token.reveal(), other.csrf.reveal()));
    assert!(!people.is_csrf(one.token.reveal(), ""));
}

#[test]
fn a_request_in_a_session_costs_no_read_while_the_cache_is_fresh() {
    let office = Office::new();
    let signed_in = office.sign_in("owner-of-north");
    assert!(office.is_in(&signed_in));
    let before = office.store.so_far();
    office.pass(Span::seconds(4));
    assert!(office.is_in(&signed_in));
    assert_eq!(office.store.so_far(), before);
    office.pass(Span::seconds(1));
    assert!(office.is_in(&signed_in));
    assert_ne!(office.store.so_far(), before);
}

/// A request reads the user, the user is closed, and only then the request fills the cache.
#[test]
fn what_is_revoked_while_it_is_read_is_not_remembered() {
    let office = Office::new();
    let (cache, now) = (Cache::new(9, Span::seconds(5)), office.now());
    let session = Arc::new(office.sign_in("owner-of-north").session);
    let entry = Entry {
        session,
        stands_on: "user:1".to_owned(),
        read_at: now,
        until: now.plus(Span::days(1)),
    };
    let revoked = || {
        cache.forget("user:1");
        Ok(Some(entry.clone()))
    };
    cache.session("digest", now, revoked).unwrap().unwrap();
    assert_eq!(cache.len(), 0);
    cache.session("digest", now, || Ok(Some(entry.clone()))).unwrap().unwrap();
    assert_eq!(cache.len(), 1);
}

#[test]
fn what_is_revoked_is_so_at_once_here_and_in_seconds_elsewhere() {
    let office = Office::new();
    let elsewhere = office.another_process(settings(), keys(&[("k1", 1)]));
    let signed_in = office.sign_in("owner-of-north");
    let token = signed_in.token.reveal();
    assert!(office.is_in(&signed_in) && elsewhere.authenticate(token).is_ok());
    office.people.sign_out(token).unwrap();
    assert!(!office.is_in(&signed_in));
    assert!(elsewhere.authenticate(token).is_ok());
    office.pass(Span::seconds(5));
    assert!(elsewhere.authenticate(token).is_err());
}

#[test]
fn every_session_ends_with_the_password_the_user_and_at_a_word() {
    let office = Office::new();
    let people = &office.people;
    let console = people.console();
    let wang = office.hire("wang", "north", &[Position::Agent]);
    let check = |end: &dyn Fn()| {
        let sessions = [office.sign_in("wang"), office.sign_in("wang")];
        let bystander = office.sign_in("owner-of-north");
        assert!(sessions.iter().all(|it| office.is_in(it)));
        end();
        assert!(sessions.iter().all(|it| !office.is_in(it)));
        assert!(office.is_in(&bystander));
        assert!(people.sessions(&console, &wang.id, 9).unwrap().is_empty());
    };
    check(&|| people.set_password(&console, &wang.id, PASSWORD).unwrap());
    check(&|| {
        let own = office.principal("wang");
        people.change_password(&own, PASSWORD, PASSWORD).unwrap();
    });
    check(&|| people.end_all_sessions(&console, &wang.id).unwrap());
    check(&|| {
        people.set_status(&console, &wang.id, UserStatus::Closed).unwrap();
        people.set_status(&console, &wang.id, UserStatus::Active).unwrap();
    });
}

#[test]
fn what_a_user_may_changes_in_the_middle_of_a_session() {
    let office = Office::new();
    let people = &office.people;
    let wang = office.hire("wang", "north", &[Position::Leader]);
    let signed_in = office.sign_in("wang");
    let may = |permission| {
        let session = people.authenticate(signed_in.token.reveal()).unwrap();
        session.principal.may(permission, &shop("north"))
    };
    assert!(may(Permission::Approve));
    let owner = office.principal("owner-of-north");
    let agent = seat(&[Position::Agent]);
    people.seat_user(&owner, &wang.id, &shop("north"), Some(&agent)).unwrap();
    assert!(!may(Permission::Approve) && may(Permission::Decide));
    people.seat_user(&owner, &wang.id, &shop("north"), None).unwrap();
    assert!(!may(Permission::Decide));
}

#[test]
fn sessions_are_listed_and_ended_one_by_one() {
    let office = Office::new();
    let people = &office.people;
    let wang = office.hire("wang", "north", &[Position::Agent]);
    let first = office.sign_in("wang");
    office.pass(Span::minutes(10));
    let second = office.sign_in("wang");
    let own = second.session.principal.clone();
    let listed = people.sessions(&own, &wang.id, 9).unwrap();
    let ids: Vec<&String> = listed.iter().map(|it| &it.id).collect();
    assert_eq!(ids, [&second.session.id, &first.session.id]);
    assert_eq!(listed[0].address, "203.0.113.0/24");
    assert_eq!(listed[0].agent, "a browser");

    // Not another's, and not by a stranger.
    let owner = office.sign_in("owner-of-south");
    people.end_session(&own, &wang.id, &owner.session.id).unwrap();
    assert!(office.is_in(&owner));
    let stranger = owner.session.principal.clone();
    assert!(people.end_session(&stranger, &wang.id, &first.session.id).is_err());
    assert!(people.sessions(&stranger, &wang.id, 9).is_err());

    people.end_session(&own, &wang.id, &first.session.id).unwrap();
    assert!(!office.is_in(&first) && office.is_in(&second));
    people.end_session(&own, &wang.id, &"x".repeat(999)).unwrap();
}

#[test]
fn the_cache_is_bounded() {
    let office = Office::with(Settings { cached: 3, ..settings() });
    let sessions: Vec<_> = (0..10).map(|_| office.sign_in("owner-of-north")).collect();
    assert!(sessions.iter().all(|it| office.is_in(it)));
    assert!(office.people.cache.len() <= 3);
}

#[test]
fn what_has_ended_is_swept_away() {
    let office = Office::new();
    office.sign_in("owner-of-north");
    office.try_sign_in("nobody", PASSWORD, None).unwrap_err();
    office
        .people
        .ask_code(&super::office::order("north", "1"), "1234", None, &from("::1"))
        .unwrap();
    assert_eq!(office.people.sweep(99).unwrap(), 0);
    office.pass(Span::hours(13));
    let live = office.sign_in("owner-of-south");
    // The session and the code; tries are remembered for a day.
    assert_eq!(office.people.sweep(99).unwrap(), 2);
    assert!(office.is_in(&live));
    office.pass(Span::hours(48));
    assert!(0 < office.people.sweep(1).unwrap());
    while 0 < office.people.sweep(99).unwrap() {}
    for kind in ["session", "tries", "buyer-code"] {
        assert!(office.store.list_records(&RecordPage::of(kind, "", 9)).unwrap().is_empty());
    }
}
