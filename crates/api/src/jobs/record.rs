//! What is kept of a job, and who works on it.
//!
//! A job is two records: the job itself, in its shop, and a turn, which says from when on somebody
//! may take it up. Whoever takes it up moves the turn into the future and holds the job until then;
//! a process that dies lets it pass, and the next one begins again.
//!
//! **Invariant:** the job and its turn are written together, each at the version that was read. Of
//! two who hold one job, only one gets to write.

use std::collections::BTreeSet;

use kernel::{ShopId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Draft, Record, RecordChange, RecordKey, RecordPage, Version};

use super::{Format, List, Sheets, State};
use crate::{App, Problem, headers::IdempotencyKey, problem::idempotency_key_reused, wire::Code};

/// Jobs of a shop, newest last.
pub(super) const KIND: &str = "job";
/// Turns of the installation, by when somebody may take the job up.
const TURN: &str = "job-turn";
/// Rows that were not taken, some to a record.
pub(super) const LINES: &str = "job-lines";
/// How long nobody else takes up a job that somebody is at. It is told anew after each portion.
pub(super) const HELD: Span = Span::minutes(2);
/// How long a job waits after something failed that may work the next time.
const PAUSE: Span = Span::seconds(15);
/// How many times a job is taken up before it is given up.
const MOST_ATTEMPTS: u32 = 20;
/// How long the file of an export can be fetched.
pub(super) const FILE_KEPT: Span = Span::hours(24);
/// How long it can be read what became of a job.
const KEPT: Span = Span::days(30);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) state: Code<State>,
    pub(super) work: Work,
    pub(super) by: String,
    pub(super) created_at: i64,
    pub(super) finished_at: Option<i64>,
    pub(super) progress: Progress,
    pub(super) failure: Option<Failure>,
    /// Hash of what was asked: the same key for something else is a caller's mistake.
    asked: String,
    /// Name of the folder of its files.
    pub(super) folder: String,
    /// Whether its files are gone.
    pub(super) is_swept: bool,
    attempts: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Work {
    Import { sheets: Vec<Code<Sheets>> },
    Export { list: Code<List>, format: Code<Format>, filter: Filter, in_english: bool },
}

/// Which rows are wanted of a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Filter {
    pub(super) open: Option<bool>,
    pub(super) status: Option<String>,
    pub(super) role: Option<String>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) rows_read: u64,
    pub(super) rows_rejected: u64,
    pub(super) warnings: u64,
    pub(super) commands: u64,
    pub(super) accepted: u64,
    pub(super) unchanged: u64,
    pub(super) refused: u64,
    pub(super) rows_written: u64,
}

/// Why a job came to nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) zh: String,
    pub(super) en: String,
}

impl Failure {
    pub(super) fn new(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code: code.to_owned(), zh: zh.into(), en: en.into() }
    }
}

/// A job that is to be made.
pub(super) struct Wanted {
    pub(super) work: Work,
    pub(super) by: String,
    pub(super) asked: String,
    pub(super) folder: String,
}

/// A job as it was read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) id: String,
    pub(super) version: Version,
    pub(super) job: Job,
}

#[derive(Debug, Serialize, Deserialize)]
struct Turn {
    shop: String,
}

/// Names a job: the same request of the same caller is the same job.
pub(super) fn name(key: &IdempotencyKey, caller: &str, shop: &ShopId) -> String {
    key.of_part(&format!("job\u{0}{shop}")).digest(caller)
}

fn internal(error: &(dyn std::error::Error + 'static)) -> Problem {
    Problem::internal(error)
}

impl Read {
    pub(super) fn of(record: Record) -> Result<Self, Problem> {
        let job = serde_json::from_str(&record.draft.body).map_err(|it| internal(&it))?;
        Ok(Self { id: record.draft.key.id, version: record.version, job })
    }
}

impl Job {
    fn draft(&self, shop: &ShopId, id: &str) -> Draft {
        let (kind, state) = (self.work.code(), kernel::Choice::code(self.state.0));
        let marks = BTreeSet::from([kind.to_owned(), state.to_owned(), both(kind, state)]);
        let body = serde_json::to_string(self).unwrap_or_default();
        Draft { key: RecordKey::of_shop(KIND, shop, id), rank: self.created_at, marks, body }
    }

    fn is_over(&self) -> bool {
        match self.state.0 {
            State::Waiting | State::Working => false,
            State::Done | State::Failed | State::Cancelled => true,
        }
    }

    /// When its turn comes after it is over: to lose its file, then to be forgotten.
    fn next_turn(&self, now: Timestamp) -> Timestamp {
        let has_file = matches!(self.work, Work::Export { .. }) && !self.is_swept;
        now.plus(if has_file { FILE_KEPT } else { KEPT })
    }
}

impl Work {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Import { .. } => "import",
            Self::Export { .. } => "export",
        }
    }
}

