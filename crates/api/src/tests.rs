//! The API as its callers meet it: requests in, answers out, in memory.

mod service;

mod orders;
