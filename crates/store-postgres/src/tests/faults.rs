//! Connections that break, servers that go away, and what is left afterwards.

use std::{error::Error, sync::Barrier, thread, time::Duration};

use expect_test::{Expect, expect};
use store::{Commit, Outcome, Store, StoreError, Version};

use super::support::{Cut, Proxy, commit, history, key, version};
use crate::{
    Config, PostgresStore,
    bulk::Layout,
    failure::Failure,
    sandbox::{Server, database},
    session::Session,
};

/// The message and those of its sources.
#[track_caller]
fn check<T>(failed: Result<T, StoreError>, expected: Expect) -> StoreError {
    let Err(error) = failed else { panic!("it did not fail") };
    let mut told = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        told.push(error.to_string());
        source = error.source();
    }
    expected.assert_eq(&told.join("\n"));
    error
}

fn session(url: &str) -> Session {
    Session::open(&url.parse::<Config>().unwrap()).unwrap()
}

/// Commits over a line that is cut once, and looks at what is there.
#[track_caller]
fn over_a_cut_line(layout: Layout, cut: Cut) {
    let database = database();
    let proxy = Proxy::before(&database.url());
    let mut store = PostgresStore::open_with(proxy.config()).unwrap();
    store.layout = layout;
    store.commit(&[commit("1", 0, "first")]).unwrap();

    proxy.arm(cut);
    let batch =
        [commit("1", 1, "a"), commit("2", 0, "b"), commit("1", 2, "c"), commit("1", 9, "d")];
    let outcomes = store.commit(&batch).unwrap();
    assert!(!proxy.is_armed(), "the line was not cut");
    let conflict = Outcome::Conflict { actual: Version(3) };
    let committed = Outcome::Committed;
    assert_eq!(outcomes, [committed, committed, committed, conflict]);
    assert_eq!(history(&store, "1"), "1:first 2:a 3:c");
    assert_eq!(history(&store, "2"), "1:b");
    assert_eq!(version(&store, "1"), 3);
}

#[test]
fn a_commit_whose_answer_is_lost_is_found_to_be_there() {
    over_a_cut_line(Layout::Whole, Cut::AfterCommit);
    over_a_cut_line(Layout::Spread, Cut::AfterCommit);
}

#[test]
fn a_commit_that_never_arrived_is_made_again() {
    over_a_cut_line(Layout::Whole, Cut::BeforeCommit);
    over_a_cut_line(Layout::Spread, Cut::BeforeCommit);
}

#[test]
fn the_same_command_of_somebody_else_is_not_taken_for_ours() {
    let database = database();
    let proxy = Proxy::before(&database.url());
    let store = PostgresStore::open_with(proxy.config()).unwrap();
    let theirs = Commit {
        answered: store::Answered { fingerprint: 8, answer: "another".to_owned() },
        ..commit("1", 0, "a")
    };
    database.open().commit(&[theirs]).unwrap();
    proxy.arm(Cut::BeforeCommit);
    let outcomes = store.commit(&[commit("1", 0, "a"), commit("2", 0, "b")]).unwrap();
    assert!(!proxy.is_armed(), "the line was not cut");
    assert_eq!(outcomes, [Outcome::Conflict { actual: Version(1) }, Outcome::Committed]);
}

#[test]
fn a_document_is_kept_once_over_a_line_that_breaks() {
    let database = database();
    let proxy = Proxy::before(&database.url());
    let store = PostgresStore::open_with(proxy.config()).unwrap();
    let document = |name: &str, body: &str| store::Document {
        kind: "pack".to_owned(),
        name: name.to_owned(),
        body: body.to_owned(),
    };
    for (cut, name) in [(Cut::Never, "a"), (Cut::BeforeCommit, "b"), (Cut::AfterCommit, "c")] {
        proxy.arm(cut);
        assert!(store.keep(&document(name, "first")).unwrap());
        assert!(!proxy.is_armed(), "the line was not cut");
        assert!(!store.keep(&document(name, "first")).unwrap());
        // The same again, but it is somebody else's.
        proxy.arm(cut);
        assert!(!store.keep(&document(name, "second")).unwrap());
        assert!(!proxy.is_armed(), "the line was not cut");
    }
    assert!(store.documents("pack").unwrap().iter().all(|it| it.body == "first"));
}

#[test]
fn a_backend_that_is_terminated_in_a_commit_is_replaced() {
    let database = database();
    let store = database.open();
    store.commit(&[commit("1", 0, "a")]).unwrap();
    let other = session(&database.url());
    other.execute("BEGIN; SELECT FROM dossier FOR UPDATE").unwrap();
    thread::scope(|scope| {
        let blocked = scope.spawn(|| store.commit(&[commit("1", 1, "b"), commit("2", 0, "c")]));
        let terminated = "
            SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while other.query_once(terminated, &[]).unwrap().is_empty() {}
        other.execute("COMMIT").unwrap();
        assert_eq!(blocked.join().unwrap().unwrap(), [Outcome::Committed; 2]);
    });
    assert_eq!(history(&store, "1"), "1:a 2:b");
    assert_eq!(history(&store, "2"), "1:c");
}

