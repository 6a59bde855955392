//! The talk's first program: several HTTP requests at once, on our own loop.
//!
//! ```text
//! $ cargo run -p stage5-select --example fetch -- http://127.0.0.1:8000/ http://127.0.0.1:8000/none
//! http://127.0.0.1:8000/: 200 OK, 1216 bytes
//! http://127.0.0.1:8000/none: 404 File not found, 335 bytes
//! ```
//!
//! (`python3 -m http.server --bind 127.0.0.1` is such a server, or any other.) Each URL has a line, in
//! the order given, though they are fetched side by side; one that fails does not hide the others.
//!
//! A line is all that is made of an answer: no redirect is followed. And there is no TLS, so `https://`
//! is refused.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use httparse::Status;
use stage5_select::{Conn, Exception, connect, gather, read, run, timeout, write};

/// How long one answer may take,
const PATIENCE: Duration = Duration::from_secs(30);
/// how long its head may be,
const MAX_HEAD: usize = 64 * 1024;
/// and how long its body.
const MAX_BODY: usize = 64 * 1024 * 1024;

#[derive(Clone)]
struct Answer {
    status: u16,
    reason: String,
    body: Vec<u8>,
}

async fn get(url: String) -> Result<Answer, Exception> {
    let (host, addr, target) = parse(&url)?;
    let conn = connect(addr).await?;
    let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    write(&conn, request.as_bytes()).await?;
    let mut input = Input::new(&conn);
    loop {
        let head = input.head().await?;
        match head.status {
            100..200 => {} // "Continue", and the like: the answer is yet to come
            status => {
                let body = input.body(&head).await?;
                let reason = head.reason;
                return Ok(Answer {
                    status,
                    reason,
                    body,
                });
            }
        }
    }
}

/// The host as the URL has it, the address to connect to, and what to ask for there.
fn parse(url: &str) -> Result<(&str, String, String), Exception> {
    let bad = |why: &str| Err(Exception::msg(why));
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return bad("not a URL (it has spaces, or letters that must be written as %..)");
    }
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => {
            return bad("https:// needs TLS, which this program has not (give it an http:// URL)");
        }
        _ => return bad("not an http:// URL (it must begin with that)"),
    };
    let rest = rest.split('#').next().unwrap_or(rest); // the rest is for the reader, not for the server
    let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if host.is_empty() || host.starts_with(':') || host.contains('@') {
        return bad("a URL without a host (write http://HOST/, or http://HOST:PORT/)");
    }
    // The colons of an IPv6 address stand in brackets, so what is behind the last one is a port.
    let has_port = host.rfind(':') > host.rfind(']');
    let addr = host.to_owned() + if has_port { "" } else { ":80" };
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok((host, addr, format!("{slash}{target}")))
}

struct Head {
    status: u16,
    reason: String,
    length: Length,
}

/// How to know where the body ends.
enum Length {
    Chunked,
    Known(usize),
    UntilClosed,
}

/// What has come and was not used yet.
struct Input<'a> {
    conn: &'a Conn,
    bytes: Vec<u8>,
}

impl<'a> Input<'a> {
    fn new(conn: &'a Conn) -> Self {
        let bytes = Vec::new();
        Input { conn, bytes }
    }

    /// Waits for more; `false` if there is no more.
    async fn more(&mut self) -> Result<bool, Exception> {
        let mut piece = [0; 1024];
        let count = read(self.conn, &mut piece).await?;
        self.bytes.extend_from_slice(&piece[..count]);
        Ok(count > 0)
    }

    /// Uses up the first `count` bytes, when they are there.
    async fn take(&mut self, count: usize) -> Result<Vec<u8>, Exception> {
        if count > MAX_BODY {
            return Err(too_long());
        }
        while self.bytes.len() < count {
            if !self.more().await? {
                return Err(Exception::msg("the answer ends in the middle of its body"));
            }
        }
        let rest = self.bytes.split_off(count);
        Ok(std::mem::replace(&mut self.bytes, rest))
    }