/// A mark for two filters at once.
pub(super) fn both(kind: &str, state: &str) -> String {
    format!("{kind} {state}")
}

fn turn_draft(shop: &ShopId, id: &str, at: Timestamp) -> Draft {
    let body = serde_json::to_string(&Turn { shop: shop.to_string() }).unwrap_or_default();
    let key = RecordKey::of_all(TURN, id);
    Draft { key, rank: at.epoch_seconds(), marks: BTreeSet::new(), body }
}

fn put(draft: Draft, expected: Version) -> RecordChange {
    RecordChange::Put { draft, expected: Some(expected) }
}

impl App {
    /// Blocks.
    pub(super) fn job(&self, shop: &ShopId, id: &str) -> Result<Option<Read>, Problem> {
        let found = self.database().records(&[RecordKey::of_shop(KIND, shop, id)])?;
        found.into_iter().flatten().next().map(Read::of).transpose()
    }

    /// Makes a job, or finds the one that was made by the same request before; says which. Blocks.
    pub(super) fn make_job(
        &self,
        shop: &ShopId,
        id: &str,
        wanted: Wanted,
    ) -> Result<(Read, bool), Problem> {
        let now = self.now();
        let job = Job {
            state: Code(State::Waiting),
            work: wanted.work,
            by: wanted.by,
            created_at: now.epoch_seconds(),
            finished_at: None,
            progress: Progress::default(),
            failure: None,
            asked: wanted.asked,
            folder: wanted.folder,
            is_swept: false,
            attempts: 0,
        };
        let none = Version(0);
        let changes = [put(job.draft(shop, id), none), put(turn_draft(shop, id, now), none)];
        if self.database().write_records(&changes)? {
            self.bell().ring();
            return Ok((Read { id: id.to_owned(), version: Version(1), job }, true));
        }
        let there = self.job(shop, id)?.ok_or_else(Problem::busy)?;
        if there.job.asked == job.asked {
            Ok((there, false))
        } else {
            Err(idempotency_key_reused())
        }
    }

    /// Ends a job that is not over. What it has done by now stays. Blocks.
    pub(super) fn cancel_job(&self, shop: &ShopId, mut read: Read) -> Result<Read, Problem> {
        if read.job.is_over() {
            return Ok(read);
        }
        let now = self.now();
        read.job.state = Code(State::Cancelled);
        read.job.finished_at = Some(now.epoch_seconds());
        let turn = turn_draft(shop, &read.id, now.plus(KEPT));
        let changes = [
            put(read.job.draft(shop, &read.id), read.version),
            RecordChange::Put { draft: turn, expected: None },
        ];
        if !self.database().write_records(&changes)? {
            return Err(Problem::busy());
        }
        remove_folder(self, &read.job.folder);
        read.version = Version(read.version.0.saturating_add(1));
        Ok(read)
    }
}

/// A job somebody works on.
pub(super) struct Held {
    pub(super) shop: ShopId,
    pub(super) id: String,
    pub(super) job: Job,
    version: Version,
    turn: Version,
}

