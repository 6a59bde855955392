//! As much of HTTP as `fetch` needs: what a URL says, and where an answer begins and ends.

use httparse::Status;
use stage5_select::{Conn, Exception, read};

/// How long the head of an answer may be,
const MAX_HEAD: usize = 64 * 1024;
/// and how long its body.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// The host as the URL has it, the address to connect to, and what to ask for there.
pub(crate) fn parse(url: &str) -> Result<(&str, String, String), Exception> {
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
    // The colons of an IPv6 address are in brackets, so a port is what comes after the last colon. It may be left
    // out even if the colon is there.
    let host = host.strip_suffix(':').unwrap_or(host);
    let has_port = host.rfind(':') > host.rfind(']');
    let addr = host.to_owned() + if has_port { "" } else { ":80" };
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok((host, addr, format!("{slash}{target}")))
}

pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) reason: String,
    length: Length,
}

/// How to know where the body ends.
enum Length {
    Chunked,
    Known(usize),
    UntilClosed,
}

/// What has come and was not used yet.
pub(crate) struct Input<'a> {
    conn: &'a Conn,
    bytes: Vec<u8>,
}

impl<'a> Input<'a> {
    pub(crate) fn new(conn: &'a Conn) -> Self {
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

    pub(crate) async fn head(&mut self) -> Result<Head, Exception> {
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

    pub(crate) async fn body(&mut self, head: &Head) -> Result<Vec<u8>, Exception> {
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
    let digits = first.iter().all(u8::is_ascii_digit).then_some(first); // `parse` takes a sign, too
    let count = digits
        .and_then(|digits| str::from_utf8(digits).ok())
        .and_then(|text| text.parse().ok());
    let count = count.filter(|&count| count <= MAX_BODY);
    count.map(Length::Known).ok_or_else(|| {
        Exception::msg(format!(
            "the answer has a body of {} bytes (a number is wanted, and 64 MiB are the most)",
            first.escape_ascii()
        ))
    })
}

fn too_long() -> Exception {
    Exception::msg("the answer is too long (64 KiB of head and 64 MiB of body are the most)")
}
