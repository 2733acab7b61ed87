//! The instant to decide at, as people type it.

use expect_test::expect;

use crate::{program::example, triage::Triage};

fn at(now: &str) -> Triage {
    Triage::of(&example("dirty")).at(now).with("--lang", "en")
}

#[test]
fn a_time_is_that_of_the_shop_unless_it_says_otherwise() {
    for now in [
        "2026-11-12 08:00:00 +08:00",
        "2026-11-12T08:00:00+08:00",
        "2026-11-12 08:00",
        "2026-11-12T00:00:00Z",
        "2026-11-11 19:00:00 -0500",
    ] {
        assert_eq!(at(now).worklist().summary.now, "2026-11-12T08:00:00+08:00", "{now}");
    }
    assert_eq!(at("2026-11-12").worklist().summary.now, "2026-11-12T00:00:00+08:00");
}

#[test]
fn what_is_no_time_is_refused() {
    for now in ["tomorrow", "2026-13-12 08:00", "2026-11-12 25:00", "2026-11-12 08:00 +99:00", ""] {
        let outcome = at(now).run().expect(1);
        assert!(outcome.err.contains(&format!("`{now}` is not a time")), "{}", outcome.err);
        assert_eq!(outcome.out, "");
    }
}

/// The same files later: nothing new was said, but deadlines come nearer.
#[test]
fn deadlines_count_from_the_instant() {
    let deadlines = |now| {
        let worklist = at(now).worklist();
        let mut lines: Vec<String> = worklist
            .items
            .iter()
            .map(|it| format!("{} {} p{}", it.refund_no, it.minutes_left.unwrap(), it.priority))
            .collect();
        lines.sort();
        lines.join("\n")
    };
    expect![[r#"
        9001 1560 p1
        9002 90 p1
        9003 3120 p3
        9004 1560 p2
        9005 1560 p3"#]]
    .assert_eq(&deadlines("2026-11-12 08:00"));
    expect![[r#"
        9001 30 p1
        9002 -1440 p1
        9003 1590 p2
        9004 30 p1
        9005 30 p1"#]]
    .assert_eq(&deadlines("2026-11-13 09:30"));
}
