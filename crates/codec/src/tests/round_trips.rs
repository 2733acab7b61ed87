//! Whatever is written is read back as it was.

use std::collections::BTreeSet;

use dossier::{Body, Case, Dossier, Event, event::CaseChange, facts::Fact};
use kernel::{CaseNo, Choice, Timestamp};
use money::{Currency, Money, Tender, Tenders};
use policy::{Kind, Value};
use proptest::prelude::*;

use crate::{
    Answer, COMMAND_KINDS, DecodeError, EVENT_KINDS, decode_answer, decode_command, decode_effect,
    decode_events, decode_state, encode_answer, encode_command, encode_effect, encode_events,
    encode_state, fingerprint, replay, tests::sample,
};

#[test]
fn every_event_is_read_back_under_its_own_name() {
    let events = sample::events();
    assert_eq!(decode_events(&encode_events(&events)).unwrap(), events);
    let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
    let known: Vec<&str> = EVENT_KINDS.iter().map(|&(kind, _)| kind).collect();
    assert_eq!(kinds, known);
    assert_eq!(encode_events(&[]), "[]");
}

#[test]
fn every_command_is_read_back() {
    let commands = sample::commands();
    assert_eq!(commands.len(), COMMAND_KINDS.len());
    for (command, (kind, version)) in commands.iter().zip(COMMAND_KINDS) {
        let text = encode_command(command);
        assert!(text.starts_with(&format!(r#"{{"kind":"{kind}","v":{version}"#)), "{text}");
        assert_eq!(&decode_command(&text).unwrap(), command);
    }
}

#[test]
fn a_fingerprint_tells_commands_apart_and_never_changes() {
    let commands = sample::commands();
    let prints: BTreeSet<u64> = commands.iter().map(fingerprint).collect();
    assert_eq!(prints.len(), commands.len());
    let withdraw = decode_command(r#"{"kind":"withdraw","case":"C1"}"#).unwrap();
    expect_test::expect!["17549824268781454572"].assert_eq(&fingerprint(&withdraw).to_string());
}

#[test]
fn effects_and_answers_are_read_back() {
    for effect in sample::effects() {
        assert_eq!(decode_effect(&encode_effect(&effect)).unwrap(), effect);
    }
    let done = Answer::Done { version: 7, kinds: vec!["judged".to_owned()] };
    let rejected = Answer::Rejected { code: "no-ground".to_owned(), sentence: "…".to_owned() };
    for answer in [done, rejected] {
        assert_eq!(decode_answer(&encode_answer(&answer)).unwrap(), answer);
    }
}

#[track_caller]
fn check_state(dossier: &Dossier) {
    assert_eq!(&decode_state(&encode_state(dossier)).unwrap(), dossier);
}

#[test]
fn every_state_is_read_back() {
    check_state(&Dossier::Absent);
    check_state(&Dossier::Stopped { at: "judged".to_owned() });
    check_state(&sample::dossier());
    for status in sample::statuses() {
        check_state(&with_case(|it| it.status = status.clone()));
    }
    for status in sample::payout_statuses() {
        let Dossier::Open(mut body) = sample::dossier() else { panic!("an open dossier") };
        body.payouts[0].status = status;
        check_state(&Dossier::Open(body));
    }
}

fn with_case(change: impl FnOnce(&mut Case)) -> Dossier {
    let mut body = Body::new(sample::order(1));
    let mut case = sample::case("C1");
    change(&mut case);
    body.cases.push(case);
    Dossier::Open(Box::new(body))
}

#[test]
fn a_state_of_another_release_is_not_read() {
    let mut state = encode_state(&sample::dossier());
    state[0] ^= 1;
    assert!(matches!(decode_state(&state), Err(DecodeError::OtherFormat)));
    assert!(matches!(decode_state(b"1"), Err(DecodeError::OtherFormat)));
}

#[test]
fn a_damaged_state_is_an_error_at_every_cut() {
    let state = encode_state(&with_case(|_| ()));
    for cut in 4..state.len() {
        assert!(matches!(decode_state(&state[..cut]), Err(DecodeError::Damaged)), "{cut}");
    }
    let longer: Vec<u8> = state.iter().copied().chain([0]).collect();
    assert!(matches!(decode_state(&longer), Err(DecodeError::Damaged)));
}

/// The state beside the events is what the events make, whichever way it was stored.
#[test]
fn replaying_the_events_gives_the_state() {
    let events = sample::events();
    let state = Dossier::fold(&events);
    // The sample drops a task that has been answered: a contradiction.
    assert_eq!(state, Dossier::Stopped { at: "task-dropped".to_owned() });

    let open: Vec<Event> = events.into_iter().filter(|it| it.kind() != "task-dropped").collect();
    let state = Dossier::fold(&open);
    assert!(matches!(state, Dossier::Open(_)), "{state:?}");
    let bodies: Vec<String> = open.chunks(3).map(encode_events).collect();
    assert_eq!(replay(bodies.iter().map(String::as_str)).unwrap(), state);
    check_state(&state);
}

fn money(currency: Currency) -> impl Strategy<Value = Money> {
    (-9_000_000_000_000_000_i64..9_000_000_000_000_000).prop_map(move |it| Money::new(it, currency))
}

fn currency() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::ALL)
}

fn tenders() -> impl Strategy<Value = Tenders> {
    currency().prop_flat_map(|currency| {
        proptest::collection::vec((proptest::sample::select(Tender::ALL), money(currency)), 0..4)
            .prop_map(move |parts| Tenders::new(currency, parts).unwrap())
    })
}

/// A fact with a value it can have.
fn finding() -> impl Strategy<Value = (Fact, Value)> {
    (proptest::sample::select(Fact::ALL), any::<i64>(), 0..10_u8).prop_map(|(fact, number, odd)| {
        let value = match (odd, fact.kind()) {
            (0, _) => Value::Missing,
            (1, _) => Value::Unreadable,
            (_, Kind::Flag) => Value::Flag(number % 2 == 0),
            (_, Kind::Choice(codes)) => {
                let n = i64::try_from(codes.len()).unwrap();
                Value::Choice(u16::try_from(number.rem_euclid(n)).unwrap())
            }
            _ => Value::Number(number),
        };
        (fact, value)
    })
}

proptest! {
    #[test]
    fn amounts_texts_and_findings_survive(
        asked in currency().prop_flat_map(money),
        amount in tenders(),
        found in proptest::collection::vec(finding(), 0..8),
        text in any::<String>(),
        seconds in any::<i64>(),
    ) {
        let dossier = with_case(|case| {
            case.request.asked = Some(asked);
            case.request.note.clone_from(&text);
            case.opened_at = Timestamp::from_epoch_seconds(seconds);
            case.findings = found.iter().copied().collect();
            let judgement = case.judgement.as_mut().unwrap();
            judgement.amount = amount.clone();
            judgement.rulings[3].inputs.clone_from(&text);
            judgement.rulings[4].pack = "other@1".parse().unwrap();
            judgement.rulings[6].row = None;
        });
        prop_assert_eq!(&decode_state(&encode_state(&dossier)).unwrap(), &dossier);

        let Dossier::Open(body) = dossier else { panic!("an open dossier") };
        let case: CaseNo = "C1".parse().unwrap();
        let mut events = vec![Event::CaseOpened { case: Box::new(body.cases[0].clone()) }];
        events.extend(found.iter().map(|&(fact, value)| Event::CaseChanged {
            case: case.clone(),
            change: CaseChange::Finding { fact, value },
        }));
        prop_assert_eq!(decode_events(&encode_events(&events)).unwrap(), events);
    }

    #[test]
    fn bytes_that_are_no_state_are_an_error_and_nothing_worse(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut state = encode_state(&Dossier::Stopped { at: String::new() });
        state.truncate(4);
        state.extend(bytes);
        let _ = decode_state(&state);
    }
}
