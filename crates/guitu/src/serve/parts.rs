//! What the service is given: people, the vault, ways in and out.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use api::{CodeMessage, LogOnly, Messenger, Oidc, OidcSettings, SetupCode, Unsent};
use kernel::Span;
use people::{BuyerKey, BuyerKeys, Lasting, Matrix, People, Setup};
use store::Records;
use vault::KeyRing;
use webhooks::Rules;

use super::{OutsidePlace, say};
use crate::{
    clock,
    config::{self, Configuration},
};

/// Who may come in. Links to buyers are signed by a key that the ring gives.
pub(super) fn people(
    configuration: &Configuration,
    records: Arc<dyn Records>,
    ring: &KeyRing,
) -> Result<People> {
    let link_key = BuyerKey::new("ring", ring.derived("buyer-links").to_vec())?;
    let span = |it: Duration| Span::seconds(i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
    let sessions = &configuration.sessions;
    let staff = Lasting { idle: span(sessions.idle), at_most: span(sessions.absolute) };
    let setup = Setup {
        settings: people::Settings { staff, ..people::Settings::default() },
        matrix: Matrix::built_in()?,
        buyer_keys: BuyerKeys::new(link_key, Vec::new())?,
    };
    Ok(People::new(records, Arc::new(clock::now), setup)?)
}

/// What an empty installation is set up with, written where whoever starts it looks.
pub(super) fn setup_code(people: &People) -> Result<Option<SetupCode>> {
    if people.is_set_up()? {
        return Ok(None);
    }
    let code = SetupCode::random()?;
    say(format_args!("set up with the code {}", code.reveal()));
    Ok(Some(code))
}

pub(super) fn identity_provider(
    configuration: &Configuration,
    ring: &KeyRing,
) -> Result<Option<Arc<Oidc>>> {
    let Some(oidc) = &configuration.oidc else { return Ok(None) };
    let public_url = configuration.public_url.as_ref();
    let public_url = public_url.context("`oidc` needs `public_url`: where people come back to")?;
    let secret = oidc.client_secret.reveal();
    let settings = OidcSettings {
        issuer: oidc.issuer.as_str().trim_end_matches('/').to_owned(),
        client_id: oidc.client_id.clone(),
        client_secret: (!secret.is_empty()).then(|| secret.to_owned()),
        public_url: public_url.as_str().trim_end_matches('/').to_owned(),
        state_key: *ring.derived("oidc-state"),
    };
    Ok(Some(Arc::new(Oidc::new(settings)?)))
}

/// Where webhooks may be sent. Plain HTTP is for networks that are ours.
pub(super) fn webhook_rules(configured: &config::Webhooks) -> Arc<Rules> {
    let networks = configured.allowed_networks.ranges().to_vec();
    Arc::new(Rules {
        plain_http: !networks.is_empty(),
        ports: configured.allowed_ports.iter().copied().collect(),
        networks,
    })
}

/// Beside the sandbox that pays nobody, codes go into a file; otherwise only that there was one is
/// logged.
pub(super) fn messenger(outside: &OutsidePlace) -> Arc<dyn Messenger> {
    match outside {
        OutsidePlace::None => Arc::new(LogOnly),
        OutsidePlace::Sandbox(payments) => {
            let file = payments.with_extension("codes.jsonl");
            Arc::new(CodesInFile { file, writing: Mutex::new(()) })
        }
    }
}

/// Writes to nobody, and keeps in a file what it was told to write.
struct CodesInFile {
    file: PathBuf,
    writing: Mutex<()>,
}

impl Messenger for CodesInFile {
    fn send_code(&self, code: &CodeMessage<'_>) -> Result<(), Unsent> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let line = serde_json::json!({
            "shop": code.shop.as_str(), "order": code.order.as_str(), "phone": code.phone,
            "code": code.code, "until": code.until.epoch_seconds(),
        });
        let opened = OpenOptions::new().create(true).append(true).open(&self.file);
        let written = opened.and_then(|mut it| writeln!(it, "{line}"));
        written.map_err(|error| Unsent(error.to_string()))
    }
}
