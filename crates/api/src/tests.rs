//! The API as its callers meet it: requests in, answers out, in memory.

mod goods;
pub(crate) mod installation;

mod buyers;
mod facts;
mod jobs;
mod oidc;
mod orders;
mod people;
mod reach;
mod receipts;
mod stream;
mod webhooks;
