//! The server, asked by a real client over real sockets: what it answers, and what it never does.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use book::{Site, serve};
use stage5_select::{Listener, readability, run};
use tempfile::TempDir;

/// A server on a thread of its own, with a directory of its own. It stops when this is dropped.
struct Running {
    addr: SocketAddr,
    dir: TempDir,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new(fill: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir(&root).unwrap();
        fill(&root);
        let (stop, stopped) = UnixStream::pair().unwrap();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let served = run(async move {
                let listener = Listener::bind("127.0.0.1:0")?;
                tell.send(listener.local_addr()?).unwrap();
                let stop = async move { readability(&stopped).await };
                serve(Site::open(&root)?, listener, stop).await
            });
            served.unwrap();
        });
        Running {
            addr: told.recv().unwrap(),
            dir,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).unwrap()
    }

    /// One request on a connection of its own.
    fn ask(&self, request: &str) -> Answer {
        let (line, headers) = request.split_once('\n').unwrap_or((request, ""));
        self.ask_as_it_is(&format!(
            "{line} HTTP/1.1\nHost: book\nConnection: close\n{headers}\n"
        ))
    }

    /// The same, and nothing is added.
    fn ask_as_it_is(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        let request = request.replace('\n', "\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, body) = bytes.split_at(end.expect("an answer has a head") + 4);
        let head = str::from_utf8(head).unwrap().to_owned();
        Answer {
            status: head[9..12].parse().unwrap(),
            head,
            body: body.to_vec(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

fn small(root: &Path) {
    fs::write(root.join("index.html"), "<p>home</p>").unwrap();
    fs::write(root.join("a page.html"), "<p>0123456789</p>").unwrap();
    fs::write(root.join("empty.css"), "").unwrap();
    fs::create_dir(root.join("part")).unwrap();
    fs::write(root.join("part/index.html"), "<p>part</p>").unwrap();
    fs::write(root.join("part/run.rs"), "fn run() {}").unwrap();
}

#[test]
fn a_file_is_sent_with_its_type_and_its_length() {
    let server = Running::new(small);
    let home = server.get("/");
    assert_eq!((home.status, &*home.body), (200, &b"<p>home</p>"[..]));
    assert_eq!(
        home.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(home.header("content-length"), Some("11"));
    assert_eq!(home.header("server"), Some("stage5-select"));

    assert_eq!(server.get("/a%20page.html").status, 200);
    assert_eq!(server.get("/index.html?x=y").status, 200);
    let source = server.get("/part/run.rs");
    assert_eq!(
        source.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let empty = server.get("/empty.css");
    assert_eq!(
        (empty.status, empty.header("content-length")),
        (200, Some("0"))
    );
    assert_eq!(
        empty.header("content-type"),
        Some("text/css; charset=utf-8")
    );
}

#[test]
fn a_directory_is_its_index() {
    let server = Running::new(small);
    assert_eq!(server.get("/part/").body, b"<p>part</p>");
    let led_on = server.get("/part");
    assert_eq!(
        (led_on.status, led_on.header("location")),
        (301, Some("/part/"))
    );
}

#[test]
fn head_has_the_length_and_no_body() {
    let server = Running::new(small);
    let head = server.ask("HEAD /a%20page.html");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("17"))
    );
    assert!(head.body.is_empty());
}

#[test]
fn other_methods_are_refused() {
    let server = Running::new(small);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.ask(&format!("{method} /"));
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("GET, HEAD"))
        );
    }
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = Running::new(small);
    let page = server.get("/a%20page.html");
    let etag = page.header("etag").unwrap();
    let modified = page.header("last-modified").unwrap();
    for condition in [
        format!("If-None-Match: {etag}"),
        format!("If-None-Match: \"other\", W/{etag}"),
        format!("If-Modified-Since: {modified}"),
    ] {
        let again = server.ask(&format!("GET /a%20page.html\n{condition}\n"));
        assert_eq!((again.status, again.body.len()), (304, 0), "{condition}");
        assert_eq!(again.header("etag"), Some(etag));
    }
    for condition in [
        "If-None-Match: \"other\"".to_owned(),
        "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT".to_owned(),
        format!("If-None-Match: \"other\"\nIf-Modified-Since: {modified}"),
    ] {
        let again = server.ask(&format!("GET /a%20page.html\n{condition}\n"));
        assert_eq!((again.status, again.body.len()), (200, 17), "{condition}");
    }
}

#[test]
fn what_the_client_does_not_mean_is_not_sent() {
    let server = Running::new(small);
    let page = server.get("/a%20page.html");
    let etag = page.header("etag").unwrap();
    let modified = page.header("last-modified").unwrap();
    for (condition, status) in [
        (format!("If-Match: {etag}"), 200),
        (format!("If-Match: \"other\", {etag}"), 200),
        ("If-Match: *".to_owned(), 200),
        ("If-Match: \"other\"".to_owned(), 412),
        (format!("If-Match: W/{etag}"), 412),
        (format!("If-Unmodified-Since: {modified}"), 200),
        (
            "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT".to_owned(),
            412,
        ),
        ("If-Unmodified-Since: yesterday".to_owned(), 200), // no date: as if it were not there
        // The first one of these is asked first, and the second one not at all.
        (format!("If-Match: \"other\"\nIf-None-Match: {etag}"), 412),
        (format!("If-Match: {etag}\nIf-None-Match: {etag}"), 304),
        (
            format!("If-Match: {etag}\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
            200,
        ),
    ] {
        let answer = server.ask(&format!("GET /a%20page.html\n{condition}\n"));
        assert_eq!(answer.status, status, "{condition}");
    }
}

#[test]
fn a_request_names_one_host_and_a_path() {
    let server = Running::new(small);
    for (request, status) in [
        ("GET / HTTP/1.1\nHost: book\n", 200),
        ("GET / HTTP/1.1\nHost: 127.0.0.1:4320\n", 200),
        ("GET / HTTP/1.1\nHost: [::1]:4320\n", 200),
        ("GET / HTTP/1.1\nHost: book:\n", 200),
        ("GET http://book/ HTTP/1.1\nHost: book\n", 200),
        ("GET / HTTP/1.0\n", 200),
        ("GET foo HTTP/1.1\nHost: book\n", 400),
        ("GET foo:80 HTTP/1.1\nHost: book\n", 400),
        ("GET * HTTP/1.1\nHost: book\n", 400),
        ("OPTIONS * HTTP/1.1\nHost: book\n", 405),
        ("GET / HTTP/1.1\n", 400),
        ("HEAD / HTTP/1.1\n", 400),
        ("POST / HTTP/1.1\n", 400),
        ("GET /nothing HTTP/1.1\n", 400),
        ("GET http://book/ HTTP/1.1\n", 400),
        ("GET / HTTP/1.1\nHost:\n", 400),
        ("GET / HTTP/1.1\nHost: book\nHost: book\n", 400),
        ("GET / HTTP/1.0\nHost: book\nHost: book\n", 400),
        ("GET / HTTP/1.1\nHost: the book\n", 400),
        ("GET / HTTP/1.1\nHost: book:port\n", 400),
        ("GET / HTTP/1.1\nHost: book:1:2\n", 400),
        ("GET / HTTP/1.1\nHost: reader@book\n", 400),
        ("GET / HTTP/1.1\nHost: book@book\n", 400),
        ("GET / HTTP/1.1\nHost: book/\n", 400),
        ("GET / HTTP/1.1\nHost: http://book\n", 400),
        ("GET / HTTP/1.1\nHost: bo\u{f6}k\n", 400),
    ] {
        let answer = server.ask_as_it_is(&format!("{request}Connection: close\n\n"));
        assert_eq!(answer.status, status, "{request}");
    }
}

#[test]
fn a_range_is_a_part_of_the_file() {
    let server = Running::new(small);
    let page = server.get("/a%20page.html");
    let etag = page.header("etag").unwrap();
    let date = page.header("last-modified").unwrap();
    for (range, status, content_range, body) in [
        (
            "Range: bytes=3-5".to_owned(),
            206,
            Some("bytes 3-5/17"),
            "012",
        ),
        (
            "Range: bytes=13-".to_owned(),
            206,
            Some("bytes 13-16/17"),
            "</p>",
        ),
        (
            "Range: bytes=-4".to_owned(),
            206,
            Some("bytes 13-16/17"),
            "</p>",
        ),
        (
            format!("Range: bytes=3-5\nIf-Range: {etag}"),
            206,
            Some("bytes 3-5/17"),
            "012",
        ),
        (
            format!("Range: bytes=3-5\nIf-Range: {date}"),
            206,
            Some("bytes 3-5/17"),
            "012",
        ),
        // Another version, though the date is later; and what is none.
        (
            "Range: bytes=3-5\nIf-Range: Fri, 01 Jan 2100 00:00:00 GMT".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        (
            "Range: bytes=3-5\nIf-Range: yesterday".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        (
            format!("Range: bytes=3-5\nIf-Range: W/{etag}"),
            200,
            None,
            "<p>0123456789</p>",
        ),
        (
            "Range: bytes=3-5\nIf-Range: \"other\"".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        (
            "Range: bytes=0-1,3-5".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        // Other units, and what is no range: as if it were not there.
        (
            "Range: lines=3-5".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        (
            "Range: bytes=5-3".to_owned(),
            200,
            None,
            "<p>0123456789</p>",
        ),
        ("Range: bytes".to_owned(), 200, None, "<p>0123456789</p>"),
        (
            "Range: bytes=17-".to_owned(),
            416,
            Some("bytes */17"),
            "The file has 17 bytes.\n",
        ),
    ] {
        let part = server.ask(&format!("GET /a%20page.html\n{range}\n"));
        assert_eq!(part.status, status, "{range}");
        assert_eq!(part.header("content-range"), content_range, "{range}");
        assert_eq!(str::from_utf8(&part.body).unwrap(), body, "{range}");
    }
    assert_eq!(server.ask("GET /empty.css\nRange: bytes=0-\n").status, 416);
}

/// What is there at the start is what is served, to the byte, whatever becomes of the directory.
#[test]
fn what_happens_in_the_directory_later_changes_no_answer() {
    let server = Running::new(small);
    let etag = |path| server.get(path).header("etag").unwrap().to_owned();
    let before = [etag("/"), etag("/a%20page.html"), etag("/part/run.rs")];
    let root = server.dir.path().join("root");
    let secret = server.dir.path().join("secret");
    fs::write(&secret, "secret").unwrap();

    // A new build writes the same names anew; what is left may be gone, or be something else.
    fs::write(root.join("index.html"), "<p>another, and longer</p>").unwrap();
    fs::remove_file(root.join("a page.html")).unwrap();
    symlink(&secret, root.join("a page.html")).unwrap();
    fs::remove_file(root.join("part/run.rs")).unwrap();
    let pipe = Command::new("mkfifo")
        .arg(root.join("part/run.rs"))
        .status();
    assert!(pipe.unwrap().success());
    symlink(&secret, root.join("link")).unwrap();
    fs::write(root.join("new.html"), "new").unwrap();

    assert_eq!(server.get("/").body, b"<p>home</p>");
    assert_eq!(server.get("/a%20page.html").body, b"<p>0123456789</p>");
    assert_eq!(server.get("/part/run.rs").body, b"fn run() {}"); // and it waits for no writer
    assert_eq!(server.get("/link").status, 404);
    assert_eq!(server.get("/new.html").status, 404);
    let after = [etag("/"), etag("/a%20page.html"), etag("/part/run.rs")];
    assert_eq!(after, before);
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(server.get("/part/").body, b"<p>part</p>");
}

/// So a browser that has the page keeps it over a build that did not change it, and over no other.
#[test]
fn the_etag_is_of_the_bytes_and_of_nothing_else() {
    let etag = |text: &'static str| {
        let server = Running::new(|root| fs::write(root.join("index.html"), text).unwrap());
        server.get("/").header("etag").unwrap().to_owned()
    };
    assert_eq!(etag("<p>one</p>"), etag("<p>one</p>"));
    assert_ne!(etag("<p>one</p>"), etag("<p>two</p>"));
}

#[test]
fn nothing_outside_the_directory_is_ever_served() {
    let server = Running::new(|root| {
        small(root);
        let outside = root.parent().unwrap();
        fs::write(outside.join("secret"), "secret").unwrap();
        fs::create_dir(outside.join("dir")).unwrap();
        fs::write(outside.join("dir/secret"), "secret").unwrap();
        symlink(outside.join("secret"), root.join("link")).unwrap();
        symlink(outside.join("dir"), root.join("linked")).unwrap();
        symlink("../secret", root.join("relative")).unwrap();
    });
    let absolute = server.dir.path().join("secret");
    let absolute = absolute.to_str().unwrap();
    for path in [
        "/../secret",
        "/part/../../secret",
        "/%2e%2e/secret",
        "/%2e%2e%2fsecret",
        "/..%2fsecret",
        "/.%2e/secret",
        "/%252e%252e/secret",
        "/..%5csecret",
        "/..\\secret",
        "/..%c0%afsecret",
        "/%ff",
        "/index.html%00",
        "/link",
        "/linked/secret",
        "/relative",
        "//secret",
        absolute,
        &format!("/{absolute}"),
        &absolute.replace('/', "%2f"),
        "/etc/passwd",
        "//etc/passwd",
        "/%2fetc/passwd",
        "http://book/../secret",
        "file:///etc/passwd",
        "/part/./index.html",
        "/part//index.html",
    ] {
        let answer = server.get(path);
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.head
        );
        assert!(
            !answer.body.windows(6).any(|six| six == b"secret"),
            "{path}"
        );
        assert!(
            !answer.body.windows(5).any(|five| five == b"root:"),
            "{path}"
        );
    }
}

#[test]
fn a_connection_takes_one_request_after_the_other_and_several_at_once() {
    let server = Running::new(small);
    let mut stream = server.connect();
    let one = "GET /part/run.rs HTTP/1.1\r\nHost: book\r\n\r\n";
    let last = "GET / HTTP/1.1\r\nHost: book\r\nConnection: close\r\n\r\n";
    stream.write_all(one.as_bytes()).unwrap();
    let mut first = vec![0; 8192];
    let mut count = 0;
    while !first[..count].ends_with(b"fn run() {}") {
        let more = stream.read(&mut first[count..]).unwrap();
        assert!(more > 0);
        count += more;
    }
    // The same connection, and now a pipeline: ten requests in one packet.
    stream
        .write_all([one.repeat(10), last.to_owned()].concat().as_bytes())
        .unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.matches("HTTP/1.1 200 OK").count(), 11);
    assert_eq!(rest.matches("fn run() {}").count(), 10);
    assert!(rest.ends_with("<p>home</p>"));
}

#[test]
fn a_client_that_has_asked_and_shut_its_side_is_answered() {
    let server = Running::new(small);
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: book\r\n\r\n")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("<p>home</p>"));
}

#[test]
fn a_request_in_pieces_is_one_request_and_keeps_nobody_else_waiting() {
    let server = Running::new(small);
    let mut slow = server.connect();
    slow.set_nodelay(true).unwrap();
    for byte in b"GET / HTTP/1.1\r\nHost: book\r\nConnection: close\r\n\r\n" {
        slow.write_all(&[*byte]).unwrap();
        assert_eq!(server.get("/part/run.rs").status, 200); // meanwhile
    }
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("<p>home</p>"));
}

#[test]
fn a_large_file_goes_to_a_slow_client_while_others_are_served() {
    const SIZE: usize = 32 * 1024 * 1024;
    let server = Running::new(|root| {
        small(root);
        let bytes: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
        fs::write(root.join("large.bin"), bytes).unwrap();
    });
    let mut slow = server.connect();
    slow.write_all(b"GET /large.bin HTTP/1.1\r\nHost: book\r\nConnection: close\r\n\r\n")
        .unwrap();
    // It is more than all buffers between here and there hold: the server is in the midst of it now.
    let mut start = [0; 1024];
    slow.read_exact(&mut start).unwrap();
    for _ in 0..20 {
        assert_eq!(server.get("/").status, 200);
    }
    let mut rest = start.to_vec();
    slow.read_to_end(&mut rest).unwrap();
    let answer = Answer::parse(&rest);
    assert_eq!(answer.body.len(), SIZE);
    assert!(answer.body.into_iter().eq((0..=250).cycle().take(SIZE)));
}

#[test]
fn a_hundred_at_once_are_all_answered() {
    let server = Running::new(small);
    // All are connected before the first one asks.
    let streams: Vec<_> = (0..100).map(|_| server.connect()).collect();
    for mut stream in &streams {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: book\r\nConnection: close\r\n\r\n")
            .unwrap();
    }
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("<p>home</p>"));
    }
}

#[test]
fn clients_that_vanish_or_speak_something_else_disturb_nobody() {
    let server = Running::new(small);
    drop(server.connect());
    let mut half = server.connect();
    half.write_all(b"GET / HT").unwrap();
    drop(half);
    let mut noise = server.connect();
    noise
        .write_all(&[0x16, 3, 1, 0, 200, 1, 0, 0, b'\r', b'\n', b'\r', b'\n'])
        .unwrap();
    let mut answer = Vec::new();
    noise.read_to_end(&mut answer).unwrap();
    assert_eq!(Answer::parse(&answer).status, 400);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn an_idle_connection_does_not_keep_the_server_from_stopping() {
    let server = Running::new(small);
    let mut idle = server.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: book\r\n\r\n")
        .unwrap();
    let mut start = [0; 15];
    idle.read_exact(&mut start).unwrap();
    drop(server); // joins its thread
    assert!(
        idle.read_to_end(&mut Vec::new()).is_ok(),
        "it is closed, and not reset"
    );
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_book"))
}

#[test]
fn a_busy_port_is_a_clear_error_and_the_exit_status_tells() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let output = program().args(["--port", &port]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    let hint = "end the program that listens there, or take port 0";
    assert!(
        error.starts_with(&format!("book: can't listen on 127.0.0.1:{port}: ")),
        "{error}"
    );
    assert_eq!(error.matches(hint).count(), 1, "{error}");
    assert_eq!(error.matches("port 0").count(), 1, "{error}");
    assert!(output.stdout.is_empty());
}

#[test]
fn an_option_that_is_none_gives_the_usage() {
    for args in [
        &["--prot", "1"][..],
        &["--port", "x"],
        &["--port"],
        &["--port", "65536"],
    ] {
        let output = program().args(args).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("usage: book"), "{error}");
    }
    assert!(program().arg("--help").output().unwrap().status.success());
}

/// The program, serving the book from a directory of its own. It is killed when this is dropped.
struct Program {
    book: Child,
    addr: SocketAddr,
    html: PathBuf,
    _dir: TempDir,
}

impl Program {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let html = dir.path().join("html");
        let mut book = program();
        book.args(["--port", "0", "--out"]).arg(&html);
        let mut book = book.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(book.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let addr = line.strip_prefix("The book is at http://").unwrap();
        let addr = addr.split(' ').next().unwrap().parse().unwrap();
        Program {
            book,
            addr,
            html,
            _dir: dir,
        }
    }

    fn first_page(&self) -> Answer {
        let mut stream = TcpStream::connect(self.addr).unwrap();
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: book\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.book.kill();
        let _ = self.book.wait();
    }
}

#[test]
fn the_program_serves_the_book_until_ctrl_c() {
    let mut program = Program::start();
    let page = String::from_utf8(program.first_page().body).unwrap();
    assert!(
        page.contains("<h1") && page.contains("Sent to you by <code>stage5_select::run</code>")
    );

    let interrupt = Command::new("kill")
        .args(["-TERM", &program.book.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert!(program.book.wait().unwrap().success());
}

#[test]
fn a_build_under_a_running_server_does_it_no_harm() {
    let server = Program::start();
    let before = server.first_page();
    let mut build = program();
    build.args(["--build-only", "--out"]).arg(&server.html);
    let mut build = build.stdout(Stdio::null()).spawn().unwrap();
    // While it builds, the directory is empty for a time, and half full for another one.
    while build.try_wait().unwrap().is_none() {
        let meanwhile = server.first_page();
        assert_eq!((meanwhile.status, &meanwhile.body), (200, &before.body));
    }
    assert!(build.wait().unwrap().success());
    assert_eq!(server.first_page().body, before.body); // the other build has another footer
}

#[test]
fn a_directory_that_holds_something_else_is_not_cleared() {
    // The last two: another book, and our own that somebody keeps the versions of.
    for names in [
        &["a.txt"][..],
        &[".nojekyll"],
        &["from-the-talk.html", ".git"],
    ] {
        let directory = tempfile::tempdir().unwrap();
        let files = names.iter().map(|name| directory.path().join(name));
        let files: Vec<_> = files.collect();
        for file in &files {
            fs::write(file, "x").unwrap();
        }
        let built = program()
            .args(["--build-only", "--out"])
            .arg(directory.path())
            .output()
            .unwrap();
        assert!(!built.status.success(), "{names:?}");
        let error = String::from_utf8(built.stderr).unwrap();
        assert!(
            error.contains("holds something that is not this book"),
            "{error}"
        );
        assert!(files.iter().all(|file| file.exists()), "{names:?}");
    }
}
