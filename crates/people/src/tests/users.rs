//! Who makes whom what, and that shops know nothing of each other.

use expect_test::{Expect, expect};
use kernel::Span;

use super::office::{Office, PASSWORD, a_shop, from, newcomer, seat, shop};
use crate::{
    Credentials, KeyError, NewKey, NewUser, Permission, Position, Principal, Seat, ShopError,
    ShopStatus, User, UserError, UserStatus,
};

fn told<T: std::fmt::Debug>(it: Result<T, UserError>) -> String {
    it.unwrap_err().to_string()
}

#[test]
fn the_first_admin_is_made_once() {
    let office = Office::new();
    let people = &office.people;
    assert!(!people.is_set_up().unwrap());
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let make = |nth: usize| {
            let login = format!("admin-{nth}");
            people.create_first_admin(&newcomer(&login), Some(&a_shop(&format!("first-{nth}"))))
        };
        let threads: Vec<_> = (0..4).map(|nth| scope.spawn(move || make(nth))).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let made: Vec<&User> = outcomes.iter().flatten().collect();
    assert_eq!(made.len(), 1);
    assert!(people.is_set_up().unwrap());
    let refused = outcomes.iter().filter(|it| matches!(it, Err(UserError::AlreadySetUp)));
    assert_eq!(refused.count(), 3);

    let admin = office.principal(&made[0].login);
    assert!(admin.may_everywhere(Permission::Platform));
    let (own, _) = admin.shops().next().unwrap();
    assert!(admin.may(Permission::GiveMoney, own));
    assert!(!admin.may(Permission::GiveMoney, &shop("north")));
    assert!(admin.may(Permission::ManageUsers, &shop("north")));
}

#[test]
fn an_owner_makes_the_people_of_their_shop() {
    let office = Office::new();
    let people = &office.people;
    let owner = office.principal("owner-of-north");
    let wang = people
        .make_user(&owner, &newcomer("wang"), &shop("north"), &seat(&[Position::Leader]))
        .unwrap();
    assert_eq!(people.user(&owner, &wang.id).unwrap(), Some(wang.clone()));
    let renamed = people.rename(&owner, &wang.id, "王小明").unwrap();
    assert_eq!(renamed.name, "王小明");
    people.set_password(&owner, &wang.id, "a password of theirs").unwrap();
    office.try_sign_in("wang", PASSWORD, None).unwrap_err();
    office.try_sign_in("wang", "a password of theirs", None).unwrap();
    let closed = people.set_status(&owner, &wang.id, UserStatus::Closed).unwrap();
    assert_eq!(closed.status, UserStatus::Closed);
}

#[test]
fn a_stranger_and_nobody_are_the_same_to_an_owner() {
    let office = Office::new();
    let people = &office.people;
    let stranger = office.hire("wang", "south", &[Position::Agent]).id;
    let nobody = "0123456789abcdef".parse().unwrap();
    let by = office.principal("owner-of-north");
    let north = shop("north");
    let here = seat(&[Position::Agent]);
    for id in [&stranger, &nobody] {
        let answers = [
            told(people.rename(&by, id, "x")),
            told(people.set_status(&by, id, UserStatus::Closed)),
            told(people.set_password(&by, id, "another password")),
            told(people.seat_user(&by, id, &north, Some(&here))),
            told(people.seat_user(&by, id, &north, None)),
            told(people.end_all_sessions(&by, id)),
            told(people.sessions(&by, id, 9)),
            told(people.reset_second_step(&by, id)),
        ];
        assert_eq!(answers, ["there is no such user"; 8]);
        assert_eq!(people.user(&by, id).unwrap(), None);
    }
    let listed = people.users(&by, Some(&north), None, 99).unwrap();
    assert!(listed.iter().all(|it| it.login == "owner-of-north"));
    for elsewhere in ["south", "no-such-shop"] {
        let elsewhere = shop(elsewhere);
        assert_eq!(told(people.users(&by, Some(&elsewhere), None, 9)), "this is not allowed");
        let made = people.make_user(&by, &newcomer("spy"), &elsewhere, &here);
        assert_eq!(told(made), "this is not allowed");
        let seated = people.seat_user(&by, &stranger, &elsewhere, None);
        assert_eq!(told(seated), "this is not allowed");
        let theirs = a_shop(elsewhere.as_str());
        let changed = people.change_shop(&by, &theirs, &theirs);
        assert!(matches!(changed, Err(ShopError::Forbidden)));
    }
    assert_eq!(told(people.users(&by, None, None, 9)), "this is not allowed");
}

