//! Packs as a whole: identity, inheritance, files, calendar.

use expect_test::expect;
use kernel::Zone;

use crate::{
    Pack, Sources,
    tests::fixtures::{VOCABULARY, apparel, base, build},
};

#[test]
fn a_pack_is_named_by_its_version_and_all_it_says() {
    expect![[""]].assert_eq(build("base", base()).id().as_str());
    expect![[""]].assert_eq(build("apparel", apparel()).id().as_str());
    assert_eq!(build("apparel", apparel()).title().zh, "服装");
}

#[test]
fn any_change_gives_a_pack_another_name() {
    let before = build("apparel", apparel());
    for nth in 0..apparel().len() {
        let mut files = apparel();
        let (path, text) = &mut files[nth];
        if path.ends_with(".md") || path.contains("words") {
            text.push_str("more\n");
            assert_ne!(build("apparel", files.clone()).id(), before.id(), "{}", files[nth].0);
        }
    }
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
    expect![[""]].assert_eq(sources.get("apparel/pack.toml").unwrap());
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
