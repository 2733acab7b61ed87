//! One connection, driven by whichever thread has it.
//!
//! Requests are sent together and answered in order, so that many statements cost one round trip.
//! No thread stands between the caller and the socket.
//!
//! **Invariant:** a session that failed is not used again, and whatever ailed it is gone with it:
//! the server rolls back the transaction it was in.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Row, Statement, types::ToSql};

use crate::{Config, failure::Failure};

pub(crate) type Value<'v> = &'v (dyn ToSql + Sync);

/// A statement and what to put in it.
pub(crate) enum Request<'r> {
    /// Without parameters or rows: `BEGIN` and the like.
    Control(&'static str),
    /// Prepared once per session.
    Query(&'static str, Vec<Value<'r>>),
}

type Answer = Result<Vec<Row>, tokio_postgres::Error>;
type Pending<'p, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + 'p>>;

/// Fields are dropped in order: the client says goodbye before the runtime under it goes.
pub(crate) struct Session {
    client: Client,
    statements: RefCell<BTreeMap<&'static str, Statement>>,
    config: Config,
    has_failed: Cell<bool>,
    runtime: Runtime,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("has_failed", &self.has_failed).finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn open(config: &Config) -> Result<Self, Failure> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
        let connected = runtime.block_on(async {
            let connect = crate::tls::connect(config);
            tokio::time::timeout(config.connect_timeout, connect).await
        });
        let client = connected.map_err(|_| Failure::NoAnswer)??;
        let session = Self {
            client,
            statements: RefCell::default(),
            config: config.clone(),
            has_failed: Cell::new(false),
            runtime,
        };
        session.execute(&config.settings())?;
        Ok(session)
    }

    pub(crate) fn is_usable(&self) -> bool {
        !self.has_failed.get() && !self.client.is_closed()
    }

    /// Runs one statement.
    pub(crate) fn query(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let answers = self.pipeline(&[Request::Query(sql, values.to_vec())])?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// Sends all requests at once and waits for all answers. Fails with the first that failed.
    pub(crate) fn pipeline(&self, requests: &[Request<'_>]) -> Result<Vec<Vec<Row>>, Failure> {
        self.wait(async {
            self.prepare(requests).await?;
            let mut pending: Vec<Pending<'_, Vec<Row>>> = Vec::with_capacity(requests.len());
            {
                let statements = self.statements.borrow();
                for request in requests {
                    pending.push(match request {
                        Request::Control(sql) => Box::pin(async {
                            self.client.batch_execute(sql).await.map(|()| Vec::new())
                        }),
                        Request::Query(sql, values) => {
                            let statement = statements.get(sql).cloned();
                            Box::pin(self.answer(sql, statement, values))
                        }
                    });
                }
            }
            in_order(pending).await
        })
    }

    async fn answer(
        &self,
        sql: &str,
        statement: Option<Statement>,
        values: &[Value<'_>],
    ) -> Answer {
        match statement {
            Some(statement) => self.client.query(&statement, values).await,
            None => self.client.query(sql, values).await,
        }
    }

    async fn prepare(&self, requests: &[Request<'_>]) -> Result<(), tokio_postgres::Error> {
        let mut missing: Vec<&'static str> = Vec::new();
        {
            let statements = self.statements.borrow();
            for request in requests {
                if let Request::Query(sql, _) = request
                    && !statements.contains_key(sql)
                    && !missing.contains(sql)
                {
                    missing.push(sql);
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let pending = missing
            .iter()
            .map(|sql| -> Pending<'_, Statement> { Box::pin(self.client.prepare(sql)) });
        let prepared = in_order(pending.collect()).await?;
        self.statements.borrow_mut().extend(missing.into_iter().zip(prepared));
        Ok(())
    }

    /// Runs statements without parameters, one after the other.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), Failure> {
        self.wait(self.client.batch_execute(sql))
    }

    /// Runs a statement once, without preparing it for another time.
    pub(crate) fn query_once(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        self.wait(self.client.query(sql, values))
    }

    /// Lends the client to a library that wants it whole.
    pub(crate) fn lend<T, E>(
        &mut self,
        work: impl AsyncFnOnce(&mut Client) -> Result<T, E>,
    ) -> Result<T, E> {
        self.runtime.block_on(work(&mut self.client))
    }

    fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Failure> {
        let patience = self.config.answer_timeout;
        let done = self.runtime.block_on(async { tokio::time::timeout(patience, work).await });
        let done = done.map_err(|_| Failure::NoAnswer).and_then(|it| Ok(it?));
        if done.is_err() {
            self.has_failed.set(true);
        }
        done
    }
}

/// Polls all in order, so that they are sent in order, until all are done.
///
/// A request of a transaction that has failed already says nothing about why: the first failure
/// is what counts. Waiting for the rest keeps questions and answers in step.
async fn in_order<T>(mut pending: Vec<Pending<'_, T>>) -> Result<Vec<T>, tokio_postgres::Error> {
    let mut done: Vec<Option<Result<T, tokio_postgres::Error>>> = Vec::new();
    done.resize_with(pending.len(), || None);
    poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (slot, future) in done.iter_mut().zip(&mut pending) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(it) => *slot = Some(it),
                    Poll::Pending => all = Poll::Pending,
                }
            }
        }
        all
    })
    .await;
    done.into_iter().flatten().collect()
}
