//! The examples `chat` and `fetch`, and how the echo server ends: each of them needs somebody to talk to.
//!
//! How to go about it: start the example as a process, on a port that is free; read on its output where
//! it listens; talk to it as anybody would. For `fetch` it is the other way round: the test is the
//! server, and gives each of the answers that HTTP allows, and some that it does not.
#![cfg(all(target_os = "linux", not(loom)))]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::thread;

use support::{Child, Ended, Signal};

/// Where the examples are, all of them built.
static EXAMPLES: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "-q", "-p", "stage5-select"]);
    for example in ["chat", "echo_server", "fetch"] {
        build.args(["--example", example]);
    }
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    assert!(build.current_dir(tests::root()).status().unwrap().success());
    let this = std::env::current_exe().unwrap();
    this.ancestors().nth(2).unwrap().join("examples")
});

/// As a terminal starts a program: whatever runs this test may itself be told to ignore Ctrl-C.
const DEFAULT: &str = "--default-signal=INT,TERM";

struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(name: &str) -> Self {
        Server::start_with(DEFAULT, name)
    }

    fn start_with(signals: &str, name: &str) -> Self {
        let mut child = Child::start(example(signals, name).stderr(Stdio::piped()));
        let port = child.after("Listening on port ").unwrap();
        Server {
            child,
            port: port.parse().unwrap(),
        }
    }

    fn connect(&self) -> Client {
        Client(BufReader::new(
            TcpStream::connect(("127.0.0.1", self.port)).unwrap(),
        ))
    }

    /// What the kernel says of it under that name.
    fn proc(&self, name: &str) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().to_owned()
    }

    fn ended(self) -> (ExitStatus, String, String) {
        let Ended {
            status,
            output,
            errors,
        } = self.child.ended();
        (status, output, errors)
    }
}

/// The command that starts an example on a free port.
fn example(signals: &str, name: &str) -> Command {
    let mut command = Command::new("env");
    let program = EXAMPLES.join(name);
    command.arg(signals).arg(program).arg("127.0.0.1:0");
    command
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn say(&mut self, line: &str) {
        writeln!(self.0.get_mut(), "{line}").unwrap();
    }

    /// The next line; empty at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

#[test]
fn on_ctrl_c_the_echo_server_waits_for_who_is_talking_and_ends() {
    let server = Server::start("echo_server");
    let mut client = server.connect();
    client.say("hello");
    assert_eq!(client.hear(), "echo: hello");
    server.child.signal(Signal::INT);
    // It accepts no more as soon as it knows.
    while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {}
    client.say("one more");
    assert_eq!(client.hear(), "echo: one more");
    client.say("bye");
    assert_eq!(client.hear(), "");
    drop(client);
    let (status, output, errors) = server.ended();
    assert!(status.success(), "{status}");
    assert!(output.contains("Received: b\"one more\\n\"\n"), "{output}");
    assert!(errors.starts_with("Stopping: "), "{errors}");
}

#[test]
fn who_reads_that_it_listens_may_stop_it_at_once() {
    for _ in 0..20 {
        let server = Server::start("echo_server");
        server.child.signal(Signal::INT);
        let (status, _, errors) = server.ended();
        assert!(status.success(), "{status}");
        assert_eq!(errors, "Stopping: 0 connections are open\n");
    }
}

#[test]
fn a_second_signal_does_not_wait_whichever_of_the_two_it_is() {
    for first in [Signal::INT, Signal::TERM] {
        for second in [Signal::INT, Signal::TERM] {
            let server = Server::start("echo_server");
            let mut client = server.connect();
            client.say("hello");
            assert_eq!(client.hear(), "echo: hello");
            server.child.signal(first);
            while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {}
            server.child.signal(second);
            let (status, ..) = server.ended();
            let by = (status.code(), status.signal());
            assert_eq!(by, (None, Some(second.as_raw())), "{status}");
        }
    }
}

/// Both are there before the process runs again, which the kernel shows.
#[test]
fn two_signals_at_once_are_two() {
    let server = Server::start("echo_server");
    server.child.signal(Signal::STOP);
    while server.proc("State:") != "T (stopped)" {}
    server.child.signal(Signal::INT);
    server.child.signal(Signal::TERM);
    server.child.signal(Signal::CONT);
    let (status, ..) = server.ended();
    assert_eq!(status.code(), None, "{status}");
}

/// As a script's background jobs are started: the Ctrl-C is for whatever runs in front.
#[test]
fn what_it_was_started_to_ignore_it_ignores() {
    let server = Server::start_with("--ignore-signal=INT", "echo_server");
    let mut client = server.connect();
    server.child.signal(Signal::INT);
    client.say("hello");
    assert_eq!(client.hear(), "echo: hello");
    server.child.signal(Signal::TERM);
    while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {}
    server.child.signal(Signal::INT); // and is no second one
    client.say("one more");
    assert_eq!(client.hear(), "echo: one more");
    client.say("bye");
    assert_eq!(client.hear(), "");
    drop(client);
    let (status, ..) = server.ended();
    assert!(status.success(), "{status}");
}

#[test]
fn with_nobody_to_read_its_output_the_echo_server_serves_on() {
    let mut command = example(DEFAULT, "echo_server");
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = piped.spawn().unwrap();
    let mut line = String::new();
    let output = process.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap(); // and closes it
    drop(process.stderr.take());
    let port = line.trim_end().strip_prefix("Listening on port ").unwrap();
    let server = Server {
        port: port.parse().unwrap(),
        child: process.into(),
    };
    for _ in 0..3 {
        let mut client = server.connect();
        client.say("hello");
        assert_eq!(client.hear(), "echo: hello");
    }
}

#[test]
fn an_address_that_is_taken_is_told_and_is_a_failure() {
    let server = Server::start("echo_server");
    let addr = format!("127.0.0.1:{}", server.port);
    for example in ["echo_server", "chat"] {
        let ran = Command::new(EXAMPLES.join(example))
            .arg(&addr)
            .output()
            .unwrap();
        let errors = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1));
        let start = format!("{example}: can't listen on \"{addr}\": ");
        assert!(errors.starts_with(&start), "{errors}");
    }
}

