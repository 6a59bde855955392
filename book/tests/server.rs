//! The server, asked by a real client over real sockets: what it answers, and what it never does.

mod program;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use book::{Limits, Site, serve};
use stage5_select::{Listener, readability, run};
use tempfile::TempDir;

use program::{Program, program};

/// A server on a thread of its own, with a directory of its own. It stops when this is dropped.
struct Running {
    addr: SocketAddr,
    root: TempDir,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new() -> Self {
        Running::with(Limits::default(), |_| ())
    }

    fn with(limits: Limits, fill: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        fs::write(root.join("index.html"), "<p>home</p>").unwrap();
        fs::write(root.join("404.html"), "<p>no such page</p>").unwrap();
        fs::create_dir(root.join("css")).unwrap();
        fs::write(root.join("css/empty.css"), "").unwrap();
        fill(&root);
        let (stop, stopped) = UnixStream::pair().unwrap();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let served = run(async move {
                let listener = Listener::bind("127.0.0.1:0")?;
                let site = Site::open(&root)?;
                tell.send(listener.local_addr()?).unwrap();
                let stop = async move { readability(&stopped).await };
                serve(site, listener, limits, stop).await
            });
            served.unwrap();
        });
        Running {
            addr: told.recv().unwrap(),
            root: dir,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).unwrap()
    }

    /// One request on a connection of its own, as it is.
    fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Answer::read(stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\n{LAST}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

/// The rest of a request, if it is the last one.
const LAST: &str = "Host: localhost\r\nConnection: close\r\n\r\n";

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn read(mut stream: impl Read) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let body = bytes.split_off(end.expect("an answer has a head") + 4);
        let head = String::from_utf8(bytes).unwrap();
        let status = head[9..12].parse().unwrap();
        Answer { status, head, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

#[test]
fn a_file_is_sent_with_its_type_and_its_length() {
    let server = Running::new();
    for (request, body, kind, length) in [
        ("GET /", "<p>home</p>", "text/html; charset=utf-8", "11"),
        (
            "GET /index.html?a=b",
            "<p>home</p>",
            "text/html; charset=utf-8",
            "11",
        ),
        ("GET /css/empty.css", "", "text/css; charset=utf-8", "0"),
        ("HEAD /", "", "text/html; charset=utf-8", "11"),
    ] {
        let answer = server.ask(&format!("{request} HTTP/1.1\r\n{LAST}"));
        assert_eq!(
            (answer.status, &*answer.body),
            (200, body.as_bytes()),
            "{request}"
        );
        assert_eq!(answer.header("content-type"), Some(kind));
        assert_eq!(answer.header("content-length"), Some(length));
        assert_eq!(answer.header("server"), Some("stage5-select"));
    }
}

#[test]
fn what_is_not_there_is_answered_by_the_page_that_says_so() {
    let server = Running::with(Limits::default(), |root| {
        let outside = root.parent().unwrap();
        symlink(outside, root.join("linked")).unwrap();
        symlink(root.join("index.html"), root.join("link.html")).unwrap();
    });
    for path in [
        "/nothing",
        "/css",
        "/css/",
        "//",
        "/link.html",
        "/linked/",
        "/../",
        "/css/../index.html",
        "/%2e%2e/",
        "/index.html%00",
        "/etc/passwd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "*",
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, &*answer.body),
            (404, &b"<p>no such page</p>"[..]),
            "{path}"
        );
    }
}

#[test]
fn other_methods_are_refused() {
    let server = Running::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.ask(&format!("{method} / HTTP/1.1\r\n{LAST}"));
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, Some("GET, HEAD"))
        );
    }
}

/// A page from elsewhere, whose name leads to this machine, must not read what is served here.
#[test]
fn only_the_names_of_this_machine_are_answered() {
    let server = Running::new();
    for (target, headers, status) in [
        ("/", "Host: localhost\r\n", 200),
        ("/", "Host: localhost:4320\r\n", 200),
        ("/", "Host: 127.0.0.1:4320\r\n", 200),
        ("/", "Host: [::1]:4320\r\n", 200),
        ("http://localhost/", "Host: localhost\r\n", 200),
        ("/", "Host: rebound.example\r\n", 421),
        ("/", "Host: localhost.rebound.example\r\n", 421),
        ("http://rebound.example/", "Host: localhost\r\n", 421),
        ("/", "", 400),
        ("/", "Host:\r\n", 400),
        ("/", "Host: local host\r\n", 400),
        ("/", "Host: localhost\r\nHost: rebound.example\r\n", 400),
    ] {
        let answer = server.ask(&format!(
            "GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n"
        ));
        assert_eq!(answer.status, status, "{target} {headers}");
    }
}