impl Held {
    /// Takes up the first job whose turn has come, if there is one. What is over is swept instead.
    pub(super) fn take(app: &App) -> Result<Option<Self>, Problem> {
        let mut page = RecordPage::of(TURN, "", 16);
        page.most = app.now().epoch_seconds();
        for record in app.database().list_records(&page)? {
            let turn: Turn =
                serde_json::from_str(&record.draft.body).map_err(|it| internal(&it))?;
            let (shop, id) = (ShopId::lossy(&turn.shop), record.draft.key.id.clone());
            let Some(read) = app.job(&shop, &id)? else {
                drop_turn(app, &record)?;
                continue;
            };
            let Read { version, job, .. } = read;
            let mut held = Self { shop, id, job, version, turn: record.version };
            if held.job.is_over() {
                held.sweep(app)?;
                continue;
            }
            if !folder(app, &held.job.folder).is_dir() && !held.is_lost(app.now()) {
                // The file lies with another process.
                continue;
            }
            held.job.state = Code(State::Working);
            held.job.attempts = held.job.attempts.saturating_add(1);
            held.job.progress = Progress::default();
            if held.keep(app)? {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// Nobody has taken it up for a day: its file is nowhere.
    pub(super) fn is_lost(&self, now: Timestamp) -> bool {
        Timestamp::from_epoch_seconds(self.job.created_at).plus(Span::days(1)) < now
    }

    pub(super) fn is_given_up(&self) -> bool {
        MOST_ATTEMPTS < self.job.attempts
    }

    /// Writes how far it has come, and holds it for longer. `false` if it is somebody else's by
    /// now, or was cancelled: then there is nothing more to do.
    pub(super) fn keep(&mut self, app: &App) -> Result<bool, Problem> {
        self.write(app, app.now().plus(HELD), Vec::new())
    }

    /// Lets another take it up: at once, or after a while if something failed.
    pub(super) fn let_go(mut self, app: &App, has_failed: bool) -> Result<(), Problem> {
        let at = if has_failed { app.now().plus(PAUSE) } else { app.now() };
        self.job.state = Code(State::Waiting);
        self.write(app, at, Vec::new()).map(drop)
    }

    /// Ends it, with whatever else is to be known of it.
    pub(super) fn finish(
        mut self,
        app: &App,
        failure: Option<Failure>,
        more: Vec<RecordChange>,
    ) -> Result<(), Problem> {
        let now = app.now();
        self.job.state = Code(if failure.is_some() { State::Failed } else { State::Done });
        let has_file = failure.is_none() && matches!(self.job.work, Work::Export { .. });
        self.job.failure = failure;
        self.job.finished_at = Some(now.epoch_seconds());
        self.job.is_swept = !has_file;
        let next = self.job.next_turn(now);
        if self.write(app, next, more)? && !has_file {
            remove_folder(app, &self.job.folder);
        }
        Ok(())
    }

    fn write(
        &mut self,
        app: &App,
        turn: Timestamp,
        more: Vec<RecordChange>,
    ) -> Result<bool, Problem> {
        let mut changes = vec![
            put(self.job.draft(&self.shop, &self.id), self.version),
            put(turn_draft(&self.shop, &self.id, turn), self.turn),
        ];
        changes.extend(more);
        let is_ours = app.database().write_records(&changes)?;
        if is_ours {
            self.version = Version(self.version.0.saturating_add(1));
            self.turn = Version(self.turn.0.saturating_add(1));
        }
        Ok(is_ours)
    }

    /// First the file goes, then all that is known.
    fn sweep(&mut self, app: &App) -> Result<(), Problem> {
        remove_folder(app, &self.job.folder);
        if !self.job.is_swept {
            self.job.is_swept = true;
            let next = self.job.next_turn(app.now());
            return self.write(app, next, Vec::new()).map(drop);
        }
        let mut page = RecordPage::of(LINES, self.shop.as_str(), super::lines::MOST_RECORDS);
        page.mark = Some(self.id.clone());
        let lines = app.database().list_records(&page)?;
        let keys = lines.into_iter().map(|it| it.draft.key);
        let mut changes: Vec<RecordChange> =
            keys.map(|key| RecordChange::Drop { key, expected: None }).collect();
        let (key, expected) = (RecordKey::of_shop(KIND, &self.shop, &self.id), self.version);
        changes.push(RecordChange::Drop { key, expected: Some(expected) });
        let (key, expected) = (RecordKey::of_all(TURN, &self.id), self.turn);
        changes.push(RecordChange::Drop { key, expected: Some(expected) });
        app.database().write_records(&changes)?;
        Ok(())
    }
}

fn drop_turn(app: &App, record: &Record) -> Result<(), Problem> {
    let (key, expected) = (record.draft.key.clone(), Some(record.version));
    app.database().write_records(&[RecordChange::Drop { key, expected }])?;
    Ok(())
}

/// Where a job's files are.
pub(super) fn folder(app: &App, name: &str) -> std::path::PathBuf {
    app.settings().job_folder.join(name)
}

pub(super) fn remove_folder(app: &App, name: &str) {
    let path = folder(app, name);
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "the files of a job stay");
        }
        _ => {}
    }
}
