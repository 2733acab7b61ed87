//! What a run reads and writes. Every call blocks.

use std::{error::Error, sync::Arc};

use kernel::{Choice, Timestamp};
use store::{Record, RecordChange, RecordPage, StoreError, Version};

use crate::{
    Attempt, Delivery, DeliveryState, Disabled, EndpointState, Failure, Fault, Secret, delivery,
    endpoint::{Endpoint, Sealed},
    lane::Lane,
    run::Workshop,
    send::Answer,
};

/// More than the writers that meet at one lane: producers and people, a write each.
const TRIES: usize = 50;

#[derive(Clone)]
pub(super) struct Book {
    pub(super) shop: Arc<Workshop>,
    /// Who we are in claims.
    pub(super) token: String,
}

/// A delivery that is due, and how to send it.
pub(super) struct Ready {
    pub(super) url: String,
    /// If they cannot be opened, what to answer for it.
    pub(super) secrets: Result<Vec<Secret>, Answer>,
    pub(super) delivery: Delivery,
}

/// What a lane has to do next.
pub(super) enum Next {
    Send(Box<Ready>),
    /// Nothing is due.
    Nothing,
    /// The endpoint is disabled.
    Stopped,
    /// There is no such endpoint any more.
    Removed,
}

/// What became of a delivery and of the claim.
pub(super) struct Settled {
    /// `None` if the attempt decided nothing.
    pub(super) state: Option<DeliveryState>,
    pub(super) disabled: Option<Disabled>,
    /// `None` if somebody else has the claim by now.
    pub(super) lane: Option<Lane>,
}

impl Book {
    /// `None` if somebody was faster.
    pub(super) fn claim(&self, mut lane: Lane) -> Result<Option<Lane>, Failure> {
        lane.claim(&self.token, self.shop.clock.now().plus(self.shop.lease));
        let is_ours = self.shop.records.write_records(&[lane.put()])?;
        Ok(is_ours.then(|| written(lane)))
    }

    pub(super) fn next(&self, lane: &Lane) -> Result<Next, Failure> {
        let Some(endpoint) = self.endpoint(lane)? else { return Ok(Next::Removed) };
        if endpoint.state != EndpointState::Active {
            return Ok(Next::Stopped);
        }
        loop {
            let due = self.queue(lane, self.shop.clock.now().epoch_seconds(), 1)?;
            let Some(queued) = due.first() else { return Ok(Next::Nothing) };
            let found = self.delivery(lane, queued)?;
            if let Some(delivery) = found.filter(|it| it.state == DeliveryState::Pending) {
                let (secrets, url) = (self.open(&endpoint), endpoint.url);
                return Ok(Next::Send(Box::new(Ready { url, secrets, delivery })));
            }
            // It was trimmed or finished by somebody else; nothing waits.
            let key = queued.draft.key.clone();
            let drop = RecordChange::Drop { key, expected: Some(queued.version) };
            self.shop.records.write_records(&[drop])?;
        }
    }

    fn open(&self, endpoint: &Endpoint) -> Result<Vec<Secret>, Answer> {
        let now = self.shop.clock.now();
        let refuse = |it: &dyn Error| Answer::without_sending(now, Fault::Secret, it);
        let open = |sealed: &Sealed| {
            let opened = self.shop.sealer.open(endpoint.id.as_str(), &sealed.text);
            let opened = opened.map_err(|it| refuse(it.as_ref()))?;
            Secret::parse(&opened).map_err(|it| refuse(&it))
        };
        endpoint.signing(now).map(open).collect()
    }

    /// Writes what came of an attempt, and renews the claim.
    pub(super) fn settle(
        &self,
        mut lane: Lane,
        mut delivery: Delivery,
        answer: &Answer,
    ) -> Result<Settled, Failure> {
        for _ in 0..TRIES {
            let now = self.shop.clock.now();
            delivery.conclude(answer, now);
            let is_over = match answer.attempt.fault {
                None => {
                    lane.succeeded();
                    false
                }
                Some(_) => lane.failed(answer.retry_after, now),
            };
            lane.claim(&self.token, now.plus(self.shop.lease));
            let mut changes = Vec::from(delivery.changes());
            changes.push(lane.put());
            let state = match (answer.is_gone(), is_over) {
                (true, _) => Some(EndpointState::DisabledGone),
                (false, true) => Some(EndpointState::DisabledFailing),
                (false, false) => None,
            };
            let disabled = match state {
                Some(state) => self.disable(&lane, state, &mut changes)?,
                None => None,
            };
            if self.shop.records.write_records(&changes)? {
                let state = Some(delivery.state);
                return Ok(Settled { state, disabled, lane: Some(written(lane)) });
            }
            // A message came, a person changed something, or our claim has ended.
            let (lane_now, delivery_now) = self.reload(&lane, &delivery)?;
            let is_ours = |it: &Lane| it.is_claimed_by(&self.token);
            match (lane_now.filter(is_ours), delivery_now) {
                (Some(lane_now), Some(delivery_now)) => {
                    (lane, delivery) = (lane_now, delivery_now);
                }
                (lane, None) => return Ok(Settled { state: None, disabled: None, lane }),
                (None, Some(delivery)) => return self.add(delivery, answer),
            }
        }
        Err(contended("writing what came of an attempt"))
    }

    /// Writes down an attempt that another claim has overtaken. What was taken is done; what was
    /// not is the other's to try again.
    fn add(&self, mut delivery: Delivery, answer: &Answer) -> Result<Settled, Failure> {
        let now = self.shop.clock.now();
        let is_written = if answer.attempt.fault.is_none() {
            delivery.conclude(answer, now);
            self.shop.records.write_records(&delivery.changes())?
        } else {
            delivery.remember(answer.attempt.clone());
            self.shop.records.write_records(&[delivery.put()])?
        };
        let state = Some(delivery.state).filter(|_| is_written);
        Ok(Settled { state, disabled: None, lane: None })
    }

