//! TLS, by rustls with ring.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use rustls::{
    ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// What everything in the process that speaks TLS uses.
pub(crate) fn install_provider() {
    // Somebody was first: it is the same one.
    let _ = ring::default_provider().install_default();
}

pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|it| anyhow!("{it}"))
        .with_context(|| format!("reading the private key in {}", tls.key.display()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(certificates(tls)?, key)
        .context("`tls.certificate` and `tls.key` cannot be used together")?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(tls: &Tls) -> Result<Vec<CertificateDer<'static>>> {
    let file = || format!("reading the certificate in {}", tls.certificate.display());
    let read = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|it| anyhow!("{it}"));
    let certificates = read.with_context(file)?;
    if certificates.is_empty() {
        return Err(anyhow!("there is none")).with_context(file);
    }
    Ok(certificates)
}

/// A client that accepts the configured certificate and no other: whatever name it has, whoever
/// signed it.
pub(crate) fn client_that_knows(tls: &Tls) -> Result<ClientConfig> {
    let known = certificates(tls)?.into_iter().next().context("there is no certificate")?;
    let provider = Arc::new(ring::default_provider());
    let verifier = Known { certificate: known, provider: Arc::clone(&provider) };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

#[derive(Debug)]
struct Known {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General("the certificate is not the configured one".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
