//! A caller that costs little: it shares the machine with the service it measures.

use std::{fmt::Write as _, net::SocketAddr};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// One connection of HTTP/1.1 that is kept, and asked one thing at a time.
pub(super) struct Caller {
    stream: TcpStream,
    to_send: String,
    heard: Vec<u8>,
}

/// What is asked.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    pub(super) key: &'a str,
    /// The `Idempotency-Key` and the body of what changes something.
    pub(super) change: Option<(&'a str, &'a str)>,
}

impl<'a> Asking<'a> {
    pub(super) fn get(path: &'a str, key: &'a str) -> Self {
        Self { method: "GET", path, key, change: None }
    }

    pub(super) fn post(path: &'a str, key: &'a str, change: (&'a str, &'a str)) -> Self {
        Self { method: "POST", path, key, change: Some(change) }
    }
}

impl Caller {
    pub(super) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to the service")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, to_send: String::new(), heard: Vec::with_capacity(64 * 1024) })
    }

    /// The status and the body of the answer.
    pub(super) async fn ask(&mut self, asking: Asking<'_>) -> Result<(u16, &[u8])> {
        let Asking { method, path, key, change } = asking;
        self.to_send.clear();
        write!(self.to_send, "{method} {path} HTTP/1.1\r\nhost: bench\r\n")?;
        if !key.is_empty() {
            write!(self.to_send, "authorization: Bearer {key}\r\n")?;
        }
        if let Some((name, body)) = change {
            let length = body.len();
            write!(
                self.to_send,
                "idempotency-key: {name}\r\nif-match: *\r\ncontent-type: application/json\r\n\
                 content-length: {length}\r\n\r\n{body}"
            )?;
        } else {
            self.to_send.push_str("\r\n");
        }
        self.stream.write_all(self.to_send.as_bytes()).await?;
        self.hear().await
    }

    /// Asks, and takes nothing but a 200.
    pub(super) async fn succeed(&mut self, asking: Asking<'_>) -> Result<&[u8]> {
        let (status, body) = self.ask(asking).await?;
        if status != 200 {
            let said = String::from_utf8_lossy(body);
            bail!("{} {} was answered {status}: {said}", asking.method, asking.path);
        }
        Ok(body)
    }

    async fn hear(&mut self) -> Result<(u16, &[u8])> {
        self.heard.clear();
        let head = loop {
            self.hear_more().await?;
            if let Some(end) = self.heard.windows(4).position(|it| it == b"\r\n\r\n") {
                break end.saturating_add(4);
            }
        };
        let text = std::str::from_utf8(self.heard.get(..head).unwrap_or_default())?;
        let status = text.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.context("an answer has no status")?;
        let length = |line: &str| {
            let (name, value) = line.split_once(':')?;
            let is_it = name.eq_ignore_ascii_case("content-length");
            is_it.then(|| value.trim().parse::<usize>().ok()).flatten()
        };
        let length = text.lines().find_map(length).context("an answer does not say its length")?;
        let end = head.saturating_add(length);
        while self.heard.len() < end {
            self.hear_more().await?;
        }
        ensure!(self.heard.len() == end, "an answer is longer than it says");
        Ok((status, self.heard.get(head..end).unwrap_or_default()))
    }

    async fn hear_more(&mut self) -> Result<()> {
        let n = self.stream.read_buf(&mut self.heard).await?;
        ensure!(n != 0, "the service hung up");
        Ok(())
    }
}
