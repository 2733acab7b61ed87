//! What must be so in every scenario, whatever it is about.

use std::collections::BTreeMap;

use dossier::{
    Body, Dossier,
    payout::{Payout, PayoutStatus},
};
use kernel::{OrderNo, TaskId};
use money::{Money, Tenders};
use store::{TaskPage, Version};

use crate::{
    check::Findings,
    stage::{Broken, Stage, nothing},
};

impl Stage<'_> {
    pub(crate) fn check_invariants(&self, findings: &mut Findings) -> Result<(), Broken> {
        for order in self.orders.keys() {
            self.check_replay(order, findings)?;
            if let Dossier::Open(body) = self.dossier(order)?.1 {
                check_room(order, &body, findings)?;
                self.check_payments(order, &body, findings)?;
                self.check_ledger(order, &body, findings)?;
                self.check_offers(&body, findings)?;
            }
        }
        self.check_task_rows(findings)
    }

    /// The stored state is what the stored events make.
    fn check_replay(&self, order: &OrderNo, findings: &mut Findings) -> Result<(), Broken> {
        let history = self.store.history(&self.key(order), Version(0), usize::MAX)?;
        let replayed = codec::replay(history.iter().map(|it| it.events.as_str()))?;
        let (version, stored) = self.dossier(order)?;
        if replayed != stored {
            findings.add(
                format!("order {order}, replayed"),
                "the stored state",
                "another state than its events make",
            );
        }
        let commits = u64::try_from(history.len()).unwrap_or(u64::MAX);
        if version != Version(commits) {
            let (commits, version) = (commits.to_string(), version.0.to_string());
            findings.add(format!("version of order {order}"), commits, version);
        }
        if codec::decode_state(&codec::encode_state(&stored))? != stored {
            findings.add(format!("order {order}, written and read"), "the same", "another state");
        }
        Ok(())
    }

    /// The provider paid what is settled, once, and never more than was paid for the order.
    fn check_payments(
        &self,
        order: &OrderNo,
        body: &Body,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let (paid, repeated) = (self.world.paid(), self.world.repeated());
        let (mut out, order_paid) = (nothing(), body.order.paid.total()?);
        for payout in &body.payouts {
            let made = paid.get(&payout.key);
            if repeated.contains(&payout.key) {
                findings.add(format!("payout {}", payout.key), "sent once", "sent again");
            }
            if let Some(made) = made {
                if *made != payout.amount {
                    let (wanted, seen) =
                        (crate::story::total(&payout.amount), crate::story::total(made));
                    findings.add(format!("payout {}", payout.key), wanted, seen);
                }
                if payout.purpose.is_out_of_the_price() {
                    out = out.plus(made.total()?)?;
                }
            }
            if !agrees(payout, made) {
                let seen = if made.is_some() { "paid" } else { "not paid" };
                findings.add(format!("payout {}", payout.key), payout.status.code(), seen);
            }
        }
        if out.exceeds(order_paid)? {
            let most = format!("at most {}", order_paid.decimal());
            findings.add(format!("really paid for order {order}"), most, out.decimal());
        }
        Ok(())
    }

    /// Every posting balances, and what is owed to the buyer is what is promised and not settled.
    fn check_ledger(
        &self,
        order: &OrderNo,
        body: &Body,
        findings: &mut Findings,
    ) -> Result<(), Broken> {
        let mut postings: BTreeMap<(u32, String), Money> = BTreeMap::new();
        let mut owed = nothing();
        for entry in self.store.entries(&self.key(order))? {
            let amount = Money::fen(entry.amount);
            let sum = postings.entry((entry.posting, entry.tender)).or_insert(nothing());
            *sum = sum.plus(amount)?;
            if entry.account == "owed-to-buyer" {
                owed = owed.minus(amount)?;
            }
        }
        for ((posting, tender), sum) in postings.iter().filter(|(_, sum)| !sum.is_zero()) {
            let about = format!("posting {posting} of order {order}, {tender}");
            findings.add(about, "balanced", sum.decimal());
        }
        let open = body.holding().filter(|it| !matches!(it.status, PayoutStatus::Settled { .. }));
        let promised: Result<Vec<Money>, _> = open.map(|it| it.amount.total()).collect();
        let promised = Money::sum(body.order.currency(), promised?)?;
        if promised != owed {
            let about = format!("owed to the buyer of order {order}");
            findings.add(about, promised.decimal(), owed.decimal());
        }
        Ok(())
    }

    /// The worklist shows the tasks that are open, and no others.
    fn check_task_rows(&self, findings: &mut Findings) -> Result<(), Broken> {
        let mut open: Vec<TaskId> = Vec::new();
        for order in self.orders.keys() {
            if let Dossier::Open(body) = self.dossier(order)?.1 {
                open.extend(body.tasks.keys().cloned());
            }
        }
        let page = TaskPage { shop: self.shop.clone(), role: None, after: None, limit: 10_000 };
        let rows = self.store.tasks(&page)?;
        let mut listed: Vec<TaskId> = rows.into_iter().map(|it| it.row.task).collect();
        open.sort_unstable();
        listed.sort_unstable();
        if open != listed {
            let names = |it: &[TaskId]| {
                it.iter().map(TaskId::to_string).collect::<Vec<String>>().join(", ")
            };
            findings.add("tasks in the worklist", names(&open), names(&listed));
        }
        Ok(())
    }
}

/// Nothing leaves that was not paid in.
fn check_room(order: &OrderNo, body: &Body, findings: &mut Findings) -> Result<(), Broken> {
    let room = body.room()?;
    if room.has_negative_part() {
        let seen = crate::story::total(&room);
        findings.add(format!("left of the money of order {order}"), "nothing or more", seen);
    }
    Ok(())
}

/// What is settled was paid, and what was never sent or is proven not made was not.
fn agrees(payout: &Payout, made: Option<&Tenders>) -> bool {
    match payout.status {
        // Settling nothing needs no provider.
        PayoutStatus::Settled { .. } => made.is_some() || payout.amount.is_nothing(),
        PayoutStatus::Sending { .. } | PayoutStatus::Unknown { .. } => true,
        PayoutStatus::Reserved | PayoutStatus::Failed { .. } | PayoutStatus::Released { .. } => {
            made.is_none()
        }
    }
}
