//! Doubles of the world outside: a receiver of HTTP and a mail server, each with what it got.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Got {
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How a receiver answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// With a status and a body.
    Says(u16, String),
    /// With a redirect.
    Leads(String),
    /// Never.
    Hangs,
    /// With a body without end.
    Endless,
}

/// A receiver of HTTP on a port of its own.
#[derive(Clone)]
pub struct Receiver {
    pub port: u16,
    got: Arc<Mutex<Vec<Got>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = Self { port: listener.local_addr().unwrap().port(), got: Arc::default(), replies: Arc::default() };
        let serving = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = serving.clone();
                tokio::spawn(async move { own.serve(stream).await });
            }
        });
        own
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/in", self.port)
    }

    /// Answers so, one after the other; with 200 afterwards.
    pub fn answers(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    async fn serve(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let path = line.split(' ').nth(1)?.to_owned();
            let mut headers = Vec::new();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.ok()?;
                let Some((name, value)) = line.trim_end().split_once(':') else { break };
                headers.push((name.to_lowercase(), value.trim().to_owned()));
            }
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let mut body = vec![0; length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
            stream.read_exact(&mut body).await.ok()?;
            self.got.lock().unwrap().push(Got { path, headers, body });
            let reply = self.replies.lock().unwrap().pop_front();
            let answer = match reply.unwrap_or(Reply::Says(200, "{\"errcode\":0,\"code\":0}".into())) {
                Reply::Hangs => std::future::pending().await,
                Reply::Says(status, body) => {
                    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                }
                Reply::Leads(to) => format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
                Reply::Endless => {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n").await.ok()?;
                    loop {
                        stream.write_all(&[b'x'; 4096]).await.ok()?;
                    }
                }
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}

/// A mail that came in: to whom, and the text as it came over the wire.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: Vec<String>,
    pub wire: String,
}

impl Letter {
    /// A header, unfolded; encoded words are decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self.wire.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let start = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&start)).unwrap_or_default();
        decoded(line.split_once(':').map_or("", |(_, value)| value.trim()))
    }

    /// The words.
    pub fn text(&self) -> String {
        let body = self.wire.split_once("\r\n\r\n").unwrap().1;
        String::from_utf8(base64(&body.replace(['\r', '\n'], ""))).unwrap()
    }
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u32> = text
        .bytes()
        .filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte))
        .map(|nth| u32::try_from(nth).unwrap())
        .collect();
    let mut bytes = Vec::new();
    for four in bits.chunks(4) {
        let sum = four.iter().fold(0, |sum, n| sum << 6 | n) << (6 * (4 - four.len()));
        bytes.extend(&sum.to_be_bytes()[1..four.len()]);
    }
    bytes
}

/// Decodes `=?utf-8?b?…?=` words (RFC 2047).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut before = None;
    for word in text.split(' ') {
        let code = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        // The space between two encoded words is only there to fold the line.
        if before.is_some_and(|encoded: bool| !(encoded && code.is_some())) {
            bytes.push(b' ');
        }
        before = Some(code.is_some());
        match code {
            Some(code) => bytes.extend(base64(code)),
            None => bytes.extend(word.bytes()),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A mail server on a port of its own.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    refusals: Arc<Mutex<VecDeque<&'static str>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own =
            Self { port: listener.local_addr().unwrap().port(), letters: Arc::default(), refusals: Arc::default() };
        let serving = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let own = serving.clone();
                tokio::spawn(async move { own.serve(stream).await });
            }
        });
        own
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    /// Refuses the next recipients with these answers.
    pub fn refuses(&self, answers: impl IntoIterator<Item = &'static str>) {
        self.refusals.lock().unwrap().extend(answers);
    }

    async fn serve(self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 double\r\n").await.ok()?;
        let mut to = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let word = line.get(..4).unwrap_or_default().to_uppercase();
            let answer: String = match word.as_str() {
                "RCPT" => match self.refusals.lock().unwrap().pop_front() {
                    Some(refusal) => format!("{refusal}\r\n"),
                    None => {
                        to.push(line.split(['<', '>']).nth(1)?.to_owned());
                        "250 ok\r\n".into()
                    }
                },
                "DATA" => {
                    stream.write_all(b"354 go\r\n").await.ok()?;
                    let mut wire = String::new();
                    loop {
                        let mut line = String::new();
                        stream.read_line(&mut line).await.ok()?;
                        if line == ".\r\n" {
                            break;
                        }
                        wire.push_str(line.strip_prefix('.').unwrap_or(&line));
                    }
                    self.letters.lock().unwrap().push(Letter { to: std::mem::take(&mut to), wire });
                    "250 taken\r\n".into()
                }
                "QUIT" => return None,
                _ => "250 double\r\n".into(),
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
        }
    }
}