/// It is shown as far as it can be.
#[test]
fn an_argument_that_is_no_text_is_told_and_is_a_failure() {
    let argument = OsStr::from_bytes(b"http://\xff/");
    for (example, starts) in [
        (
            "echo_server",
            "echo_server: can't listen on \"http://\u{fffd}/\": ",
        ),
        ("chat", "chat: can't listen on \"http://\u{fffd}/\": "),
        ("fetch", "http://\u{fffd}/: failed: not a URL ("),
    ] {
        let ran = Command::new(EXAMPLES.join(example)).arg(argument).output();
        let ran = ran.unwrap();
        let told = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{told}");
        assert!(told.starts_with(starts), "{told}");
    }
}

#[test]
fn in_a_chat_what_one_says_reaches_all_others() {
    let server = Server::start("chat");
    let mut one = server.connect();
    let mut two = server.connect();
    assert_eq!(one.hear(), "2 has joined");
    let mut three = server.connect();
    assert_eq!(one.hear(), "3 has joined");
    assert_eq!(two.hear(), "3 has joined");

    one.say("hello");
    assert_eq!(two.hear(), "1 says: hello");
    assert_eq!(three.hear(), "1 says: hello");
    two.say("a bell \x07 and an escape \x1b[31m");
    assert_eq!(one.hear(), "2 says: a bell  and an escape [31m");
    assert_eq!(three.hear(), "2 says: a bell  and an escape [31m");
    drop(two);
    assert_eq!(one.hear(), "2 has left");
    assert_eq!(three.hear(), "2 has left");

    server.child.signal(Signal::INT);
    assert_eq!(one.hear(), "");
    let (status, ..) = server.ended();
    assert!(status.success(), "{status}");
}

