//! The API as its callers meet it: requests in, answers out, in memory.

pub(crate) mod service;

mod buyers;
mod orders;
mod people;
mod stream;
mod webhooks;
