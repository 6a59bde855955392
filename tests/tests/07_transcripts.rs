//! Every transcript is true: what stands below a command in a `console` block is what the command prints.
//! That goes for the head of every example, and for `README.md`.
//!
//! How to go about it: each line `$ cargo ...` (or `$ diff ...`) of such a block is run from the root of
//! the workspace, and what it prints, errors and all, is compared with the lines below. In those, `[..]`
//! stands for anything within a line, and a line `...` for any number of lines; `? 1` directly below the
//! command says that it exits with that status. After a change, this writes them all anew:
//!
//! ```console
//! $ SNAPSHOTS=overwrite cargo test -p tests --test 07_transcripts
//! ```
//!
//! An example that serves, or that asks a server, needs somebody at the other end. Its command stands in
//! a `text` block, and a test of its own at the end of this file is that other end, on any port that is
//! free (see `TALKERS`). What it prints is compared all the same, but for the ports, and mended by hand.

#![cfg(not(loom))]

#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use snapbox::{Assert, IntoData};
use tests::{STAGES, head, root, sources, text};
use watchdog::Watchdog;

/// The examples that have a test of their own below.
const TALKERS: [&str; 3] = ["chat", "echo_server", "fetch"];

/// The example that the book has its reader write: what it prints is nobody's to say.
const THE_READERS: &str = "mine";

/// A file with transcripts in it, line by line, without what a comment begins with.
struct Page {
    path: PathBuf,
    /// What each line with a transcript begins with: `//! ` in Rust, nothing in Markdown.
    prefix: &'static str,
    lines: Vec<String>,
}

/// A command, and where its output stands on its page.
struct Step {
    /// The number of its line, from 0.
    line: usize,
    command: String,
    status: i32,
    output: Range<usize>,
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let rust = path.extension().is_some_and(|extension| extension == "rs");
        let (prefix, text) = if rust {
            ("//! ", head(&path))
        } else {
            ("", text(&path))
        };
        let lines = text.lines().map(str::to_owned).collect();
        Page {
            path,
            prefix,
            lines,
        }
    }

    /// The commands in its blocks of that language.
    fn steps(&self, language: &str) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut inside = None;
        for (number, line) in self.lines.iter().enumerate() {
            if let Some(info) = line.strip_prefix("```") {
                inside = if inside.is_none() { Some(info) } else { None };
            } else if inside == Some(language) {
                if let Some(command) = line.strip_prefix("$ ") {
                    steps.push(Step {
                        line: number,
                        command: command.to_owned(),
                        status: 0,
                        output: number + 1..number + 1,
                    });
                } else if let Some(step) = steps.last_mut() {
                    let status = line
                        .strip_prefix("? ")
                        .and_then(|status| status.parse().ok());
                    match status.filter(|_| step.output == (number..number)) {
                        Some(status) => {
                            step.status = status;
                            step.output = number + 1..number + 1;
                        }
                        None => step.output.end = number + 1,
                    }
                }
            }
        }
        steps
    }

    /// Puts other lines where the output of a step was.
    fn overwrite(&mut self, output: Range<usize>, with: &str) {
        let path = root().join(&self.path);
        let mut file: Vec<String> = text(&self.path).lines().map(str::to_owned).collect();
        let lines = with
            .lines()
            .map(|line| format!("{}{line}", self.prefix).trim_end().to_owned());
        file.splice(output.clone(), lines);
        fs::write(&path, file.join("\n") + "\n").expect("it could be read a moment ago");
        self.lines.splice(output, with.lines().map(str::to_owned));
    }
}

