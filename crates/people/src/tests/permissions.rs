//! The table, and that nothing is allowed beside it.

use std::collections::BTreeMap;

use dossier::words::Role;
use expect_test::{Expect, expect};
use kernel::Choice;
use proptest::{collection::btree_set, prelude::*, sample::select};

use super::office::{order, shop};
use crate::{Matrix, Permission, Permissions, Place, Position, Principal, UserId, Who};

const TABLE: &str = include_str!("../../permissions.csv");

/// What the table says, read in the plainest way.
fn is_given(position: Position, permission: Permission) -> bool {
    let rows: Vec<Vec<&str>> = TABLE.lines().map(|it| it.split(',').collect()).collect();
    let column = rows[0].iter().position(|it| *it == permission.code()).unwrap();
    let row = rows.iter().find(|it| it[0] == position.code()).unwrap();
    row[column] == "yes"
}

fn user(places: BTreeMap<kernel::ShopId, Place>) -> Principal {
    let id: UserId = "0123456789abcdef".parse().unwrap();
    Principal::new(Who::User(id), places, Permissions::NONE)
}

proptest! {
    #[test]
    fn nobody_may_what_the_table_does_not_give(
        positions in btree_set(select(Position::ALL), 0..4),
        scopes in btree_set(select(Permission::ALL), 0..12),
    ) {
        let matrix = Matrix::built_in().unwrap();
        let scopes: Permissions = scopes.into_iter().collect();
        let here = shop("north");
        for bound in [None, Some(scopes)] {
            let place = Place::new(positions.iter().copied(), 1, &matrix, bound);
            let principal = user([(here.clone(), place)].into());
            for &permission in Permission::ALL {
                let expected = positions.iter().any(|it| is_given(*it, permission))
                    && bound.is_none_or(|it| it.has(permission));
                prop_assert_eq!(principal.may(permission, &here), expected);
                prop_assert!(!principal.may(permission, &shop("south")));
                prop_assert!(!principal.may_on(permission, &order("south", "1")));
                prop_assert!(!principal.may_everywhere(permission));
            }
        }
    }
}

#[test]
fn every_role_that_people_hold_has_a_position_of_its_name() {
    let nobody = [Role::Buyer, Role::System, Role::Marketplace];
    for role in Role::ALL.iter().filter(|it| !nobody.contains(it)) {
        let position = Position::from_code(role.code());
        assert_eq!(position.and_then(Position::role), Some(*role), "{role}");
    }
}

#[test]
fn commands_are_judged_by_the_position_with_most_authority_that_allows_them() {
    let matrix = Matrix::built_in().unwrap();
    let positions = [Position::Warehouse, Position::Leader, Position::Agent];
    let place = Place::new(positions, 2, &matrix, None);
    let principal = user([(shop("north"), place)].into());
    let role = |permission| principal.role_for(permission, &shop("north"));
    assert_eq!(role(Permission::GiveMoney), Some(Role::Leader));
    assert_eq!(role(Permission::Receive), Some(Role::Warehouse));
    assert_eq!(role(Permission::ManageUsers), None);
    assert_eq!(principal.role_for(Permission::GiveMoney, &shop("south")), None);
}

#[test]
fn a_buyer_may_three_things_with_one_order() {
    let buyer = Principal::buyer(order("north", "1001"));
    let may: Vec<&str> = Permission::ALL
        .iter()
        .filter(|it| buyer.may_on(**it, &order("north", "1001")))
        .map(|it| it.code())
        .collect();
    assert_eq!(may, ["read-cases", "apply", "attach-evidence"]);
    for &permission in Permission::ALL {
        assert!(!buyer.may(permission, &shop("north")));
        assert!(!buyer.may_on(permission, &order("north", "1002")));
        assert!(!buyer.may_on(permission, &order("south", "1001")));
    }
}

#[test]
fn a_set_of_permissions_is_a_set() {
    let all: Permissions = Permission::ALL.iter().copied().collect();
    assert_eq!(all.iter().count(), Permission::ALL.len());
    let some: Permissions = [Permission::Decide, Permission::Platform].into_iter().collect();
    assert!(all.covers(some) && !some.covers(all));
    assert_eq!(all.within(some), some);
    assert!(!Permissions::NONE.has(Permission::Decide));
}

#[test]
fn a_platform_admin_sees_no_case_by_that_alone() {
    let matrix = Matrix::built_in().unwrap();
    let console = Principal::console(&matrix);
    let closed = [Permission::ReadCases, Permission::GiveMoney, Permission::Unmask];
    assert!(closed.iter().all(|it| !console.may(*it, &shop("north"))));
    assert_eq!(
        Place::new([Position::PlatformAdmin], 1, &matrix, None).role_for(Permission::Platform),
        None
    );
}

/// `change` makes a bad table out of the one that is built in.
fn check(change: impl Fn(&str) -> String, complaint: Expect) {
    complaint.assert_eq(&Matrix::parse(&change(TABLE)).unwrap_err().to_string());
}

#[test]
fn a_table_that_leaves_anything_unsaid_is_refused() {
    let without = |row: &'static str| {
        move |it: &str| {
            let kept: Vec<&str> = it.lines().filter(|it| !it.starts_with(row)).collect();
            kept.join("\n")
        }
    };
    check(without("leader,"), expect!["the row of `leader` is missing"]);
    check(|it| it.replace("leader,", "boss,"), expect!["line 16: there is no position `boss`"]);
    check(
        |it| it.replace("veteran,", "agent,"),
        expect!["line 14: the position `agent` is there twice"],
    );
    check(|it| it.replace(",unmask,", ",look,"), expect!["there is no permission `look`"]);
    check(|it| it.replace(",unmask,", ",decide,"), expect!["the column `decide` is there twice"]);
    check(
        |it| {
            let rows: Vec<&str> = it.lines().map(|it| it.rsplit_once(',').unwrap().0).collect();
            rows.join("\n")
        },
        expect!["the column `platform` is missing"],
    );
    check(
        |it| it.replacen("pre-sale,yes", "pre-sale,perhaps", 1),
        expect!["line 2: `perhaps` under `read-cases` is neither `yes` nor `-`"],
    );
    check(
        |it| it.replacen("pre-sale,yes", "pre-sale,", 1),
        expect!["line 2: `` under `read-cases` is neither `yes` nor `-`"],
    );
    check(
        |it| it.replacen("pre-sale,", "pre-sale,yes,", 1),
        expect!["the table of permissions is not CSV"],
    );
    check(
        |it| it.replacen("position", "role", 1),
        expect!["the first column is `role`, not `position`"],
    );
    check(|_| String::new(), expect!["the first column is ``, not `position`"]);
    let owner = |it: &str| {
        let rows = it.lines().map(|row| match row.strip_prefix("owner,") {
            Some(rest) => format!("owner,{}yes\n", rest.trim_end_matches('-')),
            None => format!("{row}\n"),
        });
        rows.collect()
    };
    check(owner, expect!["line 19: `platform` is for `platform-admin` alone, not for `owner`"]);
    let nobody = |it: &str| {
        let end = it.trim_end().strip_suffix("yes").unwrap();
        format!("{end}-\n")
    };
    check(
        nobody,
        expect!["`platform-admin` has to have `platform`, or nobody could let anybody in"],
    );
}
