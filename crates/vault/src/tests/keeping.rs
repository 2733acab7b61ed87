//! What is kept about orders, how it is shown, and how it is found.

use std::thread;

use expect_test::{Expect, expect};
use kernel::ShopId;

use super::support::{House, order, person, shop, zhang};
use crate::{Field, KeepError, Plain, Pseudonym, Query, Reading, Unkept};

/// Keeps a person under an order and shows what everybody sees of it.
#[track_caller]
fn check(said: [&str; 4], expected: Expect) {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &person(said)).unwrap();
    let Reading::Kept(masked) = house.vault.masked(&shop(), &order("1")).unwrap() else {
        panic!("nothing was kept");
    };
    let shown = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
    let shown = [masked.name, masked.phone, masked.address, masked.account].map(shown);
    expected.assert_eq(&shown.join(" "));
}

#[test]
fn everybody_sees_masks() {
    check(
        ["张三丰", "138 1234 5678", "浙江省杭州市西湖区文三路478号", "tb_zhang"],
        expect!["张** 138****5678 浙江省杭州市西湖区*** t***g"],
    );
    check(["欧阳娜娜", "010-62345678", "-", "-"], expect!["欧*** 010-****5678 - -"]);
    check(["-", "  ", "-", "z3@163.com"], expect!["- - - z***@163.com"]);
}

#[test]
fn whoever_may_sees_what_was_kept() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    assert_eq!(house.vault.reveal(&shop(), &order("1")).unwrap(), Reading::Kept(zhang()));
    assert_eq!(house.vault.reveal(&shop(), &order("2")).unwrap(), Reading::Unknown);
    let other = ShopId::new("shop-b").unwrap();
    assert_eq!(house.vault.reveal(&other, &order("1")).unwrap(), Reading::Unknown);
}

#[test]
fn a_list_is_answered_in_order() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let orders = [order("2"), order("1")];
    let all = house.vault.masked_all(&shop(), &orders.each_ref()).unwrap();
    let is_kept: Vec<bool> = all.iter().map(|it| matches!(it, Ok(Reading::Kept(_)))).collect();
    assert_eq!(is_kept, [false, true]);
}

#[test]
fn the_pseudonym_is_the_accounts_for_ever_and_the_shops_alone() {
    let house = House::new();
    let kept = |number, said| house.vault.keep(&shop(), &order(number), &said).unwrap();
    let first = kept("1", zhang()).unwrap();
    assert_eq!(kept("2", person(["-", "-", "-", " tb_zhang "])), Some(first.clone()));
    assert_ne!(kept("3", person(["-", "-", "-", "TB_zhang"])), Some(first.clone()));
    assert_eq!(kept("4", person(["张三", "-", "-", "-"])), None);
    let other = ShopId::new("shop-b").unwrap();
    assert_ne!(house.vault.pseudonym(&other, &Plain::new("tb_zhang")), first);
    assert_eq!(house.rotated().vault.pseudonym(&shop(), &Plain::new("tb_zhang")), first);
    assert_eq!(first.as_str().len(), 18);
    assert_eq!(Pseudonym::parse(first.as_str()), Some(first));
    assert_eq!(Pseudonym::parse("b-tooshort"), None);
}

#[test]
fn to_keep_the_same_again_writes_nothing() {
    let house = House::new();
    house.vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    let before = house.personal("1");
    house.at(5).vault.keep(&shop(), &order("1"), &zhang()).unwrap();
    assert_eq!(house.personal("1"), before);
}

#[test]
fn new_facts_take_the_place_of_old_ones_and_silence_does_not() {
    let house = House::new();
    let keep = |said| house.vault.keep(&shop(), &order("1"), &person(said)).unwrap();
    keep(["张三", "13812345678", "-", "-"]);
    keep(["-", "13912345678", "-", "tb_zhang"]);
    keep(["张*", "139****5678", "-", "-"]);
    let expected = person(["张三", "13912345678", "-", "tb_zhang"]);
    assert_eq!(house.vault.reveal(&shop(), &order("1")).unwrap(), Reading::Kept(expected));
    let found = |phone| house.vault.find(&shop(), &Query::Phone(Plain::new(phone)), 9).unwrap();
    assert_eq!(found("13812345678"), []);
    assert_eq!(found("13912345678"), [order("1")]);
    // The key of the order alone is gone, the buyer's is there.
    assert_eq!(house.all("data-key", "").len(), 1);
}

