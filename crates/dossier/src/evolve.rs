//! What is true now?

use kernel::{CaseNo, TaskId, Timestamp};
use policy::Value;

use crate::{
    body::{Body, Dossier},
    case::{Answered, Case, Change, Claim, Judgement, Returned},
    event::{CaseChange, Event, PayoutChange, TaskChange},
    parcel::Parcel,
    payout::{HeldText, PayoutStatus},
    words::Deadline,
};

impl Dossier {
    pub fn fold<'a>(history: impl IntoIterator<Item = &'a Event>) -> Self {
        history.into_iter().fold(Self::Absent, Self::evolve)
    }

    /// Applies one event. Total, and free of rules: history is not up for discussion. An event that
    /// names something the dossier does not have, or makes it a second time, stops it.
    #[must_use]
    pub fn evolve(self, event: &Event) -> Self {
        let stopped = || Self::Stopped { at: event.kind().to_owned() };
        match (self, event) {
            (Self::Absent, Event::OrderRecorded { order }) => {
                Self::Open(Box::new(Body::new((**order).clone())))
            }
            (Self::Absent, _) => stopped(),
            (stopped @ Self::Stopped { .. }, _) => stopped,
            (Self::Open(mut body), event) => match body.apply(event) {
                Some(()) => Self::Open(body),
                None => stopped(),
            },
        }
    }
}

impl Body {
    /// `None` if the event contradicts what is known.
    pub(crate) fn apply(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::OrderRecorded { order } => self.order = (**order).clone(),
            Event::ParcelScanned { parcel, carrier, direction, case, scans } => {
                let known = self.parcels.entry(parcel.clone()).or_insert_with(|| Parcel {
                    no: parcel.clone(),
                    carrier: carrier.clone(),
                    direction: *direction,
                    case: case.clone(),
                    scans: Vec::new(),
                });
                known.add(scans);
            }
            Event::CaseOpened { case } => {
                if self.case(&case.no).is_some() {
                    return None;
                }
                self.cases.push((**case).clone());
            }
            Event::CaseChanged { case, change } => self.case_mut(case)?.apply(change),
            Event::PayoutReserved { payout } => {
                if self.payout(&payout.key).is_some() {
                    return None;
                }
                self.payouts.push((**payout).clone());
            }
            Event::PayoutChanged { payout, at, change } => {
                let known = self.payouts.iter_mut().find(|it| &it.key == payout)?;
                known.status = status_after(change, *at);
            }
            Event::TaskOpened { task } => {
                self.n_tasks = self.n_tasks.saturating_add(1);
                if self.tasks.insert(task.id.clone(), (**task).clone()).is_some() {
                    return None;
                }
            }
            Event::TaskChanged { task, change } => self.apply_to_task(task, change)?,
            Event::TimerSet { timer } => {
                self.timers.insert(timer.id.clone(), timer.clone());
            }
            Event::TimerCleared { timer } => {
                self.timers.remove(timer)?;
            }
            Event::BuyerTold { case, text: _, number, held_until } => {
                self.n_texts = *number;
                self.pending.insert(Event::text_effect(case, *number));
                let (case, number) = (case.clone(), *number);
                self.held_texts.extend(held_until.map(|until| HeldText { case, number, until }));
            }
            Event::StopAsked { case, .. } => {
                self.pending.insert(Event::stop_effect(case));
            }
            Event::DeadlineExtended { extension } => {
                let until = Some(extension.until);
                match extension.deadline {
                    Deadline::Shipping => self.order.ship_by = until,
                    Deadline::Receipt => self.order.confirm_by = until,
                }
                self.extensions.push((**extension).clone());
            }
            Event::Delivered { effect, .. } | Event::EffectCancelled { effect } => {
                self.pending.remove(effect);
                let is_it = |it: &HeldText| Event::text_effect(&it.case, it.number) == *effect;
                self.held_texts.retain(|it| !is_it(it));
            }
        }
        Some(())
    }

    fn apply_to_task(&mut self, id: &TaskId, change: &TaskChange) -> Option<()> {
        let task = self.tasks.get_mut(id)?;
        match change {
            TaskChange::Claimed { by } => task.owner = Some(by.clone()),
            TaskChange::Overdue => task.overdue = true,
            TaskChange::HandedOver { to } => {
                (task.role, task.owner) = (*to, None);
                if let Some(case) = task.case.clone() {
                    self.case_mut(&case)?.handed_over = true;
                }
            }
            TaskChange::Renewed { to, due } => {
                (task.role, task.owner, task.due) = (*to, None, *due);
            }
            TaskChange::Answered { by, at, answer } => {
                let (kind, case, wanted) = (task.kind, task.case.clone(), task.by_policy);
                self.tasks.remove(id);
                let Some(case) = case else { return Some(()) };
                let case = self.case_mut(&case)?;
                if wanted {
                    case.answered.retain(|it| it.task != kind);
                    case.answered.push(Answered { task: kind, at: *at });
                }
                if let Some(raised) = case.raised.iter_mut().find(|it| it.task == *id) {
                    let (answer, by) = (answer.clone(), by.clone());
                    raised.answer = Some(Returned { answer, at: *at, by });
                }
            }
            TaskChange::Dropped => {
                self.tasks.remove(id);
            }
        }
        Some(())
    }

    fn case_mut(&mut self, no: &CaseNo) -> Option<&mut Case> {
        self.cases.iter_mut().find(|it| &it.no == no)
    }
}

