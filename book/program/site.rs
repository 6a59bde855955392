//! Which file answers a request.
//!
//! The directory is read once, at the start, and never again: what it held then is what can be asked for,
//! and everything else is not found. So nothing that a request says is ever made into a path: no `..`, no
//! escape and no absolute path can lead out of the directory, and symbolic links are not followed. And
//! whatever becomes of the directory later, a new build for one, the answers stay whole.
//!
//! Why hold it all in memory? `select` knows no disks: to open and to read a file blocks the thread, and
//! with it the loop and every other client. A book is a few megabytes. A server with more to send reads
//! its files on other threads.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fs;
use std::io;
use std::mem;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderValue, LOCATION, SERVER};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode, Version};
use percent_encoding::percent_decode_str;

use crate::file::File;

/// The files that were under a directory, by the path of their address.
#[derive(Debug)]
pub struct Site {
    files: HashMap<String, File>,
}

impl Site {
    /// Reads what is under `root`.
    ///
    /// # Errors
    ///
    /// If a directory or a file cannot be read.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        let mut dirs = vec![("/".to_owned(), root.to_owned())];
        while let Some((address, dir)) = dirs.pop() {
            for entry in fs::read_dir(dir)? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else {
                    continue; // an address is text
                };
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    dirs.push((format!("{address}{name}/"), entry.path()));
                } else if kind.is_file() {
                    files.insert(format!("{address}{name}"), File::read(&entry.path())?);
                }
            }
        }
        Ok(Site { files })
    }

    /// Answers a request.
    pub fn answer<B>(&self, request: &Request<B>) -> Response<Content> {
        let mut response = self.respond(request);
        let server = HeaderValue::from_static("stage5-select");
        response.headers_mut().insert(SERVER, server);
        response
    }

    fn respond<B>(&self, request: &Request<B>) -> Response<Content> {
        if !names_a_host(request) {
            return plain(
                StatusCode::BAD_REQUEST,
                "A request names one host: `Host: 127.0.0.1`.\n",
            );
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "This server only reads: GET, HEAD.\n",
            );
            let allow = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allow);
            return response;
        }
        // RFC 9112, section 3.2: a target is a path, or a whole address with one in it.
        let target = request.uri();
        if target.scheme().is_none() && !target.path().starts_with('/') {
            return plain(
                StatusCode::BAD_REQUEST,
                "A request names a path: `/index.html`.\n",
            );
        }
        match self.find(target.path()) {
            Found::File(file) => file.respond(request.headers(), request.method()),
            Found::Directory(address) => {
                let mut response = plain(StatusCode::MOVED_PERMANENTLY, format!("{address}\n"));
                // It is the path of a request, with a slash behind it: so it is a header, too.
                if let Ok(location) = HeaderValue::from_str(&address) {
                    response.headers_mut().insert(LOCATION, location);
                }
                response
            }
            Found::Nothing => plain(StatusCode::NOT_FOUND, "There is no such page.\n"),
        }
    }

    fn find(&self, path: &str) -> Found<'_> {
        let Ok(address) = percent_decode_str(path).decode_utf8() else {
            return Found::Nothing;
        };
        if let Some(file) = self.files.get(&*address) {
            return Found::File(file);
        }
        let index = self.files.get(&format!("{address}index.html"));
        if let (true, Some(file)) = (address.ends_with('/'), index) {
            return Found::File(file);
        }
        // Why led on to the name with a slash? Links in the page are relative to it.
        if self.files.contains_key(&format!("{address}/index.html")) {
            return Found::Directory(format!("{path}/"));
        }
        Found::Nothing
    }
}

enum Found<'a> {
    File(&'a File),
    Directory(String),
    Nothing,
}

/// Whether there is one `Host`, and it is a host: RFC 9112, section 3.2. Only before HTTP/1.1 may it be
/// left out.
fn names_a_host<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => return request.version() < Version::HTTP_11,
        (Some(host), None) => Authority::try_from(host.as_bytes()),
        (Some(_), Some(_)) => return false,
    };
    host.is_ok_and(|host| {
        let port = host.as_str().strip_prefix(host.host()); // no user's name stands before it
        let number = port.map(|port| port.strip_prefix(':').unwrap_or(port));
        number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
    })
}

pub(crate) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Content> {
    let mut response = Response::new(Content(text.into()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// What an answer holds. All of it goes to hyper at once, and none of it is copied: hyper sends as much as
/// the client takes, and keeps the rest.
#[derive(Debug)]
pub struct Content(pub(crate) Bytes);

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = mem::take(&mut self.get_mut().0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}
