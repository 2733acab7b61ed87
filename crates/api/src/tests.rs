//! The API as its callers meet it: requests in, answers out, in memory.

pub(crate) mod service;

mod orders;
mod buyers;
mod oidc;
mod people;
mod reach;