impl Case {
    fn apply(&mut self, change: &CaseChange) {
        match change {
            CaseChange::Market(market) => self.market = market.clone(),
            CaseChange::Request { request, at, by } => {
                let from = std::mem::replace(&mut self.request, (**request).clone());
                self.changes.push(Change { at: *at, by: by.clone(), from });
            }
            CaseChange::Finding { fact, value } => {
                self.findings.insert(*fact, *value);
            }
            CaseChange::Evidence(evidence) => {
                self.findings.insert(evidence.shows, Value::Flag(true));
                self.evidence.push(evidence.clone());
            }
            CaseChange::ReturnEntered { parcel, .. } => self.returns.push(parcel.clone()),
            CaseChange::Received(receipt) => self.receipts.push(receipt.clone()),
            CaseChange::PickupBooked { from } => self.pickup = Some(*from),
            CaseChange::Assessed(assessment) => self.assessment = Some((**assessment).clone()),
            CaseChange::DepositTaken { amount } => self.deposit = Some(*amount),
            CaseChange::ClaimFiled { carrier, amount, at } => {
                let (carrier, amount, filed_at) = (carrier.clone(), *amount, *at);
                self.claim = Some(Claim { carrier, amount, filed_at, paid: None });
            }
            CaseChange::ClaimAnswered { paid, .. } => {
                if let Some(claim) = &mut self.claim {
                    claim.paid = Some(*paid);
                }
            }
            CaseChange::Judged(judgement) => {
                let before = self.judgement.as_ref().and_then(Judgement::clause);
                if before != judgement.clause() {
                    self.answered.clear();
                }
                self.judgement = Some((**judgement).clone());
            }
            CaseChange::Raised(raised) => self.raised.push((**raised).clone()),
            CaseChange::Status { status, .. } => {
                let before = std::mem::replace(&mut self.status, status.clone());
                if before.is_judged_again() && !self.status.is_judged_again() {
                    self.decided_from = Some(before);
                }
            }
        }
    }
}

fn status_after(change: &PayoutChange, at: Timestamp) -> PayoutStatus {
    match change {
        PayoutChange::Started { held_until } => {
            PayoutStatus::Sending { since: at, held_until: *held_until }
        }
        PayoutChange::Unknown => PayoutStatus::Unknown { since: at },
        PayoutChange::Settled { reference } => {
            PayoutStatus::Settled { at, reference: reference.clone() }
        }
        PayoutChange::Failed { why } => PayoutStatus::Failed { at, why: why.clone() },
        PayoutChange::Released => PayoutStatus::Released { at },
    }
}
