//! Whatever is refused is refused in the language of whoever asked.

use std::{collections::BTreeSet, fs, path::Path};

use dossier::{
    Rejection,
    words::{Act, Role, Standing},
};
use kernel::{CaseNo, LineNo, PayoutKey, Quantity, Span, TaskId};
use money::{Currency, Money, MoneyError};
use policy::{Gap, Language};

use crate::{names::name, refusal};

/// One of each kind; `code` and the compiler say which are missing.
fn rejections() -> Vec<Rejection> {
    let (case, line) = (CaseNo::lossy("9001"), LineNo(1));
    let (payout, task) = (PayoutKey::lossy("9001-1"), TaskId::lossy("9001-1"));
    let (asked, left, most, least) =
        (Money::fen(200), Money::fen(100), Money::fen(150), Money::fen(50));
    let (three, one) = (Quantity::new(3), Quantity::new(1));
    vec![
        Rejection::UnknownOrder,
        Rejection::Stopped { at: "7".to_owned() },
        Rejection::OrderContradicted { what: "the lines differ" },
        Rejection::OrderIncomplete { what: "at least one line" },
        Rejection::CouponRefused { number: "7".to_owned(), why: "a coupon works once" },
        Rejection::UnknownCase { case: case.clone() },
        Rejection::CaseReused { case: case.clone() },
        Rejection::NotPossibleNow { case: case.clone(), status: "done" },
        Rejection::StandingGoesBack { case, known: Standing::Refunded, told: Standing::Requested },
        Rejection::UnknownLine { line },
        Rejection::TooManyPieces { line, asked: three, left: one, bought: three },
        Rejection::NoPieces,
        Rejection::NoReason,
        Rejection::NotPositive,
        Rejection::ExceedsCap { asked, most },
        Rejection::ExceedsRoom { asked, left },
        Rejection::NotEntitled { role: Role::Agent, act: Act::FullRefund, ask: Role::Leader },
        Rejection::OutsideRange { asked, least, most },
        Rejection::ExceedsDailyBudget { asked, left },
        Rejection::SamePerson,
        Rejection::NoGround,
        Rejection::Locked { until: "the goods are received" },
        Rejection::NoInspectionReason,
        Rejection::ProofMissing { what: "photo" },
        Rejection::UnknownPayout { payout: payout.clone() },
        Rejection::NotRetriable { payout: payout.clone(), status: "settled" },
        Rejection::OutcomeContradicted { payout: payout.clone() },
        Rejection::HoldOver { payout: payout.clone() },
        Rejection::PayoutPending { payout },
        Rejection::PickupTooEarly,
        Rejection::UnknownTask { task: task.clone() },
        Rejection::TaskTaken { task },
        Rejection::NoAnswer,
        Rejection::NoReceiptDeadline,
        Rejection::DeadlineOutOfReach { most: Span::hours(75) },
        Rejection::AlreadyShipped,
        Rejection::NoReturnTime,
        Rejection::BadName { what: "photo is not for people to say".to_owned() },
        Rejection::PolicyGap(Gap { name: "window".to_owned() }),
        Rejection::Money(MoneyError::Overflow),
        Rejection::Money(MoneyError::NoWeights),
        Rejection::Money(MoneyError::Malformed),
        Rejection::Money(MoneyError::CurrencyMismatch {
            left: Currency::Cny,
            right: Currency::Cny,
        }),
    ]
}

/// The codes, as the source of `dossier` lists them.
fn codes() -> BTreeSet<String> {
    let source = source_of_dossier();
    let (_, of_codes) = source.split_once("pub fn code(&self)").unwrap();
    let arms = of_codes.lines().skip(2).take_while(|it| it.contains("=> \""));
    arms.map(|it| it.split('"').nth(1).unwrap().to_owned()).collect()
}

fn source_of_dossier() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dossier/src");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let decide = fs::read_dir(folder.join("decide")).unwrap();
    let decide = decide.map(|it| fs::read_to_string(it.unwrap().path()).unwrap());
    std::iter::once(read("rejection.rs")).chain(decide).collect()
}

#[test]
fn every_refusal_is_a_sentence_in_both_languages() {
    let (mut seen, mut said) = (BTreeSet::new(), BTreeSet::new());
    for rejection in rejections() {
        seen.insert(rejection.code().to_owned());
        let chinese = refusal(&rejection, Language::Zh);
        let english = refusal(&rejection, Language::En);
        assert!(!chinese.contains(|it: char| it.is_ascii_lowercase()), "{chinese}");
        assert!(english.is_ascii(), "{english}");
        assert!(said.insert(chinese.clone()), "said twice: {chinese}");
    }
    assert_eq!(seen, codes(), "a kind of refusal is not in this test");
}

/// What is locked until when, and what is wrong with an order, are texts of `dossier`.
#[test]
fn what_refusals_quote_has_a_chinese_name() {
    let source = source_of_dossier();
    let mut quoted: Vec<&str> = Vec::new();
    for before in ["what: \"", "until: \"", "Some(\"the ", "unwrap_or(\"the ", "refused(\""] {
        for (at, _) in source.match_indices(before) {
            let start = at + before.find('"').unwrap() + 1;
            quoted.extend(source[start..].split('"').next());
        }
    }
    assert!(10 < quoted.len(), "{quoted:?}");
    for text in quoted {
        assert_ne!(name(text, Language::Zh), text, "add to names.zh.csv");
    }
    for (at, _) in source.match_indices("BadName { what: format!(\"") {
        let text = source[at..].split('"').nth(1).unwrap();
        let (_, rest) = text.split_once('}').unwrap();
        let rejection = Rejection::BadName { what: format!("photo{rest}") };
        let chinese = refusal(&rejection, Language::Zh);
        assert!(!chinese.contains(rest.trim()), "{chinese}");
    }
}
