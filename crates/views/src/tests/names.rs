//! Everything a person may come across has a Chinese name.

use std::collections::BTreeSet;

use dossier::{case::Finding, deed::Deed, facts::Fact, inspection::Grade, vocabulary, words};
use expect_test::{Expect, expect};
use kernel::Choice;
use policy::{Kind, Language};

use crate::names::{name, recorded, table};

fn codes() -> BTreeSet<&'static str> {
    let words = [
        words::Channel::CODES,
        words::Role::CODES,
        words::CaseKind::CODES,
        words::Route::CODES,
        words::Reason::CODES,
        words::GoodsClaim::CODES,
        words::Standing::CODES,
        words::Verdict::CODES,
        words::TaskKind::CODES,
        words::Direction::CODES,
        words::ScanKind::CODES,
        words::Signer::CODES,
        words::CouponOf::CODES,
        words::Purpose::CODES,
        words::Payer::CODES,
        words::Outward::CODES,
        words::GoodsClass::CODES,
        words::Flag::CODES,
        words::Act::CODES,
        Deed::CODES,
        Finding::CODES,
        Grade::CODES,
        Fact::CODES,
        &[
            "submitted",
            "under-review",
            "waiting-buyer",
            "intercepting",
            "awaiting-approval",
            "awaiting-parcel",
            "awaiting-return",
            "returning",
            "inspecting",
            "refunding",
            "sending-replacement",
            "repairing",
            "in-dispute",
            "declined",
            "withdrawn",
            "done",
        ],
        // Of the program, not of a case.
        &["none", "not-in-export", "shop-name", "return-address"],
        &["reserved", "sending", "unknown", "settled", "failed", "released"],
    ];
    let of_facts = Fact::ALL.iter().filter_map(|it| {
        let (Kind::Choice(codes) | Kind::Choices(codes)) = it.kind() else { return None };
        Some(codes)
    });
    let outputs = vocabulary::INQUIRIES.iter().flat_map(|it| it.question.outputs);
    let outputs = outputs.map(|it| it.name);
    words.into_iter().chain(of_facts).flatten().copied().chain(outputs).collect()
}

#[test]
fn every_code_has_a_chinese_name() {
    let nameless: Vec<&str> =
        codes().into_iter().filter(|it| name(it, Language::Zh) == *it).collect();
    assert!(nameless.is_empty(), "add to names.zh.csv: {nameless:?}");
    // In English a code is its own name, so it has to read like one.
    for code in codes() {
        let english = name(code, Language::En);
        let is_word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == ' ';
        assert!(!english.is_empty() && english.chars().all(is_word), "{code}");
    }
}

#[test]
fn every_table_has_a_chinese_name() {
    let questions = vocabulary::INQUIRIES.iter().map(|it| it.question.name);
    let nameless: Vec<&str> = questions.filter(|it| table(it, Language::Zh).is_ascii()).collect();
    assert!(nameless.is_empty(), "add to names.zh.csv as table.…: {nameless:?}");
}

/// Names of codes that are no longer in use stay: old records speak of them.
#[test]
fn nothing_is_named_twice() {
    let text = include_str!("../names.zh.csv");
    let listed: Vec<&str> = text.lines().map(|it| it.split_once(',').unwrap().0).collect();
    let distinct: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), distinct.len());
}

#[track_caller]
fn check(text: &str, zh: Expect, en: Expect) {
    zh.assert_eq(&recorded(text, Language::Zh));
    en.assert_eq(&recorded(text, Language::En));
}

#[test]
fn records_are_put_into_words() {
    check(
        "shipped=no; goods-claim=received; days-left=2 days; demand=-0.50 yuan",
        expect!["已发货：否；买家称收货：已收到货；剩余天数：2 天；索要金额：-0.50 元"],
        expect!["shipped: no; goods claim: received; days left: 2 days; demand: -0.50 yuan"],
    );
    check(
        "also=chat-buyer, tell-result; flags=none; reply=approved",
        expect!["另需：旺旺联系买家, 告知结果；标记：无；回复：approved"],
        expect!["also: chat buyer, tell result; flags: none; reply: approved"],
    );
    check(
        "no row of the table answers this",
        expect!["没有适用的条款"],
        expect!["no row of the table answers this"],
    );
}