#[test]
fn what_happens_in_the_directory_later_changes_no_answer() {
    let server = Running::new();
    let root = server.root.path();
    fs::write(root.join("index.html"), "<p>another, and longer</p>").unwrap();
    fs::write(root.join("new.html"), "new").unwrap();
    fs::remove_dir_all(root.join("css")).unwrap();
    assert_eq!(server.get("/").body, b"<p>home</p>");
    assert_eq!(server.get("/css/empty.css").status, 200);
    assert_eq!(server.get("/new.html").status, 404);
}

#[test]
fn a_connection_takes_one_request_after_the_other_and_several_at_once() {
    let server = Running::new();
    let mut stream = server.connect();
    let one = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(one.as_bytes()).unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"<p>home</p>") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        first.push(byte[0]);
    }
    // The same connection, and now a pipeline.
    let rest = one.repeat(10) + "GET /404.html HTTP/1.1\r\n" + LAST;
    stream.write_all(rest.as_bytes()).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest.matches("HTTP/1.1 200 OK").count(), 11);
    assert_eq!(rest.matches("<p>home</p>").count(), 10);
    assert!(rest.ends_with("<p>no such page</p>"));
}

#[test]
fn a_client_that_has_asked_and_shut_its_side_is_answered() {
    let server = Running::new();
    let mut stream = server.connect();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Answer::read(stream).body, b"<p>home</p>");
}

#[test]
fn a_request_in_pieces_is_one_request_and_keeps_nobody_else_waiting() {
    let server = Running::new();
    let mut slow = server.connect();
    slow.set_nodelay(true).unwrap();
    for byte in format!("GET / HTTP/1.1\r\n{LAST}").bytes() {
        slow.write_all(&[byte]).unwrap();
        assert_eq!(server.get("/css/empty.css").status, 200); // meanwhile
    }
    assert_eq!(Answer::read(slow).body, b"<p>home</p>");
}

#[test]
fn a_large_file_goes_to_a_slow_client_while_others_are_served() {
    const SIZE: usize = 32 * 1024 * 1024;
    let server = Running::with(Limits::default(), |root| {
        let bytes: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
        fs::write(root.join("large.bin"), bytes).unwrap();
    });
    let mut slow = server.connect();
    slow.write_all(format!("GET /large.bin HTTP/1.1\r\n{LAST}").as_bytes())
        .unwrap();
    let mut start = [0; 1024];
    slow.read_exact(&mut start).unwrap();
    for _ in 0..20 {
        assert_eq!(server.get("/").status, 200);
    }
    let answer = Answer::read(start.chain(slow));
    assert_eq!(answer.body.len(), SIZE);
    assert!(answer.body.into_iter().eq((0..=250).cycle().take(SIZE)));
}

