//! A file, as the server holds it: all of its bytes, and what HTTP wants to know of them.
//!
//! The tag of a version, the `ETag`, is a hash of the bytes. So a page that a new build has not changed is
//! the same version still, and the browser need not be sent it again.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::SystemTime;

use headers::{
    ContentRange, ETag, HeaderMapExt, IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince,
    LastModified,
};
use http_range_header::RangeUnsatisfiableError::Unsatisfiable;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use hyper::header::{ETAG, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE};
use hyper::{HeaderMap, Method, Response, StatusCode};

use crate::site::{Content, plain};

/// A file, as it was at the start.
#[derive(Debug)]
pub(crate) struct File {
    bytes: Bytes,
    kind: HeaderValue,
    etag: ETag,
    modified: SystemTime,
}

impl File {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
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
    pub(crate) fn respond(&self, asked: &HeaderMap, method: &Method) -> Response<Content> {
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
        let bytes = match self.wanted(asked, method, headers) {
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

    fn wanted(&self, asked: &HeaderMap, method: &Method, sent: &HeaderMap) -> Wanted {
        let range = asked.get(RANGE).and_then(|range| range.to_str().ok());
        let (Some(range), &Method::GET) = (range, method) else {
            return Wanted::Everything;
        };
        // The part belongs to the version that we name ourselves, letter by letter: a later date, and what
        // cannot be read, is another one.
        let is_other =
            |known| Some(known) != sent.get(ETAG) && Some(known) != sent.get(LAST_MODIFIED);
        if asked.get_all(IF_RANGE).iter().any(is_other) {
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
