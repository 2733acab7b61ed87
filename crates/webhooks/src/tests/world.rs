//! A shop with its webhooks, a clock that is set by hand, and names that lead where a test says.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt::Write,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use ipnet::IpNet;
use kernel::{Choice, Clock, DossierKey, OrderNo, ShopId, Span, Timestamp};
use serde_json::json;
use store::{Records, Version};
use store_memory::MemoryStore;
use zeroize::Zeroizing;

use super::receiver::Receiver;
use crate::{
    Deliveries, Delivery, DeliveryPage, Dispatcher, Endpoint, Endpoints, EventType, Limits,
    Message, MessageId, Opened, Parts, Producer, Report, Resolver, Rules, Sealer, SealerError,
    Source, SourceError, Told, Wish,
};

/// Tuesday, 24 November 2026, 08:00 UTC.
pub(super) const START: i64 = 1_795_507_200;

pub(super) struct World {
    pub(super) records: Arc<dyn Records>,
    pub(super) clock: Arc<ManualClock>,
    pub(super) names: Arc<Names>,
    pub(super) rules: Arc<Rules>,
    pub(super) source: Script,
    pub(super) shop: ShopId,
    pub(super) dispatcher: Dispatcher,
}

impl World {
    /// Whose rules let `receivers` be reached, and nobody else on this machine.
    pub(super) fn knowing(receivers: &[&Receiver]) -> Self {
        let mut rules = Rules { plain_http: true, ..Rules::default() };
        rules.ports.extend(receivers.iter().map(|it| it.address.port()));
        rules.networks.extend(receivers.iter().map(|it| IpNet::from(it.address.ip())));
        Self::with(rules)
    }

    pub(super) fn with(rules: Rules) -> Self {
        let records: Arc<dyn Records> = Arc::new(MemoryStore::default());
        let clock = Arc::new(ManualClock(AtomicI64::new(START)));
        let (names, rules) = (Arc::new(Names::default()), Arc::new(rules));
        let dispatcher = dispatcher(&records, &clock, &rules, &names);
        let (source, shop) = (Script::default(), shop("demo"));
        Self { records, clock, names, rules, source, shop, dispatcher }
    }

    /// Another process on the same database.
    pub(super) fn another_dispatcher(&self) -> Dispatcher {
        dispatcher(&self.records, &self.clock, &self.rules, &self.names)
    }

    pub(super) fn endpoints(&self) -> Endpoints {
        Endpoints {
            records: self.records.clone(),
            clock: self.clock.clone(),
            sealer: Arc::new(Sealing),
            rules: self.rules.clone(),
        }
    }

    pub(super) fn deliveries(&self) -> Deliveries {
        Deliveries { records: self.records.clone(), clock: self.clock.clone() }
    }

    pub(super) fn producer(&self) -> Producer {
        Producer { records: self.records.clone(), clock: self.clock.clone() }
    }

    pub(super) fn open(&self, receiver: &Receiver) -> Opened {
        self.open_for(receiver, &[])
    }

    pub(super) fn open_for(&self, receiver: &Receiver, events: &[&str]) -> Opened {
        let wish = wish(&receiver.url(&receiver.address.ip().to_string()), events);
        self.endpoints().create(&self.shop, wish, None).unwrap()
    }

    /// Something happens, and every endpoint that wants it gets a delivery.
    pub(super) fn tell(&self, event_type: &str) -> u64 {
        let number = self.source.happen(&self.shop, event_type, self.clock.now());
        let progress = self.producer().tick(&self.source, 100).unwrap();
        assert!(!progress.was_overtaken, "there is no other producer");
        number
    }

    /// Sends what is due now.
    pub(super) async fn send(&self) -> Report {
        let mut report = self.dispatcher.tick(100).await.unwrap();
        report.add(self.dispatcher.settle().await);
        report
    }

    pub(super) async fn send_after(&self, span: Span) -> Report {
        self.clock.wait(span);
        self.send().await
    }

    pub(super) fn endpoint(&self, opened: &Opened) -> Endpoint {
        self.endpoints().find(&self.shop, &opened.endpoint.id).unwrap()
    }

    /// Newest first.
    pub(super) fn all_deliveries(&self) -> Vec<Delivery> {
        let page = DeliveryPage {
            shop: self.shop.clone(),
            endpoint: None,
            state: None,
            after: None,
            limit: 1_000,
        };
        self.deliveries().list(&page).unwrap()
    }

    pub(super) fn only_delivery(&self) -> Delivery {
        let [delivery] = self.all_deliveries().try_into().unwrap();
        delivery
    }
}

