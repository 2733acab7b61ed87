//! Changes as they happen, as server-sent events.
//!
//! A stream is resumed by the place of the last commit it heard of. Only the last event of a
//! commit carries it, so that one that was cut off in between is told whole.
//!
//! **Invariant:** what is sent was checked against who the caller is at that moment, a few seconds
//! at most ago. A stream outlives neither its session nor the service.

pub(crate) mod tail;
mod told;

use std::{
    collections::{BTreeSet, VecDeque},
    convert::Infallible,
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{AppendHeaders, IntoResponse, Sse, sse::Event},
};
use futures_util::stream;
use kernel::ShopId;
use people::{AuthError, Permission, Session};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};
use utoipa::{IntoParams, ToSchema};

pub use self::told::Told;
use crate::{
    App, Problem,
    caller::{Caller, forbidden, text_of},
    ops::Draining,
    problem::Asked,
};

/// How often it is checked that the session has not ended.
const CHECK: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 5_000 });
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Commits that are told to whoever was away; who missed more reads everything anew.
const MOST_MISSED: usize = 2_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamQuery {
    /// Only this shop; all in which the caller may read cases if it is not given.
    #[serde(default)]
    shop: Option<String>,
}

/// An event of the stream, as its lines say it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the document; events are written line by line")]
pub(crate) struct StreamEvent {
    #[schema(example = "case")]
    event: String,
    /// JSON.
    data: String,
    /// The place in the stream: send it as `Last-Event-ID`.
    id: Option<String>,
}

/// Hear of changes as they happen
///
/// Events: `case`, `task`, `payout`, `parcel` and `order` for what a commit changed, `timer` for a
/// task that is due within ten minutes, `lease` for who looks at a case, `job` for how far a job
/// of the caller's has come, and `resync` when something was missed: read everything anew. Data is
/// JSON. `Last-Event-ID` takes up a stream that was cut off.
#[utoipa::path(
    get,
    path = "/api/v1/stream",
    operation_id = "readStream",
    tag = "stream",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The id heard last."),
    ),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream")),
)]
pub(crate) async fn read_stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Asked(query): Asked<StreamQuery>,
) -> Result<impl IntoResponse, Problem> {
    caller.require_staff()?;
    let shops = if let Some(shop) = query.shop {
        let shop: ShopId = shop.parse().map_err(|_| Problem::not_found())?;
        caller.require(&app, &shop, Permission::ReadCases).await?;
        vec![shop]
    } else {
        let principal = caller.principal();
        let shops = principal.shops().map(|(shop, _)| shop);
        shops.filter(|it| principal.may(Permission::ReadCases, it)).cloned().collect()
    };
    if shops.is_empty() {
        return Err(forbidden(Permission::ReadCases));
    }
    let proof = text_of(&headers).unwrap_or_default();
    let resume = headers.get("last-event-id").map(|it| {
        let place = it.to_str().ok().and_then(|it| it.trim().parse::<u64>().ok());
        place.ok_or(Missed)
    });
    let session = Arc::new(caller.session().clone());
    let listening = app.run(move |app| Listening::begin(app, shops, (session, proof), resume));
    let listening = listening.await?;
    let events = stream::unfold(listening, |mut it| async move {
        let event = it.next().await?;
        Some((Ok::<Event, Infallible>(event), it))
    });
    // A proxy that gathers what it is sent would hold events back.
    let name = HeaderName::from_static("x-accel-buffering");
    Ok((AppendHeaders([(name, HeaderValue::from_static("no"))]), Sse::new(events)))
}

/// More happened than can be told.
#[derive(Clone, Copy, Debug)]
struct Missed;

/// One caller who listens.
struct Listening {
    app: App,
    shops: BTreeSet<ShopId>,
    session: Arc<Session>,
    proof: String,
    receiver: Receiver<Told>,
    /// Commits up to here were told.
    place: u64,
    waiting: VecDeque<Event>,
    draining: Draining,
    check: Interval,
    heartbeat: Interval,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let shops: Vec<ShopId> = self.shops.iter().cloned().collect();
        self.app.tail().leave(&shops);
    }
}