/// Each is passed on before the next one is taken up: so nobody has to wait for all of them, and nobody who
/// listens misses one.
#[test]
fn in_a_chat_a_thousand_lines_at_once_are_told_one_by_one() {
    let server = Server::start("chat");
    let mut listener = server.connect();
    let mut talker = server.connect();
    assert_eq!(listener.hear(), "2 has joined");
    talker.say(&"\n".repeat(999));
    for _ in 0..1000 {
        assert_eq!(listener.hear(), "2 says:");
    }
}

/// One reads nothing, and the talk goes on; what it could not be told it is told of.
#[test]
fn in_a_chat_one_who_is_slow_to_read_holds_up_nobody_and_nothing_grows() {
    let server = Server::start("chat");
    let memory = || {
        let kilobytes = server.proc("VmRSS:");
        let kilobytes = kilobytes.strip_suffix(" kB").unwrap();
        kilobytes.parse::<usize>().unwrap()
    };
    let mut slow = server.connect();
    let mut fast = server.connect();
    assert_eq!(slow.hear(), "2 has joined");
    let mut talker = server.connect();
    assert_eq!(fast.hear(), "3 has joined");

    // Twice what the kernel may hold for one connection, and what may wait for a client.
    let long = "x".repeat(60_000);
    let held = ["rmem", "wmem"].map(|which| {
        let sizes = fs::read_to_string(format!("/proc/sys/net/ipv4/tcp_{which}")).unwrap();
        let highest = sizes.split_whitespace().last().unwrap();
        highest.parse::<usize>().unwrap()
    });
    let count = 2 * (held[0] + held[1]) / long.len() + 200;
    let mut highest = 0;
    for number in 0..count {
        talker.say(&format!("{number} {long}"));
        assert_eq!(fast.hear(), format!("3 says: {number} {long}"));
        highest = highest.max(memory());
    }
    println!("{count} long lines said to one who does not read: {highest} KiB at most");
    assert!(highest < 30_000, "{highest} KiB");

    drop((talker, fast));
    let (mut heard, mut missed) = (0_usize, 0_usize);
    while missed == 0 {
        let line = slow.hear();
        heard += usize::from(line.starts_with("3 says: "));
        if let Some(rest) = line.strip_prefix("(lines missed: ") {
            missed = rest.trim_end_matches(')').parse().unwrap();
        }
    }
    println!("it heard {heard} lines, and then that it has missed {missed}");
    assert!(heard + missed <= count + 2);
}

/// Serves that answer to one client, and gives the URL where.
fn answering(answer: impl Into<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let answer = answer.into();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while !request.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut request).unwrap() == 0 {
                return;
            }
        }
        let request = String::from_utf8(request).unwrap();
        assert!(request.starts_with("GET /path?x=1 HTTP/1.1\r\n"));
        assert!(request.contains(&format!("\r\nHost: {addr}\r\n")));
        // In pieces, as the network may have it.
        for piece in answer.chunks(7) {
            if stream.write_all(piece).is_err() {
                return;
            }
        }
    });
    format!("http://{addr}/path?x=1#here")
}

/// What `fetch` prints for each of these, and how it exits.
fn fetch(urls: &[String]) -> (Vec<String>, Option<i32>) {
    let fetch = Child::start(Command::new(EXAMPLES.join("fetch")).args(urls));
    let ran = fetch.ended();
    let printed = ran.output;
    let told = printed.lines().zip(urls).map(|(line, url)| {
        let told = line.strip_prefix(url.as_str()).unwrap();
        told.strip_prefix(": ").unwrap().to_owned()
    });
    let told: Vec<String> = told.collect();
    assert_eq!(told.len(), urls.len(), "{printed}");
    (told, ran.status.code())
}

