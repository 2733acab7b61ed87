//! Why the database did not do as it was told, and whether it is worth asking again.

use std::io;

use store::StoreError;
use thiserror::Error;
use tokio_postgres::error::SqlState;

#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("the database refused")]
    Database(#[from] tokio_postgres::Error),
    #[error("no answer in time")]
    NoAnswer,
    #[error("all connections are in use")]
    Busy,
    #[error("other parts of it may have been done")]
    Partly(#[source] Box<Self>),
    /// It is known that nothing was done.
    #[error("somebody else was in between")]
    Overtaken,
    #[error("it is not known whether it was done")]
    Unknown(#[source] Box<Self>),
    #[error("a thread for the connection could not be set up")]
    Runtime(#[source] io::Error),
    /// Nothing is guessed: a column that cannot be what it should be is an error.
    #[error("`{column}` holds what cannot be there: {why}")]
    Unreadable { column: &'static str, why: String },
    #[error("the number {0} is out of reach of a column")]
    OutOfRange(u64),
}

impl Failure {
    /// Whether the same may succeed in a moment: a lost connection, a deadlock, a restart.
    pub(crate) fn is_passing(&self) -> bool {
        match self.as_the_servers() {
            Some(error) => match error.code() {
                Some(code) => is_passing(code) || is_shutting_down(error),
                // Without a code it never reached a server, or the answer never came.
                None => is_disconnected(error),
            },
            None => matches!(self, Self::NoAnswer | Self::Overtaken),
        }
    }

    /// Whether our patience was used up by it, or the server's.
    pub(crate) fn was_waited_for(&self) -> bool {
        match self.as_the_servers() {
            Some(error) => error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE),
            None => matches!(self, Self::NoAnswer),
        }
    }

    /// Whether what was asked last may have been done nevertheless.
    pub(crate) fn leaves_doubt(&self) -> bool {
        match self.as_the_servers() {
            Some(error) => match error.code() {
                // Terminated by somebody, maybe while the commit waited for a standby.
                Some(code) => is_lost(code) || is_shutting_down(error),
                None => true,
            },
            None => matches!(self, Self::NoAnswer),
        }
    }

    /// Whether there was no room, so that nothing was done.
    pub(crate) fn is_busy(&self) -> bool {
        match self.as_the_servers() {
            Some(error) => error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS),
            None => matches!(self, Self::Busy),
        }
    }

    pub(crate) fn into_store_error(self, during: &'static str) -> StoreError {
        if self.is_busy() { StoreError::busy(during, self) } else { StoreError::new(during, self) }
    }

    fn as_the_servers(&self) -> Option<&tokio_postgres::Error> {
        match self {
            Self::Database(error) => Some(error),
            Self::NoAnswer
            | Self::Busy
            | Self::Partly(_)
            | Self::Overtaken
            | Self::Unknown(_)
            | Self::Runtime(_)
            | Self::Unreadable { .. }
            | Self::OutOfRange(_) => None,
        }
    }
}

/// Codes after which a transaction may be tried again as it is.
fn is_passing(code: &SqlState) -> bool {
    is_lost(code)
        || [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::READ_ONLY_SQL_TRANSACTION,
        ]
        .contains(code)
}

/// Codes that come with the end of the connection, or instead of its beginning.
fn is_lost(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_SESSION_TIMEOUT,
        ]
        .contains(code)
}

/// A coordinator reports a worker's end as an internal error.
fn is_shutting_down(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|it| {
        *it.code() == SqlState::INTERNAL_ERROR && it.message().contains("shut down")
    })
}

fn is_disconnected(error: &tokio_postgres::Error) -> bool {
    if error.is_closed() {
        return true;
    }
    let mut source = std::error::Error::source(error);
    while let Some(it) = source {
        if it.is::<io::Error>() {
            return true;
        }
        source = it.source();
    }
    false
}
