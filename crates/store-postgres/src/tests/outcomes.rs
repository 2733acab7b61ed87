//! What becomes of the commits of one dossier in a batch, from what its row and the journal say.

use std::collections::BTreeMap;

use store::{Commit, Outcome};

use super::support::commit;
use crate::{
    leases::Fences,
    outcome::{Facts, Found, Standing, Verdict, by_dossier, judge},
};

/// Commits as `expected:command`; the dossier's version; what of their commands is in the journal,
/// as `place:version`, with the fingerprint that all have, or another after a `!`. The answer is a
/// word per commit.
fn judged(commits: &str, version: i64, journal: &str, in_doubt: bool) -> String {
    let batch: Vec<Commit> = commits
        .split_whitespace()
        .map(|it| {
            let (expected, command) = it.split_once(':').unwrap();
            commit("1", expected.parse().unwrap(), command)
        })
        .collect();
    let answered: BTreeMap<i64, Found> = journal
        .split_whitespace()
        .map(|it| {
            let (nth, version) = it.split_once(':').unwrap();
            let fingerprint = if version.ends_with('!') { 8 } else { 7 };
            let version = version.trim_end_matches('!').parse().unwrap();
            (nth.parse().unwrap(), Found { version, fingerprint })
        })
        .collect();
    let groups = by_dossier(&batch.iter().collect::<Vec<_>>(), &Fences::default()).unwrap();
    let [group] = &groups[..] else { panic!("one dossier") };
    let standing = Standing { version, ..Standing::default() };
    let facts = Facts { answered, ..Facts::default() };
    let words = judge(group, standing, &facts, in_doubt).into_iter().map(|it| match it {
        Verdict::Write => "write".to_owned(),
        Verdict::Written => {
            assert_eq!(it.outcome(), Outcome::Committed);
            "written".to_owned()
        }
        Verdict::Conflict { actual } => format!("conflict@{actual}"),
        Verdict::Fenced => "fenced".to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn commits_follow_each_other() {
    assert_eq!(judged("0:a 1:b 2:c", 0, "", false), "write write write");
    assert_eq!(judged("5:a", 5, "", false), "write");
}

#[test]
fn after_a_conflict_all_later_ones_conflict() {
    assert_eq!(judged("0:a 3:b 1:c", 0, "", false), "write conflict@1 conflict@1");
    assert_eq!(judged("4:a 5:b 5:c", 5, "", false), "conflict@5 conflict@5 conflict@5");
    assert_eq!(judged("6:a", 5, "", false), "conflict@5");
}

#[test]
fn a_command_is_answered_once() {
    assert_eq!(judged("5:a 5:b", 5, "0:3", false), "conflict@5 conflict@5");
    assert_eq!(judged("0:a 1:a", 0, "", false), "write conflict@1");
}

#[test]
fn in_doubt_what_is_there_as_we_would_have_written_it_is_ours() {
    assert_eq!(judged("5:a 6:b", 7, "0:6 1:7", true), "written written");
    // Others have gone on since.
    assert_eq!(judged("5:a 6:b", 9, "0:6 1:7", true), "written written");
    // The first attempt came to nothing.
    assert_eq!(judged("5:a 6:b", 5, "", true), "write write");
}

#[test]
fn without_doubt_or_likeness_it_is_not_ours() {
    assert_eq!(judged("5:a 6:b", 7, "0:6 1:7", false), "conflict@7 conflict@7");
    assert_eq!(judged("5:a", 7, "0:4", true), "conflict@7");
    assert_eq!(judged("5:a", 7, "0:6!", true), "conflict@7");
    assert_eq!(judged("5:a 6:b", 7, "0:6! 1:7", true), "conflict@7 conflict@7");
}

#[test]
fn what_conflicted_at_first_conflicts_again() {
    assert_eq!(judged("5:a 5:b 6:c", 6, "0:6", true), "written conflict@6 conflict@6");
}
