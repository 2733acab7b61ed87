//! Making the connection itself, encrypted where it leaves the machine.

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{Client, Error, NoTls, config::Host, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{AddressError, Config};

/// Whom to trust to say who the server is.
#[derive(Clone)]
pub(crate) struct Trust(MakeRustlsConnect);

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").finish_non_exhaustive()
    }
}

impl Trust {
    /// Those who signed a certificate in a file of them, or else those whom the system trusts.
    pub(crate) fn new(file: Option<&Path>) -> Result<Self, AddressError> {
        let mut roots = RootCertStore::empty();
        if let Some(file) = file {
            let failed = || AddressError::Certificates { file: file.to_owned() };
            let certificates = CertificateDer::pem_file_iter(file).map_err(|_| failed())?;
            for certificate in certificates {
                let certificate = certificate.map_err(|_| failed())?;
                roots.add(certificate).map_err(|_| failed())?;
            }
        } else {
            // Some of a system's many may be odd; the rest will do.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(MakeRustlsConnect::new(config)))
    }
}

/// Whether to encrypt, if the address does not say: only what leaves the machine.
///
/// There is no "if the server can": whoever sits between would say that it cannot.
pub(crate) fn is_wanted(server: &tokio_postgres::Config) -> bool {
    match server.get_ssl_mode() {
        SslMode::Disable => false,
        SslMode::Prefer => !server.get_hosts().iter().all(is_local),
        // A kind that is new to us asks for more, not for less.
        SslMode::Require | _ => true,
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Connects, and leaves the connection to be driven by the runtime that this runs in.
pub(crate) async fn connect(config: &Config) -> Result<Client, Error> {
    match &config.trust {
        None => {
            let (client, connection) = config.server.connect(NoTls).await?;
            drop(tokio::spawn(connection));
            Ok(client)
        }
        Some(Trust(trust)) => {
            let (client, connection) = config.server.connect(trust.clone()).await?;
            drop(tokio::spawn(connection));
            Ok(client)
        }
    }
}
