//! The buyer's door, mostly shut.

use std::collections::BTreeSet;

use kernel::Span;
use store::{RecordChange, RecordPage, Records};

use super::office::{Office, from, keys, order, settings, shop};
use crate::{
    BuyerKey, BuyerKeyError, BuyerKeys, CodeAsked, CodeError, LinkError, Permission, Who, secret,
};

const PHONE: &str = "+86 138-1234-5678";
const HOME: &str = "198.51.100.4";

fn ask(
    office: &Office,
    number: &str,
    tail: &str,
    phone: Option<&str>,
) -> Result<CodeAsked, CodeError> {
    office.people.ask_code(&order("north", number), tail, phone, &from(HOME))
}

#[test]
fn a_link_leads_to_one_order() {
    let office = Office::new();
    let people = &office.people;
    let until = office.now().plus(Span::days(7));
    let link = people.make_link(&order("north", "1001"), until).unwrap();
    let signed_in = people.enter_by_link(link.reveal(), &from(HOME)).unwrap();
    let session = people.authenticate(signed_in.token.reveal()).unwrap();
    assert_eq!(session.principal.who(), &Who::Buyer(order("north", "1001")));
    assert!(session.principal.may_on(Permission::Apply, &order("north", "1001")));
    assert!(!session.principal.may_on(Permission::Apply, &order("north", "1002")));
    assert!(!session.principal.may(Permission::ReadCases, &shop("north")));
}

#[test]
fn a_link_that_was_changed_anywhere_is_not_ours() {
    let office = Office::new();
    let people = &office.people;
    let until = office.now().plus(Span::days(7));
    let link = people.make_link(&order("north", "1001"), until).unwrap();
    let link = link.reveal();
    let enter = |it: &str| people.enter_by_link(it, &from(HOME));
    for nth in 0..link.len() {
        let mut letters: Vec<char> = link.chars().collect();
        letters[nth] = if letters[nth] == 'A' { 'B' } else { 'A' };
        let changed: String = letters.into_iter().collect();
        assert!(matches!(enter(&changed).unwrap_err(), LinkError::NotOurs), "{changed}");
    }
    // Somebody who knows everything but the key.
    let what = secret::encode(b"south\n1001\n9999999999\n0");
    let forged = secret::encode(&secret::mac(&[], &["link", "b1", "k1", &what]));
    let cut = &link[..link.len() - 2];
    let long = "x".repeat(5000);
    for it in
        ["", ".", "...", cut, &long, &format!("b1.k1.{what}.{forged}"), &format!("b1.k1.{what}.")]
    {
        assert!(matches!(enter(it).unwrap_err(), LinkError::NotOurs), "{it}");
    }
    enter(link).unwrap();
}

#[test]
fn a_link_ends_at_its_time_and_when_it_is_revoked() {
    let office = Office::new();
    let people = &office.people;
    let (own, other) = (order("north", "1001"), order("north", "1002"));
    let make = |it| people.make_link(it, office.now().plus(Span::days(7))).unwrap();
    let [link, others] = [make(&own), make(&other)];
    let enter = |it: &crate::Secret| people.enter_by_link(it.reveal(), &from(HOME));
    let session = enter(&link).unwrap();
    assert!(office.is_in(&session));
    people.shut_door(&own).unwrap();
    assert!(!office.is_in(&session), "a session ends with its link");
    assert!(matches!(enter(&link).unwrap_err(), LinkError::Revoked));
    enter(&others).unwrap();
    enter(&make(&own)).unwrap();
    people.shut_door(&own).unwrap();

    office.pass(Span::days(7));
    assert!(matches!(enter(&others).unwrap_err(), LinkError::Expired));
    let past = people.make_link(&own, office.now()).unwrap_err();
    assert_eq!(past.to_string(), "a link ends after now, and within 30 days");
    assert!(people.make_link(&own, office.now().plus(Span::days(31))).is_err());
}

#[test]
fn links_outlive_the_rotation_of_keys_but_not_the_key() {
    let office = Office::new();
    let until = office.now().plus(Span::days(7));
    let link = office.people.make_link(&order("north", "1001"), until).unwrap();
    let rotated = office.another_process(settings(), keys(&[("k2", 2), ("k1", 1)]));
    rotated.enter_by_link(link.reveal(), &from(HOME)).unwrap();
    let new = rotated.make_link(&order("north", "1001"), until).unwrap();
    let dropped = office.another_process(settings(), keys(&[("k2", 2)]));
    dropped.enter_by_link(new.reveal(), &from(HOME)).unwrap();
    let unknown = dropped.enter_by_link(link.reveal(), &from(HOME)).unwrap_err();
    assert!(matches!(unknown, LinkError::NotOurs));
    // The name of a key is not its content.
    let other = office.another_process(settings(), keys(&[("k1", 9)]));
    assert!(other.enter_by_link(link.reveal(), &from(HOME)).is_err());
}

