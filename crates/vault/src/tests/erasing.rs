//! A buyer is erased, and stays erased.

use kernel::Timestamp;

use super::support::{House, actor, order, person, shop, zhang};
use crate::{Erasure, KeepError, Plain, Query, Reading, Subject, Tombstone, Unkept, stored};

fn house_of_three() -> House {
    let house = House::new();
    for number in ["1", "2"] {
        house.vault.keep(&shop(), &order(number), &zhang()).unwrap();
    }
    let li = person(["李四", "13912345678", "-", "li"]);
    house.vault.keep(&shop(), &order("3"), &li).unwrap();
    house
}

fn tombstone() -> Tombstone {
    Tombstone { at: Timestamp::from_epoch_seconds(7 * 3600), by: actor("wang") }
}

fn erase(house: &House, subject: &Subject) -> Erasure {
    house.at(7).vault.erase(&shop(), subject, &actor("wang")).unwrap()
}

#[test]
fn all_orders_of_a_buyer_read_erased_and_nobody_elses() {
    for subject in [
        Subject::BuyerOf(order("1")),
        Subject::Account(Plain::new("tb_zhang")),
        Subject::Buyer(House::new().vault.pseudonym(&shop(), &Plain::new("nobody"))),
    ] {
        let house = house_of_three();
        let is_nobody = matches!(subject, Subject::Buyer(_));
        let expected = if is_nobody { (0, 0) } else { (1, 2) };
        let erased = erase(&house, &subject);
        assert_eq!((erased.n_data_keys, erased.n_orders), expected);
        let orders = [order("1"), order("2"), order("3")];
        let read = house.vault.masked_all(&shop(), &orders.each_ref()).unwrap();
        let is_erased: Vec<bool> =
            read.into_iter().map(|it| it == Ok(Reading::Erased(tombstone()))).collect();
        assert_eq!(is_erased, [!is_nobody, !is_nobody, false]);
    }
}

#[test]
fn nothing_is_left_to_find_or_to_open() {
    let house = house_of_three();
    erase(&house, &Subject::BuyerOf(order("2")));
    for query in [
        Query::Phone(Plain::new("13812345678")),
        Query::PhoneTail(Plain::new("5678")),
        Query::Account(Plain::new("tb_zhang")),
        Query::Name(Plain::new("张三丰")),
    ] {
        let found = house.vault.find(&shop(), &query, 9).unwrap();
        assert!(!found.contains(&order("1")) && !found.contains(&order("2")), "{query:?}");
    }
    assert!(!house.vault.phone_tail_matches(&shop(), &order("1"), "5678").unwrap());
    let left = house.personal("1");
    assert!(left.marks.is_empty());
    assert_eq!(left.body, r#"{"state":"erased","at":25200,"by":"wang"}"#);
}

/// Killed after the key was destroyed: the rest is taken away by whoever erases again.
#[test]
fn an_erasure_interrupted_half_way_holds_and_is_finished_later() {
    let house = house_of_three();
    let before = house.personal("1");
    erase(&house, &Subject::Account(Plain::new("tb_zhang")));
    house.overwrite(before);
    let read = house.vault.reveal(&shop(), &order("1")).unwrap();
    assert_eq!(read, Reading::Erased(tombstone()));
    let query = Query::Phone(Plain::new("13812345678"));
    assert_eq!(house.vault.find(&shop(), &query, 9).unwrap(), []);
    let refused = house.vault.keep(&shop(), &order("1"), &zhang());
    assert!(matches!(refused, Err(KeepError::Refused(Unkept::Erased(_)))));
    let again = erase(&house, &Subject::BuyerOf(order("1")));
    assert_eq!(again, Erasure { n_data_keys: 0, n_orders: 1 });
    assert_eq!(erase(&house, &Subject::BuyerOf(order("1"))), Erasure::default());
}

#[test]
fn an_erased_order_is_not_kept_again_and_a_buyer_may_come_back() {
    let house = house_of_three();
    erase(&house, &Subject::BuyerOf(order("1")));
    let refused = house.vault.keep(&shop(), &order("1"), &zhang());
    let expected = Unkept::Erased(tombstone());
    assert!(matches!(refused, Err(KeepError::Refused(it)) if it == expected));

    house.vault.keep(&shop(), &order("9"), &zhang()).unwrap();
    assert_eq!(house.vault.reveal(&shop(), &order("9")).unwrap(), Reading::Kept(zhang()));
    let read = house.vault.reveal(&shop(), &order("2")).unwrap();
    assert_eq!(read, Reading::Erased(tombstone()));
    let again = erase(&house, &Subject::BuyerOf(order("9")));
    assert_eq!(again, Erasure { n_data_keys: 1, n_orders: 1 });
}

#[test]
fn an_order_without_an_account_is_erased_alone() {
    let house = House::new();
    for number in ["1", "1-2", "1.2"] {
        let said = person(["张三", "13812345678", "-", "-"]);
        house.vault.keep(&shop(), &order(number), &said).unwrap();
    }
    let erased = erase(&house, &Subject::BuyerOf(order("1")));
    assert_eq!(erased, Erasure { n_data_keys: 1, n_orders: 1 });
    let read = house.vault.masked(&shop(), &order("1-2")).unwrap();
    assert!(matches!(read, Reading::Kept(_)));
    assert_eq!(erase(&house, &Subject::BuyerOf(order("404"))), Erasure::default());
}

/// Somebody puts the sealed texts back and points them to the key the buyer has by now.
#[test]
fn sealed_texts_put_back_open_nothing() {
    let house = house_of_three();
    let sealed = house.personal("1");
    erase(&house, &Subject::BuyerOf(order("1")));
    house.vault.keep(&shop(), &order("9"), &zhang()).unwrap();
    let body = stored::read::<stored::PersonalBody>(&sealed.body).unwrap();
    let stored::PersonalBody::Kept { data_key, sealed: texts } = body else {
        panic!("it was kept");
    };
    let data_key = format!("{data_key} 2");
    let body = stored::written(&stored::PersonalBody::Kept { data_key, sealed: texts });
    house.overwrite(store::Draft { body, ..sealed });
    house.vault.reveal(&shop(), &order("1")).unwrap_err();
}

#[test]
fn many_orders_are_erased_page_by_page() {
    let house = House::new();
    let numbers: Vec<_> = (0..450).map(|it| order(&it.to_string())).collect();
    let said = zhang();
    let all: Vec<_> = numbers.iter().map(|it| (it, &said)).collect();
    house.vault.keep_all(&shop(), &all).unwrap();
    let erased = erase(&house, &Subject::BuyerOf(order("7")));
    assert_eq!(erased, Erasure { n_data_keys: 1, n_orders: 450 });
}