/// Runs a command as a shell would at the root of the workspace. What it prints, and how it exits.
fn run(command: &str) -> Result<(String, i32), String> {
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    if !["cargo", "diff"].contains(&program)
        || command.contains(['\'', '"', '|', '>', '<', '&', ';'])
    {
        return Err("only plain `cargo` and `diff` commands are run here (put what is for the reader alone into a `sh` block)".to_owned());
    }
    let (mut reader, writer) = io::pipe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(root())
        .env("CARGO_TERM_COLOR", "never")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(writer.try_clone().map_err(|error| error.to_string())?)
        .stderr(writer);
    let child = command.spawn();
    drop(command); // it holds the writing end, and the reading one would never end
    let mut child = child.map_err(|error| format!("{program}: {error}"))?;
    let mut printed = Vec::new();
    let read = reader.read_to_end(&mut printed).and_then(|_| child.wait());
    let status = read.map_err(|error| error.to_string())?;
    let printed = String::from_utf8_lossy(&printed);
    let lines = printed.lines().map(str::trim_end);
    Ok((
        lines.flat_map(|line| [line, "\n"]).collect(),
        status.code().unwrap_or(-1),
    ))
}

/// Runs each transcript of a page. What is wrong with them.
fn check(mut page: Page) -> Vec<String> {
    let overwrite = env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite");
    let assert = Assert::new().normalize_paths(false);
    let mut wrong = Vec::new();
    // Why backwards? What is written anew may be longer, and moves what is below.
    for step in page.steps("console").into_iter().rev() {
        let place = format!("{}:{}", page.path.display(), step.line + 1);
        let (printed, status) = match run(&step.command) {
            Ok(ran) => ran,
            Err(error) => {
                wrong.push(format!("{place}: `{}`: {error}", step.command));
                continue;
            }
        };
        // `diff` says by 1 that there are differences.
        let differs = step.command.starts_with("diff ") && status == 1;
        if status != step.status && !differs {
            wrong.push(format!(
                "{place}: `{}` exits with {status}, not {} (a line `? {status}` below it would say so); it prints:\n{printed}",
                step.command, step.status
            ));
            continue;
        }
        let expected: String = (page.lines[step.output.clone()].iter())
            .flat_map(|line| [line.trim_end(), "\n"])
            .collect();
        let expected = expected.into_data();
        let (actual, _) = assert.normalize(printed.clone().into_data(), expected.clone());
        let Err(difference) = assert.try_eq(Some(&place), printed.into_data(), expected) else {
            continue;
        };
        if overwrite {
            println!("{place}: written anew");
            page.overwrite(step.output, &actual.render().unwrap_or_default());
        } else {
            wrong.push(format!(
                "{place}: `{}` prints something else:\n{difference}",
                step.command
            ));
        }
    }
    wrong.reverse();
    wrong
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "\n{}\n\n{} transcripts are not true. If what is printed is right, this writes it there:\n  SNAPSHOTS=overwrite cargo test -p tests --test 07_transcripts\n",
        wrong.join("\n"),
        wrong.len()
    );
}

/// The examples of a stage: their names, and where they begin.
fn examples(stage: &str) -> Vec<(String, PathBuf)> {
    let directory = Path::new(stage).join("examples");
    let files = sources(&directory).into_iter();
    let example = |path: PathBuf| {
        let inside = path.strip_prefix(&directory).ok()?.with_extension("");
        let name = inside.to_str()?;
        let name = name.strip_suffix("/main").unwrap_or(name); // one with a directory of its own
        (!name.contains('/') && name != THE_READERS).then(|| (name.to_owned(), path))
    };
    files.filter_map(example).collect()
}

