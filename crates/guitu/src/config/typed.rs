//! Values as the service uses them.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use api::ops::{Limits, Networks, Rate};
use url::Url;

use super::{
    settings::{items, within},
    source::{Gathered, Said},
};
use crate::{
    database::Place,
    serve::{Format, OutsidePlace},
};

/// The whole configuration.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) public_url: Option<Url>,
    pub(crate) database: Place,
    pub(crate) packs: Option<PathBuf>,
    pub(crate) work: Work,
    pub(crate) keys: Keys,
    pub(crate) sessions: Sessions,
    pub(crate) service: api::Settings,
    pub(crate) limits: Limits,
    pub(crate) connections: usize,
    pub(crate) header: Duration,
    pub(crate) drain: Drain,
    pub(crate) evidence: Evidence,
    pub(crate) webhooks: Webhooks,
    pub(crate) oidc: Option<Oidc>,
    pub(crate) tls: Option<Tls>,
    pub(crate) trusted: Networks,
    pub(crate) metrics_for: Networks,
    pub(crate) logs: Logs,
    pub(crate) traces: Option<Url>,
}

#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) inside: bool,
    pub(crate) automatic: bool,
    pub(crate) outside: OutsidePlace,
}

/// Where the keys are that seal personal data.
#[derive(Debug)]
pub(crate) enum Keys {
    File(PathBuf),
    Text(Secret),
}

#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
}

/// When it is told to stop.
#[derive(Debug)]
pub(crate) struct Drain {
    pub(crate) notice: Duration,
    pub(crate) bound: Duration,
}

/// Where evidence is kept.
#[derive(Debug)]
pub(crate) enum Evidence {
    Folder(PathBuf),
    Bucket { bucket: String, endpoint: Url, region: String, key_id: String, secret: Secret },
}

#[derive(Debug)]
pub(crate) struct Webhooks {
    pub(crate) allowed_networks: Networks,
    pub(crate) allowed_ports: Vec<u16>,
}

#[derive(Debug)]
pub(crate) struct Oidc {
    pub(crate) issuer: Url,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
}

#[derive(Clone, Debug)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) format: Format,
    pub(crate) level: String,
}

/// A text that no log shows.
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Configuration {
    /// Of values that were each found to be right.
    pub(crate) fn read(gathered: &Gathered) -> Result<Self> {
        let values = Values(&gathered.said);
        let data = PathBuf::from(values.text("data")?);
        let seconds = |key| Ok::<_, anyhow::Error>(Duration::from_secs(values.get(key)?));
        let minutes = |key| {
            let minutes: u64 = values.get(key)?;
            Ok::<_, anyhow::Error>(Duration::from_secs(minutes.saturating_mul(60)))
        };
        Ok(Self {
            listen: values.get("listen")?,
            public_url: values.optional("public_url")?,
            database: match values.optional("database.url")? {
                Some(place) => place,
                None => Place::File(data.join("guitu.db")),
            },
            packs: values.optional("packs.folder")?,
            work: Work {
                inside: values.get("work.inside")?,
                automatic: values.get("work.automatic")?,
                outside: values.get("work.outside")?,
            },
            keys: match values.text("keys.ring")? {
                "" => Keys::File(within(&data, values.text("keys.file")?, "keys.toml")),
                ring => Keys::Text(Secret(ring.to_owned())),
            },
            sessions: Sessions {
                idle: minutes("sessions.idle_minutes")?,
                absolute: minutes("sessions.absolute_minutes")?,
            },
            service: api::Settings {
                at_once: values.get("limits.at_once")?,
                patience: Duration::from_millis(values.get("limits.patience_ms")?),
                ..api::Settings::default()
            },
            limits: values.limits()?,
            connections: values.get("limits.connections")?,
            header: seconds("limits.header_seconds")?,
            drain: Drain {
                notice: seconds("drain.notice_seconds")?,
                bound: seconds("drain.seconds")?,
            },
            evidence: values.evidence(&data)?,
            webhooks: Webhooks {
                allowed_networks: values.networks("webhooks.allowed_networks")?,
                allowed_ports: values.list("webhooks.allowed_ports")?,
            },
            oidc: values.oidc()?,
            tls: values.tls()?,
            trusted: values.networks("proxies.trusted")?,
            metrics_for: values.networks("metrics.allowed_networks")?,
            logs: Logs {
                format: values.get("logs.format")?,
                level: values.text("logs.level")?.to_owned(),
            },
            traces: values.optional("traces.endpoint")?,
            data,
        })
    }

    /// What is wrong with values that are each right.
    pub(crate) fn contradictions(&self, gathered: &Gathered) -> Vec<String> {
        let mut complaints = Vec::new();
        let said = |key: &str| gathered.said.get(key).is_some_and(|it| !it.text.is_empty());
        for group in TOGETHER {
            let (there, missing): (Vec<&str>, Vec<&str>) = group.iter().partition(|it| said(it));
            if let (Some(there), Some(_)) = (there.first(), missing.first()) {
                let missing = missing.join("`, `");
                complaints.push(format!("`{there}` is set, so `{missing}` has to be, too"));
            }
        }
        for (one, other) in EITHER {
            if said(one) && said(other) {
                complaints.push(format!("only one of `{one}` and `{other}` may be set"));
            }
        }
        if self.sessions.absolute < self.sessions.idle {
            let keys = "`sessions.absolute_minutes` is less than `sessions.idle_minutes`";
            complaints.push(keys.to_owned());
        }
        complaints.extend(self.not_there());
        complaints
    }

    /// Files that have to be there.
    fn not_there(&self) -> Vec<String> {
        let mut files: Vec<(&str, &Path)> = Vec::new();
        if let Some(Tls { certificate, key }) = &self.tls {
            files.extend([("tls.certificate", &**certificate), ("tls.key", key)]);
        }
        files.extend(self.packs.as_deref().map(|it| ("packs.folder", it)));
        let missing = files.into_iter().filter(|(_, path)| !path.exists());
        missing.map(|(key, path)| format!("`{key}`: there is no {}", path.display())).collect()
    }

    /// Whether callers come by TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.tls.is_some() || self.public_url.as_ref().is_some_and(|it| it.scheme() == "https")
    }
}

