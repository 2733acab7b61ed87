use std::collections::BTreeMap;

use expect_test::{Expect, expect};

use super::*;

/// Reads a file, `NAME=value` variables and `key=value` arguments, and tells what they come to:
/// all that is not a default, or everything that is wrong.
fn check(file: &str, variables: &[&str], arguments: &[&str], expected: Expect) {
    let pair = |it: &&str| {
        let (name, value) = it.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    let variables: BTreeMap<_, _> = variables.iter().map(pair).collect();
    let arguments: Vec<_> = arguments.iter().map(pair).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guitu.toml");
    std::fs::write(&path, file).unwrap();
    let gathered = Gathered::gather(Some(&path), &variables, &arguments).unwrap();
    let notes = gathered.notes.iter().fold(String::new(), |all, it| format!("{all}note: {it}\n"));
    let told = match judge(&gathered) {
        Ok(_) => shown(&gathered).lines().filter(|it| it.contains(" # ")).fold(
            String::new(),
            |all, it| {
                // Only the words count, not the columns.
                let words: Vec<&str> = it.split_whitespace().collect();
                format!("{all}{}\n", words.join(" "))
            },
        ),
        Err(error) => format!("{error}\n"),
    };
    let folder = format!("{}/", folder.path().display());
    expected.assert_eq(&format!("{notes}{told}").replace(&folder, ""));
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    check(
        "listen = \"0.0.0.0:80\"\ndata = \"/var/lib/guitu\"\n[limits]\nat_once = 1_000\n\
         [proxies]\ntrusted = [\"10.0.0.0/8\", \"192.0.2.7\"]\n[webhooks]\nallowed_ports = [9000]\n",
        &["GUITU_LISTEN=0.0.0.0:81", "GUITU_LIMITS_PATIENCE_MS=50"],
        &["listen=0.0.0.0:82"],
        expect![[r#"
            listen = "0.0.0.0:82" # command line
            data = "/var/lib/guitu" # guitu.toml:2
            limits.at_once = 1000 # guitu.toml:4
            limits.patience_ms = 50 # GUITU_LIMITS_PATIENCE_MS
            webhooks.allowed_ports = [9000] # guitu.toml:8
            proxies.trusted = ["10.0.0.0/8", "192.0.2.7"] # guitu.toml:6
        "#]],
    );
}

#[test]
fn secrets_are_not_shown() {
    check(
        "[database]\nurl = \"postgres://guitu:sesame@db.example/guitu?password=x\"\n",
        &["GUITU_KEYS_RING=sesame"],
        &[],
        expect![[r#"
            database.url = "postgres://db.example/guitu" # guitu.toml:2
            keys.ring = "(not shown)" # GUITU_KEYS_RING
        "#]],
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    check(
        "listen = \"here\"\nlogs.level = \"loud=very\"\n[limit]\nat_onc = 5\n[limits]\n\
         at_once = 0\nbody_bytes = 1.5\n[tls]\ncertificate = \"none.pem\"\n[data]\nfolder = \"x\"\n\
         [oidc]\nissuer = \"ftp://x\"\n[work]\noutside = \"bank\"\ninside = [true]\n",
        &["GUITU_DATABASE_URL=mysql://x", "GUITU_LISTN=x", "GUITU_PORT=tcp://10.0.0.1:80"],
        &["metrics.allowed_networks=everybody", "keys.ring=a", "keys.file=b"],
        expect![[r#"
            note: GUITU_LISTN: there is no such setting; did you mean `GUITU_LISTEN`?
            note: GUITU_PORT: there is no such setting
            the configuration is wrong
            guitu.toml:1: `listen`: `here` is not an address and port such as 127.0.0.1:8080
            guitu.toml:2: `logs.level`: `loud=very` is no level such as `info`, nor levels by origin such as `info,request=off`
            guitu.toml:4: there is no setting `limit.at_onc`; did you mean `limits.at_once`?
            guitu.toml:6: `limits.at_once`: `0` is not a whole number from 1 to 10000
            guitu.toml:7: `limits.body_bytes` is not a text, a whole number, `true`, `false` or a list of those
            guitu.toml:10: `data` is one value, not a section
            guitu.toml:13: `oidc.issuer`: `ftp://x` is not an address such as https://guitu.example
            guitu.toml:15: `work.outside`: `bank` is nothing we know; there are `none` and `sandbox:FILE`
            guitu.toml:16: `work.inside` is one value, not a list
            GUITU_DATABASE_URL: `database.url`: `mysql://x` is wrong: `mysql:` is no database; there are `sqlite:PATH` and `postgres://…`
            command line: `metrics.allowed_networks`: `everybody` is not a list of networks such as 10.0.0.0/8
            `tls.certificate` is set, so `tls.key` has to be, too
            only one of `keys.file` and `keys.ring` may be set
        "#]],
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_by_line() {
    check(
        "listen = \n[limits\nat_once = 5\n",
        &[],
        &[],
        expect![[r#"
            the configuration is wrong
            guitu.toml:1: string values must be quoted, expected literal string
            guitu.toml:2: unclosed table, expected `]`
        "#]],
    );
}

#[test]
fn every_default_is_right_and_every_setting_is_read() {
    for it in SETTINGS {
        assert_eq!(it.check(it.default), Ok(()), "{}", it.key);
    }
    // What nobody reads cannot be missed.
    for it in SETTINGS {
        let mut gathered = Gathered::gather(None, &BTreeMap::new(), &[]).unwrap();
        for together in ["evidence.s3_endpoint", "oidc.issuer"] {
            let said = gathered.said.get_mut(together).unwrap();
            "https://x.example".clone_into(&mut said.text);
        }
        gathered.said.remove(it.key);
        let depends = it.key == "evidence.folder";
        assert_eq!(Configuration::read(&gathered).is_err(), !depends, "{}", it.key);
    }
}

#[test]
fn the_example_says_what_is_the_case_without_it() {
    let example = example();
    let set: String = example
        .lines()
        .map(|it| it.strip_prefix('#').filter(|it| !it.starts_with(' ')).unwrap_or(it))
        .fold(String::new(), |all, it| format!("{all}{it}\n"));
    let mut gathered = Gathered::gather(None, &BTreeMap::new(), &[]).unwrap();
    let before: Vec<String> = gathered.said.values().map(|it| it.text.clone()).collect();
    gathered.take_file("example", &set);
    assert_eq!(gathered.complaints, Vec::<String>::new());
    let normal = |it: &str| it.replace(", ", ",");
    let after: Vec<String> = gathered.said.values().map(|it| normal(&it.text)).collect();
    assert_eq!(after, before.iter().map(|it| normal(it)).collect::<Vec<_>>());
    assert!(gathered.said.values().all(|it| it.origin != Origin::Default));
}

#[test]
fn the_documents_tell_of_every_setting_and_its_default() {
    let told = include_str!("../../../../docs/operations.md");
    for it in SETTINGS {
        let default =
            if it.default.is_empty() { String::new() } else { format!("`{}`", it.default) };
        let row = format!("| `{}` | {default} | ", it.key);
        assert!(told.contains(&row), "there is no row that begins `{row}`");
    }
}
