//! Which file answers a request.
//!
//! The directory is walked once, at the start: what it holds is what can be asked for, and everything
//! else is not found. So nothing that a request says is ever made into a path: no `..`, no escape and no
//! absolute path can lead out of the directory, and symbolic links are not followed.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::UNIX_EPOCH;

use headers::{
    ContentRange, ETag, HeaderMapExt, IfModifiedSince, IfNoneMatch, IfRange, LastModified,
};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{ACCEPT_RANGES, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RANGE, SERVER};
use hyper::header::{CACHE_CONTROL, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

/// How much of a file is read at a time, and held while a slow client takes it.
const CHUNK: usize = 64 * 1024;

/// The files under a directory, by the path of their address.
#[derive(Debug)]
pub struct Site {
    files: HashMap<String, PathBuf>,
}

impl Site {
    /// Walks `root`.
    ///
    /// # Errors
    ///
    /// If a directory cannot be read.
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
                    files.insert(format!("{address}{name}"), entry.path());
                }
            }
        }
        Ok(Site { files })
    }

    /// Answers a request.
    pub fn answer<B>(&self, request: &Request<B>) -> Response<Content> {
        let mut response = self.respond(request).unwrap_or_else(|error| {
            let text = format!("The file cannot be read: {error}\n");
            plain(StatusCode::INTERNAL_SERVER_ERROR, text)
        });
        let server = HeaderValue::from_static("stage5-select");
        response.headers_mut().insert(SERVER, server);
        response
    }

    fn respond<B>(&self, request: &Request<B>) -> io::Result<Response<Content>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let text = "This server only reads: GET, HEAD.\n".to_owned();
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, text);
            let allow = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allow);
            return Ok(response);
        }
        match self.find(request.uri().path()) {
            Found::File(path) => respond_with(path, request.headers(), request.method()),
            Found::Directory(address) => {
                let mut response = plain(StatusCode::MOVED_PERMANENTLY, format!("{address}\n"));
                let location = HeaderValue::from_str(&address).map_err(io::Error::other)?;
                response.headers_mut().insert(LOCATION, location);
                Ok(response)
            }
            Found::Nothing => Ok(plain(
                StatusCode::NOT_FOUND,
                "There is no such page.\n".to_owned(),
            )),
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
    File(&'a Path),
    Directory(String),
    Nothing,
}

fn plain(status: StatusCode, text: String) -> Response<Content> {
    let mut response = Response::new(Content::Text(Bytes::from(text)));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// Sends the file, or the part of it that is asked for, or nothing if the client has it already.
fn respond_with(path: &Path, asked: &HeaderMap, method: &Method) -> io::Result<Response<Content>> {
    // Opening and reading a file blocks the loop: `select` knows no disks. These files are small and in
    // the kernel's memory; a production server does this on other threads.
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let (length, modified) = (metadata.len(), metadata.modified()?);
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let etag: ETag = format!("\"{length:x}-{:x}\"", since.as_nanos())
        .parse()
        .map_err(io::Error::other)?;
    let modified = LastModified::from(modified);

    let mut response = Response::new(Content::Text(Bytes::new()));
    let headers = response.headers_mut();
    headers.typed_insert(etag.clone());
    headers.typed_insert(modified);
    // The next build changes the pages under the same addresses: a browser is to ask each time.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if is_known(asked, &etag, modified) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    headers.insert(CONTENT_TYPE, content_type(path));
    let wanted = match wanted(asked, method, length, &etag, modified) {
        Wanted::Everything => 0..=length.wrapping_sub(1),
        Wanted::Part(range) => {
            let part = ContentRange::bytes(range.clone(), length).map_err(io::Error::other)?;
            headers.typed_insert(part);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            range
        }
        Wanted::Impossible => {
            let mut response = plain(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!("The file has {length} bytes.\n"),
            );
            let whole = ContentRange::unsatisfied_bytes(length);
            response.headers_mut().typed_insert(whole);
            return Ok(response);
        }
    };
    let left = if length == 0 {
        0
    } else {
        wanted.end() - wanted.start() + 1
    };
    file.seek(SeekFrom::Start(*wanted.start()))?;
    // Said here and not left to hyper, as the answer to HEAD says it too.
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(left));
    *response.body_mut() = Content::File { file, left };
    Ok(response)
}

/// Whether the client says that it has this version already.
fn is_known(asked: &HeaderMap, etag: &ETag, modified: LastModified) -> bool {
    if let Some(known) = asked.typed_get::<IfNoneMatch>() {
        return !known.precondition_passes(etag);
    }
    let known = asked.typed_get::<IfModifiedSince>();
    known.is_some_and(|known| !known.is_modified(modified.into()))
}

enum Wanted {
    Everything,
    Part(RangeInclusive<u64>),
    Impossible,
}

fn wanted(
    asked: &HeaderMap,
    method: &Method,
    length: u64,
    etag: &ETag,
    modified: LastModified,
) -> Wanted {
    let range = asked.get(RANGE).and_then(|range| range.to_str().ok());
    let (Some(range), &Method::GET) = (range, method) else {
        return Wanted::Everything;
    };
    let condition = asked.typed_get::<IfRange>();
    if condition.is_some_and(|known| known.is_modified(Some(etag), Some(&modified))) {
        return Wanted::Everything;
    }
    let ranges =
        http_range_header::parse_range_header(range).and_then(|ranges| ranges.validate(length));
    match ranges.as_deref() {
        Ok([range]) => Wanted::Part(range.clone()),
        // Several at once: a server may send everything instead, and no browser asks for it here.
        Ok(_) => Wanted::Everything,
        Err(_) => Wanted::Impossible,
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

/// What an answer holds: a line of text, or a part of a file that is still to be read.
pub enum Content {
    /// Text.
    Text(Bytes),
    /// The next `left` bytes of the file.
    File {
        /// The file, at the place where the next byte is.
        file: File,
        /// How many bytes are still to be sent.
        left: u64,
    },
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    /// A chunk at a time: hyper asks for the next one when the client has taken enough of this one.
    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let chunk = match self.get_mut() {
            Content::Text(text) => Ok(std::mem::take(text)),
            Content::File { file, left } => {
                let size = usize::try_from(*left).map_or(CHUNK, |left| left.min(CHUNK));
                let mut chunk = vec![0; size];
                *left -= size as u64;
                // If the file has become shorter, that is an error here, and ends the connection: the
                // length is promised already.
                file.read_exact(&mut chunk).map(|()| Bytes::from(chunk))
            }
        };
        Poll::Ready(match chunk {
            Ok(chunk) if chunk.is_empty() => None,
            chunk => Some(chunk.map(Frame::data)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len())
    }
}

impl Content {
    fn len(&self) -> u64 {
        match self {
            Content::Text(text) => text.len() as u64,
            Content::File { left, .. } => *left,
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.len())
    }
}
