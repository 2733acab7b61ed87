//! The service from outside: starting, saying how it is, limits, leaving.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring, pki_types::ServerName,
};

use crate::{
    program::guitu,
    server::{Answer, Server},
};

const JSON: &str = "content-type: application/json";
const ORDER: &str = "/api/v1/shops/s/orders/1";

#[test]
fn it_says_how_it_is_and_counts_what_it_does() {
    let server = Server::start(&["--set", "logs.format=json"]);
    assert_eq!(server.get("/healthz", &[]).status, 200);
    let ready = server.get("/readyz", &["x-request-id: probe-1"]);
    assert_eq!((ready.status, &*ready.body), (200, r#"{"status":"ready"}"#));
    assert!(ready.head.contains("x-request-id: probe-1"), "{}", ready.head);
    let nothing = server.get("/api/v1/nothing?phone=13800001234", &["x-request-id: seen-1"]);
    assert_eq!(nothing.problem(), "404 not-found");
    server.get("/api/v1/shops/one/tasks/counts", &[]);

    let figures = server.get("/metrics", &[]).body;
    for name in [
        "guitu_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "guitu_requests_total{method=\"GET\",route=\"/api/v1/shops/{shop}/tasks/counts\"",
        "guitu_request_seconds_bucket{method=\"GET\",route=\"/healthz\",le=\"0.005\"}",
        "guitu_requests_in_flight 1",
        "guitu_commit_failures_total 0",
        "guitu_database_errors_total 0",
        "guitu_rate_limited_total{by=\"key\"} 0",
        "guitu_queue_length 0",
        "guitu_outbox_due 0",
        "guitu_outbox_lag_seconds 0",
        "guitu_timers_overdue 0",
        "guitu_timers_lag_seconds 0",
        "guitu_tasks_open{role=\"finance\",age=\"overdue\"} 0",
        "guitu_worker_leases 1024",
        "process_resident_memory_bytes ",
    ] {
        assert!(figures.contains(name), "there is no {name} in\n{figures}");
    }
    let behind_a_proxy = server.get("/metrics", &["x-forwarded-for: 127.0.0.1"]);
    assert_eq!(behind_a_proxy.problem(), "404 not-found");

    let (said, logged) = server.stop();
    assert_eq!(said, "stopped\n");
    let line = logged.lines().find(|it| it.contains("seen-1")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["route"], &line["status"]), (&"none".into(), &404.into()));
    assert!(!logged.contains("13800001234"), "{logged}");
    assert!(!logged.contains("probe-1"), "probes fill no log: {logged}");
}

#[test]
fn told_to_stop_it_is_not_ready_and_finishes_what_was_begun() {
    let mut server = Server::start(&["--set", "drain.notice_seconds=2"]);
    let mut begun = server.connect();
    let head = format!(
        "PUT {ORDER} HTTP/1.1\r\nhost: x\r\n{JSON}\r\nidempotency-key: k\r\n\
         content-length: 2\r\n\r\n"
    );
    begun.write_all(head.as_bytes()).unwrap();
    server.signal("TERM");
    // It hears of it within the notice.
    while server.get("/readyz", &[]).status == 200 {}
    assert_eq!(server.get("/readyz", &[]).problem(), "503 not-ready");
    assert_eq!(server.get("/healthz", &[]).status, 200);
    // When it takes nobody in any more, what was begun still gets its answer.
    while std::net::TcpStream::connect(server.address).is_ok() {}
    begun.write_all(b"{}").unwrap();
    let answer = Answer::read(begun);
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let (said, logged) = server.wait();
    assert_eq!(said, "stopped\n");
    assert!(logged.contains("all requests have finished"), "{logged}");

    let data = server.folder.at("data/guitu.db").display().to_string();
    let told = guitu(["db", "check", "--db", &data]).expect(0).out;
    assert_eq!(told, "sound: 0 dossiers, 0 commits, 0 ledger entries\n");
    assert!(!server.folder.at("data/guitu.db-wal").exists(), "it was closed in good order");
}

#[test]
fn what_does_not_finish_in_time_is_cut_off() {
    let more = ["--set", "drain.notice_seconds=0", "--set", "drain.seconds=1"];
    let server = Server::start(&more);
    let mut begun = server.connect();
    let head = format!("PUT {ORDER} HTTP/1.1\r\nhost: x\r\n{JSON}\r\ncontent-length: 2\r\n\r\n");
    begun.write_all(head.as_bytes()).unwrap();
    // Its head was read when somebody who came later has been answered.
    assert_eq!(server.get("/healthz", &[]).status, 200);
    let (said, _) = server.stop();
    assert_eq!(said, "stopped\n");
}

#[test]
fn whoever_says_nothing_or_says_it_slowly_is_sent_away() {
    let server = Server::start(&["--set", "limits.header_seconds=1"]);
    let ends = |said: &str| {
        let mut stream = server.connect();
        stream.write_all(said.as_bytes()).unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).expect("it is closed");
        String::from_utf8(heard).unwrap()
    };
    assert_eq!(ends(""), "");
    let slow = ends("GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ");
    assert!(slow.is_empty() || slow.starts_with("HTTP/1.1 408"), "{slow}");
    let idle = ends("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(idle.starts_with("HTTP/1.1 200") && idle.ends_with('}'), "{idle}");
    assert!(ends("\u{1}\u{2}\r\n\r\n").starts_with("HTTP/1.1 400"));
}

#[test]
fn limits_are_those_of_the_configuration() {
    let server = Server::start(&[
        "--set",
        "limits.body_bytes=1024",
        "--set",
        "limits.per_address_per_second=1",
        "--set",
        "limits.per_address_burst=2",
    ]);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(2_000));
    let answer = server.send("POST", "/api/v1/session", &[JSON], &large);
    assert!(answer.problem().starts_with("413 "), "{answer:?}");
    server.get("/api/v1/nothing", &[]);
    let refused = server.get("/api/v1/nothing", &["accept-language: en"]);
    assert_eq!(refused.problem(), "429 too-many-requests");
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    let figures = server.get("/metrics", &[]).body;
    assert!(figures.contains("guitu_rate_limited_total{by=\"address\"} 1"), "{figures}");
}

#[test]
fn with_a_certificate_it_speaks_tls_and_nothing_else() {
    let made = rcgen::generate_simple_self_signed(["guitu.example".to_owned()]).unwrap();
    let folder = crate::table::Folder::new();
    let certificate = folder.write("cert.pem", made.cert.pem()).display().to_string();
    let key = folder.write("key.pem", made.signing_key.serialize_pem()).display().to_string();
    let config = format!("[tls]\ncertificate = \"{certificate}\"\nkey = \"{key}\"\n");
    let config = folder.write("guitu.toml", config).display().to_string();
    let mut server = Server::start_in(folder, &["--config", &config]);

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("guitu.example").unwrap();
    let client = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut stream = StreamOwned::new(client, server.connect());
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("strict-transport-security: max-age="), "{}", answer.head);

    // `guitu health` knows the certificate, whatever its name.
    let listen = server.address.to_string();
    let health = |more: &[&str]| {
        let all = ["health", "--listen", &listen, "--config", &config];
        guitu(all.iter().chain(more))
    };
    assert_eq!(health(&["--ready"]).expect(0).out, "ready\n");
    assert_eq!(health(&[]).expect(0).out, "alive\n");
    let plain = guitu(["health", "--listen", &listen]).expect(1).err;
    assert!(plain.contains("does not speak HTTP"), "{plain}");
    server.signal("TERM");
    server.wait();
    let gone = health(&[]).expect(1).err;
    assert!(gone.contains("asking 127.0.0.1:"), "{gone}");
}