#[test]
fn a_weak_key_is_no_key() {
    let make = |id: &str, n_bytes| BuyerKey::new(id, vec![7; n_bytes]);
    assert_eq!(make("k1", 31).unwrap_err(), BuyerKeyError::Weak("k1".to_owned()));
    assert_eq!(make("k.1", 32).unwrap_err(), BuyerKeyError::BadName);
    assert_eq!(make("", 32).unwrap_err(), BuyerKeyError::BadName);
    let twice = BuyerKeys::new(make("k1", 32).unwrap(), vec![make("k1", 33).unwrap()]);
    assert_eq!(twice.unwrap_err(), BuyerKeyError::Twice("k1".to_owned()));
    assert_eq!(format!("{:?}", make("k1", 32).unwrap()), "BuyerKey(k1, …)");
}

#[test]
fn who_gets_the_code_gets_in_once() {
    let office = Office::new();
    let asked = ask(&office, "1001", "5678", Some(PHONE)).unwrap();
    let send = asked.send.unwrap();
    assert_eq!(send.phone.reveal(), "8613812345678");
    let enter = |code: &str| office.people.enter_code(asked.receipt.reveal(), code, &from(HOME));
    let signed_in = enter(&format!(" {}", send.code.reveal())).unwrap();
    assert_eq!(signed_in.session.principal.who(), &Who::Buyer(order("north", "1001")));
    assert!(office.is_in(&signed_in));
    assert!(matches!(enter(send.code.reveal()).unwrap_err(), CodeError::Wrong));
}

#[test]
fn no_such_order_and_wrong_digits_look_like_a_code_that_was_sent() {
    let office = Office::new();
    let mut records = BTreeSet::new();
    let mut n_tries = BTreeSet::new();
    for (nth, (phone, tail, is_sent)) in
        [(Some(PHONE), "5678", true), (Some(PHONE), "5679", false), (None, "5678", false)]
            .into_iter()
            .enumerate()
    {
        let count = |kind| office.store.list_records(&RecordPage::of(kind, "", 99)).unwrap().len();
        let (n_codes, n_before) = (count("buyer-code"), count("tries"));
        let number = format!("20{nth}");
        let from = from(&format!("198.51.100.{nth}"));
        let before = office.store.so_far();
        let asked = office.people.ask_code(&order("north", &number), tail, phone, &from).unwrap();
        let after = office.store.so_far();
        assert_eq!([after[0] - before[0], after[1] - before[1]], [3, 4]);
        assert_eq!(asked.send.is_some(), is_sent);
        assert_eq!(asked.receipt.reveal().len(), 43);
        assert_eq!(asked.until.since(office.now()), Span::minutes(10));
        records.insert(count("buyer-code") - n_codes);
        n_tries.insert(count("tries") - n_before);
        let wrong = office.people.enter_code(asked.receipt.reveal(), "000000", &from);
        assert!(matches!(wrong, Err(CodeError::Wrong)) || is_sent);
    }
    assert_eq!((records.len(), n_tries.len()), (1, 1), "each leaves as many records");
}

#[test]
fn a_decoy_cannot_be_guessed() {
    let office = Office::new();
    let asked = ask(&office, "1001", "0000", Some(PHONE)).unwrap();
    let receipt = asked.receipt.reveal();
    // Even if the guess is what was drawn.
    let page = RecordPage::of("buyer-code", "", 9);
    let mut draft = office.store.list_records(&page).unwrap().remove(0).draft;
    let mut body: serde_json::Value = serde_json::from_str(&draft.body).unwrap();
    body["digest"] = secret::hex(&secret::mac(&[1; 32], &["code", receipt, "123456"])).into();
    let enter = || office.people.enter_code(receipt, "123456", &from(HOME));
    let mut put = |body: &serde_json::Value| {
        draft.body = body.to_string();
        let change = RecordChange::Put { draft: draft.clone(), expected: None };
        assert!(office.store.write_records(&[change]).unwrap());
    };
    put(&body);
    assert!(matches!(enter(), Err(CodeError::Wrong)));
    body["is_decoy"] = false.into();
    put(&body);
    enter().unwrap();
}

#[test]
fn a_code_is_good_for_ten_minutes_and_five_guesses() {
    let office = Office::new();
    let people = &office.people;
    let asked = ask(&office, "1001", "5678", Some(PHONE)).unwrap();
    let code = asked.send.unwrap().code;
    office.pass(Span::minutes(10));
    let late = people.enter_code(asked.receipt.reveal(), code.reveal(), &from(HOME));
    assert!(matches!(late, Err(CodeError::Wrong)));

    let asked = ask(&office, "1001", "5678", Some(PHONE)).unwrap();
    let code = asked.send.unwrap().code;
    let wrong = if code.reveal() == "000000" { "000001" } else { "000000" };
    for nth in 0..5 {
        let guess =
            people.enter_code(asked.receipt.reveal(), wrong, &from(&format!("::{nth}:0:0:0:1")));
        assert!(matches!(guess, Err(CodeError::Wrong)));
    }
    let used_up = people.enter_code(asked.receipt.reveal(), code.reveal(), &from(HOME));
    assert!(matches!(used_up, Err(CodeError::Wrong)));
    let unknown = people.enter_code("no receipt", code.reveal(), &from(HOME));
    assert!(matches!(unknown, Err(CodeError::Wrong)));
}

