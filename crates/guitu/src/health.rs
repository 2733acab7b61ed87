//! `guitu health`: is it alive, and is it ready? For whoever looks after containers.

use std::{
    io::{Read, Write, stdout},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::Args;
use rustls::{ClientConnection, StreamOwned, pki_types::ServerName};

use crate::{
    config::{self, Tls},
    serve::client_that_knows,
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: config::Sources,
    /// Where it listens, if not where the configuration says.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Ask whether it can do its work, and not only whether it lives.
    #[arg(long)]
    ready: bool,
}

const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer; the first line says it all.
const MOST_BYTES: u64 = 4_096;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (configuration, _) = arguments.config.read()?;
    let address = reachable(arguments.listen.unwrap_or(configuration.listen));
    let path = if arguments.ready { "/readyz" } else { "/healthz" };
    let answer = ask(address, path, configuration.tls.as_ref())
        .with_context(|| format!("asking {address}"))?;
    let line = answer.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some("200") => {
            writeln!(stdout(), "{}", if arguments.ready { "ready" } else { "alive" })?;
            Ok(ExitCode::SUCCESS)
        }
        Some(_) => bail!("it answers `{line}`"),
        None => bail!("what answers there does not speak HTTP"),
    }
}

/// Who listens everywhere is found here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(it) if it.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(it) if it.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        it @ (IpAddr::V4(_) | IpAddr::V6(_)) => it,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: SocketAddr, path: &str, tls: Option<&Tls>) -> Result<String> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    match tls {
        None => exchange(stream, &request),
        Some(tls) => {
            let name = ServerName::IpAddress(address.ip().into());
            let client = ClientConnection::new(Arc::new(client_that_knows(tls)?), name)?;
            exchange(StreamOwned::new(client, stream), &request)
        }
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
