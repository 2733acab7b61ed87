//! What handlers work with.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use dossier::{Body, Dossier};
use engine::{Engine, EngineError, Reply, Request};
use evidence::Archive;
use kernel::{CommandKey, DossierKey, Timestamp, Zone};
use people::People;
use policy::Pack;
use store::{Database, Version};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use vault::{Quota, Vault};
use webhooks::Rules;

use crate::{
    buyer::messenger::Messenger, jobs::Bell, oidc::Oidc, open_shops::OpenShops, ops::Drain,
    problem::Problem, setup::SetupCode, stream::tail::Tail, trail::Trail,
};

/// The service, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Inside>);

/// What the binary puts together.
pub struct Parts {
    pub engine: Engine,
    pub database: Arc<dyn Database>,
    pub people: Arc<People>,
    pub vault: Vault,
    /// What sets the installation up; none if it is set up already.
    pub setup_code: Option<SetupCode>,
    /// By which people may sign in as well.
    pub oidc: Option<Arc<Oidc>>,
    /// Brings codes to buyers' phones.
    pub messenger: Arc<dyn Messenger>,
    pub evidence: Archive,
    /// By which files of merchants are read.
    pub dictionary: Arc<intake::Dictionary>,
    /// Where webhooks may be sent.
    pub webhooks: Arc<Rules>,
    /// Tells when the service is about to stop.
    pub drain: Drain,
    pub settings: Settings,
}

struct Inside {
    parts: Parts,
    quota: Quota,
    trail: Trail,
    open_shops: OpenShops,
    bell: Bell,
    tail: Tail,
    rooms: Semaphore,
    packing: Semaphore,
}

/// Most dispute packs made at once: each reads all evidence of a case.
const PACKED_AT_ONCE: usize = 2;

/// How the service behaves, apart from what policy packs say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Most requests that use the database at once; others wait, and are turned away in the end.
    pub at_once: usize,
    /// How long a request waits for its turn before it is told to come back.
    pub patience: Duration,
    /// How often somebody may see personal data in full, a day and shop.
    pub unmasked_a_day: u32,
    /// Where days begin that are counted for people: quotas and figures.
    pub zone: Zone,
    /// Whether browsers reach the service over TLS only, so that cookies are kept to it.
    pub secure: bool,
    /// How people reach the service from outside, such as `https://after-sales.example`; none if
    /// nobody has said.
    pub public_url: Option<String>,
    /// Where files wait for their import, and exports for whoever asked for them. Every process
    /// works on the jobs of its own folder.
    pub job_folder: PathBuf,
    /// Most bytes of a file that is imported.
    pub import_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_once: 64,
            patience: Duration::from_secs(2),
            unmasked_a_day: 50,
            zone: Zone::CHINA,
            secure: false,
            public_url: None,
            job_folder: std::env::temp_dir().join("guitu-jobs"),
            import_bytes: 64 << 20,
        }
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl App {
    pub fn start(parts: Parts) -> std::io::Result<Self> {
        let rooms = Semaphore::new(parts.settings.at_once);
        let packing = Semaphore::new(PACKED_AT_ONCE);
        let trail = Trail::start(Arc::clone(&parts.people))?;
        let records: Arc<dyn store::Records> = Arc::<dyn Database>::clone(&parts.database);
        let quota = Quota::new(records);
        let (open_shops, bell) = (OpenShops::default(), Bell::default());
        let tail = Tail::default();
        Ok(Self(Arc::new(Inside { parts, quota, trail, open_shops, bell, tail, rooms, packing })))
    }

    pub fn engine(&self) -> &Engine {
        &self.0.parts.engine
    }

    pub fn database(&self) -> &Arc<dyn Database> {
        &self.0.parts.database
    }

    pub fn people(&self) -> &People {
        &self.0.parts.people
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.parts.vault
    }

    pub(crate) fn evidence(&self) -> &Archive {
        &self.0.parts.evidence
    }

    /// A turn at making a dispute pack; a caller that waits too long is told to come back.
    pub(crate) async fn turn_to_pack(&self) -> Result<SemaphorePermit<'_>, Problem> {
        let wait = tokio::time::timeout(self.settings().patience, self.0.packing.acquire());
        let Ok(Ok(turn)) = wait.await else { return Err(Problem::busy()) };
        Ok(turn)
    }

    pub(crate) fn quota(&self) -> &Quota {
        &self.0.quota
    }

    pub(crate) fn trail(&self) -> &Trail {
        &self.0.trail
    }

    pub(crate) fn setup_code(&self) -> Option<&SetupCode> {
        self.0.parts.setup_code.as_ref()
    }

    pub(crate) fn identity_provider(&self) -> Option<&Arc<Oidc>> {
        self.0.parts.oidc.as_ref()
    }

    pub(crate) fn messenger(&self) -> &dyn Messenger {
        &*self.0.parts.messenger
    }

    pub(crate) fn dictionary(&self) -> &intake::Dictionary {
        &self.0.parts.dictionary
    }

    pub(crate) fn bell(&self) -> &Bell {
        &self.0.bell
    }

    pub(crate) fn webhook_rules(&self) -> &Arc<Rules> {
        &self.0.parts.webhooks
    }

    pub(crate) fn tail(&self) -> &Tail {
        &self.0.tail
    }

    pub(crate) fn drain(&self) -> &Drain {
        &self.0.parts.drain
    }

    pub(crate) fn open_shops(&self) -> &OpenShops {
        &self.0.open_shops
    }

    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// Today, counted from 1970-01-01 in the installation's zone.
    pub(crate) fn day(&self) -> i64 {
        self.day_of(self.now())
    }

    /// The same of any instant.
    pub(crate) fn day_of(&self, at: Timestamp) -> i64 {
        self.settings().zone.days_between(Timestamp::from_epoch_seconds(0), at)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.engine().clock().now()
    }

    /// Does something that blocks, such as reading the database, on a thread made for that.
    ///
    /// It is done to the end even if the caller goes away. When too many are at it already, the
    /// caller is told to come back.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let wait = tokio::time::timeout(self.settings().patience, self.0.rooms.acquire());
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

impl App {
    /// The moment of a wish whose moment nobody named: now, and for a repeat that of the first, so
    /// that both say the same.
    pub(crate) async fn moment_of_wish(
        &self,
        dossier: &DossierKey,
        key: CommandKey,
    ) -> Result<Timestamp, Problem> {
        let dossier = dossier.clone();
        self.run(move |app| {
            let answered = app.engine().answered(&dossier, &key)?;
            Ok(answered.map_or_else(|| app.now(), |(at, _)| at))
        })
        .await
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
        f.debug_struct("App").field("settings", self.settings()).finish_non_exhaustive()
    }
}
