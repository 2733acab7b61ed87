//! Looks behind the masks are counted.

use std::{sync::Arc, thread};

use store_memory::MemoryStore;

use super::support::{actor, shop};
use crate::{Quota, QuotaError};

#[test]
fn the_last_one_is_given_and_the_next_is_not() {
    let quota = Quota::new(Arc::<MemoryStore>::default());
    let take = |who: &str, day| quota.take(&actor(who), &shop(), day, 2);
    assert_eq!(quota.left(&actor("li"), &shop(), 1, 2).unwrap(), 2);
    assert_eq!(take("li", 1).unwrap(), 1);
    assert_eq!(take("li", 1).unwrap(), 0);
    assert!(matches!(take("li", 1), Err(QuotaError::Exceeded { limit: 2 })));
    assert_eq!(quota.left(&actor("li"), &shop(), 1, 2).unwrap(), 0);
    assert_eq!(take("li", 2).unwrap(), 1);
    assert_eq!(take("wang", 1).unwrap(), 1);
    assert!(matches!(quota.take(&actor("wu"), &shop(), 1, 0), Err(QuotaError::Exceeded { .. })));
}

#[test]
fn nobody_gets_more_by_asking_from_everywhere_at_once() {
    let quota = Quota::new(Arc::<MemoryStore>::default());
    let n_given: usize = thread::scope(|scope| {
        let ask = || (0..10).filter(|_| quota.take(&actor("li"), &shop(), 1, 25).is_ok()).count();
        let askers: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        askers.into_iter().map(|it| it.join().unwrap()).sum()
    });
    assert_eq!(n_given, 25);
}
