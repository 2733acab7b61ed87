//! The ring gets a new key in front, and data keys move under it.

use super::support::{House, actor, order, person, shop, zhang};
use crate::{KeyRing, Reading, Rewrapped, Subject};

fn house_of(n_buyers: usize) -> House {
    let house = House::new();
    for nth in 0..n_buyers {
        let said = person(["张三", "13812345678", "-", &format!("buyer-{nth}")]);
        house.vault.keep(&shop(), &order(&nth.to_string()), &said).unwrap();
    }
    house
}

fn is_readable(house: &House, nth: usize) -> bool {
    let read = house.vault.masked(&shop(), &order(&nth.to_string()));
    matches!(read, Ok(Reading::Kept(_)))
}

#[test]
fn everything_is_readable_at_every_moment() {
    let old = house_of(7);
    let new = old.rotated();
    let mut n_rewrapped = 0;
    loop {
        assert!((0..7).all(|nth| is_readable(&new, nth)));
        let progress = new.vault.rewrap(2).unwrap();
        n_rewrapped += progress.n_rewrapped;
        if progress.is_done {
            break;
        }
    }
    assert_eq!(n_rewrapped, 7);
    assert_eq!(new.vault.rewrap(2).unwrap(), Rewrapped { is_done: true, ..Default::default() });
    assert!((0..7).all(|nth| is_readable(&new, nth)));
    // Who has the old ring only cannot read any more, which is what a rotation is for.
    assert!(!is_readable(&old, 0));
}

#[test]
fn an_old_key_may_go_once_nothing_is_under_it() {
    let old = house_of(3);
    let new = old.rotated();
    let ring = KeyRing::parse(&new.ring).unwrap();
    let [active, older] = ring.ids()[..] else { panic!("two keys") };
    assert_eq!(new.vault.n_data_keys_under(older, 9).unwrap(), 3);
    assert_eq!(new.vault.n_data_keys_under(older, 2).unwrap(), 2);
    new.vault.rewrap(9).unwrap();
    assert_eq!(new.vault.n_data_keys_under(older, 9).unwrap(), 0);
    assert_eq!(new.vault.n_data_keys_under(active, 9).unwrap(), 3);
    let without = without_last_key(&new.ring);
    let alone = House::with(new.records.clone(), without);
    assert!((0..3).all(|nth| is_readable(&alone, nth)));
}

#[test]
fn one_that_cannot_be_unwrapped_holds_up_nobody() {
    let old = house_of(5);
    let new = old.rotated();
    let mut first = new.all("data-key", "").remove(0);
    first.draft.body = first.draft.body.replace("\"wrapped\":\"", "\"wrapped\":\"A");
    new.overwrite(first.draft);
    let mut n_rewrapped = 0;
    let last = loop {
        let progress = new.vault.rewrap(1).unwrap();
        n_rewrapped += progress.n_rewrapped;
        if progress.is_done {
            break progress;
        }
    };
    assert_eq!((n_rewrapped, last.n_unreadable), (4, 1));
}

#[test]
fn erased_buyers_are_left_alone() {
    let old = house_of(2);
    old.vault.erase(&shop(), &Subject::BuyerOf(order("0")), &actor("wang")).unwrap();
    let new = old.rotated();
    assert_eq!(new.vault.rewrap(9).unwrap().n_rewrapped, 1);
    assert!(matches!(new.vault.masked(&shop(), &order("0")).unwrap(), Reading::Erased(_)));
}

#[test]
fn several_processes_rotate_keep_and_erase_at_once() {
    let old = house_of(60);
    let one = old.rotated();
    let other = House::with(one.records.clone(), one.ring.clone());
    std::thread::scope(|scope| {
        for house in [&one, &other] {
            scope.spawn(move || while !house.vault.rewrap(7).unwrap().is_done {});
        }
        scope.spawn(|| {
            for nth in 0..60 {
                let said = person(["李四", "-", "-", &format!("buyer-{nth}")]);
                one.vault.keep(&shop(), &order(&format!("new-{nth}")), &said).unwrap();
            }
        });
        scope.spawn(|| {
            for nth in 0..10 {
                let subject = Subject::BuyerOf(order(&nth.to_string()));
                other.vault.erase(&shop(), &subject, &actor("wang")).unwrap();
            }
        });
    });
    while !one.vault.rewrap(100).unwrap().is_done {}
    let alone = House::with(one.records.clone(), without_last_key(&one.ring));
    assert!((10..60).all(|nth| is_readable(&alone, nth)));
    for nth in 0..10 {
        let read = alone.vault.masked(&shop(), &order(&nth.to_string())).unwrap();
        assert!(matches!(read, Reading::Erased(_)));
        // Kept before the erasure or after: erased or whole, and never anything else.
        alone.vault.masked(&shop(), &order(&format!("new-{nth}"))).unwrap();
    }
    alone.vault.keep(&shop(), &order("x"), &zhang()).unwrap();
}

fn without_last_key(ring: &str) -> String {
    ring[..ring.rfind("[[key]]").unwrap()].to_owned()
}
