//! Every setting there is: one list, of which the example file, the check and the documents tell.

use std::{net::SocketAddr, path::PathBuf};

use tracing_subscriber::EnvFilter;
use url::Url;

use crate::{
    database::Place,
    serve::{Format, OutsidePlace},
};

/// One setting.
pub(crate) struct Setting {
    /// `section.name`; in the environment `GUITU_SECTION_NAME`.
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
    /// As it would be written; empty for nothing.
    pub(crate) default: &'static str,
    pub(crate) about: &'static str,
}

/// What its value is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Address,
    Path,
    Text,
    /// Shown to nobody.
    Secret,
    Place,
    Web,
    Flag,
    Count {
        least: u64,
        most: u64,
    },
    Format,
    Filter,
    Outside,
    Networks,
    Ports,
}

const fn setting(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting { key, kind, default, about }
}

const fn count(least: u64, most: u64) -> Kind {
    Kind::Count { least, most }
}

/// Those of no section first; the others by section.
#[rustfmt::skip]
pub(crate) const SETTINGS: &[Setting] = &[
    setting("listen", Kind::Address, "127.0.0.1:8080", "Address and port to listen on."),
    setting("data", Kind::Path, "guitu-data",
        "Folder for the database, evidence and keys, unless they are said to be elsewhere."),
    setting("public_url", Kind::Web, "",
        "How people reach the service from outside, such as https://after-sales.example."),
    setting("database.url", Kind::Place, "",
        "A file or postgres://…; without it, guitu.db in the data folder."),
    setting("packs.folder", Kind::Path, "",
        "Folder of policy packs to publish at the start; without it, those built in."),
    setting("work.inside", Kind::Flag, "true",
        "Whether timers and effects are worked here, too, or only by `guitu work`."),
    setting("work.automatic", Kind::Flag, "false",
        "Whether verdicts that policy calls automatic are carried out."),
    setting("work.outside", Kind::Outside, "none",
        "What pays and writes to buyers: sandbox:FILE, or none, which leaves effects waiting."),
    setting("keys.file", Kind::Path, "",
        "Keys that seal personal data; without it, keys.toml in the data folder."),
    setting("keys.ring", Kind::Secret, "", "The same keys as a text, in place of the file."),
    setting("sessions.idle_minutes", count(1, 43_200), "60",
        "A session nobody uses ends after this."),
    setting("sessions.absolute_minutes", count(1, 525_600), "720",
        "Every session ends after this."),
    setting("limits.at_once", count(1, 10_000), "64",
        "Requests that use the database at once; others wait."),
    setting("limits.patience_ms", count(1, 60_000), "2000",
        "How long they wait before they are told to come back."),
    setting("limits.connections", count(1, 1_000_000), "4096", "Connections at once."),
    setting("limits.body_bytes", count(1_024, 1_073_741_824), "1048576",
        "Largest body of a request; uploads of evidence have limits of their own."),
    setting("limits.header_seconds", count(1, 600), "10",
        "Until a request's headers are here, and until the next request of a connection."),
    setting("limits.request_seconds", count(1, 3_600), "30", "Until an answer begins."),
    setting("limits.upload_seconds", count(1, 86_400), "600", "The same for uploads."),
    setting("limits.per_address_per_second", count(0, 1_000_000), "200",
        "Requests a second from one address (of IPv6, one /64); 0 for no limit."),
    setting("limits.per_address_burst", count(1, 1_000_000), "1000", "At once after a pause."),
    setting("limits.per_key_per_second", count(0, 1_000_000), "200",
        "Requests a second with one API key; 0 for no limit."),
    setting("limits.per_key_burst", count(1, 1_000_000), "1000", "At once after a pause."),
    setting("drain.notice_seconds", count(0, 600), "1",
        "When it is told to stop, how long it is `not ready` before it takes no more connections."),
    setting("drain.seconds", count(1, 3_600), "20",
        "After that, how long requests may take to finish before they are cut off."),
    setting("evidence.folder", Kind::Path, "",
        "Where evidence is kept; without it, evidence in the data folder."),
    setting("evidence.s3_bucket", Kind::Text, "", "A bucket to keep evidence in instead."),
    setting("evidence.s3_endpoint", Kind::Web, "", "Address of the S3-compatible storage."),
    setting("evidence.s3_region", Kind::Text, "", "Its region."),
    setting("evidence.s3_key_id", Kind::Text, "", "Who we are there."),
    setting("evidence.s3_secret", Kind::Secret, "", "And the secret; not shown."),
    setting("webhooks.allowed_networks", Kind::Networks, "",
        "Private networks to which webhooks may be sent all the same."),
    setting("webhooks.allowed_ports", Kind::Ports, "",
        "Ports to which they may be sent besides 80, 443, 8080 and 8443."),
    setting("oidc.issuer", Kind::Web, "", "OpenID Connect: whose sign-ins are taken."),
    setting("oidc.client_id", Kind::Text, "", "Who we are there."),
    setting("oidc.client_secret", Kind::Secret, "", "And the secret; not shown."),
    setting("tls.certificate", Kind::Path, "",
        "PEM file with the certificate and those that lead to it; HTTPS if it is set."),
    setting("tls.key", Kind::Path, "", "PEM file with its private key."),
    setting("proxies.trusted", Kind::Networks, "",
        "Networks of proxies whose X-Forwarded-For is believed."),
    setting("metrics.allowed_networks", Kind::Networks, "127.0.0.0/8, ::1/128",
        "Who may read /metrics."),
    setting("logs.format", Kind::Format, "text", "text, or json for a line of JSON each."),
    setting("logs.level", Kind::Filter, "info",
        "error, warn, info, debug or trace; also by origin: info,request=off."),
    setting("traces.endpoint", Kind::Web, "",
        "OpenTelemetry: where traces go by OTLP over HTTP, such as http://localhost:4318."),
];