impl Listening {
    /// Blocks.
    fn begin(
        app: &App,
        shops: Vec<ShopId>,
        (session, proof): (Arc<Session>, String),
        resume: Option<Result<u64, Missed>>,
    ) -> Result<Self, Problem> {
        let (receiver, place) = app.listen(&shops)?;
        let mut it = Self {
            app: app.clone(),
            shops: shops.into_iter().collect(),
            session,
            proof,
            receiver,
            place,
            waiting: VecDeque::new(),
            draining: app.drain().draining(),
            check: every(CHECK),
            heartbeat: every(HEARTBEAT),
        };
        it.waiting.push_back(Event::default().comment("here"));
        match resume {
            None => (),
            Some(Ok(after)) => it.catch_up(after)?,
            Some(Err(Missed)) => it.waiting.push_back(resync()),
        }
        // Who hears nothing for long takes up from here.
        it.waiting.push_back(Event::default().id(place.to_string()).comment("so far"));
        Ok(it)
    }

    /// What was committed behind `after` and will not be heard.
    fn catch_up(&mut self, after: u64) -> Result<(), Problem> {
        let database = self.app.database();
        let first = database.feed(0, 1)?;
        let first = first.first().map_or(1, |it| it.place);
        let missed = database.feed(after, MOST_MISSED.saturating_add(1))?;
        let missed: Vec<_> = missed.into_iter().take_while(|it| it.place <= self.place).collect();
        let is_forgotten = after.saturating_add(1) < first;
        // A place that was never given is of another installation, or of before a restore.
        let is_unknown = self.place < after && database.feed_end()? < after;
        if is_forgotten || is_unknown || MOST_MISSED < missed.len() {
            self.waiting.push_back(resync());
            return Ok(());
        }
        for it in &missed {
            if !self.shops.contains(&it.dossier.shop) {
                continue;
            }
            for told in self.app.told(it)? {
                self.hear(&told);
            }
        }
        Ok(())
    }

    fn hear(&mut self, told: &Told) {
        if self.shops.contains(told.shop()) && told.is_for(&self.session.principal) {
            self.waiting.push_back(told.event());
        }
        if let Some(place) = told.place() {
            self.place = self.place.max(place);
        }
    }

    /// `None` when there is nothing more to come.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.app.drain().has_begun() {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                () = self.draining.begun() => return None,
                _ = self.check.tick() => self.check_session().await?,
                _ = self.heartbeat.tick() => {
                    let waits_for_nothing = || self.receiver.is_empty();
                    if let Some(place) = self.app.tail().place_if(waits_for_nothing) {
                        self.place = self.place.max(place);
                    }
                    let here = Event::default().id(self.place.to_string()).comment("still here");
                    self.waiting.push_back(here);
                }
                told = self.receiver.recv() => match told {
                    Ok(told) => self.hear(&told),
                    Err(RecvError::Lagged(_)) => self.begin_anew().await?,
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    /// The caller did not read for too long. It hears what comes from now on.
    async fn begin_anew(&mut self) -> Option<()> {
        let shops: Vec<ShopId> = self.shops.iter().cloned().collect();
        let listened = self.app.run(move |app| app.listen(&shops)).await;
        let shops: Vec<ShopId> = self.shops.iter().cloned().collect();
        let (receiver, place) = listened.ok()?;
        self.app.tail().leave(&shops);
        self.receiver = receiver;
        self.place = place;
        self.waiting.push_back(resync().id(place.to_string()));
        Some(())
    }

    async fn check_session(&mut self) -> Option<()> {
        let proof = self.proof.clone();
        let looked = self.app.run(move |app| {
            let people = app.people();
            let found = if proof.starts_with("gk_") {
                people.authenticate_key(&proof)
            } else {
                people.look(&proof)
            };
            match found {
                Ok(session) => Ok(Some(session)),
                Err(AuthError::NotSignedIn) => Ok(None),
                Err(AuthError::Failed(failure)) => Err(failure.into()),
            }
        });
        match looked.await {
            Ok(session) => self.session = session?,
            // It is busy; the next check is soon.
            Err(problem) if problem.is_passing() => (),
            Err(_) => return None,
        }
        Some(())
    }
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

fn every(period: Duration) -> Interval {
    let start = Instant::now().checked_add(period);
    let mut interval = interval_at(start.unwrap_or_else(Instant::now), period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