    fn disable(
        &self,
        lane: &Lane,
        state: EndpointState,
        changes: &mut Vec<RecordChange>,
    ) -> Result<Option<Disabled>, Failure> {
        let now = self.shop.clock.now();
        let active = self.endpoint(lane)?.filter(|it| it.state == EndpointState::Active);
        let Some(mut endpoint) = active else { return Ok(None) };
        endpoint.state = state;
        endpoint.changed = now;
        changes.push(endpoint.put());
        let failing_since = lane.failing_since.unwrap_or(now);
        let (shop, endpoint) = (lane.shop.clone(), lane.endpoint.clone());
        Ok(Some(Disabled { shop, endpoint, state, failing_since }))
    }

    /// Gives the claim up until something is due again.
    pub(super) fn release(&self, lane: Lane) -> Result<(), Failure> {
        self.end_claim(lane, |book, lane| {
            let queue = book.queue(lane, i64::MAX, 1)?;
            // Not earlier than now: what is left over comes after others that are due.
            let due = |it: &Record| Timestamp::from_epoch_seconds(it.draft.rank);
            Ok(queue.first().map(|it| due(it).max(book.shop.clock.now())))
        })
    }

    /// Gives the claim up until the endpoint is enabled.
    pub(super) fn park(&self, lane: Lane) -> Result<(), Failure> {
        self.end_claim(lane, |book, lane| {
            let endpoint = book.endpoint(lane)?;
            let is_active = endpoint.is_none_or(|it| it.state == EndpointState::Active);
            Ok(is_active.then(|| book.shop.clock.now()))
        })
    }

    /// `due` is asked anew whenever the lane was written in between.
    fn end_claim(
        &self,
        mut lane: Lane,
        due: impl Fn(&Self, &Lane) -> Result<Option<Timestamp>, Failure>,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            lane.release(due(self, &lane)?);
            if self.shop.records.write_records(&[lane.put()])? {
                return Ok(());
            }
            let found = Lane::load(self.shop.records.as_ref(), &lane.endpoint)?;
            match found.filter(|it| it.is_claimed_by(&self.token)) {
                Some(found) => lane = found,
                None => return Ok(()),
            }
        }
        Err(contended("ending a claim"))
    }

    /// Fails what waits for an endpoint that was removed, and says how much that was.
    pub(super) fn clear(&self, mut lane: Lane) -> Result<usize, Failure> {
        let mut cleared = 0_usize;
        loop {
            let queue = self.queue(&lane, i64::MAX, 100)?;
            if queue.is_empty() {
                self.release(lane)?;
                return Ok(cleared);
            }
            let now = self.shop.clock.now();
            let mut changes = Vec::new();
            for queued in &queue {
                let key = queued.draft.key.clone();
                changes.push(RecordChange::Drop { key, expected: None });
                if let Some(mut delivery) = self.delivery(&lane, queued)? {
                    delivery.remember(removed(now));
                    delivery.finish(DeliveryState::Failed, now);
                    changes.push(delivery.put());
                }
            }
            lane.claim(&self.token, now.plus(self.shop.lease));
            changes.push(lane.put());
            if !self.shop.records.write_records(&changes)? {
                // Whoever was in between woke the lane: what is left is for the next claim.
                self.release(lane)?;
                return Ok(cleared);
            }
            lane = written(lane);
            cleared = cleared.saturating_add(queue.len());
        }
    }

    fn endpoint(&self, lane: &Lane) -> Result<Option<Endpoint>, Failure> {
        let found = self.shop.records.records(&[Endpoint::key(&lane.shop, &lane.endpoint)])?;
        Ok(found.iter().flatten().next().map(Endpoint::read).transpose()?)
    }

    /// The first that are due at or before `most`, in epoch seconds.
    fn queue(&self, lane: &Lane, most: i64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.shop.records.list_records(&RecordPage {
            mark: Some(lane.endpoint.to_string()),
            most,
            ..RecordPage::of(delivery::QUEUE_KIND, lane.shop.as_str(), limit)
        })
    }

    fn delivery(&self, lane: &Lane, queued: &Record) -> Result<Option<Delivery>, Failure> {
        let key = Delivery::key(&lane.shop, &delivery::queued(queued)?);
        let found = self.shop.records.records(&[key])?;
        Ok(found.iter().flatten().next().map(Delivery::read).transpose()?)
    }

    fn reload(
        &self,
        lane: &Lane,
        delivery: &Delivery,
    ) -> Result<(Option<Lane>, Option<Delivery>), Failure> {
        let keys = [Lane::key(&lane.endpoint), Delivery::key(&delivery.shop, &delivery.id)];
        let mut found = self.shop.records.records(&keys)?.into_iter();
        let lane = found.next().flatten().as_ref().map(Lane::read).transpose()?;
        let delivery = found.next().flatten().as_ref().map(Delivery::read).transpose()?;
        Ok((lane, delivery))
    }
}

fn removed(now: Timestamp) -> Attempt {
    Attempt {
        at: now,
        took_ms: 0,
        status: None,
        fault: Some(Fault::Removed),
        detail: Fault::Removed.code().to_owned(),
        answer: String::new(),
    }
}

/// The lane as it stands after it was written.
fn written(mut lane: Lane) -> Lane {
    lane.version = Version(lane.version.0.saturating_add(1));
    lane
}

fn contended(during: &'static str) -> Failure {
    StoreError::busy(during, "the lane changed again and again").into()
}