    /// Uses up what `parse` finds at the front, when all of it is there.
    async fn parsed<T>(
        &mut self,
        parse: impl Fn(&[u8]) -> Result<Status<(usize, T)>, Exception>,
    ) -> Result<T, Exception> {
        loop {
            if let Status::Complete((count, found)) = parse(&self.bytes)? {
                self.bytes.drain(..count);
                return Ok(found);
            }
            if self.bytes.len() > MAX_HEAD {
                return Err(too_long());
            }
            if !self.more().await? {
                return Err(Exception::msg("the answer ends before it is complete"));
            }
        }
    }

    async fn head(&mut self) -> Result<Head, Exception> {
        self.parsed(|bytes| {
            let mut headers = [httparse::EMPTY_HEADER; 100];
            let mut response = httparse::Response::new(&mut headers);
            let Status::Complete(count) = response.parse(bytes)? else {
                return Ok(Status::Partial);
            };
            let status = response.code.unwrap_or_default();
            let head = Head {
                status,
                reason: response.reason.unwrap_or_default().to_owned(),
                length: length(status, response.headers)?,
            };
            Ok(Status::Complete((count, head)))
        })
        .await
    }

    async fn body(&mut self, head: &Head) -> Result<Vec<u8>, Exception> {
        match head.length {
            Length::Known(count) => self.take(count).await,
            Length::Chunked => self.chunks().await,
            Length::UntilClosed => {
                while self.more().await? {
                    if self.bytes.len() > MAX_BODY {
                        return Err(too_long());
                    }
                }
                Ok(std::mem::take(&mut self.bytes))
            }
        }
    }

    /// Chunks, each with its size in front and an empty line behind; the last one is empty.
    async fn chunks(&mut self) -> Result<Vec<u8>, Exception> {
        let mut body = Vec::new();
        loop {
            let size = self
                .parsed(|bytes| {
                    httparse::parse_chunk_size(bytes)
                        .map_err(|_| Exception::msg("a chunk of the answer has no size"))
                })
                .await?;
            if size == 0 {
                return Ok(body);
            }
            let size = usize::try_from(size)?;
            body.extend(self.take(size).await?);
            if self.take(2).await? != b"\r\n" {
                return Err(Exception::msg("a chunk of the answer is not of its size"));
            }
            if body.len() > MAX_BODY {
                return Err(too_long());
            }
        }
    }
}

fn length(status: u16, headers: &[httparse::Header<'_>]) -> Result<Length, Exception> {
    let values = |name: &'static str| {
        let named = move |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case(name);
        headers.iter().filter(named).map(|header| header.value)
    };
    if status < 200 || status == 204 || status == 304 {
        return Ok(Length::Known(0)); // these have no body
    }
    if let Some(coding) = values("Transfer-Encoding").next_back() {
        let chunked = coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
        let unknown = || Exception::msg("the answer is in a coding that was not asked for");
        return chunked.then_some(Length::Chunked).ok_or_else(unknown);
    }
    let mut lengths = values("Content-Length");
    let Some(first) = lengths.next() else {
        return Ok(Length::UntilClosed);
    };
    if lengths.any(|other| other != first) {
        return Err(Exception::msg("the answer has two lengths"));
    }
    Ok(Length::Known(str::from_utf8(first)?.parse()?))
}

fn too_long() -> Exception {
    Exception::msg("the answer is too long (64 KiB of head and 64 MiB of body are the most)")
}

fn main() -> ExitCode {
    let urls: Vec<String> = env::args().skip(1).collect();
    if urls.is_empty() {
        eprintln!("fetch: what? (give it URLs: http://127.0.0.1:8000/ ...)");
        return ExitCode::FAILURE;
    }
    let requests: Vec<_> = urls.iter().cloned().map(get).collect();
    let answers = run(async {
        let requests = requests.into_iter();
        Ok(gather(requests.map(|request| timeout(PATIENCE, request))).await)
    });
    let answers = answers.expect("gather raises nothing, and a deadline is always awaited");
    let mut code = ExitCode::SUCCESS;
    for (url, answer) in urls.iter().zip(answers) {
        let told = match answer {
            Ok(answer) => {
                let (status, reason, body) = (answer.status, answer.reason, answer.body);
                format!("{status} {reason}, {} bytes", body.len())
            }
            Err(exception) => {
                code = ExitCode::FAILURE;
                format!("failed: {exception:#}")
            }
        };
        // Not `println!`, which panics where nobody reads what we print any more.
        let _ = writeln!(io::stdout(), "{url}: {told}");
    }
    code
}