/// Settings that make sense only together.
const TOGETHER: &[&[&str]] = &[
    &["tls.certificate", "tls.key"],
    &["oidc.issuer", "oidc.client_id", "oidc.client_secret"],
    &[
        "evidence.s3_bucket",
        "evidence.s3_endpoint",
        "evidence.s3_region",
        "evidence.s3_key_id",
        "evidence.s3_secret",
    ],
];

const EITHER: &[(&str, &str)] =
    &[("keys.file", "keys.ring"), ("evidence.folder", "evidence.s3_bucket")];

struct Values<'v>(&'v BTreeMap<&'static str, Said>);

impl<'v> Values<'v> {
    fn text(&self, key: &str) -> Result<&'v str> {
        let said = self.0.get(key).with_context(|| format!("there is no setting `{key}`"))?;
        Ok(&said.text)
    }

    fn get<T: FromStr>(&self, key: &str) -> Result<T> {
        self.text(key)?.parse().map_err(|_| anyhow!("`{key}` cannot be read"))
    }

    fn optional<T: FromStr>(&self, key: &str) -> Result<Option<T>> {
        if self.text(key)?.is_empty() { Ok(None) } else { self.get(key).map(Some) }
    }

    fn list<T: FromStr>(&self, key: &str) -> Result<Vec<T>> {
        let read = |it: &str| it.parse().map_err(|_| anyhow!("`{key}` cannot be read"));
        items(self.text(key)?).map(read).collect()
    }

    fn networks(&self, key: &str) -> Result<Networks> {
        let networks: Result<Vec<_>, _> = items(self.text(key)?).map(api::ops::network).collect();
        Ok(Networks::new(networks?))
    }

    fn limits(&self) -> Result<Limits> {
        let rate = |per_second, burst| {
            Ok::<_, anyhow::Error>(Rate {
                per_second: self.get(per_second)?,
                burst: self.get(burst)?,
            })
        };
        Ok(Limits {
            body_bytes: self.get("limits.body_bytes")?,
            request: Duration::from_secs(self.get("limits.request_seconds")?),
            upload: Duration::from_secs(self.get("limits.upload_seconds")?),
            per_address: rate("limits.per_address_per_second", "limits.per_address_burst")?,
            per_key: rate("limits.per_key_per_second", "limits.per_key_burst")?,
        })
    }

    fn evidence(&self, data: &Path) -> Result<Evidence> {
        let Some(endpoint) = self.optional("evidence.s3_endpoint")? else {
            let folder = within(data, self.text("evidence.folder")?, "evidence");
            return Ok(Evidence::Folder(folder));
        };
        Ok(Evidence::Bucket {
            bucket: self.text("evidence.s3_bucket")?.to_owned(),
            endpoint,
            region: self.text("evidence.s3_region")?.to_owned(),
            key_id: self.text("evidence.s3_key_id")?.to_owned(),
            secret: Secret(self.text("evidence.s3_secret")?.to_owned()),
        })
    }

    fn oidc(&self) -> Result<Option<Oidc>> {
        let Some(issuer) = self.optional("oidc.issuer")? else { return Ok(None) };
        Ok(Some(Oidc {
            issuer,
            client_id: self.text("oidc.client_id")?.to_owned(),
            client_secret: Secret(self.text("oidc.client_secret")?.to_owned()),
        }))
    }

    fn tls(&self) -> Result<Option<Tls>> {
        let (certificate, key) = (self.optional("tls.certificate")?, self.optional("tls.key")?);
        Ok(certificate.zip(key).map(|(certificate, key)| Tls { certificate, key }))
    }
}