#[test]
fn a_code_lets_one_in_however_many_enter_it_at_the_same_moment() {
    let office = Office::new();
    let asked = ask(&office, "1001", "5678", Some(PHONE)).unwrap();
    let (receipt, code) = (asked.receipt, asked.send.unwrap().code);
    let enter = |nth: usize| {
        let from = from(&format!("198.51.100.{nth}"));
        office.people.enter_code(receipt.reveal(), code.reveal(), &from).is_ok()
    };
    let n_let_in = std::thread::scope(|scope| {
        let enter = &enter;
        let threads: Vec<_> = (0..4).map(|nth| scope.spawn(move || enter(nth))).collect();
        threads.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
    });
    assert!(n_let_in <= 1);
}

#[test]
fn questions_are_limited_by_order_and_by_address() {
    let office = Office::new();
    let people = &office.people;
    for (number, phone) in [("1001", Some(PHONE)), ("no-such-order", None)] {
        let mut outcomes = Vec::new();
        for nth in 0..7 {
            let from = from(&format!("203.0.113.{nth}"));
            outcomes.push(people.ask_code(&order("north", number), "0000", phone, &from).is_ok());
        }
        assert_eq!(outcomes, [true, true, true, true, true, false, false], "{number}");
    }
    // Another shop's order of the same number is another order.
    people.ask_code(&order("south", "1001"), "0000", None, &from("203.0.113.9")).unwrap();

    let asked = (0..30).filter(|nth| ask(&office, &format!("3{nth}"), "0000", None).is_ok());
    assert_eq!(asked.count(), 20);
    let Err(CodeError::TooMany { again_at }) = ask(&office, "400", "5678", Some(PHONE)) else {
        panic!("it was not limited")
    };
    assert_eq!(again_at.since(office.now()), Span::minutes(1));
}

#[test]
fn a_phone_is_not_flooded_and_nobody_is_told() {
    let office = Office::new();
    let sent: Vec<bool> = (0..8)
        .map(|nth| ask(&office, &format!("50{nth}"), "5678", Some(PHONE)).unwrap().send.is_some())
        .collect();
    assert_eq!(sent, [true, true, true, true, true, false, false, false]);
}

#[test]
fn wrong_codes_are_limited_by_address() {
    let office = Office::new();
    let people = &office.people;
    let guess = |nth: usize| people.enter_code(&format!("guess {nth}"), "123456", &from(HOME));
    assert!((0..20).all(|nth| matches!(guess(nth), Err(CodeError::Wrong))));
    assert!(matches!(guess(20), Err(CodeError::TooMany { .. })));
}

#[test]
fn the_digits_are_those_of_the_phone_itself() {
    let office = Office::new();
    let is_sent = |nth: usize, phone: &str, tail: &str| {
        let from = from(&format!("203.0.113.{nth}"));
        let asked =
            office.people.ask_code(&order("north", &nth.to_string()), tail, Some(phone), &from);
        asked.unwrap().send.is_some()
    };
    assert!(is_sent(1, "18877771111-123", "1111"), "a marketplace's virtual number");
    assert!(!is_sent(2, "18877771111-1234", "1234"));
    assert!(is_sent(3, "010-87654321", "4321"), "a landline");
    assert!(!is_sent(4, "", "0000"));
    assert!(!is_sent(5, "12", "0012"));
    for tail in ["", "567", "56789", "５６７８", "567x"] {
        let refused = ask(&office, "9", tail, Some(PHONE)).unwrap_err();
        assert!(matches!(refused, CodeError::BadTail), "{tail}");
    }
}

#[test]
fn neither_phone_nor_code_nor_receipt_is_kept() {
    let office = Office::new();
    let asked = ask(&office, "1001", "5678", Some(PHONE)).unwrap();
    let code = asked.send.as_ref().unwrap().code.reveal().to_owned();
    for kind in ["buyer-code", "tries"] {
        for record in office.store.list_records(&RecordPage::of(kind, "", 99)).unwrap() {
            let told = format!("{record:?}");
            assert!(!told.contains("13812345678") && !told.contains(asked.receipt.reveal()));
            assert!(!told.contains(&format!("\"{code}\"")));
        }
    }
    assert!(!format!("{asked:?}").contains("13812345678"));
}