#[test]
fn a_configuration_is_checked_before_anything_is_touched() {
    let folder = crate::table::Folder::new();
    let path = folder.write("guitu.toml", "listen = \"here\"\n[limits]\nat_onc = 5\n");
    let path = path.display().to_string();
    let data = folder.at("data");
    let check = guitu(["config", "check", "--config", &path]).expect(1).err;
    assert!(check.contains("guitu.toml:1: `listen`: `here` is not an address"), "{check}");
    assert!(check.contains("guitu.toml:3: there is no setting `limits.at_onc`; did"), "{check}");
    let data = data.display().to_string();
    let serve = guitu(["serve", "--config", &path, "--data", &data]).expect(1).err;
    assert_eq!(serve, check);
    assert!(!folder.at("data").exists());

    let example = guitu(["config", "example"]).expect(0).out;
    let path = folder.write("example.toml", example).display().to_string();
    let told = guitu(["config", "check", "--config", &path]).expect(0).out;
    assert!(told.contains("listen = \"127.0.0.1:8080\"\n"), "{told}");
}

#[test]
fn keys_are_made_once_and_kept_from_others() {
    let mut server = Server::start(&[]);
    let keys = server.folder.at("data/keys.toml");
    let before = std::fs::read_to_string(&keys).unwrap();
    let data = server.folder.at("data").display().to_string();
    server.signal("TERM");
    server.wait();
    // Again on the same folder.
    let mut permissions = std::fs::metadata(&keys).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    std::fs::set_permissions(&keys, permissions).unwrap();
    let told = guitu(["serve", "--listen", "127.0.0.1:0", "--data", &data]).expect(1).err;
    assert!(told.contains("keys.toml may be read by others"), "{told}");
    assert_eq!(std::fs::read_to_string(&keys).unwrap(), before);
}

#[test]
fn traces_go_to_a_collector_when_there_is_one() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("traces.endpoint=http://{}", collector.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = collector.accept().unwrap();
        let mut heard = Vec::new();
        // The names of what was asked stand at the end of what is sent.
        while !contains(&heard, b"/api/v1/shops/{shop}/tasks/counts") {
            let mut some = [0; 4_096];
            let n_read = stream.read(&mut some).unwrap();
            assert_ne!(n_read, 0, "it ended early: {}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&some[..n_read]);
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        heard
    });
    let server = Server::start(&["--set", &endpoint]);
    server.get("/api/v1/shops/one/tasks/counts?phone=13800001234", &[]);
    server.stop();
    let heard = heard.join().unwrap();
    assert!(heard.starts_with(b"POST /v1/traces HTTP/1.1"));
    assert!(contains(&heard, b"guitu") && !contains(&heard, b"13800001234"));
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|it| it == what)
}
