//! Passwords, identities, and how often one may try.

use std::sync::atomic::Ordering;

use kernel::Span;
use store::{RecordChange, RecordPage, Records};
use store_memory::MemoryStore;

use super::office::{Office, PASSWORD, from, newcomer, seat, settings, shop};
use crate::{
    Credentials, Hashing, Identity, Limit, NewUser, PasswordFault, Position, SignInError,
    UserError, UserStatus,
    password::{Hasher, Verdict},
};

#[test]
fn who_knows_login_and_password_is_let_in() {
    let office = Office::new();
    office.hire("Xiao.Wang", "north", &[Position::Agent]);
    let signed_in = office.try_sign_in(" XIAO.wang ", PASSWORD, None).unwrap();
    let session = office.people.authenticate(signed_in.token.reveal()).unwrap();
    assert_eq!(*session, signed_in.session);
    assert_eq!(session.principal.shops().count(), 1);
}

#[test]
fn a_wrong_password_an_unknown_login_and_a_closed_user_are_one_answer() {
    let office = Office::new();
    let gone = office.hire("gone", "north", &[Position::Agent]);
    let console = office.people.console();
    office.people.set_status(&console, &gone.id, UserStatus::Closed).unwrap();
    let by_provider = NewUser { password: None, ..newcomer("no-password") };
    let agent = seat(&[Position::Agent]);
    office.people.make_user(&console, &by_provider, &shop("north"), &agent).unwrap();
    let long = "x".repeat(10_000);
    let tries = [
        ("owner-of-north", "not the password"),
        ("owner-of-north", ""),
        ("owner-of-north", &long),
        ("nobody", PASSWORD),
        ("", ""),
        (&long, PASSWORD),
        ("gone", PASSWORD),
        ("no-password", PASSWORD),
        ("no-password", ""),
    ];
    for (login, password) in tries {
        let refused = office.try_sign_in(login, password, None).unwrap_err();
        assert!(matches!(refused, SignInError::Refused), "{login}: {refused}");
    }
}

/// Without the clock: the same reads, the same writes and as many hashes take about the same time.
#[test]
fn an_unknown_login_costs_what_a_wrong_password_costs() {
    let office = Office::new();
    let gone = office.hire("gone", "north", &[Position::Agent]);
    office.people.set_status(&office.people.console(), &gone.id, UserStatus::Closed).unwrap();
    let cost = |login: &str, password: &str| {
        let n_hashes = || office.people.hasher.n_computed.load(Ordering::SeqCst);
        let (before, hashes_before) = (office.store.so_far(), n_hashes());
        office.try_sign_in(login, password, None).unwrap_err();
        let [reads, writes] = office.store.so_far();
        [reads - before[0], writes - before[1], n_hashes() - hashes_before]
    };
    let expected = [4, 2, 1];
    assert_eq!(cost("owner-of-north", "not the password"), expected);
    assert_eq!(cost("nobody", "not the password"), expected);
    assert_eq!(cost("gone", PASSWORD), expected);
    assert_eq!(cost("owner-of-south", &"x".repeat(5000)), expected);
}

