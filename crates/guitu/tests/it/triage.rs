//! `guitu triage` with its files, and what comes out as JSON.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::program::{Outcome, guitu};

/// The instant that all examples are about.
pub(crate) const NOW: &str = "2026-11-12 08:00:00 +08:00";

pub(crate) const KINDS: [&str; 4] = ["orders", "items", "refunds", "tracks"];

/// A run to be.
#[derive(Clone, Debug)]
pub(crate) struct Triage {
    files: BTreeMap<&'static str, PathBuf>,
    now: String,
    more: Vec<OsString>,
}

impl Triage {
    /// Of the four files of a folder.
    pub(crate) fn of(folder: &Path) -> Self {
        let files = KINDS.map(|kind| (kind, folder.join(format!("{kind}.csv"))));
        Self { files: files.into(), now: NOW.to_owned(), more: Vec::new() }
    }

    pub(crate) fn file(mut self, kind: &'static str, path: impl Into<PathBuf>) -> Self {
        self.files.insert(kind, path.into());
        self
    }

    pub(crate) fn without(mut self, kind: &str) -> Self {
        self.files.remove(kind);
        self
    }

    pub(crate) fn at(mut self, now: &str) -> Self {
        now.clone_into(&mut self.now);
        self
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.more.extend([name.into(), value.into()]);
        self
    }

    pub(crate) fn run(&self) -> Outcome {
        let mut arguments: Vec<OsString> = vec!["triage".into()];
        for (kind, path) in &self.files {
            arguments.extend([format!("--{kind}").into(), path.into()]);
        }
        arguments.extend(["--now".into(), self.now.clone().into()]);
        arguments.extend(self.more.iter().cloned());
        guitu(arguments)
    }

    /// The worklist, and the exit code it came with.
    #[track_caller]
    pub(crate) fn worklist(&self) -> Worklist {
        let outcome = self.clone().with("--format", "json").run();
        assert!([0, 3].contains(&outcome.code), "{}", outcome.told());
        Worklist::read(&outcome.out)
    }
}

/// What consumers of the JSON may rely on. Amounts are integers: a float would not be read.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worklist {
    pub(crate) summary: Summary,
    pub(crate) items: Vec<Item>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(crate) struct Summary {
    pub(crate) now: String,
    pub(crate) pack: String,
    pub(crate) orders: usize,
    pub(crate) requests: usize,
    pub(crate) open_cases: usize,
    pub(crate) by_route: BTreeMap<String, usize>,
    pub(crate) by_ruling: BTreeMap<String, usize>,
    pub(crate) by_flag: BTreeMap<String, usize>,
    pub(crate) requested_fen: i64,
    pub(crate) approved_fen: i64,
    pub(crate) at_risk: BTreeMap<String, Risk>,
    pub(crate) not_in_export: Risk,
    pub(crate) to_be_filled: BTreeMap<String, usize>,
    pub(crate) rejected_rows: usize,
    pub(crate) complaints: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub(crate) struct Risk {
    pub(crate) count: usize,
    pub(crate) requested_fen: i64,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub(crate) struct Item {
    pub(crate) order_no: String,
    pub(crate) refund_no: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) route: Option<String>,
    pub(crate) ruling: String,
    pub(crate) clause: Option<String>,
    pub(crate) amount_fen: i64,
    pub(crate) points_fen: i64,
    pub(crate) requested_fen: Option<i64>,
    pub(crate) cap_fen: i64,
    pub(crate) postage_by: String,
    pub(crate) deadline: Option<String>,
    pub(crate) minutes_left: Option<i64>,
    pub(crate) priority: u8,
    pub(crate) next_task: Option<NextTask>,
    pub(crate) reply: String,
    pub(crate) flags: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NextTask {
    pub(crate) kind: String,
    pub(crate) role: String,
    pub(crate) due: String,
}

impl Worklist {
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    #[track_caller]
    pub(crate) fn item(&self, refund_no: &str) -> &Item {
        let mut found = self.items.iter().filter(|it| it.refund_no == refund_no);
        let item = found.next().unwrap_or_else(|| panic!("{refund_no} is not in the worklist"));
        assert!(found.next().is_none(), "{refund_no} is there twice");
        item
    }
}

impl Item {
    /// `9001 refund-only unshipped refund unshipped#automatic 50.00 …`, in a line.
    pub(crate) fn line(&self) -> String {
        format!(
            "{} {} {} {} {} {}/{}/{}",
            self.refund_no,
            self.kind,
            self.route.as_deref().unwrap_or("-"),
            self.ruling,
            self.clause.as_deref().unwrap_or("-"),
            self.amount_fen,
            self.requested_fen.map_or_else(|| "-".to_owned(), |it| it.to_string()),
            self.cap_fen,
        )
    }
}