#[test]
fn every_example_prints_what_its_head_says() {
    let mut wrong = Vec::new();
    for stage in STAGES {
        let examples = examples(stage);
        if examples.is_empty() {
            continue;
        }
        // First all of them, so that what the compiler has to say is not taken for output.
        let build = format!("cargo build -q -p {stage} --examples");
        let (printed, status) = run(&build).unwrap();
        assert_eq!(status, 0, "`{build}` fails:\n{printed}");
        for (name, path) in examples {
            let page = Page::read(path);
            let own = |step: &Step| {
                let words: Vec<&str> = step.command.split_whitespace().collect();
                words.windows(2).any(|two| two == ["--example", &name])
            };
            if !TALKERS.contains(&&*name) && !page.steps("console").iter().any(own) {
                wrong.push(format!(
                    "{}:1: its head has no `console` block with `$ cargo run -q -p {stage} --example {name}` (and it is not among the `TALKERS` of this test)",
                    page.path.display()
                ));
            }
            wrong.extend(check(page));
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = Page::read(PathBuf::from("README.md"));
    assert!(
        !readme.steps("console").is_empty(),
        "README.md shows no command any more"
    );
    assert_none(&check(readme));
}

#[test]
fn a_block_is_read_as_described() {
    let page = Page {
        path: PathBuf::new(),
        prefix: "",
        lines: "# Title\n```sh\n$ not this\n```\n```console\n$ one\n? 3\na\n? 4\n$ two\n```\n$ nor this\n```text\n$ three\nb\n```"
            .lines()
            .map(str::to_owned)
            .collect(),
    };
    let told = |step: &Step| (step.command.clone(), step.status, step.output.clone());
    let steps: Vec<_> = page.steps("console").iter().map(told).collect();
    assert_eq!(
        steps,
        [("one".to_owned(), 3, 7..9), ("two".to_owned(), 0, 10..10)]
    );
    let steps: Vec<_> = page.steps("text").iter().map(told).collect();
    assert_eq!(steps, [("three".to_owned(), 0, 14..15)]);
}

#[test]
fn a_command_that_is_not_run_is_an_error() {
    for command in ["nc 127.0.0.1 4321", "cargo run | wc -l", ""] {
        let error = run(command).unwrap_err();
        assert!(error.contains("`sh` block"), "{command}: {error}");
    }
}

// The examples that talk to somebody.

/// The command in the head of an example, and what it says that it prints.
fn told(stage: &str, name: &str) -> (String, String) {
    let example = examples(stage).into_iter().find(|(it, _)| it == name);
    let page = Page::read(example.expect("it is an example").1);
    let steps = page.steps("text");
    let step = steps.first();
    let step =
        step.unwrap_or_else(|| panic!("{}: no command in a `text` block", page.path.display()));
    let output = page.lines[step.output.clone()].join("\n");
    // The reader sees cargo at work, and here it is not asked for.
    let command = step.command.replacen("cargo run -p", "cargo run -q -p", 1);
    assert!(
        command.starts_with("cargo run -q -p "),
        "{}: {command}",
        page.path.display()
    );
    (command, output)
}

/// The text with every port in it made the same: they are others each time.
fn without_ports(text: &str) -> String {
    let mut rest = text;
    let mut without = String::new();
    let after = |text: &str| {
        let ends = ["127.0.0.1:", "port "].map(|before| Some(text.find(before)? + before.len()));
        ends.into_iter().flatten().min()
    };
    while let Some(at) = after(rest) {
        without += &rest[..at];
        rest = rest[at..].trim_start_matches(|port: char| port.is_ascii_digit());
        without += "PORT";
    }
    without + rest
}

/// An example that serves, as long as this lives.
struct Served {
    child: Child,
    printed: BufReader<ChildStdout>,
    port: u16,
}

impl Served {
    /// Starts it by the command in its head, on a free port.
    fn start(command: &str) -> Self {
        // On Unix, `cargo run` turns into what it runs, so that this child is the server.
        let mut child = Command::new("cargo")
            .args(command.split_whitespace().skip(1))
            .args(["--", "127.0.0.1:0"])
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo runs");
        let printed = BufReader::new(child.stdout.take().expect("it is piped"));
        let port = 0;
        let mut served = Served {
            child,
            printed,
            port,
        };
        let first = served.lines(1);
        let port = first.rsplit(' ').next().and_then(|port| port.parse().ok());
        served.port = port.unwrap_or_else(|| panic!("no port in its first line: {first:?}"));
        served
    }

    /// The next lines that it prints.
    fn lines(&mut self, count: usize) -> String {
        let lines = self.printed.by_ref().lines().take(count);
        let lines: Vec<String> = lines.map(|line| line.expect("it can be read")).collect();
        lines.join("\n")
    }

    fn client(&self) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        // Not to measure anything: a server that says nothing shall fail the test and not stop it.
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).expect("it is not zero");
        Client(BufReader::new(stream))
    }

    /// As good as Ctrl-C, which whatever runs this test may be told to ignore. Whether it exits as it should.
    fn interrupt(mut self) -> bool {
        let pid = self.child.id();
        let kill = move |signal| {
            let kill = format!("kill -{signal} {pid}"); // every shell has one of its own
            Command::new("sh").args(["-c", &kill]).status()
        };
        let _watchdog = Watchdog::before(move || drop(kill("KILL")));
        assert!(kill("TERM").expect("there is a shell").success());
        self.child.wait().expect("it was started").success()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One who sends lines, and gets lines.
struct Client(BufReader<TcpStream>);

impl Client {
    fn say(&mut self, line: &str) {
        writeln!(self.0.get_mut(), "{line}").expect("it listens");
    }

    /// Lets lines pass, up to the one that ends so.
    fn hear_until(&mut self, end: &str) {
        loop {
            let line = self.hear();
            assert!(!line.is_empty(), "the end comes before {end:?}");
            if line.ends_with(end) {
                return;
            }
        }
    }

    /// What comes back; nothing at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it answers");
        line.trim_end().to_owned()
    }
}

#[cfg(unix)]
#[test]
fn the_echo_server_echoes_until_bye_and_ends_on_ctrl_c() {
    let (command, shown) = told("stage5-select", "echo_server");
    let mut server = Served::start(&command);
    let mut one = server.client();
    one.say("hello");
    assert_eq!(one.hear(), "echo: hello");
    let (first, more) = shown.split_once('\n').expect("several lines");
    assert_eq!(without_ports(first), "Listening on port PORT");
    let printed = server.lines(more.lines().count());
    assert_eq!(without_ports(&printed), without_ports(more));

    let mut two = server.client();
    two.say("hello to you");
    assert_eq!(two.hear(), "echo: hello to you");
    one.say("bye");
    assert_eq!(one.hear(), "", "the end");
    two.say("still here");
    assert_eq!(two.hear(), "echo: still here");
    drop(two);
    assert!(server.interrupt());
}

#[cfg(unix)]
#[test]
fn what_one_types_in_the_chat_reaches_the_others() {
    let (command, shown) = told("stage5-select", "chat");
    let mut server = Served::start(&command);
    let (first, more) = shown.split_once('\n').expect("several lines");
    assert_eq!(without_ports(first), "Listening on port PORT");
    let count = more.lines().count();
    let mut clients: Vec<Client> = (0..count).map(|_| server.client()).collect();
    let printed = server.lines(count);
    assert_eq!(without_ports(&printed), without_ports(more));

    let (one, others) = clients.split_first_mut().expect("two or more");
    for _ in &*others {
        one.hear_until("has joined"); // one who is not there yet would miss what is said
    }
    one.say("hello");
    for other in others {
        other.hear_until("hello");
        other.say("hello to you");
        one.hear_until("hello to you");
    }
    drop(clients);
    assert!(server.interrupt());
}

/// Answers two requests, each by its path, with a status and a body of that length.
fn http_server(answers: [(&'static str, &'static str, usize); 2]) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let answer = move |stream: TcpStream| {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("it asks") > 0, "{head}");
        }
        let path = head.split(' ').nth(1).unwrap_or_default();
        let (_, status, length) = *(answers.iter())
            .find(|(wanted, _, _)| *wanted == path)
            .unwrap_or_else(|| panic!("asked for {path}"));
        let body = "x".repeat(length);
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        let mut stream = reader.into_inner();
        stream.write_all(answer.as_bytes()).expect("it listens");
    };
    let server = thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            answer(stream.expect("it was accepted"));
        }
    });
    (port, server)
}

#[cfg(unix)]
#[test]
fn fetch_prints_a_line_for_each_url() {
    let (command, shown) = told("stage5-select", "fetch");
    let answers = [("/", "200 OK", 1216), ("/none", "404 File not found", 335)];
    let (port, server) = http_server(answers);
    let here = format!("127.0.0.1:{port}");
    let (printed, status) = run(&command.replace("127.0.0.1:8000", &here)).unwrap();
    assert_eq!(printed.trim_end().replace(&here, "127.0.0.1:8000"), shown);
    assert_eq!(status, 0);
    server.join().expect("it was asked for both");
}