#[test]
fn clients_that_vanish_or_speak_something_else_disturb_nobody() {
    let server = Running::new();
    drop(server.connect());
    server.connect().write_all(b"GET / HT").unwrap();
    assert_eq!(server.ask("\u{16}\u{3}\u{1}\0\r\n\r\n").status, 400);
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn many_connections_are_answered_and_one_too_many_is_told_so() {
    let limits = Limits {
        connections: 30,
        ..Limits::default()
    };
    let server = Running::with(limits, |_| ());
    let mut streams: Vec<_> = (0..30).map(|_| server.connect()).collect();
    for stream in &mut streams {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
    }
    // All are open at once: each one is answered, and then kept.
    for stream in &mut streams {
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    assert_eq!(server.get("/").status, 503);
    // There is room again as soon as the server has seen one of them end.
    drop(streams.pop());
    while server.get("/").status == 503 {
        thread::yield_now();
    }
    assert_eq!(server.get("/").status, 200);
}

/// It cannot keep a connection by sending a byte now and then.
#[test]
fn a_client_that_is_too_slow_is_cut_off() {
    let patience = Duration::from_millis(200);
    let limits = Limits {
        patience,
        ..Limits::default()
    };
    let server = Running::with(limits, |_| ());
    for head in ["GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "] {
        let mut slow = server.connect();
        slow.set_nodelay(true).unwrap();
        slow.set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        slow.write_all(head.as_bytes()).unwrap();
        // Each round takes 20 ms; the head would never end.
        let is_cut_off = |slow: &mut TcpStream| match slow.read(&mut [0]) {
            Ok(0) => true,
            Ok(_) => panic!("it was answered"),
            Err(error) => error.kind() == ErrorKind::ConnectionReset,
        };
        let cut_off = (0..3000).any(|_| is_cut_off(&mut slow) || slow.write_all(b"a").is_err());
        assert!(cut_off, "{head:?}: after a minute it was still there");
    }
}

#[test]
fn an_idle_connection_does_not_keep_the_server_from_stopping() {
    let server = Running::new();
    let mut idle = server.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    idle.read_exact(&mut [0; 15]).unwrap();
    drop(server); // joins its thread
    let rest = idle.read_to_end(&mut Vec::new());
    assert!(rest.is_ok(), "it is closed, and not reset");
}

/// The exit status of the program, and what it says of its failure.
fn failure(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    assert!(output.stdout.is_empty());
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_failure_says_what_to_do() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let (status, said) = failure(program().args(["--port", &port]));
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.starts_with(&format!("book: another program has port {port}")),
        "{said}"
    );
    assert!(said.contains("`--port 0`"), "{said}");

    // As it is in a checkout that cannot be written, whoever tries.
    let file = tempfile::NamedTempFile::new().unwrap();
    let html = file.path().join("html");
    let (status, said) = failure(program().args(["--build-only", "--out"]).arg(&html));
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.starts_with(&format!("book: can't write to {}: ", html.display())),
        "{said}"
    );
    assert!(said.contains("`--out DIR`"), "{said}");

    for (args, what) in [
        (&["--prot", "1"][..], "\"--prot\": no such option"),
        (&["4321"], "\"4321\": no such option"),
        (&["--port", "x"], "--port \"x\": not a port"),
        (&["--port"], "--port \"\": not a port"),
        (&["--port", "65536"], "--port \"65536\": not a port"),
        (&["--out"], "--out: which directory?"),
    ] {
        let (status, said) = failure(program().args(args));
        assert_eq!(status, Some(2), "{said}");
        assert!(
            said.starts_with(&format!("book: {what}\n\nusage: book")),
            "{said}"
        );
    }
    assert!(program().arg("--help").output().unwrap().status.success());
}

#[test]
fn the_program_serves_the_book_until_it_is_told_to_stop() {
    let mut server = Program::start();
    let page = first_page(&server);
    let text = String::from_utf8_lossy(&page);
    assert!(
        text.contains("<h1") && text.contains("Sent to you by <code>stage5_select::run</code>")
    );

    // A build into the same directory does it no harm; its pages have another footer.
    let mut build = program();
    build
        .args(["--build-only", "--out"])
        .arg(server.html.path());
    let mut build = build.stdout(Stdio::null()).spawn().unwrap();
    while build.try_wait().unwrap().is_none() {
        assert!(first_page(&server) == page);
    }
    assert!(build.wait().unwrap().success());
    assert!(first_page(&server) == page);

    let id = server.child.id().to_string();
    let told = Command::new("sh")
        .args(["-c", "kill -TERM $0", &id])
        .status();
    assert!(told.unwrap().success());
    assert!(server.child.wait().unwrap().success());
}

fn first_page(server: &Program) -> Vec<u8> {
    let mut stream = TcpStream::connect(&server.addr).unwrap();
    stream
        .write_all(format!("GET / HTTP/1.1\r\n{LAST}").as_bytes())
        .unwrap();
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 200);
    answer.body
}

#[test]
fn a_directory_that_holds_something_else_is_not_cleared() {
    let other_book = "<title>Page - Another book</title>";
    let this_book = "<title>Page - How await works</title>";
    for (name, text, more) in [
        ("a.txt", "x", None),
        (".nojekyll", "x", None),
        ("index.html", other_book, None),
        ("index.html", this_book, Some(".git")),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        if let Some(more) = more {
            fs::write(dir.path().join(more), "x").unwrap();
        }
        let (status, said) = failure(program().args(["--build-only", "--out"]).arg(dir.path()));
        assert_eq!(status, Some(1), "{name}");
        assert!(
            said.contains("holds something that is not this book"),
            "{said}"
        );
        assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), text);
    }
}
