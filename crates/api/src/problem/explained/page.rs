//! The address that a problem's `type` names, as a page for people in both languages.

use std::{fmt::Write as _, sync::LazyLock};

use axum::{
    extract::Path,
    http::{HeaderName, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

use super::{Explained, all};
use crate::Problem;

/// `GET /problems/{code}`
pub(crate) async fn problem_page(Path(code): Path<String>) -> Response {
    match Explained::by_code(&code) {
        Some(it) => styled(page(it.code, &[it])),
        None => Problem::not_found().into_response(),
    }
}

/// `GET /problems`
pub(crate) async fn problems_page() -> Response {
    let all: Vec<&Explained> = all().collect();
    styled(page("problems", &all))
}

fn page(title: &str, problems: &[&Explained]) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} · Guitu 归途</title><style>{STYLE}</style>\
         </head><body><main>"
    );
    for it in problems {
        let statuses: Vec<String> = it.statuses.iter().map(u16::to_string).collect();
        let ((zh, en), (do_zh, do_en)) = (it.title, it.advice);
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "<article id=\"{code}\"><h1><a href=\"/problems/{code}\">{code}</a> \
             <small>{statuses}</small></h1><h2>{zh}</h2><p>{do_zh}</p><div lang=\"en\">\
             <h2>{en}</h2><p>{do_en}</p></div></article>",
            code = it.code,
            statuses = statuses.join(", "),
            do_zh = as_code(do_zh),
            do_en = as_code(do_en),
        );
    }
    out.push_str("</main></body></html>");
    out
}

/// What stands in backticks is code.
fn as_code(text: &str) -> String {
    let mut out = String::new();
    for (nth, part) in text.split('`').enumerate() {
        match nth {
            0 => {}
            nth if nth.is_multiple_of(2) => out.push_str("</code>"),
            _ => out.push_str("<code>"),
        }
        out.push_str(part);
    }
    out
}

const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;margin:0;color:#1d2330}\
main{max-width:42rem;margin:0 auto;padding:1.5rem}article{border-bottom:1px solid #e0e4eb}\
h1{font-size:1.3rem}h1 a{color:#0b5cad}small{color:#5b6472}h2{font-size:1rem;margin:.8rem 0 0}\
p{margin:.2rem 0 1rem}code{background:#f3f5f9;padding:0 .2em}";

/// Only this style, and nothing else from anywhere.
static POLICY: LazyLock<String> = LazyLock::new(|| policy_for(STYLE));

/// A policy under which a page shows nothing but itself, in this style.
pub(crate) fn policy_for(style: &str) -> String {
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'")
}

fn styled(page: String) -> Response {
    let policy: (HeaderName, &str) = (header::CONTENT_SECURITY_POLICY, &POLICY);
    ([policy], Html(page)).into_response()
}
