//! Somebody else's server, which checks what it is sent and answers as it is told.

use std::{
    collections::VecDeque,
    future::pending,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, Uri},
};
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::{net::TcpListener, task::JoinHandle};

/// How to answer one request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Status(u16),
    With {
        status: u16,
        header: (&'static str, String),
        body: String,
    },
    /// Never.
    Hang,
}

/// One request, as it came.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) body: Value,
    pub(super) headers: HeaderMap,
    pub(super) raw: Bytes,
}

impl Heard {
    /// Whether one of the signatures is by `secret`.
    pub(super) fn is_signed_by(&self, secret: &str) -> bool {
        let text = std::str::from_utf8(&self.raw).unwrap();
        let ours = Webhook::new(secret).unwrap().sign(&self.id, self.at, text.as_bytes()).unwrap();
        self.signatures().contains(&ours)
    }

    pub(super) fn signatures(&self) -> Vec<String> {
        let header = self.headers["webhook-signature"].to_str().unwrap();
        header.split(' ').map(str::to_owned).collect()
    }

    /// The number that tests put into messages.
    pub(super) fn number(&self) -> u64 {
        self.body["data"]["number"].as_u64().unwrap()
    }
}

#[derive(Default)]
struct Desk {
    heard: Vec<Heard>,
    /// For the next requests; after that, 204.
    replies: VecDeque<Reply>,
    otherwise: Option<Reply>,
}

/// Listens as long as it lives.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        Self::start_on("127.0.0.1:0").await
    }

    pub(super) async fn start_on(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let router = Router::new().fallback(hear).with_state(desk.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, desk, server }
    }

    pub(super) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hook", self.address.port())
    }

    pub(super) fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.desk).replies.extend(replies);
    }

    pub(super) fn always(&self, reply: Reply) {
        lock(&self.desk).otherwise = Some(reply);
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        lock(&self.desk).heard.clone()
    }

    pub(super) fn numbers(&self) -> Vec<u64> {
        self.heard().iter().map(Heard::number).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn hear(
    State(desk): State<Arc<Mutex<Desk>>>,
    uri: Uri,
    headers: HeaderMap,
    raw: Bytes,
) -> Response<Body> {
    let reply = {
        let mut desk = lock(&desk);
        desk.heard.push(Heard {
            path: uri.path().to_owned(),
            id: headers["webhook-id"].to_str().unwrap().to_owned(),
            at: headers["webhook-timestamp"].to_str().unwrap().parse().unwrap(),
            body: serde_json::from_slice(&raw).unwrap(),
            headers,
            raw,
        });
        let otherwise = desk.otherwise.clone();
        desk.replies.pop_front().or(otherwise).unwrap_or(Reply::Status(204))
    };
    match reply {
        Reply::Status(status) => Response::builder().status(status).body(Body::empty()).unwrap(),
        Reply::With { status, header: (name, value), body } => {
            let builder = Response::builder().status(status).header(name, value);
            builder.body(Body::from(body)).unwrap()
        }
        Reply::Hang => pending().await,
    }
}