#[test]
fn an_exhausted_pool_says_so_in_time() {
    let database = database();
    let mut config: Config = database.url().parse().unwrap();
    config.pool_size = 1;
    config.pool_timeout = Duration::from_millis(50);
    let store = PostgresStore::open_with(config).unwrap();
    let lent = store.pool.lend().unwrap();
    let error = check(
        store.load(&[store::Wanted {
            dossier: key("1"),
            command: kernel::CommandKey::new("a").unwrap(),
        }]),
        expect![[r#"
            the store failed: loading dossiers
            all connections are in use"#]],
    );
    assert!(error.is_busy());
    lent.give_back();
    assert_eq!(version(&store, "1"), 0);
}

/// What may have been written is not reported as what found no room.
#[test]
fn a_lost_answer_is_not_forgotten_over_an_exhausted_pool() {
    let mut opened = database().into_store();
    let mut failures = vec![Failure::Busy, Failure::NoAnswer];
    let failed = opened.store.insist(|_| Err::<(), _>(failures.pop().unwrap()));
    check(
        failed.map_err(|failure| failure.into_store_error("committing a batch")),
        expect![[r#"
            the store failed: committing a batch
            no answer in time"#]],
    );

    opened.store.layout = Layout::Spread;
    let failed = opened.store.in_parts(
        &[key("1"), key("2")],
        |it| it,
        |part| if part.contains(&&key("1")) { Ok(vec![()]) } else { Err(Failure::Busy) },
    );
    let error = check(
        failed.map_err(|failure| failure.into_store_error("committing a batch")),
        expect![[r#"
            the store failed: committing a batch
            other parts of it may have been done
            all connections are in use"#]],
    );
    assert!(!error.is_busy());
}

#[test]
fn many_threads_share_few_connections() {
    let database = database();
    let mut config: Config = database.url().parse().unwrap();
    config.pool_size = 2;
    let store = PostgresStore::open_with(config).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for version in 0..10 {
                    let one = commit(&thread.to_string(), version, &format!("c{version}"));
                    assert_eq!(store.commit(&[one]).unwrap(), [Outcome::Committed]);
                }
            });
        }
    });
    assert_eq!(version(&store, "7"), 10);
}

/// Batches over the same dossiers in opposite orders, some of which are only just beginning.
#[test]
fn writers_of_the_same_dossiers_never_wait_for_each_other_in_a_circle() {
    let database = database();
    let store = database.open();
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for writer in ["left", "right"] {
            let (store, barrier) = (&store, &barrier);
            scope.spawn(move || {
                for round in 0..40 {
                    let mut orders: Vec<String> =
                        (round..round + 20).map(|it| it.to_string()).collect();
                    if writer == "right" {
                        orders.reverse();
                    }
                    let commits = orders.iter().map(|order| {
                        let command = format!("{writer}{round}");
                        commit(order, version(store, order), &command)
                    });
                    let batch: Vec<Commit> = commits.collect();
                    barrier.wait();
                    store.commit(&batch).unwrap();
                }
            });
        }
    });
    let session = session(&database.url());
    session.execute("SELECT pg_stat_clear_snapshot()").unwrap();
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let rows = session.query_once(deadlocks, &[]).unwrap();
    assert_eq!(rows[0].get::<_, i64>(0), 0);
}

#[test]
fn a_server_may_restart_between_calls() {
    let mut server = Server::start(&["fsync=off"]);
    let store = PostgresStore::open(&server.url("postgres")).unwrap();
    store.commit(&[commit("1", 0, "a")]).unwrap();
    server.kill();
    server.start_again();
    assert_eq!(store.commit(&[commit("1", 1, "b")]).unwrap(), [Outcome::Committed]);
    server.kill();
    let error = store.history(&key("1"), Version(0), 9).unwrap_err();
    assert!(!error.is_busy());
    server.start_again();
    assert_eq!(history(&store, "1"), "1:a 2:b");
}

/// PostgreSQL answers a commit whose wait for the standby was cut short as if all were well.
#[test]
fn a_commit_that_no_standby_has_is_not_acknowledged() {
    let server = Server::start(&["fsync=off"]);
    let address = "statement_timeout_ms=100&lock_timeout_ms=100&answer_timeout_ms=400";
    let store = PostgresStore::open(&format!("{}?{address}", server.url("postgres"))).unwrap();
    store.commit(&[commit("1", 0, "a")]).unwrap();
    let set_standbys = |names: &str| {
        server.execute(
            "postgres",
            &format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"),
        );
        server.execute("postgres", "SELECT pg_reload_conf()");
    };
    set_standbys("nobody");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| store.commit(&[commit("1", 1, "b")]));
        let waits = "
            SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let other = session(&server.url("postgres"));
        while other.query_once(waits, &[]).unwrap()[0].get::<_, i64>(0) == 0 {}
        let error = waiting.join().unwrap().unwrap_err();
        assert!(!error.is_busy(), "{error:?}");
    });
    set_standbys("");
    while version(&store, "1") < 2 {}
    assert_eq!(history(&store, "1"), "1:a 2:b");
}
