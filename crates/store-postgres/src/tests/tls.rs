//! What leaves the machine is encrypted, for a server that can show who it is.

use std::{fs, process::Command};

use expect_test::expect;
use store::{Outcome, Store};

use super::support::commit;
use crate::{Config, OpenError, PostgresStore, sandbox::Server};

/// A server with a certificate for `localhost`, and the file to trust it by.
fn server() -> (Server, tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-days", "2", "-keyout", &at("key.pem"), "-out", &at("certificate.pem")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let mut server = Server::start_on_tcp(&["fsync=off"]);
    server.give_file("key.pem", &fs::read_to_string(at("key.pem")).unwrap());
    server.give_file("certificate.pem", &fs::read_to_string(at("certificate.pem")).unwrap());
    for (setting, value) in
        [("ssl_key_file", "key.pem"), ("ssl_cert_file", "certificate.pem"), ("ssl", "on")]
    {
        server.execute("postgres", &format!("ALTER SYSTEM SET {setting} = '{value}'"));
    }
    server.kill();
    server.start_again();
    let trusted = at("certificate.pem");
    (server, directory, trusted)
}

fn is_encrypted(url: &str) -> bool {
    let session = crate::session::Session::open(&url.parse::<Config>().unwrap()).unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    session.query_once(sql, &[]).unwrap()[0].get(0)
}

#[test]
fn a_certificate_has_to_be_good() {
    let (server, _directory, trusted) = server();
    let url = |host: &str, options: &str| {
        format!("postgres://postgres@{host}:{}/postgres{options}", server.port())
    };
    let good = url("localhost", &format!("?sslmode=verify-full&sslrootcert={trusted}"));
    assert!(is_encrypted(&good));
    assert!(!is_encrypted(&url("localhost", "")));
    let store = PostgresStore::open(&good).unwrap();
    assert_eq!(store.commit(&[commit("1", 0, "a")]).unwrap(), [Outcome::Committed]);

    // Nobody vouches for it; and it is vouched for under another name.
    let refused = |url: &str| matches!(PostgresStore::open(url), Err(OpenError::Failed { .. }));
    assert!(refused(&url("localhost", "?sslmode=require")));
    assert!(refused(&url("127.0.0.1", &format!("?sslmode=require&sslrootcert={trusted}"))));
}

#[test]
fn another_machine_is_never_spoken_to_in_the_clear_unasked() {
    let is_encrypted = |url: &str| url.parse::<Config>().unwrap().trust.is_some();
    assert!(is_encrypted("postgres://guitu@db.example/guitu"));
    assert!(is_encrypted("postgres://guitu@localhost,db.example/guitu"));
    assert!(is_encrypted("postgres://guitu@localhost/guitu?sslmode=require"));
    assert!(!is_encrypted("postgres://guitu@db.example/guitu?sslmode=disable"));
    assert!(!is_encrypted("postgres://guitu@127.0.0.1/guitu"));
    assert!(!is_encrypted("postgres://guitu@%2Frun%2Fpostgresql/guitu"));
}

#[test]
fn a_file_without_certificates_is_told() {
    let url = "postgres://guitu@db.example/guitu?sslrootcert=nowhere.pem";
    let error = url.parse::<Config>().unwrap_err();
    expect!["`nowhere.pem` does not hold certificates"].assert_eq(&error.to_string());
}
