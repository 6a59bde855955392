//! The server, asked by a real client over real sockets: what it answers, and what it never does.

mod program;

use std::fs;
use std::io::{Read, Write};
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
use support::Signal;

use program::{Program, program};

/// A server on a thread of its own, for a directory that is gone when it begins. It stops when this is dropped.
struct Running {
    addr: SocketAddr,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn new() -> Self {
        Running::with(Limits::default(), |_| ())
    }

    fn with(limits: Limits, fill: impl FnOnce(&Path)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().to_owned();
        fs::create_dir(dir.join("css")).unwrap();
        for (name, text) in [
            ("index.html", "<p>home</p>"),
            ("404.html", "<p>no such page</p>"),
            ("css/empty.css", ""),
        ] {
            fs::write(dir.join(name), text).unwrap();
        }
        fill(&dir);
        let (stop, stopped) = UnixStream::pair().unwrap();
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let served = run(async move {
                let listener = Listener::bind("127.0.0.1:0")?;
                let site = Site::open(&dir)?;
                tell.send(listener.local_addr()?).unwrap();
                let stop = async move { readability(&stopped).await };
                serve(site, listener, limits, stop).await
            });
            served.unwrap();
        });
        Running {
            addr: told.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// A connection, on which this has been sent.
    fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.addr).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// One request on a connection of its own, `GET /`, and its answer.
    fn ask(&self, request: &str) -> Answer {
        Answer::read(self.send(&format!("{request} HTTP/1.1\r\n{LAST}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking());
    }
}

/// A request after which the connection is kept.
const HOME: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The rest of a request that is the last one of its connection.
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

    /// Fails unless the head has this line.
    fn has(&self, line: &str) {
        let has = self.head.contains(&format!("\r\n{line}\r\n"));
        assert!(has, "{line} in {}", self.head);
    }
}

#[test]
fn a_file_is_sent_with_its_type_and_its_length() {
    let server = Running::new();
    let html = "text/html; charset=utf-8";
    for (request, body, kind, length) in [
        ("GET /", "<p>home</p>", html, 11),
        ("GET /index.html?a=b", "<p>home</p>", html, 11),
        ("GET /css/empty.css", "", "text/css; charset=utf-8", 0),
        ("HEAD /", "", html, 11),
    ] {
        let answer = server.ask(request);
        assert_eq!(answer.status, 200, "{request}");
        assert_eq!(answer.body, body.as_bytes(), "{request}");
        answer.has(&format!("content-type: {kind}"));
        answer.has(&format!("content-length: {length}"));
        answer.has("server: stage5-select");
    }
}

#[test]
fn what_is_not_there_is_answered_by_the_page_that_says_so() {
    let server = Running::with(Limits::default(), |root| {
        symlink(root.parent().unwrap(), root.join("linked")).unwrap();
        symlink(root.join("index.html"), root.join("link.html")).unwrap();
    });
    let paths = "/nothing /css /css/ // /link.html /linked/ /../ /css/../index.html /%2e%2e/ \
                 /index.html%00 /etc/passwd //etc/passwd /%2fetc%2fpasswd *";
    for path in paths.split(' ') {
        let answer = server.ask(&format!("GET {path}"));
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, b"<p>no such page</p>", "{path}");
    }
}

#[test]
fn other_methods_are_refused() {
    let server = Running::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = server.ask(&format!("{method} /"));
        assert_eq!(answer.status, 405, "{method}");
        answer.has("allow: GET, HEAD");
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
        let request = format!("GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        let answer = Answer::read(server.send(&request));
        assert_eq!(answer.status, status, "{target} {headers}");
    }
}

#[test]
fn a_connection_takes_one_request_after_the_other_and_several_at_once() {
    let server = Running::new();
    let mut stream = server.send(HOME);
    let mut first = Vec::new();
    while !first.ends_with(b"<p>home</p>") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        first.push(byte[0]);
    }
    // The same connection, and now a pipeline.
    let rest = HOME.repeat(10) + "GET /404.html HTTP/1.1\r\n" + LAST;
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
    let stream = server.send(HOME);
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(Answer::read(stream).body, b"<p>home</p>");
}

#[test]
fn a_request_in_pieces_is_one_request_and_keeps_nobody_else_waiting() {
    let server = Running::new();
    let mut slow = server.send("");
    for byte in format!("GET / HTTP/1.1\r\n{LAST}").bytes() {
        slow.write_all(&[byte]).unwrap();
        assert_eq!(server.ask("GET /css/empty.css").status, 200); // meanwhile
    }
    assert_eq!(Answer::read(slow).body, b"<p>home</p>");
}

#[test]
fn a_large_file_goes_to_a_slow_client_while_others_are_served() {
    let bytes: Vec<u8> = (0..=250).cycle().take(32 * 1024 * 1024).collect();
    let server = Running::with(Limits::default(), |root| {
        fs::write(root.join("large.bin"), &bytes).unwrap();
    });
    let mut slow = server.send(&format!("GET /large.bin HTTP/1.1\r\n{LAST}"));
    let mut start = [0; 1024];
    slow.read_exact(&mut start).unwrap();
    for _ in 0..20 {
        assert_eq!(server.ask("GET /").status, 200);
    }
    assert!(Answer::read(start.chain(slow)).body == bytes);
}

