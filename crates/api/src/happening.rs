//! What a commit changed, small enough to be told to whoever only has to know where to look.
//!
//! Webhooks and the live stream tell the same. It follows from events alone, so that a commit is
//! told in the same words for ever.
//!
//! **Invariant:** nothing here is personal: no name, no text, no amount.

use std::collections::{BTreeMap, BTreeSet};

use dossier::{
    Event,
    event::{PayoutChange, TaskChange},
};
use kernel::{CaseNo, Choice as _, DossierKey, PayoutKey, TaskId, Timestamp};
use serde::Serialize;
use store::{Store, Version};
use utoipa::ToSchema;

use crate::{Problem, wire::Moment};

/// Types of what can be told, and what they mean.
pub(crate) const TYPES: [&str; 7] = [
    "case.opened",
    "case.changed",
    "task.opened",
    "task.changed",
    "payout.changed",
    "parcel.scanned",
    "order.recorded",
];

/// One thing that changed in one commit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Happening {
    /// Such as `case.changed`.
    #[serde(rename = "type")]
    #[schema(example = "case.changed")]
    pub(crate) what: &'static str,
    pub(crate) shop: String,
    pub(crate) order: String,
    /// The order's version from then on: what is read at it or later knows of the change.
    pub(crate) version: u64,
    pub(crate) at: Moment,
    /// The case it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parcel: Option<String>,
    /// What happened, as the timeline of the order has it: `status-changed`, `task-claimed`.
    pub(crate) kinds: BTreeSet<&'static str>,
    /// Of the case or payment afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    /// What kind of task it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task_kind: Option<&'static str>,
    /// Who owes the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<&'static str>,
    /// When the task has to be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Moment>,
}

/// What the commit that made `version` changed; nothing if there is no such commit. Blocks.
pub(crate) fn happenings(
    store: &dyn Store,
    dossier: &DossierKey,
    version: Version,
) -> Result<Vec<Happening>, Problem> {
    let limit = usize::try_from(version.0).unwrap_or(usize::MAX);
    let history = store.history(dossier, Version(0), limit)?;
    let mut known = Known::default();
    let mut found = Vec::new();
    for commit in history {
        let events = codec::decode_events(&commit.events);
        let events = events.map_err(|error| Problem::internal(&error))?;
        for event in &events {
            known.learn(event);
        }
        if commit.version == version {
            found = known.told((dossier, version, commit.at), &events);
        }
    }
    Ok(found)
}

/// What is known of an order by the events so far.
#[derive(Default)]
struct Known {
    cases: BTreeMap<CaseNo, &'static str>,
    tasks: BTreeMap<TaskId, KnownTask>,
    payouts: BTreeMap<PayoutKey, (CaseNo, &'static str)>,
}

struct KnownTask {
    case: Option<CaseNo>,
    kind: &'static str,
    role: &'static str,
    due: Timestamp,
}

impl Known {
    fn learn(&mut self, event: &Event) {
        match event {
            Event::CaseOpened { case } => {
                self.cases.insert(case.no.clone(), case.status.code());
            }
            Event::CaseChanged { case, change } => {
                if let dossier::event::CaseChange::Status { status, .. } = change {
                    self.cases.insert(case.clone(), status.code());
                }
            }
            Event::PayoutReserved { payout } => {
                let known = (payout.case.clone(), payout.status.code());
                self.payouts.insert(payout.key.clone(), known);
            }
            Event::PayoutChanged { payout, change, .. } => {
                if let Some((_, status)) = self.payouts.get_mut(payout) {
                    *status = status_of(change);
                }
            }
            Event::TaskOpened { task } => {
                let known = KnownTask {
                    case: task.case.clone(),
                    kind: task.kind.code(),
                    role: task.role.code(),
                    due: task.due,
                };
                self.tasks.insert(task.id.clone(), known);
            }
            Event::TaskChanged { task, change } => {
                if let Some(known) = self.tasks.get_mut(task) {
                    known.change(change);
                }
            }
            Event::OrderRecorded { .. }
            | Event::ParcelScanned { .. }
            | Event::TimerSet { .. }
            | Event::TimerCleared { .. }
            | Event::BuyerTold { .. }
            | Event::StopAsked { .. }
            | Event::DeadlineExtended { .. }
            | Event::Delivered { .. }
            | Event::EffectCancelled { .. } => (),
        }
    }