/// Somebody who works in two shops is changed as a whole only by who manages both.
#[test]
fn one_shop_does_not_take_over_who_also_works_in_another() {
    let office = Office::new();
    let people = &office.people;
    let console = people.console();
    let wang = office.hire("wang", "north", &[Position::Agent]).id;
    let agent = seat(&[Position::Agent]);
    people.seat_user(&console, &wang, &shop("south"), Some(&agent)).unwrap();

    let north = office.principal("owner-of-north");
    let seen = people.user(&north, &wang).unwrap().unwrap();
    assert_eq!(seen.seats.keys().collect::<Vec<_>>(), [&shop("north")]);
    let answers = [
        told(people.set_password(&north, &wang, "another password")),
        told(people.set_status(&north, &wang, UserStatus::Closed)),
        told(people.rename(&north, &wang, "x")),
    ];
    assert_eq!(answers, ["this is not allowed"; 3]);
    people.seat_user(&north, &wang, &shop("north"), None).unwrap();
    let left = people.user(&console, &wang).unwrap().unwrap();
    assert_eq!(left.seats.keys().collect::<Vec<_>>(), [&shop("south")]);
}

#[test]
fn nobody_gives_what_they_do_not_have() {
    let office = Office::new();
    let people = &office.people;
    let north = shop("north");
    let owner = office.principal("owner-of-north");
    let admin = seat(&[Position::PlatformAdmin]);
    let wanted = newcomer("wang");
    assert_eq!(
        told(people.make_user(&owner, &wanted, &north, &admin)),
        "in a shop one holds at least one position, and not `platform-admin`"
    );
    let wang = office.hire("wang", "north", &[Position::Leader]).id;
    assert_eq!(told(people.promote(&owner, &wang)), "this is not allowed");
    let leader = office.principal("wang");
    let agent = seat(&[Position::Agent]);
    assert_eq!(
        told(people.make_user(&leader, &newcomer("mate"), &north, &agent)),
        "this is not allowed"
    );

    // A platform admin who also works in the shop is not the owner's to change.
    people.promote(&people.console(), &wang).unwrap();
    assert_eq!(told(people.set_password(&owner, &wang, "another password")), "this is not allowed");
    let own = office.principal("wang");
    assert_eq!(told(people.demote(&own, &wang)), "this cannot be done to oneself");
    assert_eq!(
        told(people.set_status(&own, &wang, UserStatus::Closed)),
        "this cannot be done to oneself"
    );
    people.demote(&people.console(), &wang).unwrap();
    assert!(!office.principal("wang").may_everywhere(Permission::Platform));
}

#[test]
fn a_login_is_one_users() {
    let office = Office::new();
    let people = &office.people;
    let agent = seat(&[Position::Agent]);
    let make = |login: &str, by: &Principal, shop_name: &str| {
        people.make_user(by, &newcomer(login), &shop(shop_name), &agent)
    };
    make("Wang", &people.console(), "north").unwrap();
    let taken = make("wANG", &people.console(), "south");
    assert_eq!(told(taken), "the login is taken");
}

/// What is wrong with a user who is to be made.
fn check(wanted: NewUser<'_>, seat: &Seat, complaint: Expect) {
    let office = Office::new();
    let by = office.people.console();
    complaint.assert_eq(&told(office.people.make_user(&by, &wanted, &shop("north"), seat)));
}

#[test]
fn a_user_has_a_login_a_name_a_password_and_a_seat() {
    let agent = seat(&[Position::Agent]);
    let wang = newcomer("wang");
    check(
        NewUser { login: "w w w", ..wang },
        &agent,
        expect![
            "a login has 3 to 64 letters, digits and `.`, `-`, `_`, `@`, `+`, and 100 bytes at most"
        ],
    );
    check(
        NewUser { name: "a\nb", ..wang },
        &agent,
        expect!["a name has 1 to 60 characters and no control characters"],
    );
    check(
        NewUser { password: Some("short"), ..wang },
        &agent,
        expect!["a password has at least 12 characters"],
    );
    check(
        wang,
        &seat(&[]),
        expect!["in a shop one holds at least one position, and not `platform-admin`"],
    );
    check(wang, &Seat { grade: 0, ..agent.clone() }, expect!["a grade is between 1 and 9"]);
    let office = Office::new();
    let by = office.people.console();
    let nowhere = office.people.make_user(&by, &wang, &shop("nowhere"), &agent);
    assert_eq!(told(nowhere), "there is no shop `nowhere`");
}

