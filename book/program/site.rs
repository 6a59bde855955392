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
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::mem;
use std::ops::RangeInclusive;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use headers::{
    ContentRange, ETag, HeaderMapExt, IfMatch, IfModifiedSince, IfNoneMatch, IfRange,
    IfUnmodifiedSince, LastModified,
};
use http_range_header::RangeUnsatisfiableError::Unsatisfiable;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use hyper::header::{HOST, HeaderValue, LOCATION, RANGE, SERVER};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Version};
use percent_encoding::percent_decode_str;

/// The files that were under a directory, by the path of their address.
#[derive(Debug)]
pub struct Site {
    files: HashMap<String, File>,
}

/// A file, as it was at the start.
#[derive(Debug)]
struct File {
    bytes: Bytes,
    kind: HeaderValue,
    etag: ETag,
    modified: SystemTime,
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
        match self.find(request.uri().path()) {
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

fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response<Content> {
    let mut response = Response::new(Content(text.into()));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

impl File {
    fn read(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = format!("\"{:x}-{:x}\"", bytes.len(), hasher.finish());
        Ok(File {
            kind: content_type(path),
            etag: etag.parse().map_err(io::Error::other)?,
            modified: fs::metadata(path)?.modified()?,
            bytes: bytes.into(),
        })
    }

    /// Sends the file, or the part of it that is asked for, or nothing if the client has it already. The
    /// conditions come in the order of RFC 9110, section 13.2.2.
    fn respond(&self, asked: &HeaderMap, method: &Method) -> Response<Content> {
        if self.is_another(asked) {
            let text = "The file is not the one that you mean.\n";
            return plain(StatusCode::PRECONDITION_FAILED, text);
        }
        let mut response = Response::new(Content(Bytes::new()));
        let headers = response.headers_mut();
        headers.typed_insert(self.etag.clone());
        headers.typed_insert(LastModified::from(self.modified));
        // The next build changes the pages under the same addresses: a browser is to ask each time.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if self.is_known(asked) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.kind.clone());
        let length = self.bytes.len() as u64;
        let bytes = match self.wanted(asked, method) {
            Wanted::Everything => self.bytes.clone(),
            Wanted::Part(range, part) => {
                headers.typed_insert(part);
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                self.bytes.slice(range)
            }
            Wanted::Impossible => {
                let mut response = plain(
                    StatusCode::RANGE_NOT_SATISFIABLE,
                    format!("The file has {length} bytes.\n"),
                );
                let whole = ContentRange::unsatisfied_bytes(length);
                response.headers_mut().typed_insert(whole);
                return response;
            }
        };
        // Said here and not left to hyper, as the answer to HEAD says it too.
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        *response.body_mut() = Content(bytes);
        response
    }

    /// Whether the client wants another version than this one, and else nothing.
    fn is_another(&self, asked: &HeaderMap) -> bool {
        if let Some(wanted) = asked.typed_get::<IfMatch>() {
            return !wanted.precondition_passes(&self.etag);
        }
        let wanted = asked.typed_get::<IfUnmodifiedSince>();
        wanted.is_some_and(|wanted| !wanted.precondition_passes(self.modified))
    }

    /// Whether the client says that it has this version already.
    fn is_known(&self, asked: &HeaderMap) -> bool {
        if let Some(known) = asked.typed_get::<IfNoneMatch>() {
            return !known.precondition_passes(&self.etag);
        }
        let known = asked.typed_get::<IfModifiedSince>();
        known.is_some_and(|known| !known.is_modified(self.modified))
    }

    fn wanted(&self, asked: &HeaderMap, method: &Method) -> Wanted {
        let range = asked.get(RANGE).and_then(|range| range.to_str().ok());
        let (Some(range), &Method::GET) = (range, method) else {
            return Wanted::Everything;
        };
        let condition = asked.typed_get::<IfRange>();
        let modified = LastModified::from(self.modified);
        if condition.is_some_and(|known| known.is_modified(Some(&self.etag), Some(&modified))) {
            return Wanted::Everything;
        }
        let length = self.bytes.len() as u64;
        let ranges =
            http_range_header::parse_range_header(range).and_then(|ranges| ranges.validate(length));
        match ranges.as_deref() {
            Ok([range]) => Wanted::part(range, length),
            Err(Unsatisfiable) => Wanted::Impossible,
            // Several at once, or nothing that we understand, other units than bytes: a server may send
            // everything instead.
            _ => Wanted::Everything,
        }
    }
}

enum Wanted {
    Everything,
    Part(RangeInclusive<usize>, ContentRange),
    Impossible,
}

impl Wanted {
    fn part(range: &RangeInclusive<u64>, length: u64) -> Wanted {
        let ends = (
            usize::try_from(*range.start()),
            usize::try_from(*range.end()),
        );
        match (ends, ContentRange::bytes(range.clone(), length)) {
            ((Ok(start), Ok(end)), Ok(part)) => Wanted::Part(start..=end, part),
            _ => Wanted::Impossible,
        }
    }
}

fn content_type(path: &Path) -> HeaderValue {
    let source = ["rs", "patch", "toml", "md", "lock"];
    let extension = path.extension().and_then(|extension| extension.to_str());
    if extension.is_none_or(|extension| source.contains(&extension)) {
        return HeaderValue::from_static("text/plain; charset=utf-8");
    }
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = mime.type_() == "text" || mime.subtype() == "javascript";
    let charset = if is_text { "; charset=utf-8" } else { "" };
    let name = format!("{}{charset}", mime.essence_str());
    HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// What an answer holds. All of it goes to hyper at once, and none of it is copied: hyper sends as much as
/// the client takes, and keeps the rest.
#[derive(Debug)]
pub struct Content(Bytes);

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
