//! The service as a process of its own, and callers that speak to it byte by byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

use crate::{program::program, table::Folder};

/// Longer than anything here takes; a caller that waits this long has found a fault.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    pub(crate) folder: Folder,
    pub(crate) address: SocketAddr,
    /// What an empty installation is set up with.
    pub(crate) code: Option<String>,
    process: Child,
    said: BufReader<ChildStdout>,
    logged: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts on a port that is free, and waits until it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(Folder::new(), arguments)
    }

    pub(crate) fn start_in(folder: Folder, arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.at("data"));
        command.args(arguments).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut errors = process.stderr.take().unwrap();
        let logged = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).unwrap();
            text
        });
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let (mut code, mut line) = (None, String::new());
        let address = loop {
            line.clear();
            let n_read = said.read_line(&mut line).unwrap();
            assert_ne!(n_read, 0, "it ended and logged {}", logged.join().unwrap());
            if let Some((_, address)) = line.trim().split_once("://") {
                break address.parse().unwrap();
            }
            code = line.trim().strip_prefix("set up with the code ").map(str::to_owned).or(code);
        };
        Self { folder, address, code, process, said, logged: Some(logged) }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Asks for a path; `more` are further lines of the head.
    pub(crate) fn get(&self, path: &str, more: &[&str]) -> Answer {
        self.send("GET", path, more, "")
    }

    pub(crate) fn send(&self, method: &str, path: &str, more: &[&str], body: &str) -> Answer {
        let mut stream = self.connect();
        let more = more.iter().fold(String::new(), |all, it| format!("{all}{it}\r\n"));
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-length: {length}\r\n{more}\r\n{body}"
        );
        // Whoever is refused early is not heard to the end.
        let _ = stream.write_all(request.as_bytes());
        Answer::read(stream)
    }

    pub(crate) fn signal(&self, name: &str) {
        let process = self.process.id().to_string();
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {process}")]).status();
        assert!(sent.unwrap().success());
    }

    /// Tells it to stop, unless that was done, and returns what it said last and what it logged.
    pub(crate) fn stop(mut self) -> (String, String) {
        self.signal("TERM");
        self.wait()
    }

    pub(crate) fn wait(&mut self) -> (String, String) {
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        let ended = self.process.wait().unwrap();
        let logged = self.logged.take().unwrap().join().unwrap();
        assert!(ended.success(), "{ended}\n{logged}");
        (rest, logged)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(mut stream: impl Read) -> Self {
        let mut bytes = Vec::new();
        // A connection that is reset after its answer has answered.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no answer: `{text}`"));
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// `429 too-many-requests`
    pub(crate) fn problem(&self) -> String {
        assert!(self.head.contains("content-type: application/problem+json"), "{self:?}");
        let code = self.body.split_once("\"code\":\"").unwrap().1.split('"').next().unwrap();
        format!("{} {code}", self.status)
    }
}