    /// The events of one commit, those about the same thing together, in order of the first.
    fn told(
        &self,
        (dossier, version, at): (&DossierKey, Version, Timestamp),
        events: &[Event],
    ) -> Vec<Happening> {
        let mut found: Vec<Happening> = Vec::new();
        for event in events {
            let Some(about) = About::of(event) else { continue };
            let mut told = Happening {
                what: about.what,
                shop: dossier.shop.to_string(),
                order: dossier.order.to_string(),
                version: version.0,
                at: Moment(at),
                case: about.case.as_ref().map(ToString::to_string),
                task: about.task.as_ref().map(ToString::to_string),
                payout: about.payout.as_ref().map(ToString::to_string),
                parcel: about.parcel,
                kinds: BTreeSet::from([event.kind()]),
                status: None,
                task_kind: None,
                role: None,
                due: None,
            };
            self.complete(&mut told, (about.task.as_ref(), about.payout.as_ref()));
            if told.task.is_none() && told.payout.is_none() {
                told.status = about.case.and_then(|it| self.cases.get(&it)).copied();
            }
            match found.iter_mut().find(|it| it.is_about_the_same(&told)) {
                Some(first) => first.kinds.extend(told.kinds),
                None => found.push(told),
            }
        }
        found
    }

    fn complete(
        &self,
        told: &mut Happening,
        (task, payout): (Option<&TaskId>, Option<&PayoutKey>),
    ) {
        if let Some(known) = task.and_then(|it| self.tasks.get(it)) {
            told.case = known.case.as_ref().map(ToString::to_string);
            told.task_kind = Some(known.kind);
            told.role = Some(known.role);
            told.due = Some(Moment(known.due));
        }
        if let Some((case, status)) = payout.and_then(|it| self.payouts.get(it)) {
            told.case = Some(case.to_string());
            told.status = Some(status);
        }
    }
}

impl KnownTask {
    fn change(&mut self, change: &TaskChange) {
        match change {
            TaskChange::HandedOver { to } => self.role = to.code(),
            TaskChange::Renewed { to, due } => {
                self.role = to.code();
                self.due = *due;
            }
            TaskChange::Claimed { .. }
            | TaskChange::Overdue
            | TaskChange::Answered { .. }
            | TaskChange::Dropped => (),
        }
    }
}

/// What an event is about.
struct About {
    what: &'static str,
    case: Option<CaseNo>,
    task: Option<TaskId>,
    payout: Option<PayoutKey>,
    parcel: Option<String>,
}

impl About {
    /// `None` for what is only of use inside.
    fn of(event: &Event) -> Option<Self> {
        let about = |what| Self { what, case: None, task: None, payout: None, parcel: None };
        let case = |what, case: &CaseNo| Self { case: Some(case.clone()), ..about(what) };
        Some(match event {
            Event::CaseOpened { case: it } => case("case.opened", &it.no),
            Event::CaseChanged { case: it, .. }
            | Event::BuyerTold { case: it, .. }
            | Event::StopAsked { case: it, .. } => case("case.changed", it),
            Event::TaskOpened { task } => {
                Self { task: Some(task.id.clone()), ..about("task.opened") }
            }
            Event::TaskChanged { task, .. } => {
                Self { task: Some(task.clone()), ..about("task.changed") }
            }
            Event::PayoutReserved { payout } => {
                Self { payout: Some(payout.key.clone()), ..about("payout.changed") }
            }
            Event::PayoutChanged { payout, .. } => {
                Self { payout: Some(payout.clone()), ..about("payout.changed") }
            }
            Event::ParcelScanned { parcel, case, .. } => Self {
                parcel: Some(parcel.to_string()),
                case: case.clone(),
                ..about("parcel.scanned")
            },
            Event::OrderRecorded { .. } | Event::DeadlineExtended { .. } => about("order.recorded"),
            Event::TimerSet { .. }
            | Event::TimerCleared { .. }
            | Event::Delivered { .. }
            | Event::EffectCancelled { .. } => return None,
        })
    }
}

impl Happening {
    /// A case that was opened and changed in one commit was opened.
    fn is_about_the_same(&self, other: &Self) -> bool {
        let ids =
            |it: &Self| (it.case.clone(), it.task.clone(), it.payout.clone(), it.parcel.clone());
        self.subject() == other.subject() && ids(self) == ids(other)
    }

    /// `case` of `case.changed`
    pub(crate) fn subject(&self) -> &'static str {
        self.what.split('.').next().unwrap_or(self.what)
    }
}

fn status_of(change: &PayoutChange) -> &'static str {
    match change {
        PayoutChange::Started { .. } => "sending",
        PayoutChange::Unknown => "unknown",
        PayoutChange::Settled { .. } => "settled",
        PayoutChange::Failed { .. } => "failed",
        PayoutChange::Released => "released",
    }
}
