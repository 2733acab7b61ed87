//! A primary is lost under load, and its standby takes over.

use std::{
    collections::BTreeSet,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use store::{Outcome, Store, Version};

use super::support::{commit, key, version};
use crate::{PostgresStore, sandbox::Server};

const N_WRITERS: usize = 4;

#[test]
fn nothing_acknowledged_is_lost_when_a_standby_takes_over() {
    let mut primary = Server::start(&["fsync=off"]);
    let standby = primary.standby("standby");
    primary.execute("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
    primary.execute("postgres", "SELECT pg_reload_conf()");

    // One address for both, of which only the primary can be written to.
    let [first, second] = [&primary, &standby].map(|it| {
        let url = it.url("");
        url.trim_start_matches("postgres://postgres@").trim_end_matches('/').to_owned()
    });
    let url =
        format!("postgres://postgres@{first},{second}/postgres?target_session_attrs=read-write");
    let store = PostgresStore::open(&url).unwrap();

    let (acknowledge, heard) = mpsc::channel();
    let mut acknowledged: BTreeSet<(usize, u64)> = BTreeSet::new();
    let has_failed_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..N_WRITERS {
            let (store, acknowledge) = (&store, acknowledge.clone());
            let has_failed_over = &has_failed_over;
            scope.spawn(move || {
                let order = format!("order{writer}");
                let mut last_rounds = 20;
                while 0 < last_rounds {
                    let expected = version(store, &order);
                    let command = format!("c{expected}");
                    // Whoever hears nothing asks again with the same command.
                    if let Ok(outcomes) = store.commit(&[commit(&order, expected, &command)]) {
                        assert_eq!(outcomes, [Outcome::Committed]);
                        acknowledge.send((writer, expected + 1)).unwrap();
                    }
                    if has_failed_over.load(Ordering::SeqCst) {
                        last_rounds -= 1;
                    }
                }
            });
        }
        drop(acknowledge);
        acknowledged.extend(heard.iter().take(400));
        primary.kill();
        standby.promote();
        has_failed_over.store(true, Ordering::SeqCst);
        acknowledged.extend(heard.iter());
    });

    let reopened = PostgresStore::open(&standby.url("postgres")).unwrap();
    for writer in 0..N_WRITERS {
        let history =
            reopened.history(&key(&format!("order{writer}")), Version(0), 100_000).unwrap();
        let versions: Vec<u64> = history.iter().map(|it| it.version.0).collect();
        assert!((1..).zip(&versions).all(|(nth, it)| nth == *it), "a gap: {versions:?}");
        let there: BTreeSet<(usize, u64)> = versions.into_iter().map(|it| (writer, it)).collect();
        let lost: Vec<_> =
            acknowledged.iter().filter(|it| it.0 == writer && !there.contains(it)).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    }
}