#[test]
fn guesses_at_a_login_are_slowed_down_wherever_they_come_from() {
    let office = Office::new();
    let guess = |nth: usize, password: &str| {
        let given = Credentials { login: "owner-of-north", password, second: None };
        office.people.sign_in(&given, &from(&format!("198.51.100.{nth}")))
    };
    for nth in 0..5 {
        assert!(matches!(guess(nth, "guess guess").unwrap_err(), SignInError::Refused));
    }
    // The right password is not tried either.
    let Err(SignInError::TooMany { again_at }) = guess(6, PASSWORD) else { panic!("tried") };
    assert_eq!(again_at.since(office.now()), Span::seconds(2));
    let mut waits = Vec::new();
    for nth in 7..17 {
        while let Err(SignInError::TooMany { again_at }) = guess(nth, "guess guess") {
            waits.push(again_at.since(office.now()).whole_seconds());
            office.pass(again_at.since(office.now()));
        }
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
    office.pass(Span::minutes(15));
    guess(20, PASSWORD).unwrap();
    // And all is forgotten.
    guess(21, "guess guess").unwrap_err();
    guess(21, PASSWORD).unwrap();
}

#[test]
fn an_unknown_login_is_slowed_down_just_the_same() {
    let office = Office::new();
    for login in ["owner-of-north", "nobody"] {
        let outcomes: Vec<String> = (0..7)
            .map(|_| office.try_sign_in(login, "guess guess", None).unwrap_err().to_string())
            .collect();
        assert_eq!(outcomes[4], "login or password is wrong", "{login}");
        assert_eq!(outcomes[5..], ["too many tries", "too many tries"], "{login}");
    }
}

#[test]
fn an_address_is_slowed_down_whatever_it_tries() {
    let office = Office::new();
    let guess = |address: &str, nth: usize| {
        let login = format!("somebody-{nth}");
        let given = Credentials { login: &login, password: PASSWORD, second: None };
        office.people.sign_in(&given, &from(address)).unwrap_err()
    };
    // One network is one caller, and an IPv4 address is the same in both spellings.
    for nth in 0..30 {
        guess(&format!("2001:db8:1:2::{nth}"), nth);
        guess(if nth % 2 == 0 { "192.0.2.1" } else { "::ffff:192.0.2.1" }, nth + 100);
    }
    assert!(matches!(guess("2001:db8:1:2::ffff", 40), SignInError::TooMany { .. }));
    assert!(matches!(guess("192.0.2.1", 41), SignInError::TooMany { .. }));
    assert!(matches!(guess("2001:db8:1:3::1", 42), SignInError::Refused));
}

#[test]
fn signing_in_oneself_does_not_hide_guesses_at_others() {
    let limit = Limit { free: 3, ..settings().sign_in_address };
    let office = Office::with(crate::Settings { sign_in_address: limit, ..settings() });
    for _ in 0..3 {
        office.try_sign_in("owner-of-south", "guess guess", None).unwrap_err();
        office.try_sign_in("owner-of-north", PASSWORD, None).ok();
    }
    let slowed = office.try_sign_in("owner-of-north", PASSWORD, None).unwrap_err();
    assert!(matches!(slowed, SignInError::TooMany { .. }));
    // Whereas a whole office that signs in is no attack.
    office.pass(Span::hours(30));
    for _ in 0..50 {
        office.sign_in("owner-of-north");
    }
}

/// The password is changed after it was found right and before the session begins.
#[test]
fn an_old_password_lets_nobody_in_however_close_it_is() {
    let office = Office::new();
    let change = |store: &MemoryStore| {
        let all = store.list_records(&RecordPage::of("user", "", 9)).unwrap();
        let mut drafts = all.into_iter().map(|it| it.draft);
        let mut draft = drafts.find(|it| it.marks.contains("login:owner-of-north")).unwrap();
        draft.body = draft.body.replace("\"generation\":1", "\"generation\":2");
        let put = RecordChange::Put { draft, expected: None };
        assert!(store.write_records(&[put]).unwrap());
    };
    // After two counts of tries, the login and the user.
    office.store.interrupt(5, change);
    let [login, _] = ["owner-of-north", "owner-of-south"]
        .map(|it| office.try_sign_in(it, PASSWORD, None).map_err(|it| it.to_string()).map(|_| ()));
    let all = office.store.list_records(&RecordPage::of("session", "", 9)).unwrap();
    assert_eq!((login, all.len()), (Err("login or password is wrong".to_owned()), 1));
}

#[test]
fn tries_are_forgotten_after_a_day_without_one() {
    let office = Office::new();
    let guess = || office.try_sign_in("owner-of-north", "guess guess", None).unwrap_err();
    for _ in 0..3 {
        let n_free = (0..9).take_while(|_| matches!(guess(), SignInError::Refused)).count();
        assert_eq!(n_free, 5);
        office.pass(Span::hours(25));
    }
}

#[test]
fn guesses_at_the_same_moment_are_counted_one_by_one() {
    let office = Office::new();
    let refused = std::thread::scope(|scope| {
        let guess = || office.try_sign_in("owner-of-north", "guess guess", None);
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(guess)).collect();
        let outcomes = threads.into_iter().map(|it| it.join().unwrap().unwrap_err());
        outcomes.filter(|it| matches!(it, SignInError::Refused)).count()
    });
    assert!(refused <= 5, "{refused} guesses were judged");
}

