//! One look at the database for all streams of this process, while anybody listens.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{ShopId, Span};
use serde::Serialize;
use store::{Fed, TaskPage};
use tokio::sync::broadcast;

use crate::{App, Problem, happening::happenings, looking::LeaseView, stream::Told, wire::Moment};

/// What a slow reader may be behind before it has to read anew.
const MOST_WAITING: usize = 1_024;
/// Commits read at a time.
const STEP: usize = 200;
const PAUSE: Duration = Duration::from_millis(250);
/// Looks between two of the leases, and between two of the due times: a second and half a minute.
const LEASES_EVERY: u64 = 4;
const DUE_EVERY: u64 = 120;
/// How long before its due time a task is told.
const SOON: Span = Span::minutes(10);
/// Most tasks of a shop looked at, most urgent first.
const MOST_TASKS: usize = 500;

#[derive(Debug)]
pub(crate) struct Tail {
    sender: broadcast::Sender<Told>,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    /// Everything up to here was told, or nobody listened.
    place: u64,
    is_running: bool,
    /// How many streams are about each shop.
    shops: BTreeMap<ShopId, usize>,
}

impl Default for Tail {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(MOST_WAITING), inside: Mutex::default() }
    }
}

impl Tail {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing that holds the lock panics.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place up to which somebody has heard everything of whom `has_heard_all` is true.
    pub(crate) fn place_if(&self, has_heard_all: impl FnOnce() -> bool) -> Option<u64> {
        let inside = self.inside();
        has_heard_all().then_some(inside.place)
    }

    pub(crate) fn leave(&self, shops: &[ShopId]) {
        let mut inside = self.inside();
        for shop in shops {
            if let Some(count) = inside.shops.get_mut(shop) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    inside.shops.remove(shop);
                }
            }
        }
    }
}

impl App {
    /// Tells everybody in this process who listens and may see it.
    pub fn publish(&self, told: Told) {
        // Nobody may be listening.
        let _ = self.tail().sender.send(told);
    }

    /// From now on everything behind the place is heard by the receiver. Blocks.
    pub(crate) fn listen(
        &self,
        shops: &[ShopId],
    ) -> Result<(broadcast::Receiver<Told>, u64), Problem> {
        let mut inside = self.tail().inside();
        if !inside.is_running {
            inside.place = self.database().feed_end()?;
            inside.is_running = true;
            tokio::spawn(follow(self.clone()));
        }
        for shop in shops {
            let count = inside.shops.entry(shop.clone()).or_default();
            *count = count.saturating_add(1);
        }
        Ok((self.tail().sender.subscribe(), inside.place))
    }

    /// What a commit tells.
    pub(crate) fn told(&self, fed: &Fed) -> Result<Vec<Told>, Problem> {
        let happened = happenings(&**self.database(), &fed.dossier, fed.version)?;
        let shop = &fed.dossier.shop;
        let mut told: Vec<Told> =
            happened.iter().map(|it| Told::of_shop(it.subject(), shop.clone(), it)).collect();
        if let Some(last) = told.pop() {
            told.push(last.ending(fed.place));
        }
        Ok(told)
    }
}

/// Until nobody listens.
async fn follow(app: App) {
    let mut memory = Memory::default();
    let mut pause = tokio::time::interval(PAUSE);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        let stepping = app.clone();
        let stepped = tokio::task::spawn_blocking(move || {
            let outcome = memory.step(&stepping);
            (memory, outcome)
        });
        match stepped.await {
            Ok((kept, outcome)) => {
                memory = kept;
                if let Err(problem) = outcome {
                    tracing::warn!(code = problem.code(), "what happened was not told to streams");
                }
            }
            Err(error) => {
                tracing::error!(%error, "telling streams ended badly");
                memory = Memory::default();
            }
        }
        let mut inside = app.tail().inside();
        if app.tail().sender.receiver_count() == 0 {
            inside.is_running = false;
            return;
        }
    }
}

