//! What handlers work with.

use std::{fmt, sync::Arc, time::Duration};

use dossier::{Body, Dossier};
use engine::{Engine, EngineError, Reply, Request};
use kernel::{DossierKey, Timestamp};
use policy::Pack;
use store::{Database, Version};
use tokio::sync::{Semaphore, oneshot};

use crate::problem::Problem;

/// The service, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What the binary puts together.
pub(crate) struct Parts {
    pub engine: Engine,
    pub database: Arc<dyn Database>,
    pub settings: Settings,
    rooms: Semaphore,
}

/// How the service behaves, apart from what policy packs say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Most requests that use the database at once; others wait, and are turned away in the end.
    pub at_once: usize,
    /// How long a request waits for its turn before it is told to come back.
    pub patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { at_once: 64, patience: Duration::from_secs(2) }
    }
}

impl App {
    pub fn new(engine: Engine, database: Arc<dyn Database>, settings: Settings) -> Self {
        let rooms = Semaphore::new(settings.at_once);
        Self(Arc::new(Parts { engine, database, settings, rooms }))
    }

    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub fn database(&self) -> &Arc<dyn Database> {
        &self.0.database
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.engine.clock().now()
    }

    /// Does something that blocks, such as reading the database, on a thread made for that.
    ///
    /// It is done to the end even if the caller goes away. When too many are at it already, the
    /// caller is told to come back.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let wait = tokio::time::timeout(self.0.settings.patience, self.0.rooms.acquire());
        let Ok(Ok(room)) = wait.await else { return Err(Problem::busy()) };
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        drop(room);
        done.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Carries out a command and waits until it is durable or refused.
    pub(crate) async fn carry_out(
        &self,
        request: Request,
        stands_on: Option<Version>,
    ) -> Result<Reply, Problem> {
        let (reply, heard) = oneshot::channel();
        // A caller that went away is no reason to stop.
        let hear = move |answer: Result<Reply, EngineError>| drop(reply.send(answer));
        self.engine().submit_then(request, stands_on, hear)?;
        Ok(heard.await.unwrap_or(Err(EngineError::Stopped))?)
    }
}

/// An order with everything about it, as it was read.
pub(crate) struct Known {
    pub(crate) version: Version,
    pub(crate) body: Box<Body>,
    /// The version it was bought under.
    pub(crate) pack: Arc<Pack>,
}

impl App {
    /// Reads a dossier. Blocks.
    pub(crate) fn read(&self, key: &DossierKey) -> Result<Known, Problem> {
        let (version, dossier) = self.engine().dossier(key)?;
        let engine = self.engine();
        match dossier {
            Dossier::Absent => Err(Problem::not_found()),
            Dossier::Stopped { at } => {
                Err(crate::refusals::refused(&dossier::Rejection::Stopped { at }))
            }
            dossier @ Dossier::Open(_) => {
                let pack = engine.shelf().pack_for(&**engine.store(), &dossier, "")?;
                let Dossier::Open(body) = dossier else { return Err(Problem::not_found()) };
                Ok(Known { version, body, pack })
            }
        }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}