#[test]
fn clients_that_vanish_or_speak_something_else_disturb_nobody() {
    let server = Running::new();
    drop(server.send(""));
    drop(server.send("GET / HT"));
    let noise = server.send("\u{16}\u{3}\u{1}\0\r\n\r\n");
    assert_eq!(Answer::read(noise).status, 400);
    assert_eq!(server.ask("GET /").status, 200);
}

#[test]
fn many_connections_are_answered_and_one_too_many_is_told_so() {
    let limits = Limits {
        connections: 30,
        ..Limits::default()
    };
    let server = Running::with(limits, |_| ());
    let mut streams: Vec<_> = (0..30).map(|_| server.send(HOME)).collect();
    // All are open at once: each one is answered, and then kept.
    for stream in &mut streams {
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    assert_eq!(server.ask("GET /").status, 503);
    // There is room again as soon as the server has seen one of them end.
    drop(streams.pop());
    while server.ask("GET /").status == 503 {
        thread::yield_now();
    }
}

/// It cannot keep a connection by sending a byte now and then, nor by taking no answer.
#[test]
fn a_client_that_is_too_slow_is_cut_off() {
    let limits = Limits {
        connections: 1,
        patience: Duration::from_millis(200),
    };
    let server = Running::with(limits, |root| {
        fs::write(root.join("large.bin"), vec![0; 32 * 1024 * 1024]).unwrap();
    });
    for (begin, more, most) in [
        ("GET / HT", "a", 0),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: ", "a", 0),
        (
            "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "",
            32 * 1024 * 1024,
        ),
    ] {
        let mut slow = server.send(begin);
        // As long as it has the only connection, nobody else is let in.
        while server.ask("GET /").status == 503 {
            let _ = slow.write_all(more.as_bytes());
        }
        let mut got = Vec::new();
        let _ = slow.read_to_end(&mut got);
        assert!(got.len() <= most, "{begin}: it was answered: {}", got.len());
    }
}

#[test]
fn an_idle_connection_does_not_keep_the_server_from_stopping() {
    let server = Running::new();
    let mut idle = server.send(HOME);
    idle.read_exact(&mut [0; 15]).unwrap();
    drop(server); // joins its thread
    let rest = idle.read_to_end(&mut Vec::new());
    assert!(rest.is_ok(), "it is closed, and not reset");
}

/// Runs the program, which fails with this status and says all of that.
fn fails(command: &mut Command, status: i32, says: &[&str]) {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(
        says.iter().all(|part| said.contains(part)),
        "{says:?} in {said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_failure_says_what_to_do() {
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let what = format!("book: another program has port {port} of 127.0.0.1: ");
    fails(program().args(["--port", &port]), 1, &[&what, "`--port 0`"]);

    // As it is in a checkout that cannot be written, whoever tries.
    let file = tempfile::NamedTempFile::new().unwrap();
    let html = file.path().join("html");
    let what = format!("book: can't write to {}: ", html.display());
    let mut build = program();
    build.args(["--build-only", "--out"]).arg(&html);
    fails(&mut build, 1, &[&what, "`--out DIR`"]);

    for (args, what) in [
        (&["--prot", "1"][..], "book: \"--prot\": no such option"),
        (&["4321"], "book: \"4321\": no such option"),
        (&["--port", "x"], "book: --port \"x\": not a port"),
        (&["--port"], "book: --port \"\": not a port"),
        (&["--port", "65536"], "book: --port \"65536\": not a port"),
        (&["--out"], "book: --out: which directory?"),
    ] {
        fails(program().args(args), 2, &[what, "\n\nusage: book"]);
    }
    assert!(program().arg("--help").output().unwrap().status.success());
}

#[test]
fn the_program_serves_the_book_until_it_is_told_to_stop() {
    let server = Program::start().unwrap();
    let page = first_page(&server);
    let text = String::from_utf8_lossy(&page);
    assert!(
        text.contains("<h1") && text.contains("Sent to you by <code>stage5_select::run</code>")
    );

    // A build into the same directory does it no harm; its pages have another footer.
    let mut build = program();
    build.args(["--build-only", "--out"]).arg(server.dir.path());
    let mut build = build.stdout(Stdio::null()).spawn().unwrap();
    while build.try_wait().unwrap().is_none() {
        assert!(first_page(&server) == page);
    }
    assert!(build.wait().unwrap().success());
    assert!(first_page(&server) == page);

    server.child.signal(Signal::TERM);
    assert!(server.child.ended().status.success());
}

fn first_page(server: &Program) -> Vec<u8> {
    let mut stream = TcpStream::connect(&server.addr).unwrap();
    write!(stream, "GET / HTTP/1.1\r\n{LAST}").unwrap();
    let answer = Answer::read(stream);
    assert_eq!(answer.status, 200);
    answer.body
}

#[test]
fn a_directory_that_holds_something_else_is_not_cleared() {
    for (name, text, more) in [
        ("a.txt", "x", "b.txt"),
        (".nojekyll", "x", ".nojekyll"),
        ("index.html", "<title>Page - Another book</title>", "b.txt"),
        (
            "index.html",
            "<title>Page - How await works</title>",
            ".git",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(more), "x").unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let mut build = program();
        build.args(["--build-only", "--out"]).arg(dir.path());
        fails(&mut build, 1, &["holds something that is not this book"]);
        assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), text);
    }
}