#[test]
fn fetch_understands_each_way_to_say_how_long_a_body_is() {
    let body = "0123456789".repeat(1000);
    let urls = [
        format!("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{body}"),
        format!("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n{body}\r\n5;x=y\r\nabcde\r\n0\r\n\r\n"
        ),
        format!(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n{body}and what does not belong to it"
        ),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        "HTTP/1.1 500\r\nContent-Length: 3\r\n\r\nno!".to_owned(),
    ]
    .map(answering);
    let (told, code) = fetch(&urls);
    assert_eq!(
        told,
        [
            "200 OK, 10000 bytes",
            "200 OK, 10000 bytes",
            "200 OK, 10000 bytes",
            "200 OK, 10005 bytes",
            "200 OK, 10000 bytes",
            "204 No Content, 0 bytes",
            "404 Not Found, 0 bytes",
            "500 , 3 bytes",
        ]
    );
    assert_eq!(code, Some(0));
}

#[test]
fn fetch_says_what_is_wrong_and_one_that_fails_does_not_hide_the_others() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = nobody.local_addr().unwrap();
    drop(nobody);
    let good = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
    let cases = [
        (answering(good), "200 OK, 3 bytes"),
        (
            format!("http://{refused}/"),
            &*format!("failed: can't connect to {refused}: Connection refused (os error 111)"),
        ),
        (
            "https://127.0.0.1/".to_owned(),
            "failed: https:// needs TLS, which this program has not (give it an http:// URL)",
        ),
        (
            "ftp://127.0.0.1/".to_owned(),
            "failed: not an http:// URL (it must begin with that)",
        ),
        (
            "127.0.0.1".to_owned(),
            "failed: not an http:// URL (it must begin with that)",
        ),
        (
            "http://".to_owned(),
            "failed: a URL without a host (write http://HOST/, or http://HOST:PORT/)",
        ),
        (
            "http://127.0.0.1:80/a b".to_owned(),
            "failed: not a URL (it has spaces, or letters that must be written as %..)",
        ),
        (
            "http://127.0.0.1:99999/".to_owned(),
            "failed: can't look up \"127.0.0.1:99999\": invalid port value (an address has a host and a port, as 127.0.0.1:4321)",
        ),
        (
            answering("SSH-2.0-OpenSSH_9.2\r\n"),
            "failed: invalid HTTP version",
        ),
        (
            answering(""),
            "failed: the answer ends before it is complete",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nContent-Len"),
            "failed: the answer ends before it is complete",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nyes"),
            "failed: the answer ends in the middle of its body",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nyes"),
            "failed: the answer has two lengths",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
            "failed: a chunk of the answer has no size",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyesno\r\n"),
            "failed: a chunk of the answer is not of its size",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n..."),
            "failed: the answer is in a coding that was not asked for",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n..."),
            "failed: the answer has a body of 99999999999 bytes (a number is wanted, and 64 MiB are the most)",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n..."),
            "failed: the answer has a body of 99999999999999999999 bytes (a number is wanted, and 64 MiB are the most)",
        ),
        (
            answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99999999\r\n..."),
            "failed: the answer is too long (64 KiB of head and 64 MiB of body are the most)",
        ),
        (answering(good), "200 OK, 3 bytes"),
    ];
    let urls: Vec<String> = cases.iter().map(|case| case.0.clone()).collect();
    let expected: Vec<&str> = cases.iter().map(|case| case.1).collect();
    let (told, code) = fetch(&urls);
    assert_eq!(told, expected);
    assert_eq!(code, Some(1));
}

#[test]
fn fetch_asks_all_of_them_at_once() {
    // Nobody answers until all have asked.
    let count = 20;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut asking = Vec::new();
        for _ in 0..count {
            let (stream, _) = listener.accept().unwrap();
            let mut first = [0; 3];
            (&stream).read_exact(&mut first).unwrap();
            assert_eq!(&first, b"GET");
            asking.push(stream);
        }
        for mut stream in asking {
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
            stream.write_all(answer).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let (told, code) = fetch(&vec![url; count]);
    assert_eq!(told, vec!["200 OK, 3 bytes"; count]);
    assert_eq!(code, Some(0));
    server.join().unwrap();
}

#[test]
fn fetch_with_nothing_to_fetch_says_how() {
    let ran = Command::new(EXAMPLES.join("fetch")).output().unwrap();
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(ran.stderr).unwrap(),
        "fetch: what? (give it URLs: http://127.0.0.1:8000/ ...)\n"
    );
}
