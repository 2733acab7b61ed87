//! The commands in `docs/api.md`, run as they stand by a shell and curl.

use std::process::Command;

use crate::server::Server;

const DOCUMENT: &str = include_str!("../../../../docs/api.md");

/// The commands of the walk, each told before it is run.
fn walk() -> String {
    let (_, after) = DOCUMENT.split_once("\n## A whole return\n").unwrap();
    let section = after.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|it| it.split("```").next().unwrap());
    blocks.collect::<Vec<&str>>().join("\n")
}

#[test]
fn a_newcomer_takes_a_return_from_request_to_refund_with_curl() {
    let sandbox = "work.outside=none";
    let server = Server::start(&["--set", sandbox]);
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", &walk()]);
    shell.current_dir(server.folder.at("."));
    shell.env("GUITU", format!("http://{}", server.address));
    shell.env("CODE", server.code.as_deref().unwrap());
    let ran = shell.output().unwrap();
    let told = String::from_utf8(ran.stdout).unwrap();
    let wrong = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{wrong}\n{told}");
    let answers: Vec<serde_json::Value> =
        told.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    let [.., case, entries] = answers.as_slice() else { panic!("{told}") };
    assert_eq!(case["status"], "refunding", "{case:#}");
    assert_eq!(case["payouts"][0]["amount"]["cash"], 10_000, "{case:#}");
    assert!(!entries["entries"].as_array().unwrap().is_empty());
    // In English, as it was asked for, and with what the problem's own address says.
    let page = server.get("/problems/changed", &[]);
    assert!(page.body.contains("read it again and decide"), "{page:?}");
    assert_eq!(server.get("/problems/nothing", &[]).problem(), "404 not-found");
}
