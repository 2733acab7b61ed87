//! Two shops on one installation, people in both, and a way to ask.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use engine::{
    Config, Engine, Shelf,
    sandbox::{Faults, Sandbox},
};
use http_body_util::BodyExt as _;
use kernel::{Choice as _, ShopId, Span, Timestamp};
use people::{
    BuyerKey, BuyerKeys, Hashing, Matrix, NewKey, NewUser, People, Permission, Permissions,
    Position, Principal, Seat, Settings as PeopleSettings, Setup, Shop, ShopStatus,
};
use policy::{Pack, Sources};
use serde_json::Value;
use store::{Database, Hold, Records};
use store_memory::MemoryStore;
use tower::ServiceExt as _;
use vault::{KeyRing, Vault};
use webhooks::Rules;

use crate::{
    App, CodeMessage, Messenger, Oidc, OidcSettings, Parts, Settings, SetupCode, Unsent,
    ops::Drain, router,
};

/// 2026-11-12 08:00 in China.
pub(crate) const MORNING: i64 = 1_794_441_600;

pub(crate) struct Service {
    pub(crate) app: App,
    router: Router,
    seconds: Arc<AtomicI64>,
    outside: Sandbox,
    /// How many requests were made: each has an idempotency key of its own.
    asked: AtomicU64,
    keys: BTreeMap<(String, Position), String>,
    texts: Arc<Texts>,
    _folder: tempfile::TempDir,
}

/// Codes that were sent, with the phone.
#[derive(Default)]
struct Texts(Mutex<Vec<(String, String)>>);

impl Messenger for Texts {
    fn send_code(&self, code: &CodeMessage<'_>) -> Result<(), Unsent> {
        self.0.lock().unwrap().push((code.phone.to_owned(), code.code.to_owned()));
        Ok(())
    }
}

/// Somebody in a browser.
pub(crate) struct SignedIn {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// `200`, or `409 not-possible-now`.
    pub(crate) fn told(&self) -> String {
        match self.json()["code"].as_str() {
            Some(code) if !self.status.is_success() => format!("{} {code}", self.status.as_u16()),
            _ => self.status.as_u16().to_string(),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        assert!(self.status.is_success(), "{}: {text}", self.status);
        self.json()
    }
}

impl Service {
    /// With shops `north` and `south`.
    pub(crate) fn start() -> Self {
        Self::start_with(None)
    }

    /// The same, with an identity provider.
    pub(crate) fn start_with(oidc: Option<OidcSettings>) -> Self {
        let mut service = Self::empty(oidc, None);
        service.make_shops();
        service
    }

    /// With nobody in it.
    pub(crate) fn empty(oidc: Option<OidcSettings>, setup_code: Option<SetupCode>) -> Self {
        let oidc = oidc.map(|it| Arc::new(Oidc::new(it).unwrap()));
        let seconds = Arc::new(AtomicI64::new(MORNING));
        let clock: Arc<dyn kernel::Clock> = {
            let seconds = Arc::clone(&seconds);
            Arc::new(move || Timestamp::from_epoch_seconds(seconds.load(Ordering::Relaxed)))
        };
        let database: Arc<dyn Database> = Arc::new(MemoryStore::default());
        let records: Arc<dyn Records> = Arc::<dyn Database>::clone(&database);
        let store: Arc<dyn store::Store> = Arc::<dyn Database>::clone(&database);
        let shelf = Arc::new(Shelf::open(&*store).unwrap());
        shelf.publish(&*store, base_pack()).unwrap();
        let engine = Engine::start(store, Arc::clone(&clock), shelf, Config::default()).unwrap();
        let people = Arc::new(people(Arc::clone(&records), &clock));
        let ring = KeyRing::parse(&KeyRing::generate().unwrap()).unwrap();
        let vault = Vault::new(Arc::clone(&records), ring, Arc::clone(&clock));
        let folder = tempfile::tempdir().unwrap();
        let content = evidence::Place::Folder(folder.path().to_path_buf()).open().unwrap();
        let evidence = evidence::Archive::new(records, content, clock);
        let job_folder = folder.path().join("jobs");
        let settings = Settings { job_folder, ..Settings::default() };
        let texts = Arc::new(Texts::default());
        let webhooks = Arc::new(Rules {
            plain_http: true,
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            ports: (1024..=u16::MAX).collect(),
        });
        let drain = Drain::default();
        let messenger: Arc<dyn Messenger> = Arc::<Texts>::clone(&texts);
        let parts = Parts {
            engine,
            database,
            people,
            vault,
            evidence,
            dictionary: Arc::new(dictionary()),
            setup_code,
            oidc,
            messenger,
            settings,
            webhooks,
            drain,
        };
        let app = App::start(parts).unwrap();
        let router = router().0.with_state(app.clone());
        let outside = Sandbox::new(Faults::default());
        let (asked, keys) = (AtomicU64::new(1), BTreeMap::new());
        Self { app, router, seconds, outside, asked, keys, texts, _folder: folder }
    }

    fn make_shops(&mut self) {
        let admin = NewUser { login: "admin", name: "Admin", password: Some(PASSWORD) };
        self.app.people().create_first_admin(&admin, None).unwrap();
        for name in ["north", "south"] {
            let id: ShopId = name.parse().unwrap();
            let shop = Shop {
                id: id.clone(),
                name: name.to_owned(),
                channel: "tmall".to_owned(),
                pack: "base".to_owned(),
                status: ShopStatus::Open,
            };
            let console = self.app.people().console();
            self.app.people().make_shop(&console, &shop).unwrap();
            for position in Position::ALL.iter().copied().filter(|it| it.role().is_some()) {
                let key = self.make_key(&console, &id, position);
                self.keys.insert((name.to_owned(), position), key);
            }
        }
    }

