//! The service as it is run, as a process of its own.

use std::{
    fs::File,
    io::BufReader,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use super::{
    client::{Asking, Caller},
    installation::packs_of,
};
use crate::clock;

/// Longer than any start takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Killed when it is dropped; [`Service::stop`] tells it to stop.
pub(super) struct Service {
    process: Child,
    pub(super) address: SocketAddr,
    /// From its start until it said that it is ready.
    pub(super) ready_after: Duration,
}

impl Service {
    /// Starts it on `database`, as the data folder in `folder` says where there is none.
    pub(super) async fn start(folder: &Path, database: Option<&str>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("data"));
        // A decided application is carried out, and a return that passed is paid.
        command.arg("--automatic");
        command.args(["--set", "limits.per_address_per_second=0"]);
        command.args(["--set", "limits.per_key_per_second=0"]);
        command.arg("--set").arg(setting("packs.folder", &packs_of(folder)));
        command.arg("--set").arg(setting("work.outside", &folder.join("payments.txt")));
        if let Some(database) = database {
            command.args(["--db", database]);
        }
        // It logs as it always does.
        let log = File::create(folder.join("log.txt"))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let began = clock::instant();
        let mut process = command.spawn()?;
        let said = BufReader::new(process.stdout.take().context("its output is a pipe")?);
        let mut process = Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            ready_after: Duration::ZERO,
        };
        process.address = listening(said, folder)?;
        while !is_ready(process.address).await? {
            ensure!(began.elapsed() < PATIENCE, "the service is not ready");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        process.ready_after = began.elapsed();
        Ok(process)
    }

    /// Memory it holds now and held at most, in kB, as the system counts it.
    pub(super) fn memory(&self) -> Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let of = |name: &str| {
            let line = status.lines().find_map(|it| it.strip_prefix(name));
            line.and_then(|it| it.trim_end_matches("kB").trim().parse().ok())
        };
        of("VmRSS:").zip(of("VmHWM:")).context("the system does not say how much memory it holds")
    }

    /// Its last requests are finished.
    pub(super) fn stop(mut self) -> Result<()> {
        let id = self.process.id().to_string();
        ensure!(Command::new("kill").args(["-TERM", &id]).status()?.success(), "it does not stop");
        ensure!(self.process.wait()?.success(), "the service failed in the end");
        Ok(())
    }
}

fn setting(key: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(key);
    text.push(if key == "work.outside" { "=sandbox:" } else { "=" });
    text.push(path);
    text
}

fn listening(said: impl std::io::BufRead, folder: &Path) -> Result<SocketAddr> {
    for line in said.lines() {
        if let Some(address) = line?.strip_prefix("listening on http://") {
            return Ok(address.parse()?);
        }
    }
    let log = std::fs::read_to_string(folder.join("log.txt")).unwrap_or_default();
    bail!("the service did not start: {}", log.trim())
}

async fn is_ready(address: SocketAddr) -> Result<bool> {
    let mut caller = Caller::connect(address).await?;
    Ok(caller.ask(Asking::get("/readyz", "")).await?.0 == 200)
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
