//! Which file answers a request.
//!
//! The directory is read once, at the start. What it held then can be asked for, and everything else is not
//! found. No request is ever made into a path, so none leads out of the directory, and a new build of the
//! book under a running server changes no answer.
//!
//! All of it is held in memory because `select` does not know disks: opening and reading a file blocks the
//! thread, and with it the loop and every other client. A book is a few megabytes. A server with more to
//! send reads its files on other threads.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, SERVER};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, StatusCode};
use stage5_select::Exception;

/// The files that were under a directory, by the path of their address.
#[derive(Debug)]
pub struct Site {
    files: HashMap<String, File>,
}

#[derive(Clone, Debug)]
struct File {
    bytes: Bytes,
    kind: &'static str,
}

impl Site {
    /// Reads all that is under `root`. Symbolic links are not followed.
    ///
    /// # Errors
    ///
    /// If a directory or a file cannot be read; the error names it.
    pub fn open(root: &Path) -> Result<Self, Exception> {
        let mut files = HashMap::new();
        let mut dirs = vec![(String::new(), root.to_owned())];
        while let Some((address, dir)) = dirs.pop() {
            for entry in fs::read_dir(&dir).map_err(|error| cannot_read(&dir, &error))? {
                let entry = entry?;
                let (path, kind) = (entry.path(), entry.file_type()?);
                let address = format!("{address}/{}", entry.file_name().to_string_lossy());
                if kind.is_dir() {
                    dirs.push((address, path));
                } else if kind.is_file() {
                    let bytes = fs::read(&path).map_err(|error| cannot_read(&path, &error))?;
                    let kind = content_type(&path);
                    let bytes = bytes.into();
                    files.insert(address, File { bytes, kind });
                }
            }
        }
        Ok(Site { files })
    }

    /// Answers a request that came to the server at `addr`.
    pub fn answer<B>(&self, request: &Request<B>, addr: SocketAddr) -> Response<Full<Bytes>> {
        let path = match request.uri().path() {
            "/" => "/index.html",
            path => path,
        };
        let (status, file) = if let Err(refused) = check_host(request, addr) {
            refused
        } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
            text(
                StatusCode::METHOD_NOT_ALLOWED,
                "This server only answers GET and HEAD.\n",
            )
        } else if let Some(file) = self.files.get(path) {
            (StatusCode::OK, file.clone())
        } else if let Some(file) = self.files.get("/404.html") {
            (StatusCode::NOT_FOUND, file.clone())
        } else {
            text(StatusCode::NOT_FOUND, "There is no such page.\n")
        };
        let mut response = Response::new(Full::new(file.bytes));
        *response.status_mut() = status;
        let mut say = |name, value| response.headers_mut().insert(name, value);
        say(CONTENT_TYPE, HeaderValue::from_static(file.kind));
        say(SERVER, HeaderValue::from_static("stage5-select"));
        // The next build has other pages under the same addresses.
        say(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            say(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}

/// Refuses a request for another host. Otherwise a page from elsewhere, whose name its owner lets resolve to
/// this machine, could read what is served here.
fn check_host<B>(request: &Request<B>, addr: SocketAddr) -> Result<(), (StatusCode, File)> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok(),
        _ => None,
    };
    let Some(host) = host else {
        let what_to_do = "A request names one host, as in `Host: localhost`.\n";
        return Err(text(StatusCode::BAD_REQUEST, what_to_do));
    };
    // A target that is a whole address takes precedence over `Host`: RFC 9112, section 3.2.2.
    let host = request.uri().host().unwrap_or(host.host());
    let served = ["localhost", "127.0.0.1", "[::1]"];
    let own = SocketAddr::new(addr.ip(), 0).to_string(); // with brackets, if they are needed
    if served.contains(&host) || own.strip_suffix(":0") == Some(host) {
        return Ok(());
    }
    let what_to_do = "This server is not that host: ask for `localhost`.\n";
    Err(text(StatusCode::MISDIRECTED_REQUEST, what_to_do))
}

fn text(status: StatusCode, text: &'static str) -> (StatusCode, File) {
    let bytes = Bytes::from_static(text.as_bytes());
    let kind = "text/plain; charset=utf-8";
    (status, File { bytes, kind })
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Exception {
    Exception::msg(format!("can't read {}: {error}", path.display()))
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
