//! Packs as a whole: identity, inheritance, files, calendar.

use expect_test::expect;
use kernel::Zone;

use crate::{
    Answer, Constant, Field, Hit, Kind, Pack, Question, Sources, Value, Vocabulary, Why,
    tests::fixtures::{PROOFS, VOCABULARY, WINDOW, apparel, base, build, field},
};

#[test]
fn a_pack_is_named_by_its_version_and_all_it_says() {
    expect!["base@3-5b23189c23"].assert_eq(build("base", base()).id().as_str());
    expect!["apparel@2026-11-6aeb1ead14"].assert_eq(build("apparel", apparel()).id().as_str());
    assert_eq!(build("apparel", apparel()).title().zh, "服装");
}

#[test]
fn any_change_gives_a_pack_another_name() {
    let before = build("apparel", apparel());
    let changed = |path: &str| {
        let mut files = apparel();
        files.iter_mut().find(|(it, _)| it == path).unwrap().1.push_str("more\n");
        build("apparel", files).id() != before.id()
    };
    assert!(changed("apparel/replies/approved.en.md"));
    assert!(changed("base/replies/approved.zh.md"));
    assert!(changed("base/words/columns.csv"));
    assert!(!changed("base/replies/approved.en.md"), "the child says it otherwise");
    let mut files = apparel();
    let manifest = files.iter_mut().find(|(path, _)| path == "apparel/pack.toml").unwrap();
    manifest.1 = manifest.1.replace("15 days", "14 days");
    assert_ne!(build("apparel", files).id(), before.id());
}

/// The sources of a built pack are kept for the orders bought under it.
#[test]
fn a_pack_is_rebuilt_from_its_own_sources() {
    for (name, files) in [("base", base()), ("apparel", apparel())] {
        let pack = build(name, files);
        let again = Pack::build(name, &pack.sources(), &VOCABULARY).unwrap();
        assert_eq!(again.id(), pack.id());
        assert_eq!(again, pack);
        assert_eq!(again.sources(), pack.sources());
    }
}

#[test]
fn the_flattened_manifest_says_everything() {
    let sources = build("apparel", apparel()).sources();
    expect![[r#"
        name = "apparel"
        version = "2026-11"
        title.zh = "服装"
        title.en = "Apparel"

        [constants]
        courier-answer = "2 hours"
        large = "500 yuan"
        presumed-points = "30 percent"
        promotion = "no"
        repair-cap = "20 yuan"
        return-days = "15 days"
        signature = "归途"
        usual-route = "return"

        [calendar]
        version = "2026"
        utc-offset = "+08:00"
        opens = "09:00"
        closes = "18:00"
        workdays = ["mon", "tue", "wed", "thu", "fri"]
        holidays = ["2026-10-01"]
        extra-workdays = ["2026-10-10"]
    "#]]
    .assert_eq(sources.get("apparel/pack.toml").unwrap());
}

#[test]
fn files_are_inherited_one_by_one() {
    let pack = build("apparel", apparel());
    assert_eq!(pack.file("words/columns.csv"), Some("订单编号,order\n"));
    assert_eq!(pack.file("words/other.csv"), None);
    let replies: Vec<&str> = pack.files("replies/").map(|(path, _)| path).collect();
    assert_eq!(replies, ["replies/approved.en.md", "replies/approved.zh.md"]);
    let tables: Vec<&str> = pack.tables().map(crate::Table::name).collect();
    assert_eq!(tables, ["proofs", "refund-path", "return-window"]);
}

#[test]
fn the_calendar_is_the_shops() {
    let pack = build("apparel", apparel());
    let calendar = pack.calendar();
    assert_eq!((calendar.version(), calendar.zone()), ("2026", Zone::CHINA));
    let works = |date: &str| calendar.is_workday(Zone::CHINA.instant(date.parse().unwrap()));
    assert!(works("2026-09-30"));
    assert!(!works("2026-10-01"), "a holiday");
    assert!(works("2026-10-10"), "a Saturday worked in exchange");
}

#[test]
fn a_pack_with_an_error_is_not_built() {
    let mut files = base();
    files.retain(|(path, _)| path != "base/tables/refund-path.csv");
    let complaints = Pack::build("base", &Sources::new(files), &VOCABULARY).unwrap_err();
    assert!(complaints.iter().any(crate::Complaint::is_error));
}

/// The program has learned to ask for more than the old pack says.
#[test]
fn an_old_pack_is_restored_and_what_it_does_not_say_goes_to_a_person() {
    static NEW: Question =
        Question { name: "new", inputs: &[], outputs: &PATH_OUTPUTS, hit: Hit::One };
    static WIDER: Question = Question {
        name: "refund-path",
        inputs: &[field("shipped", Kind::Flag)],
        outputs: &PATH_OUTPUTS,
        hit: Hit::One,
    };
    static PATH_OUTPUTS: [Field; 1] = [field("route", Kind::Flag)];
    static QUESTIONS: [&Question; 4] = [&NEW, &WIDER, &WINDOW, &PROOFS];
    static CONSTANTS: [Constant; 1] =
        [Constant { name: "new-days", kind: Kind::Days, optional: false }];
    let vocabulary = Vocabulary { questions: &QUESTIONS, constants: &CONSTANTS, ..VOCABULARY };

    let old = build("base", base());
    assert!(Pack::build("base", &old.sources(), &vocabulary).is_err());
    let restored = Pack::restore("base", &old.sources(), &vocabulary).unwrap();
    assert_eq!(restored.id(), old.id());
    assert_eq!(restored.ask(&NEW, &[]), Answer::Person(Why::NoTable));
    assert_eq!(restored.ask(&WIDER, &[Value::Flag(true)]), Answer::Person(Why::NoTable));
    assert!(restored.days("new-days").is_err());
    assert_eq!(restored.table("return-window"), old.table("return-window"));
}