#[test]
fn shops_are_opened_by_the_platform_and_kept_by_their_owners() {
    let office = Office::new();
    let people = &office.people;
    let owner = office.principal("owner-of-north");
    assert!(matches!(people.make_shop(&owner, &a_shop("mine")), Err(ShopError::Forbidden)));
    let console = people.console();
    assert!(matches!(people.make_shop(&console, &a_shop("north")), Err(ShopError::Taken(_))));
    let mut north = a_shop("north");
    north.status = ShopStatus::Closed;
    let before = a_shop("north");
    people.change_shop(&owner, &before, &north).unwrap();
    assert_eq!(people.shop(&shop("north")).unwrap(), Some(north.clone()));
    north.name = String::new();
    let again = people.change_shop(&owner, &before, &before);
    assert!(matches!(again, Err(ShopError::Changed)));
    let bad = people.change_shop(&owner, &before, &north).unwrap_err();
    assert_eq!(bad.to_string(), "`name` has 1 to 100 characters and no control characters");
    let ids = |after| -> Vec<String> {
        people.shops(after, 1).unwrap().iter().map(|it| it.id.to_string()).collect()
    };
    assert_eq!(ids(None), ["north"]);
    assert_eq!(ids(Some(&shop("north"))), ["south"]);
}

#[test]
fn users_are_listed_page_by_page() {
    let office = Office::new();
    for nth in 0..5 {
        office.pass(Span::seconds(1));
        office.hire(&format!("agent-{nth}"), "north", &[Position::Agent]);
    }
    let people = &office.people;
    let owner = office.principal("owner-of-north");
    let page = |after: Option<&User>| people.users(&owner, Some(&shop("north")), after, 4).unwrap();
    let first = page(None);
    let rest = page(first.last());
    let logins: Vec<&str> = first.iter().chain(&rest).map(|it| it.login.as_str()).collect();
    assert_eq!(logins, ["owner-of-north", "agent-0", "agent-1", "agent-2", "agent-3", "agent-4"]);
}

/// Where the table lets leaders manage people, they manage those who may no more than they do.
#[test]
fn who_manages_people_is_no_way_to_become_more() {
    let office = Office::new();
    let people = office.where_leaders_manage();
    let north = shop("north");
    let [lead, mate, boss] =
        [("lead", Position::Leader), ("mate", Position::Agent), ("boss", Position::Owner)]
            .map(|(login, position)| office.hire(login, "north", &[position]).id);
    let credentials = Credentials { login: "lead", password: PASSWORD, second: None };
    let leader = people.sign_in(&credentials, &from("::1")).unwrap().session.principal;

    let [agent, owner] = [seat(&[Position::Agent]), seat(&[Position::Owner])];
    people.make_user(&leader, &newcomer("new-mate"), &north, &agent).unwrap();
    people.set_password(&leader, &mate, "another password").unwrap();
    let answers = [
        told(people.make_user(&leader, &newcomer("puppet"), &north, &owner)),
        told(people.seat_user(&leader, &lead, &north, Some(&owner))),
        told(people.seat_user(&leader, &mate, &north, Some(&owner))),
        told(people.seat_user(&leader, &boss, &north, Some(&agent))),
        told(people.seat_user(&leader, &boss, &north, None)),
        told(people.set_password(&leader, &boss, "another password")),
        told(people.set_status(&leader, &boss, UserStatus::Closed)),
        told(people.reset_second_step(&leader, &boss)),
    ];
    assert_eq!(answers, ["this is not allowed"; 8]);

    let scopes = [Permission::EraseBuyer].into_iter().collect();
    let key = NewKey { shop: &north, name: "key", position: Position::Owner, scopes, until: None };
    assert!(matches!(people.make_key(&leader, &key), Err(KeyError::Forbidden)));
    let scopes = [Permission::Decide].into_iter().collect();
    people.make_key(&leader, &NewKey { scopes, ..key }).unwrap();
}