impl Setting {
    pub(crate) fn by_key(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|it| it.key == key)
    }

    /// `GUITU_LIMITS_AT_ONCE`
    pub(crate) fn variable(&self) -> String {
        format!("GUITU_{}", self.key.replace('.', "_").to_uppercase())
    }

    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret)
    }

    /// Whether a file may say it as a list.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::Networks | Kind::Ports)
    }

    /// Why a value cannot be used, if it cannot.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        if text.is_empty() && self.default.is_empty() {
            return Ok(());
        }
        self.kind
            .check(text)
            .map_err(|why| if self.is_secret() { why } else { format!("`{text}` {why}") })
    }
}

impl Kind {
    fn check(self, text: &str) -> Result<(), String> {
        let is = |understood: bool, otherwise: &str| {
            if understood { Ok(()) } else { Err(otherwise.to_owned()) }
        };
        match self {
            Self::Address => is(
                text.parse::<SocketAddr>().is_ok(),
                "is not an address and port such as 127.0.0.1:8080",
            ),
            Self::Path => is(!text.is_empty() && !text.contains('\0'), "is not a path"),
            Self::Text | Self::Secret => Ok(()),
            Self::Place => {
                text.parse::<Place>().map(|_| ()).map_err(|it| format!("is wrong: {it}"))
            }
            Self::Web => is(is_web(text), "is not an address such as https://guitu.example"),
            Self::Flag => is(text.parse::<bool>().is_ok(), "is neither `true` nor `false`"),
            Self::Count { least, most } => is(
                text.parse::<u64>().is_ok_and(|it| (least..=most).contains(&it)),
                &format!("is not a whole number from {least} to {most}"),
            ),
            Self::Format => is(text.parse::<Format>().is_ok(), "is neither `text` nor `json`"),
            Self::Filter => is(
                EnvFilter::builder().parse(text).is_ok() && !text.is_empty(),
                "is no level such as `info`, nor levels by origin such as `info,request=off`",
            ),
            Self::Outside => is(
                text.parse::<OutsidePlace>().is_ok(),
                "is nothing we know; there are `none` and `sandbox:FILE`",
            ),
            Self::Networks => is(
                items(text).all(|it| api::ops::network(it).is_ok()),
                "is not a list of networks such as 10.0.0.0/8",
            ),
            Self::Ports => is(
                items(text).all(|it| it.parse::<u16>().is_ok_and(|it| it != 0)),
                "is not a list of ports from 1 to 65535",
            ),
        }
    }

    /// How it is written in a file.
    pub(crate) fn in_toml(self, text: &str) -> String {
        let quoted = |text: &str| {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{escaped}\"")
        };
        match self {
            Self::Flag | Self::Count { .. } => text.to_owned(),
            Self::Networks => {
                format!("[{}]", items(text).map(quoted).collect::<Vec<_>>().join(", "))
            }
            Self::Ports => format!("[{}]", items(text).collect::<Vec<_>>().join(", ")),
            Self::Place => {
                quoted(&text.parse().map_or_else(|_| String::new(), |it: Place| it.to_string()))
            }
            Self::Secret if text.is_empty() => quoted(""),
            Self::Secret => quoted("(not shown)"),
            Self::Address
            | Self::Path
            | Self::Text
            | Self::Web
            | Self::Format
            | Self::Filter
            | Self::Outside => quoted(text),
        }
    }
}

/// Of a list that is written with commas.
pub(crate) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|it| !it.is_empty())
}

fn is_web(text: &str) -> bool {
    text.parse::<Url>().is_ok_and(|it| {
        matches!(it.scheme(), "http" | "https")
            && it.has_host()
            && it.username().is_empty()
            && it.password().is_none()
            && it.query().is_none()
            && it.fragment().is_none()
    })
}

/// A file that may have been meant to be in another folder keeps its name.
pub(crate) fn within(data: &std::path::Path, said: &str, name: &str) -> PathBuf {
    if said.is_empty() { data.join(name) } else { said.into() }
}