/// A line per attempt: seconds since the start, what came of it, and what became of the delivery.
pub(super) fn story(delivery: &Delivery) -> String {
    let mut story = String::new();
    for attempt in &delivery.attempts {
        let at = attempt.at.since(Timestamp::from_epoch_seconds(START)).whole_seconds();
        let status = attempt.status.map(|it| it.to_string()).unwrap_or_default();
        let fault = attempt.fault.map_or("taken", Choice::code);
        writeln!(story, "{at} {status} {fault}").unwrap();
    }
    story + delivery.state.code()
}

pub(super) fn wish(url: &str, events: &[&str]) -> Wish {
    Wish {
        url: url.to_owned(),
        description: "the ERP".to_owned(),
        events: events.iter().map(|&it| it.to_owned()).collect(),
    }
}

pub(super) fn shop(name: &str) -> ShopId {
    ShopId::new(name).unwrap()
}

fn dispatcher(
    records: &Arc<dyn Records>,
    clock: &Arc<ManualClock>,
    rules: &Arc<Rules>,
    names: &Arc<Names>,
) -> Dispatcher {
    // Fails if another test of this process was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let parts = Parts {
        records: records.clone(),
        clock: clock.clone(),
        sealer: Arc::new(Sealing),
        rules: rules.clone(),
        resolver: names.clone(),
        limits: Limits { total: Duration::from_millis(500), lanes: 8, ..Limits::default() },
    };
    Dispatcher::new(parts).unwrap()
}

pub(super) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(super) fn wait(&self, span: Span) {
        self.0.fetch_add(span.whole_seconds(), Ordering::SeqCst);
    }

    pub(super) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// Seals by writing the owner in front, backwards.
pub(super) struct Sealing;

impl Sealer for Sealing {
    fn seal(&self, owner: &str, secret: &str) -> Result<String, SealerError> {
        Ok(format!("{owner}/{secret}").chars().rev().collect())
    }

    fn open(&self, owner: &str, sealed: &str) -> Result<Zeroizing<String>, SealerError> {
        let text: String = sealed.chars().rev().collect();
        let secret = text.strip_prefix(owner).and_then(|it| it.strip_prefix('/'));
        secret.map(|it| Zeroizing::new(it.to_owned())).ok_or_else(|| "sealed for another".into())
    }
}

/// Answers of a name server, one after the other; the last one stays.
#[derive(Default)]
pub(super) struct Names(Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>);

impl Names {
    pub(super) fn lead(&self, name: &str, answers: &[&[&str]]) {
        let parse = |it: &&[&str]| it.iter().map(|it| it.parse().unwrap()).collect();
        let answers = answers.iter().map(parse).collect();
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.to_owned(), answers);
    }
}

impl Resolver for Names {
    fn look_up(
        &self,
        host: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = names.get_mut(&host).and_then(|answers| {
            if 1 < answers.len() { answers.pop_front() } else { answers.front().cloned() }
        });
        Box::pin(async move {
            answer.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such name"))
        })
    }
}

/// What happened, in order.
#[derive(Default)]
pub(super) struct Script(Mutex<Vec<Told>>);

impl Script {
    /// Messages carry their place as a number.
    pub(super) fn happen(&self, shop: &ShopId, event_type: &str, at: Timestamp) -> u64 {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = next_place(&told);
        let dossier = DossierKey::new(shop.clone(), OrderNo::new("A1").unwrap());
        let message = Message {
            id: MessageId::of_commit(&dossier, Version(place), 0),
            event_type: EventType::new(event_type).unwrap(),
            at,
            data: json!({ "number": place }),
        };
        told.push(Told { place, shop: shop.clone(), messages: vec![message] });
        place
    }

    /// Nobody is told of it.
    pub(super) fn happen_unheard(&self, shop: &ShopId) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = next_place(&told);
        told.push(Told { place, shop: shop.clone(), messages: Vec::new() });
    }

    /// The last thing is told a second time.
    pub(super) fn stutter(&self) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = told.last().unwrap().clone();
        let place = next_place(&told);
        told.push(Told { place, ..last });
    }
}

fn next_place(told: &[Told]) -> u64 {
    (1..).zip(told).last().map_or(1, |(place, _): (u64, _)| place.saturating_add(1))
}

impl Source for Script {
    fn next(&self, after: u64, limit: usize) -> Result<Vec<Told>, SourceError> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(told.iter().filter(|it| after < it.place).take(limit).cloned().collect())
    }
}