#[test]
fn a_password_is_hashed_anew_when_its_cost_changes() {
    let office = Office::new();
    let hash = || {
        let page = RecordPage::of("user", "", 10);
        let all = office.store.list_records(&page).unwrap();
        let owner = all.iter().find(|it| it.draft.body.contains("owner-of-north")).unwrap();
        let body: serde_json::Value = serde_json::from_str(&owner.draft.body).unwrap();
        body["password"].as_str().unwrap().to_owned()
    };
    assert!(hash().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    let hashing = Hashing { memory_kib: 16, passes: 2, ..settings().hashing };
    let costlier = crate::Settings { hashing, ..settings() };
    let next = office.another_process(costlier, super::office::keys(&[("k1", 1)]));
    let given = Credentials { login: "owner-of-north", password: PASSWORD, second: None };
    let before = office.sign_in("owner-of-north");
    next.sign_in(&given, &from("203.0.113.7")).unwrap();
    assert!(hash().starts_with("$argon2id$v=19$m=16,t=2,p=1$"));
    next.sign_in(&given, &from("203.0.113.7")).unwrap();
    assert!(office.is_in(&before), "it is still the same password");
}

#[test]
fn a_password_costs_what_the_settings_say_unless_somebody_says_otherwise() {
    let hasher = Hasher::new(&Hashing::default()).unwrap();
    let kept = hasher.hash(PASSWORD).unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    assert_eq!(hasher.check(PASSWORD, &kept).unwrap(), Verdict::Right);
    assert_ne!(hasher.hash(PASSWORD).unwrap(), kept, "each has a salt of its own");
}

/// Each hash takes its memory: beyond those that wait, callers are told to come back.
#[test]
fn passwords_are_hashed_a_few_at_a_time() {
    let hasher = Hasher::new(&Hashing { at_once: 1, waiting: 0, ..settings().hashing }).unwrap();
    let meanwhile = hasher.in_turn(|| hasher.hash(PASSWORD)).unwrap();
    assert!(meanwhile.unwrap_err().is_busy());
    hasher.hash(PASSWORD).unwrap();
}

#[test]
fn a_password_is_long_and_not_the_login() {
    let rules = settings().passwords;
    let check = |it: &str| rules.check(it, "Xiao.Wang.North");
    assert_eq!(check("elevenchars"), Err(PasswordFault::TooShort { least: 12 }));
    assert_eq!(check("twelve chars"), Ok(()));
    assert_eq!(check("十二个汉字也是一个好密码"), Ok(()));
    assert_eq!(check("XIAO.wang.north"), Err(PasswordFault::IsTheLogin));
    assert_eq!(check("121212121212"), Err(PasswordFault::TooMonotonous { least: 5 }));
    assert_eq!(check(&"abcde".repeat(52)), Err(PasswordFault::TooLong { most: 256 }));
}

#[test]
fn an_identity_lets_in_the_user_it_is_linked_to_and_nobody_else() {
    let office = Office::new();
    let people = &office.people;
    let [wang, li] = ["wang", "lili"].map(|it| office.hire(it, "north", &[Position::Agent]));
    let identity = |subject: &str| Identity {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
    };
    let console = people.console();
    people.link_identity(&console, &wang.id, &identity("w")).unwrap();
    let taken = people.link_identity(&console, &li.id, &identity("w")).unwrap_err();
    assert!(matches!(taken, UserError::IdentityTaken));
    let enter = |it: &Identity| people.sign_in_by_identity(it, &from("203.0.113.7"));
    let signed_in = enter(&identity("w")).unwrap();
    assert_eq!(signed_in.session.principal.actor(), wang.id.actor());
    let elsewhere = Identity { issuer: "https://evil.example".to_owned(), ..identity("w") };
    assert!(matches!(enter(&elsewhere).unwrap_err(), SignInError::Refused));
    assert!(matches!(enter(&identity("")).unwrap_err(), SignInError::Refused));

    people.unlink_identity(&console, &wang.id, &identity("w")).unwrap();
    assert!(!office.is_in(&signed_in));
    assert!(matches!(enter(&identity("w")).unwrap_err(), SignInError::Refused));
    people.link_identity(&console, &li.id, &identity("w")).unwrap();
    people.set_status(&console, &li.id, UserStatus::Closed).unwrap();
    assert!(matches!(enter(&identity("w")).unwrap_err(), SignInError::Refused));
}
