//! One line per kind and version of event ever released.
//!
//! Lines are only ever added. A line that would have to change is a stored event that nobody could
//! read any more: give the kind a new version instead, and keep the old line.

use std::collections::BTreeSet;

use dossier::Event;
use expect_test::expect_file;

use crate::{EVENT_KINDS, decode_events, encode_events, tests::sample};

const KNOWN: &str = include_str!("golden.jsonl");

/// `UPDATE_EXPECT=1` adds lines for what is new; it never takes one away.
#[test]
fn what_this_release_writes_is_among_the_goldens() {
    let events = sample::events();
    let now = events.iter().map(|it| encode_events(std::slice::from_ref(it)));
    let new: Vec<String> = now.filter(|it| KNOWN.lines().all(|known| known != it)).collect();
    let lines = KNOWN.lines().chain(new.iter().map(String::as_str));
    let all: String = lines.flat_map(|it| [it, "\n"]).collect();
    expect_file!["golden.jsonl"].assert_eq(&all);
}

#[test]
fn what_was_ever_written_is_still_read() {
    let mut read = BTreeSet::new();
    for line in KNOWN.lines() {
        let events = decode_events(line).unwrap_or_else(|error| panic!("{error:?}: {line}"));
        read.extend(events.iter().map(Event::kind));
    }
    let kinds: BTreeSet<&str> = EVENT_KINDS.iter().map(|&(kind, _)| kind).collect();
    assert_eq!(read, kinds);
}
