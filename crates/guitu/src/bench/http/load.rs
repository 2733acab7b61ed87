//! Callers at once: as fast as they are answered, or as often as they are told to.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    ops::Range,
    time::Duration,
};

use anyhow::Result;
use futures_util::future::try_join_all;

use super::client::Caller;
use crate::clock;

/// How long each call took, and all of them together.
pub(super) struct Measured {
    pub(super) times: Vec<Duration>,
    pub(super) took: Duration,
}

/// Numbers that are each handed out once: of orders, or of requests.
pub(super) struct Numbers(Cell<Range<u32>>);

impl Numbers {
    pub(super) fn of(range: Range<u32>) -> Self {
        Self(Cell::new(range))
    }

    fn next(&self) -> Option<u32> {
        let mut range = self.0.take();
        let next = range.next();
        self.0.set(range);
        next
    }

    /// The first that was not handed out.
    pub(super) fn first_left(&self) -> u32 {
        let range = self.0.take();
        let start = range.start;
        self.0.set(range);
        start
    }
}

/// Each caller asks again as soon as it is answered, until the time is up or there are no more
/// numbers.
pub(super) async fn closed(
    address: SocketAddr,
    (n_callers, time): (u32, Duration),
    numbers: &Numbers,
    call: impl AsyncFn(&mut Caller, u32) -> Result<()>,
) -> Result<Measured> {
    let times = RefCell::new(Vec::new());
    let mut callers = connected(address, n_callers).await?;
    let began = clock::instant();
    try_join_all(callers.iter_mut().map(async |caller| -> Result<()> {
        while began.elapsed() < time
            && let Some(number) = numbers.next()
        {
            let asked = clock::instant();
            call(caller, number).await?;
            times.borrow_mut().push(asked.elapsed());
        }
        Ok(())
    }))
    .await?;
    Ok(Measured { times: times.into_inner(), took: began.elapsed() })
}

/// A call each `pause`, answered or not. What a call takes is counted from the moment at which it
/// should have been made: a service that stalls makes all wait that come meanwhile, and they count.
pub(super) async fn open(
    address: SocketAddr,
    (n_callers, pause, n_calls): (u32, Duration, u32),
    numbers: &Numbers,
    call: impl AsyncFn(&mut Caller, u32) -> Result<()>,
) -> Result<Measured> {
    let times = RefCell::new(Vec::new());
    let turns = Numbers::of(0..n_calls);
    let mut callers = connected(address, n_callers).await?;
    let began = clock::instant();
    try_join_all(callers.iter_mut().map(async |caller| -> Result<()> {
        while let Some(turn) = turns.next()
            && let Some(number) = numbers.next()
        {
            let due = pause.saturating_mul(turn);
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
            call(caller, number).await?;
            times.borrow_mut().push(began.elapsed().saturating_sub(due));
        }
        Ok(())
    }))
    .await?;
    Ok(Measured { times: times.into_inner(), took: began.elapsed() })
}

async fn connected(address: SocketAddr, n_callers: u32) -> Result<Vec<Caller>> {
    try_join_all((0..n_callers).map(|_| Caller::connect(address))).await
}
