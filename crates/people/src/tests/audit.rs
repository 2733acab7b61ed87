//! The trail.

use kernel::{ActorId, Span};

use super::office::{Office, shop};
use crate::{AuditEntry, AuditFilter, Note, Outcome};

fn note(who: &str, what: &str, fen: Option<i64>) -> Note {
    Note {
        shop: Some(shop("north")),
        who: ActorId::new(who).unwrap(),
        what: what.to_owned(),
        on: "north/1001".to_owned(),
        outcome: Outcome::Allowed,
        amount_fen: fen,
        request: "req-1".to_owned(),
        address: Some("203.0.113.77".parse().unwrap()),
    }
}

fn read(office: &Office, filter: &AuditFilter) -> Vec<AuditEntry> {
    office.people.audit().entries(Some(&shop("north")), filter, None, 99).unwrap()
}

#[test]
fn allowed_and_denied_money_is_written_down_alike() {
    let office = Office::new();
    let audit = office.people.audit();
    audit.note(&note("user-1", "give-money", Some(4000))).unwrap();
    let denied = Outcome::Denied("over-limit".to_owned());
    audit
        .note(&Note { outcome: denied.clone(), ..note("user-1", "give-money", Some(990_000)) })
        .unwrap();
    let entries = read(&office, &AuditFilter::default());
    assert_eq!(entries.len(), 2);
    assert_eq!((&entries[0].outcome, entries[0].amount_fen), (&denied, Some(990_000)));
    assert_eq!((&entries[1].outcome, entries[1].amount_fen), (&Outcome::Allowed, Some(4000)));
    assert_eq!(entries[0].address.as_deref(), Some("203.0.113.0/24"));
    assert_eq!(entries[0].at, office.now());
}

#[test]
fn entries_are_in_the_order_in_which_they_were_noted() {
    let office = Office::new();
    let audit = office.people.audit();
    for nth in 0..200 {
        // Within a second, over seconds, and with a clock that is set back.
        office.pass(Span::seconds([0, 0, 1, -1][nth % 4]));
        audit.note(&note("user-1", &format!("what-{nth}"), None)).unwrap();
    }
    let mut after = None;
    let mut whats = Vec::new();
    loop {
        let filter = AuditFilter::default();
        let page = audit.entries(Some(&shop("north")), &filter, after.as_ref(), 7).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.place.clone());
        whats.extend(page.into_iter().map(|it| it.what));
    }
    let expected: Vec<String> = (0..200).rev().map(|it| format!("what-{it}")).collect();
    assert_eq!(whats, expected);
}

#[test]
fn entries_are_found_by_who_by_what_and_by_when() {
    let office = Office::new();
    let audit = office.people.audit();
    let start = office.now();
    for who in ["user-1", "user-2"] {
        for what in ["unmask", "give-money"] {
            audit.note(&note(who, what, None)).unwrap();
            office.pass(Span::minutes(1));
        }
    }
    let who = Some(ActorId::new("user-1").unwrap());
    let what = Some("unmask".to_owned());
    let count = |it: AuditFilter| read(&office, &it).len();
    let all = AuditFilter::default;
    assert_eq!(count(AuditFilter { who: who.clone(), ..all() }), 2);
    assert_eq!(count(AuditFilter { what: what.clone(), ..all() }), 2);
    assert_eq!(count(AuditFilter { who, what, ..all() }), 1);
    let minute = |it| Some(start.plus(Span::minutes(it)));
    assert_eq!(count(AuditFilter { from: minute(1), to: minute(3), ..all() }), 2);
}

#[test]
fn a_shop_does_not_read_the_trail_of_another_or_of_the_installation() {
    let office = Office::new();
    let audit = office.people.audit();
    audit.note(&note("user-1", "unmask", None)).unwrap();
    audit.note(&Note { shop: None, ..note("console", "platform", None) }).unwrap();
    let count = |shop_name: Option<&str>| {
        let shop = shop_name.map(shop);
        audit.entries(shop.as_ref(), &AuditFilter::default(), None, 9).unwrap().len()
    };
    assert_eq!([count(Some("north")), count(Some("south")), count(None)], [1, 0, 1]);
}

#[test]
fn what_is_too_long_is_cut() {
    let office = Office::new();
    let long = Note {
        on: "长".repeat(999),
        request: "r\n".repeat(999),
        ..note("user-1", &"w".repeat(999), None)
    };
    office.people.audit().note(&long).unwrap();
    let entry = read(&office, &AuditFilter::default()).remove(0);
    assert_eq!(
        (entry.what.len(), entry.on.len(), entry.request.as_str()),
        (60, 300, "r".repeat(100).as_str())
    );
    let filter = AuditFilter { what: Some("w".repeat(999)), ..AuditFilter::default() };
    assert_eq!(read(&office, &filter).len(), 1);
}
