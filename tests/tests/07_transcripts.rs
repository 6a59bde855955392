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
//! An example that serves has no end of its own, and needs somebody to talk to. Its command stands in a
//! `text` block, and a test of its own at the end of this file talks to it (see `SERVERS`).

#![cfg(not(loom))]

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use snapbox::{Assert, IntoData};
use tests::{STAGES, head, root, sources, text};

/// The examples whose test is below, or in `54_examples_that_serve.rs`.
const SERVERS: [&str; 3] = ["chat", "echo_server", "fetch"];

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
        (!name.contains('/')).then(|| (name.to_owned(), path))
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
            if !SERVERS.contains(&&*name) && !page.steps("console").iter().any(own) {
                wrong.push(format!(
                    "{}:1: its head has no `console` block with `$ cargo run -q -p {stage} --example {name}` (and it is not among the `SERVERS` of this test)",
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

// The examples that serve.

/// An example that serves, as long as this lives.
struct Server {
    child: Child,
    printed: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it by the command in its head, with other arguments, so that it finds a free port.
    fn start(stage: &str, name: &str, arguments: &[&str]) -> (Self, Page) {
        let page = Page::read(
            Path::new(stage)
                .join("examples")
                .join(name)
                .with_extension("rs"),
        );
        let steps = page.steps("text");
        let step = steps
            .first()
            .unwrap_or_else(|| panic!("{}: no command in a `text` block", page.path.display()));
        let words: Vec<&str> = step.command.split_whitespace().collect();
        assert_eq!(words[..2], ["cargo", "run"], "{}", step.command);
        // On Unix, `cargo run` turns into what it runs, so that this child is the server.
        let mut child = Command::new("cargo")
            .args(["run", "-q"])
            .args(&words[2..])
            .arg("--")
            .args(arguments)
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo runs");
        let printed = BufReader::new(child.stdout.take().expect("it is piped"));
        (Server { child, printed }, page)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.printed.read_line(&mut line).expect("it can be read");
        line.trim_end().to_owned()
    }

    /// Ctrl-C. How it exits.
    fn interrupt(mut self) -> i32 {
        let kill = format!("kill -INT {}", self.child.id()); // every shell has one of its own
        let killed = Command::new("sh").args(["-c", &kill]).status();
        assert!(killed.expect("there is a shell").success());
        self.child
            .wait()
            .expect("it was started")
            .code()
            .unwrap_or(-1)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One who sends lines.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        // Not to measure anything: a server that says nothing shall fail the test and not stop it.
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("it is not zero");
        Client(BufReader::new(stream))
    }

    /// What comes back; nothing at the end.
    fn say(&mut self, line: &str) -> String {
        writeln!(self.0.get_mut(), "{line}").expect("it listens");
        let mut answer = String::new();
        self.0.read_line(&mut answer).expect("it answers");
        answer.trim_end().to_owned()
    }
}

#[cfg(unix)]
#[test]
fn the_echo_server_echoes_until_bye_and_ends_on_ctrl_c() {
    let (mut server, page) = Server::start("stage5-select", "echo_server", &["127.0.0.1:0"]);
    let first = server.line();
    let port = first.rsplit(' ').next().and_then(|port| port.parse().ok());
    let port: u16 = port.unwrap_or_else(|| panic!("no port in its first line: {first:?}"));
    let shown = page.steps("text")[0].output.start;
    assert_eq!(
        first.replace(&port.to_string(), "4321"),
        page.lines[shown],
        "{}",
        page.path.display()
    );

    let (mut one, mut two) = (Client::connect(port), Client::connect(port));
    assert_eq!(one.say("hello"), "echo: hello");
    assert_eq!(two.say("hello to you"), "echo: hello to you");
    assert_eq!(one.say("bye"), "");
    assert_eq!(two.say("still here"), "echo: still here");
    drop(two);
    assert_eq!(server.interrupt(), 0);
}