/// What was told and is not to be told again.
#[derive(Default)]
struct Memory {
    nth: u64,
    leases: BTreeMap<ShopId, Vec<LeaseView>>,
    /// Shop, order, task and due second.
    due: BTreeSet<(ShopId, String, String, i64)>,
}

/// A task that is due soon.
#[derive(Serialize)]
struct DueSoon {
    shop: String,
    order: String,
    task: String,
    case: Option<String>,
    kind: String,
    role: String,
    due: Moment,
}

impl Memory {
    fn step(&mut self, app: &App) -> Result<(), Problem> {
        let nth = self.nth;
        self.nth = nth.wrapping_add(1);
        tell_commits(app)?;
        let shops: Vec<ShopId> = app.tail().inside().shops.keys().cloned().collect();
        if nth.is_multiple_of(LEASES_EVERY) {
            self.tell_leases(app, &shops)?;
        }
        if nth.is_multiple_of(DUE_EVERY) {
            self.tell_due(app, &shops)?;
        }
        Ok(())
    }

    /// Leases that were taken, given back, or have ended.
    fn tell_leases(&mut self, app: &App, shops: &[ShopId]) -> Result<(), Problem> {
        self.leases.retain(|shop, _| shops.contains(shop));
        for shop in shops {
            let now = app.leases(shop)?;
            let before = self.leases.insert(shop.clone(), now.clone()).unwrap_or_default();
            for it in &now {
                if !before.iter().any(|was| was.is_same_holding(it)) {
                    app.publish(Told::of_shop("lease", shop.clone(), it));
                }
            }
            for it in before {
                if !now.iter().any(|is| is.is_same_case(&it)) {
                    app.publish(Told::of_shop("lease", shop.clone(), &it.ended()));
                }
            }
        }
        Ok(())
    }

    fn tell_due(&mut self, app: &App, shops: &[ShopId]) -> Result<(), Problem> {
        let now = app.now();
        let mut due = BTreeSet::new();
        for shop in shops {
            let page = TaskPage { shop: shop.clone(), role: None, after: None, limit: MOST_TASKS };
            for it in app.database().tasks(&page)? {
                if it.row.due < now || now.plus(SOON) < it.row.due {
                    continue;
                }
                let (order, task) = (it.dossier.order.to_string(), it.row.task.to_string());
                let key = (shop.clone(), order.clone(), task.clone(), it.row.due.epoch_seconds());
                if !self.due.contains(&key) {
                    let soon = DueSoon {
                        shop: shop.to_string(),
                        order,
                        task,
                        case: it.row.case.map(|it| it.to_string()),
                        kind: it.row.kind,
                        role: it.row.role,
                        due: Moment(it.row.due),
                    };
                    app.publish(Told::of_shop("timer", shop.clone(), &soon));
                }
                due.insert(key);
            }
        }
        self.due = due;
        Ok(())
    }
}

/// Everything that was committed since the last time.
fn tell_commits(app: &App) -> Result<(), Problem> {
    loop {
        let (after, shops) = {
            let inside = app.tail().inside();
            (inside.place, inside.shops.keys().cloned().collect::<BTreeSet<ShopId>>())
        };
        let fed = app.database().feed(after, STEP)?;
        let Some(last) = fed.last().map(|it| it.place) else { return Ok(()) };
        let mut told = Vec::new();
        for it in fed.iter().filter(|it| shops.contains(&it.dossier.shop)) {
            match app.told(it) {
                Ok(happened) => told.extend(happened),
                Err(problem) if problem.is_passing() => return Err(problem),
                // One order that cannot be read, which was logged, keeps nobody from the others.
                Err(_) => (),
            }
        }
        let mut inside = app.tail().inside();
        // Who came meanwhile for another shop hears of it from the same place on.
        if inside.shops.keys().ne(shops.iter()) {
            continue;
        }
        for it in told {
            app.publish(it);
        }
        inside.place = last;
    }
}