#[test]
fn orders_are_found_newest_first_by_what_is_said_whole() {
    let house = House::new();
    for (hour, number) in [(1, "1"), (3, "3"), (2, "2")] {
        house.at(hour).vault.keep(&shop(), &order(number), &zhang()).unwrap();
    }
    house.vault.keep(&shop(), &order("4"), &person(["李四", "18800000000", "-", "-"])).unwrap();
    let found = |query: Query, limit| {
        let found = house.vault.find(&shop(), &query, limit).unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let plain = |text: &str| Plain::new(text);
    assert_eq!(found(Query::Phone(plain("+86 138-1234-5678")), 9), "3 2 1");
    assert_eq!(found(Query::Phone(plain("１３８１２３４５６７８")), 2), "3 2");
    assert_eq!(found(Query::PhoneTail(plain("5678")), 9), "3 2 1");
    assert_eq!(found(Query::Account(plain("tb_zhang")), 9), "3 2 1");
    assert_eq!(found(Query::Name(plain("张 三丰")), 9), "3 2 1");
    assert_eq!(found(Query::Name(plain("张三")), 9), "");
    assert_eq!(found(Query::Name(plain(" ")), 9), "");
    assert_eq!(found(Query::Phone(plain("138****5678")), 9), "");
    let other = ShopId::new("shop-b").unwrap();
    assert_eq!(house.vault.find(&other, &Query::PhoneTail(plain("5678")), 9).unwrap(), []);
}

#[test]
fn the_door_opens_to_the_last_four_digits_only() {
    let house = House::new();
    let keep = |number, phone| {
        house.vault.keep(&shop(), &order(number), &person(["-", phone, "-", "-"])).unwrap();
    };
    keep("1", "13812345678");
    keep("2", "138****4321");
    keep("3", "18877771111-123");
    keep("4", "0086-138-1234-9999");
    house.vault.keep(&shop(), &order("5"), &person(["张三", "-", "-", "-"])).unwrap();
    let opens =
        |number, tail| house.vault.phone_tail_matches(&shop(), &order(number), tail).unwrap();
    assert!(opens("1", "5678"));
    assert!(opens("1", " ５６７８ "));
    assert!(opens("2", "4321"));
    assert!(opens("3", "1111"));
    assert!(opens("4", "9999"));
    for (number, tail) in [("1", "5679"), ("1", ""), ("1", "678"), ("5", ""), ("6", "5678")] {
        assert!(!opens(number, tail), "{number} {tail}");
    }
}

#[test]
fn what_cannot_be_kept_is_refused_and_its_neighbors_are_kept() {
    let house = House::new();
    let long = person(["-", "-", &"路".repeat(2000), "-"]);
    let refused = house.vault.keep(&shop(), &order("1"), &long);
    let expected = Unkept::TooLong { field: Field::Address };
    assert!(matches!(refused, Err(KeepError::Refused(it)) if it == expected));
    let (one, two, good) = (order("1"), order("2"), zhang());
    let kept = house.vault.keep_all(&shop(), &[(&one, &long), (&two, &good), (&two, &good)]);
    let is_kept: Vec<bool> = kept.unwrap().iter().map(Result::is_ok).collect();
    assert_eq!(is_kept, [false, true, true]);
    assert_eq!(house.vault.reveal(&shop(), &two).unwrap(), Reading::Kept(good));
}

#[test]
fn one_buyers_orders_may_arrive_at_once() {
    let house = House::new();
    thread::scope(|scope| {
        for number in 0..6 {
            let vault = &house.vault;
            scope
                .spawn(move || vault.keep(&shop(), &order(&number.to_string()), &zhang()).unwrap());
        }
    });
    assert_eq!(house.all("personal", "shop-a").len(), 6);
    assert_eq!(house.all("data-key", "").len(), 1);
}

#[test]
fn debug_output_tells_nobody_anything() {
    let shown = format!("{:?} {:?}", zhang(), Query::Name(Plain::new("张三丰")));
    expect![[r#"Personal { name: Some(Plain(..)), phone: Some(Plain(..)), address: Some(Plain(..)), account: Some(Plain(..)) } Name(Plain(..))"#]]
        .assert_eq(&shown);
    let vault = format!("{:?}", House::new().vault);
    assert!(vault.starts_with("Vault { ring: KeyRing { ids: [\"k-") && vault.len() < 60, "{vault}");
}
