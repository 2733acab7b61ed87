//! A scenario being played: the real engine on a clock that only the scenario moves.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use dossier::{
    Body, Dossier, Event,
    command::{Actor, OrderFacts},
};
use engine::{Config, Engine, EngineError, Shelf};
use kernel::{ActorId, CaseNo, Clock, DossierKey, OrderNo, ShopId, Timestamp, Zone};
use money::{Currency, Money, MoneyError};
use policy::Pack;
use store::{Hold, Store, Version};
use thiserror::Error;

use crate::{packs::Packs, problem::Problem, provider::World, read::When, scenario::Scenario};

/// More rounds than any scenario needs; a scenario that needs more never comes to rest.
const MOST_ROUNDS: usize = 20_000;

/// Why a scenario cannot be played on. Not an expectation that failed: the play itself broke.
#[derive(Debug, Error)]
pub(crate) enum Broken {
    #[error("{0}")]
    Said(String),
    #[error("{}", .0.what)]
    Written(#[from] Problem),
    #[error("the engine failed: {0}")]
    Engine(Box<EngineError>),
    #[error("{0}")]
    Store(#[from] store::StoreError),
    #[error("what is stored cannot be read: {0}")]
    Unreadable(#[from] codec::DecodeError),
    #[error("{0}")]
    Money(#[from] MoneyError),
    #[error("no threads for the engine: {0}")]
    Threads(#[from] std::io::Error),
    #[error("{0}")]
    Shelf(Box<engine::ShelfError>),
    #[error("something is due again and again at {0}, and time cannot pass")]
    Restless(String),
}

impl From<engine::ShelfError> for Broken {
    fn from(error: engine::ShelfError) -> Self {
        Self::Shelf(Box::new(error))
    }
}

impl From<EngineError> for Broken {
    fn from(error: EngineError) -> Self {
        Self::Engine(Box::new(error))
    }
}

pub(crate) struct Stage<'s> {
    pub(crate) scenario: &'s Scenario,
    packs: &'s Packs,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) engine: Engine,
    clock: Arc<AtomicI64>,
    pub(crate) world: World,
    /// The pack new orders come under now.
    pub(crate) pack: Arc<Pack>,
    pub(crate) shop: ShopId,
    /// The orders recorded, with what their source last said.
    pub(crate) orders: BTreeMap<OrderNo, OrderFacts>,
    pub(crate) cases: BTreeMap<CaseNo, OrderNo>,
    pub(crate) last_case: Option<CaseNo>,
    pub(crate) last_order: Option<OrderNo>,
    pub(crate) n_commands: usize,
    heard: BTreeMap<OrderNo, Version>,
}

/// One commit, as the story tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) at: Timestamp,
    pub(crate) actor: ActorId,
    pub(crate) events: Vec<Event>,
}

impl<'s> Stage<'s> {
    pub(crate) fn set(
        scenario: &'s Scenario,
        packs: &'s Packs,
        store: Arc<dyn Store>,
    ) -> Result<Self, Broken> {
        let pack = packs.with(&scenario.pack, &scenario.constants)?;
        let zone = pack.calendar().zone();
        let start = scenario.start.instant(zone, Timestamp::from_epoch_seconds(0));
        let clock = Arc::new(AtomicI64::new(start.epoch_seconds()));
        let hand = Arc::clone(&clock);
        let wall: Arc<dyn Clock> =
            Arc::new(move || Timestamp::from_epoch_seconds(hand.load(Ordering::SeqCst)));
        let shelf = Arc::new(Shelf::open(&*store)?);
        let pack = shelf.publish(&*store, pack)?;
        let config = Config { automatic: scenario.automatic, ..Config::default() };
        let engine = Engine::start(Arc::clone(&store), wall, shelf, config)?;
        Ok(Self {
            scenario,
            packs,
            store,
            engine,
            clock,
            world: World::default(),
            pack,
            shop: ShopId::lossy("shop"),
            orders: BTreeMap::new(),
            cases: BTreeMap::new(),
            last_case: None,
            last_order: None,
            n_commands: 0,
            heard: BTreeMap::new(),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn zone(&self) -> Zone {
        self.pack.calendar().zone()
    }

    pub(crate) fn instant(&self, when: When) -> Timestamp {
        when.instant(self.zone(), self.now())
    }

    /// `11-10 09:00`
    pub(crate) fn shown(&self, at: Timestamp) -> String {
        self.zone().civil(at).to_string()
    }

    pub(crate) fn key(&self, order: &OrderNo) -> DossierKey {
        DossierKey::new(self.shop.clone(), order.clone())
    }

    /// From now on new orders come under the pack with other constants.
    pub(crate) fn publish(&mut self, settings: &[crate::scenario::Setting]) -> Result<(), Broken> {
        let mut all = self.scenario.constants.clone();
        all.retain(|it| !settings.iter().any(|new| new.name == it.name));
        all.extend_from_slice(settings);
        let pack = self.packs.with(&self.scenario.pack, &all)?;
        self.pack = self.engine.shelf().publish(&*self.store, pack)?;
        Ok(())
    }

    /// Lets time pass. Whatever is due on the way happens at its own moment.
    pub(crate) fn pass_time_until(&self, until: Timestamp) -> Result<(), Broken> {
        if until < self.now() {
            let (until, now) = (self.shown(until), self.shown(self.now()));
            return Err(Broken::Said(format!("it is {now} already; {until} is over")));
        }
        let mut rounds = 0_usize;
        while let Some(next) = self.next_due(until)? {
            rounds = rounds.saturating_add(1);
            if MOST_ROUNDS < rounds {
                return Err(Broken::Restless(self.shown(self.now())));
            }
            self.clock.store(next.max(self.now()).epoch_seconds(), Ordering::SeqCst);
            self.come_to_rest()?;
        }
        self.clock.store(until.epoch_seconds(), Ordering::SeqCst);
        Ok(())
    }

    fn next_due(&self, until: Timestamp) -> Result<Option<Timestamp>, Broken> {
        let timer = self.store.due_timers(&Hold::All, until, 1)?.first().map(|it| it.at);
        let effect = self.store.due_effects(&Hold::All, until, 1)?.first().map(|it| it.row.due);
        Ok(timer.into_iter().chain(effect).min())
    }

    /// Carries out everything that is due now, and what follows from it.
    pub(crate) fn come_to_rest(&self) -> Result<(), Broken> {
        for _ in 0..MOST_ROUNDS {
            let effects = self.engine.work_effects(&self.world, &Hold::All, 100)?;
            let timers = self.engine.fire_timers(&Hold::All, 100)?;
            if effects == 0 && timers == 0 {
                return Ok(());
            }
        }
        Err(Broken::Restless(self.shown(self.now())))
    }

    /// Lets the seconds pass in which decisions can be taken back, so that what was decided leaves.
    pub(crate) fn let_holds_pass(&self) -> Result<(), Broken> {
        let now = self.now();
        let mut until = now;
        for order in self.orders.keys() {
            let Dossier::Open(body) = self.dossier(order)?.1 else { continue };
            let payouts = body.payouts.iter().filter_map(|it| it.held_until(now));
            let texts = body.held_texts.iter().map(|it| it.until);
            until = payouts.chain(texts).fold(until, Timestamp::max);
        }
        self.pass_time_until(until)?;
        self.come_to_rest()
    }

    pub(crate) fn dossier(&self, order: &OrderNo) -> Result<(Version, Dossier), Broken> {
        Ok(self.engine.dossier(&self.key(order))?)
    }

    pub(crate) fn body(&self, order: &OrderNo) -> Result<Body, Broken> {
        match self.dossier(order)?.1 {
            Dossier::Open(body) => Ok(*body),
            Dossier::Absent => Err(Broken::Said(format!("order {order} is not known"))),
            Dossier::Stopped { at } => {
                let what = format!("order {order} is stopped: its history contradicts itself");
                Err(Broken::Said(format!("{what} at `{at}`")))
            }
        }
    }

    /// The whole history of an order.
    pub(crate) fn history(&self, order: &OrderNo) -> Result<Vec<Told>, Broken> {
        let recorded = self.store.history(&self.key(order), Version(0), usize::MAX)?;
        recorded.iter().map(told).collect()
    }

    /// What happened since this was last asked, order by order.
    pub(crate) fn news(&mut self) -> Result<Vec<(OrderNo, Told)>, Broken> {
        let mut news = Vec::new();
        for order in self.orders.keys() {
            let heard = self.heard.get(order).copied().unwrap_or_default();
            for recorded in self.store.history(&self.key(order), heard, usize::MAX)? {
                self.heard.insert(order.clone(), recorded.version);
                news.push((order.clone(), told(&recorded)?));
            }
        }
        news.sort_by_key(|(_, it)| it.at);
        Ok(news)
    }

    /// Somebody of the scenario, by name.
    pub(crate) fn actor(&self, name: &str) -> Result<Actor, Broken> {
        let unknown = || Broken::Said(format!("nobody is called `{name}`"));
        let person = self.scenario.person(name).ok_or_else(unknown)?;
        Ok(Actor { id: ActorId::lossy(name), role: person.role, grade: person.grade })
    }

    /// The case a step is about when it names none.
    pub(crate) fn spoken_of(&self) -> Result<CaseNo, Broken> {
        let none = || Broken::Said("no case was filed yet".to_owned());
        self.last_case.clone().ok_or_else(none)
    }

    pub(crate) fn order_of(&self, case: &CaseNo) -> Result<OrderNo, Broken> {
        let unknown = || Broken::Said(format!("no case is called {case}"));
        self.cases.get(case).cloned().ok_or_else(unknown)
    }

    /// The order a step is about when it names none: the one last spoken of, or the only one.
    pub(crate) fn order(&self) -> Result<OrderNo, Broken> {
        let first = self.orders.keys().next().cloned();
        let none = || Broken::Said("the scenario has no order".to_owned());
        self.last_order.clone().or(first).ok_or_else(none)
    }
}

fn told(recorded: &store::Recorded) -> Result<Told, Broken> {
    Ok(Told {
        at: recorded.at,
        actor: recorded.actor.clone(),
        events: codec::decode_events(&recorded.events)?,
    })
}

pub(crate) fn nothing() -> Money {
    Money::zero(Currency::Cny)
}
