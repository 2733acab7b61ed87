//! From commits to messages.

use std::collections::BTreeMap;

use kernel::ShopId;
use store::{Database, Fed};
use webhooks::{EndpointState, EventType, Message, MessageId, Source, SourceError, Told};

use crate::{
    App,
    happening::{Happening, happenings},
};

/// The feed, as the producer of webhooks reads it.
///
/// Of a shop that nobody listens to no history is read.
pub(crate) struct FeedSource(pub(crate) App);

impl Source for FeedSource {
    fn next(&self, after: u64, limit: usize) -> Result<Vec<Told>, SourceError> {
        let fed = self.0.database().feed(after, limit)?;
        let mut listening: BTreeMap<ShopId, bool> = BTreeMap::new();
        let mut told = Vec::with_capacity(fed.len());
        for it in fed {
            let shop = it.dossier.shop.clone();
            let is_heard = if let Some(is_heard) = listening.get(&shop) {
                *is_heard
            } else {
                let is_heard = self.is_heard(&shop)?;
                listening.insert(shop.clone(), is_heard);
                is_heard
            };
            let messages = if is_heard { messages(&**self.0.database(), &it)? } else { Vec::new() };
            told.push(Told { place: it.place, shop, messages });
        }
        Ok(told)
    }
}

impl FeedSource {
    fn is_heard(&self, shop: &ShopId) -> Result<bool, SourceError> {
        let endpoints = self.0.endpoints().list(shop)?;
        Ok(endpoints.iter().any(|it| it.state == EndpointState::Active))
    }
}

fn messages(database: &dyn Database, fed: &Fed) -> Result<Vec<Message>, SourceError> {
    let happened = happenings(database, &fed.dossier, fed.version);
    let happened = match happened {
        Ok(happened) => happened,
        Err(problem) if problem.is_passing() => return Err(Busy.into()),
        // One order that cannot be read, which was logged, keeps nobody from the others.
        Err(_) => Vec::new(),
    };
    let mut messages = Vec::with_capacity(happened.len());
    for (index, it) in (0_u32..).zip(happened) {
        messages.push(Message {
            id: MessageId::of_commit(&fed.dossier, fed.version, index),
            event_type: EventType::new(it.what)?,
            at: fed.at,
            data: data(&it)?,
        });
    }
    Ok(messages)
}

/// Type and instant stand beside the data already.
fn data(happening: &Happening) -> Result<serde_json::Value, SourceError> {
    let mut data = serde_json::to_value(happening)?;
    if let Some(data) = data.as_object_mut() {
        data.remove("type");
        data.remove("at");
    }
    Ok(data)
}

#[derive(Debug, thiserror::Error)]
#[error("the database is busy")]
struct Busy;
