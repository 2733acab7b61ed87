//! The row of a case in a worklist: everything a list shows without reading the dossier.
//!
//! **Invariant:** nothing in a row depends on the present. What does (minutes left, priority) is
//! worked out when the row is shown, so that a row is right until facts change.

use dossier::{Body, Case, case::Worth, task::Task};
use kernel::{Choice, DossierKey, Span, Timestamp};
use money::{Money, Tender};
use serde::{Deserialize, Serialize};

use crate::figures::payable;

/// A case, as lists show it. Amounts are whole fen, times are seconds since the epoch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    pub order_no: String,
    pub refund_no: String,
    pub kind: String,
    pub reason: String,
    pub buyer: String,
    pub status: String,
    pub route: Option<String>,
    pub ruling: String,
    pub clause: Option<String>,
    /// What is paid if the ruling is followed; `points_fen` of it in points.
    pub amount_fen: i64,
    pub points_fen: i64,
    pub requested_fen: Option<i64>,
    pub cap_fen: i64,
    pub breakdown: Breakdown,
    pub postage_by: String,
    #[serde(with = "seconds")]
    pub opened_at: Timestamp,
    #[serde(with = "maybe_seconds")]
    pub deadline: Option<Timestamp>,
    #[serde(with = "seconds")]
    pub rank: Timestamp,
    /// Open tasks, soonest due first; the first is what the case waits for.
    pub tasks: Vec<TaskLine>,
    /// Name of the reply text.
    pub reply: String,
    pub flags: Vec<String>,
    pub lines: Vec<LineOf>,
    pub instant: bool,
}

/// How the amount came about, in fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Breakdown {
    pub list_fen: i64,
    pub reductions_fen: i64,
    pub forfeited_fen: i64,
    pub restored_fen: i64,
    pub postage_fen: i64,
    pub deducted_fen: i64,
    pub withheld_fen: i64,
}

/// Pieces of a line the case is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LineOf {
    pub line: u16,
    pub sku: String,
    pub title: String,
    pub quantity: u32,
}

/// Work somebody owes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TaskLine {
    pub task: String,
    pub kind: String,
    pub role: String,
    #[serde(with = "seconds")]
    pub due: Timestamp,
    pub overdue: bool,
    pub owner: Option<String>,
}

impl Item {
    pub fn of(key: &DossierKey, body: &Body, case: &Case) -> Self {
        let judgement = case.judgement.as_ref();
        let amount = payable(body, case);
        let total = amount.and_then(|it| it.total().ok()).map_or(0, Money::minor);
        let points = amount.map_or(0, |it| it.part(Tender::Points).minor());
        let mut tasks: Vec<&Task> = body.tasks_of(&case.no).collect();
        let wanted = |task: &Task| {
            let order = judgement.map(|it| it.tasks.as_slice()).unwrap_or_default();
            order.iter().position(|it| *it == task.kind).unwrap_or(usize::MAX)
        };
        tasks.sort_by_key(|it| (!it.by_policy, wanted(it), it.due));
        Self {
            order_no: key.order.to_string(),
            refund_no: case.no.to_string(),
            kind: case.request.kind.to_string(),
            reason: case.request.reason.to_string(),
            buyer: body.order.buyer.clone(),
            status: case.status.code().to_owned(),
            route: judgement.and_then(|it| it.route).map(|it| it.to_string()),
            ruling: judgement.map_or("none", |it| it.verdict.code()).to_owned(),
            clause: judgement.and_then(dossier::case::Judgement::clause),
            amount_fen: total,
            points_fen: points,
            requested_fen: case.request.asked.map(Money::minor),
            cap_fen: judgement.map_or(0, |it| it.cap.minor()),
            breakdown: judgement.map(|it| Breakdown::of(&it.worth)).unwrap_or_default(),
            postage_by: judgement.map_or("nobody", |it| it.postage_by.code()).to_owned(),
            opened_at: case.opened_at,
            deadline: case.market.deadline,
            rank: judgement.map_or(case.opened_at, |it| it.rank),
            tasks: tasks.into_iter().map(TaskLine::of).collect(),
            reply: judgement.map(|it| it.reply.clone()).unwrap_or_default(),
            flags: judgement
                .map(|it| it.flags.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            lines: lines(body, case),
            instant: case.market.instant,
        }
    }

    pub fn encode(&self) -> String {
        // Only maps with keys that are no text fail to be written, and there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn decode(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }

    /// Until the marketplace acts by itself; negative once it may have.
    pub fn minutes_left(&self, now: Timestamp) -> Option<i64> {
        self.deadline.map(|it| it.since(now).whole_minutes())
    }

    /// 1 passed or within two hours of the rank, 2 within a day, 3 within two days, 4 later.
    pub fn priority(&self, now: Timestamp) -> u8 {
        let left = self.rank.since(now);
        if left <= Span::hours(2) {
            1
        } else if left <= Span::hours(24) {
            2
        } else if left <= Span::hours(48) {
            3
        } else {
            4
        }
    }

    /// What was asked for, or what is due where nothing was named.
    pub fn requested_or_due(&self) -> i64 {
        self.requested_fen.unwrap_or(self.cap_fen)
    }
}

fn lines(body: &Body, case: &Case) -> Vec<LineOf> {
    let pieces = case.request.pieces.iter();
    let known = pieces.filter_map(|it| Some((it, body.order.line(it.line)?)));
    known
        .map(|(it, line)| LineOf {
            line: line.no.0,
            sku: line.sku.to_string(),
            title: line.title.clone(),
            quantity: it.quantity.pieces(),
        })
        .collect()
}

impl Breakdown {
    fn of(worth: &Worth) -> Self {
        Self {
            list_fen: worth.list.minor(),
            reductions_fen: worth.reductions.minor(),
            forfeited_fen: worth.forfeited.minor(),
            restored_fen: worth.restored.minor(),
            postage_fen: worth.postage.minor(),
            deducted_fen: worth.deducted.minor(),
            withheld_fen: worth.withheld.minor(),
        }
    }
}

impl TaskLine {
    pub fn of(task: &Task) -> Self {
        Self {
            task: task.id.to_string(),
            kind: task.kind.to_string(),
            role: task.role.to_string(),
            due: task.due,
            overdue: task.overdue,
            owner: task.owner.as_ref().map(ToString::to_string),
        }
    }

    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn decode(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }
}

/// Instants as seconds since the epoch.
mod seconds {
    use kernel::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        at.epoch_seconds().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp::from_epoch_seconds)
    }
}

mod maybe_seconds {
    use kernel::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::epoch_seconds).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(from)?.map(Timestamp::from_epoch_seconds))
    }
}