    fn make_key(&self, by: &Principal, shop: &ShopId, position: Position) -> String {
        let wanted = NewKey {
            shop,
            name: position.code(),
            position,
            scopes: for_machines(self.app.people().matrix().permissions(position)),
            until: None,
        };
        let (_, secret) = self.app.people().make_key(by, &wanted).unwrap();
        secret.reveal().to_owned()
    }

    /// A key of somebody in a shop.
    pub(crate) fn key(&self, shop: &str, position: Position) -> &str {
        &self.keys[&(shop.to_owned(), position)]
    }

    pub(crate) fn make_user(&self, shop: &str, login: &str, positions: &[Position]) {
        let console = self.app.people().console();
        let wanted = NewUser { login, name: login, password: Some(PASSWORD) };
        let seat = Seat { positions: positions.iter().copied().collect(), grade: 1 };
        let shop: ShopId = shop.parse().unwrap();
        self.app.people().make_user(&console, &wanted, &shop, &seat).unwrap();
    }

    /// Sends a request as it stands.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answered { status: parts.status, headers: parts.headers, bytes }
    }

    /// The answer as it begins, for one that goes on.
    pub(crate) async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Asks as a leader of `north`.
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.ask(self.key("north", Position::Leader), Method::GET, path, None).await
    }

    /// Asks under a key, with a fresh idempotency key, and as someone who has read what is there.
    pub(crate) async fn ask(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        let text = body.map(|it| it.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {key}"))
            .header("accept-language", "en")
            .header("idempotency-key", format!("test-{n}"))
            .header("if-match", "*")
            .header("content-type", "application/json")
            .body(Body::from(text))
            .unwrap();
        self.send(request).await
    }

    /// Asks with nothing but these headers.
    pub(crate) async fn ask_with(
        &self,
        headers: &[(&str, &str)],
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let text = body.map(|it| it.to_string()).unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("accept-language", "en")
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(text)).unwrap()).await
    }

    /// Signs somebody in; the cookie, and the guard that goes with it.
    pub(crate) async fn sign_in(&self, login: &str) -> SignedIn {
        let body = serde_json::json!({"login": login, "password": PASSWORD});
        let answer = self.ask_with(&[], Method::POST, "/session", Some(body)).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = answer.ok()["csrf"].as_str().unwrap().to_owned();
        SignedIn { cookie, csrf }
    }

    /// Asks as somebody who is signed in, with a fresh idempotency key.
    pub(crate) async fn ask_as(
        &self,
        who: &SignedIn,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let n = self.asked.fetch_add(1, Ordering::Relaxed);
        let key = format!("as-{n}");
        let headers = [
            ("cookie", who.cookie.as_str()),
            ("x-csrf-token", &who.csrf),
            ("idempotency-key", &key),
            ("if-match", "*"),
        ];
        self.ask_with(&headers, method, path, body).await
    }

    /// The codes that were sent by now, with the phone.
    pub(crate) async fn texts(&self) -> Vec<(String, String)> {
        // What is sent is sent after the answer, on a thread of its own.
        for _ in 0..1000 {
            if !self.texts.0.lock().unwrap().is_empty() {
                break;
            }
            tokio::task::yield_now().await;
            tokio::task::spawn_blocking(|| ()).await.unwrap();
        }
        self.texts.0.lock().unwrap().clone()
    }

    /// Writes as a leader of `north`.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        self.ask(self.key("north", Position::Leader), Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answered {
        self.ask(self.key("north", Position::Leader), Method::PUT, path, Some(body)).await
    }

    /// Time passes: timers fire and effects leave.
    pub(crate) fn wait(&self, span: Span) {
        self.seconds.fetch_add(span.whole_seconds(), Ordering::Relaxed);
        let hold = Hold::All;
        while self.app.engine().fire_timers(&hold, 64).unwrap() > 0 {}
        while self.app.engine().work_effects(&self.outside, &hold, 64).unwrap() > 0 {}
    }

    /// What was paid, by key, in fen.
    pub(crate) fn paid(&self) -> BTreeMap<String, i64> {
        self.outside.paid()
    }
}

/// What a key may be allowed of it.
fn for_machines(all: Permissions) -> Permissions {
    let for_people = [Permission::ManageKeys, Permission::ManageUsers, Permission::Platform];
    let allowed = all.iter().filter(|it| !for_people.contains(it));
    allowed.fold(Permissions::NONE, Permissions::with)
}

pub(crate) const PASSWORD: &str = "correct horse battery";

fn people(records: Arc<dyn Records>, clock: &Arc<dyn kernel::Clock>) -> People {
    // Cheap to check, for tests only.
    let hashing = Hashing { memory_kib: 64, passes: 1, ..Hashing::default() };
    let first = BuyerKey::new("k1", vec![7; 32]).unwrap();
    let setup = Setup {
        settings: PeopleSettings { hashing, ..PeopleSettings::default() },
        matrix: Matrix::built_in().unwrap(),
        buyer_keys: BuyerKeys::new(first, Vec::new()).unwrap(),
    };
    People::new(records, Arc::clone(clock), setup).unwrap()
}

fn base_pack() -> Pack {
    Pack::build("base", &Sources::new(pack_files()), &dossier::VOCABULARY).unwrap()
}

fn dictionary() -> intake::Dictionary {
    let files = pack_files();
    let words = files.iter().filter(|it| it.0.starts_with("base/words/"));
    let words = words.map(|(path, text)| (path.as_str(), text.as_str()));
    intake::Dictionary::from_files(words).unwrap()
}

fn pack_files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut files = BTreeMap::new();
    let mut pending = vec![root.clone()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}
