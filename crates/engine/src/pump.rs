//! Taking commands off the queue and deciding them.

use std::{collections::BTreeMap, sync::Arc, thread::JoinHandle};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use dossier::{Body, Context, Dossier, Event};
use kernel::{Clock, CommandKey, DossierKey};
use policy::Pack;
use store::{Answered, Commit, Loaded, Seal, Store, Version, Wanted};

use crate::{
    Config, Shelf,
    request::{EngineError, Queued, Reply, Request},
    spending::Spending,
    watch::Watch,
    writer::{Batch, Feedback, Item, Undone, Writer, write},
};

pub(crate) struct Pump {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    shelf: Arc<Shelf>,
    config: Config,
    waiting: Receiver<Queued>,
    to_writer: Sender<Batch>,
    feedback: Receiver<Feedback>,
    writer: Option<JoinHandle<()>>,
    /// Number of the last batch handed to the writer.
    handed: u64,
    /// Number of the last batch that was reported back.
    heard: u64,
    /// Dossiers as decided, possibly ahead of the store.
    ahead: BTreeMap<DossierKey, Standing>,
    /// Commands decided and possibly not written yet.
    answered: BTreeMap<(DossierKey, CommandKey), Answered>,
    spending: Spending,
    retries: Vec<Queued>,
    watch: Option<Arc<dyn Watch>>,
}

/// A dossier as some commit leaves it.
struct Standing {
    version: Version,
    seal: Option<Seal>,
    dossier: Dossier,
}

type Parts = (Arc<dyn Store>, Arc<dyn Clock>, Arc<Shelf>);

impl Pump {
    pub(crate) fn new(
        (store, clock, shelf): Parts,
        config: Config,
        waiting: Receiver<Queued>,
        watch: Option<Arc<dyn Watch>>,
    ) -> std::io::Result<Self> {
        // One batch is being written and one may wait: more would only add latency.
        let (to_writer, batches) = bounded(1);
        let (reports, feedback) = bounded(4);
        let writer =
            Writer { store: Arc::clone(&store), batches, reports, watch: watch.clone() }.spawn()?;
        Ok(Self {
            spending: Spending::new(Arc::clone(&store)),
            store,
            clock,
            shelf,
            config,
            waiting,
            to_writer,
            feedback,
            writer: Some(writer),
            handed: 0,
            heard: 0,
            ahead: BTreeMap::new(),
            answered: BTreeMap::new(),
            retries: Vec::new(),
            watch,
        })
    }

    /// Runs until every sender is gone and everything queued is answered.
    pub(crate) fn run(mut self) {
        while let Some(batch) = self.next_batch() {
            let decided = self.decide(batch);
            self.pass_on(decided);
        }
        // Dropping the sender lets the writer finish what it has and stop.
        let (closed, _) = bounded(1);
        self.to_writer = closed;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }

    /// Waits for work. `None` when there will be no more.
    fn next_batch(&mut self) -> Option<Vec<Queued>> {
        loop {
            self.hear();
            // What is kept can be let go of only when nothing is under way.
            while self.keeps_too_much() && self.is_writing() {
                self.wait_for_report();
            }
            let mut batch = std::mem::take(&mut self.retries);
            while batch.len() < self.config.batch {
                match self.waiting.try_recv() {
                    Ok(queued) => batch.push(queued),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            if !batch.is_empty() {
                return Some(batch);
            }
            if !self.is_writing() {
                return self.waiting.recv().ok().map(|first| vec![first]);
            }
            // Something is being written: whatever comes first, a report or a command.
            crossbeam_channel::select! {
                recv(self.feedback) -> report => {
                    if let Ok(report) = report {
                        self.learn(report);
                    }
                }
                recv(self.waiting) -> queued => match queued {
                    Ok(queued) => return Some(vec![queued]),
                    Err(_) => self.wait_for_report(),
                },
            }
        }
    }

    /// Whether batches were handed to the writer and not reported back yet.
    fn is_writing(&self) -> bool {
        self.heard < self.handed
    }

    fn keeps_too_much(&self) -> bool {
        self.config.kept < self.ahead.len()
            || self.config.kept.saturating_mul(4) < self.answered.len()
            || self.spending.is_old(self.clock.now())
    }

    fn wait_for_report(&mut self) {
        match self.feedback.recv() {
            Ok(report) => self.learn(report),
            Err(_) => self.heard = self.handed,
        }
    }

    fn hear(&mut self) {
        while let Ok(report) = self.feedback.try_recv() {
            self.learn(report);
        }
    }

    /// Takes in what became of a batch.
    fn learn(&mut self, report: Feedback) {
        self.heard = self.heard.saturating_add(1);
        for stale in &report.stale {
            self.ahead.remove(stale);
            self.answered.retain(|(dossier, _), _| dossier != stale);
        }
        if report.failed {
            self.ahead.clear();
            self.answered.clear();
        }
        self.retries.extend(report.retries);
        if !self.is_writing() {
            self.answered.clear();
            if self.spending.is_old(self.clock.now()) {
                self.spending.forget();
            }
            if self.config.kept < self.ahead.len() {
                self.ahead.clear();
            }
        }
    }

    /// Hands a batch over; writes it here if nothing else is going on, which saves two hand-overs
    /// for a command that comes alone.
    fn pass_on(&mut self, items: Vec<Item>) {
        let is_first = !self.is_writing();
        self.handed = self.handed.saturating_add(1);
        let batch = Batch { number: self.handed, heard: self.heard, items };
        if is_first && self.waiting.is_empty() {
            let report = write(&*self.store, batch, &mut Undone::default(), self.watch.as_deref());
            return self.learn(report);
        }
        if self.to_writer.send(batch).is_err() {
            self.heard = self.handed;
        }
    }

    fn decide(&mut self, batch: Vec<Queued>) -> Vec<Item> {
        let wanted: Vec<Wanted> = batch
            .iter()
            .map(|it| Wanted {
                dossier: it.request.dossier.clone(),
                command: it.request.key.clone(),
            })
            .collect();
        let loaded = match self.store.load(&wanted) {
            Ok(loaded) => loaded,
            Err(error) => return Item::failed(batch, error),
        };
        let items = batch.into_iter().zip(loaded);
        items.map(|(queued, loaded)| self.decide_one(queued, loaded)).collect()
    }

    fn decide_one(&mut self, queued: Queued, loaded: Loaded) -> Item {
        let (commit, answer) = match self.outcome(&queued, loaded) {
            Ok((commit, reply)) => (commit, Ok(reply)),
            Err(error) => (None, Err(error)),
        };
        Item { queued, commit, answer }
    }

    fn outcome(
        &mut self,
        Queued { request, stands_on, fence, .. }: &Queued,
        loaded: Loaded,
    ) -> Result<(Option<Commit>, Reply), EngineError> {
        let fingerprint = codec::fingerprint(&request.command);
        let name = (request.dossier.clone(), request.key.clone());
        if let Some(known) = self.answered.get(&name).or(loaded.answered.as_ref()) {
            return repeat(known, fingerprint).map(|reply| (None, reply));
        }

        let standing = self.newest(&request.dossier, loaded)?;
        if stands_on.is_some_and(|it| it != standing.version) {
            let actual = standing.version;
            self.ahead.insert(request.dossier.clone(), standing);
            return Err(EngineError::Changed { actual });
        }
        let now = self.clock.now();
        let judged = self.judge(request, &standing.dossier, now);
        let (pack, events, after) = match judged {
            Ok(judged) => judged,
            // What was decided before the refusal may not be written yet: it still counts.
            Err(error) => {
                self.ahead.insert(request.dossier.clone(), standing);
                return Err(error);
            }
        };
        if events.is_empty() {
            let version = standing.version;
            self.ahead.insert(request.dossier.clone(), standing);
            return Ok((None, Reply { version, kinds: Vec::new(), repeated: false }));
        }

        let day = day_of(&pack, now);
        self.spending.note(now, &request.dossier.shop, day, &events);
        let Standing { version, seal, dossier: before } = standing;
        let next = Version(version.0.saturating_add(1));
        let kinds: Vec<String> = events.iter().map(|it| it.kind().to_owned()).collect();
        let answered = Answered {
            fingerprint,
            answer: codec::encode_answer(&codec::Answer::Done {
                version: next.0,
                kinds: kinds.clone(),
            }),
        };
        let change = views::Change {
            dossier: &request.dossier,
            before: body_of(&before),
            after: body_of(&after),
            events: &events,
            version: next,
            at: now,
            day,
        };
        let mut commit = Commit {
            dossier: request.dossier.clone(),
            expected: version,
            at: now,
            actor: request.actor.id.clone(),
            command: request.key.clone(),
            fence: *fence,
            answered: answered.clone(),
            events: codec::encode_events(&events),
            seal: Seal([0; 32]),
            state: codec::encode_state(&after),
            rows: views::rows(&change).map_err(dossier::Rejection::from)?,
        };
        commit.seal = crate::seal::seal(seal, &commit);
        self.answered.insert(name, answered);
        let standing = Standing { version: next, seal: Some(commit.seal), dossier: after };
        self.ahead.insert(request.dossier.clone(), standing);
        Ok((Some(commit), Reply { version: next, kinds, repeated: false }))
    }

    fn judge(
        &mut self,
        request: &Request,
        before: &Dossier,
        now: kernel::Timestamp,
    ) -> Result<(Arc<Pack>, Vec<Event>, Dossier), EngineError> {
        let pack = self.shelf.pack_for(&*self.store, before, &request.pack)?;
        let spent_today = if request.command.may_give() {
            let (shop, actor) = (request.dossier.shop.clone(), request.actor.id.clone());
            Some(self.spending.of(now, (shop, actor, day_of(&pack, now)))?)
        } else {
            None
        };
        let context = Context {
            now,
            actor: &request.actor,
            pack: &pack,
            automatic: self.config.automatic,
            spent_today,
        };
        let (events, after) = before.carry_out(&request.command, context)?;
        Ok((pack, events, after))
    }

    /// The dossier as decided last, which may be ahead of what the store has.
    fn newest(&mut self, key: &DossierKey, loaded: Loaded) -> Result<Standing, EngineError> {
        match self.ahead.remove(key) {
            Some(standing) if loaded.version <= standing.version => Ok(standing),
            _ => Ok(Standing {
                version: loaded.version,
                seal: loaded.seal,
                dossier: crate::state(&*self.store, key, &loaded)?,
            }),
        }
    }
}

fn repeat(known: &Answered, fingerprint: u64) -> Result<Reply, EngineError> {
    if known.fingerprint != fingerprint {
        return Err(EngineError::KeyReused);
    }
    Reply::from_answer(codec::decode_answer(&known.answer)?)
}

fn body_of(dossier: &Dossier) -> Option<&Body> {
    match dossier {
        Dossier::Open(body) => Some(body),
        Dossier::Absent | Dossier::Stopped { .. } => None,
    }
}

/// The day in the shop's zone, as a number.
pub(crate) fn day_of(pack: &Pack, now: kernel::Timestamp) -> i64 {
    pack.calendar().zone().days_between(kernel::Timestamp::from_epoch_seconds(0), now)
}
