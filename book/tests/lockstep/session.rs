//! Sessions: a server in one block, and what is typed to it in the next ones.
//!
//! A page shows them with the port that a reader sees. Here the server gets any port that is free, and
//! `nc` is played by a socket: so the ports are translated.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};

use book::pages::workspace;

use crate::commands::{self, shell};
use crate::page::{Block, Page};

/// Plays the whole session of that name, and gives what this block shows of it.
pub(crate) fn play(name: &str, page: &Page, block: &Block) -> Result<Vec<String>, String> {
    let parts: Vec<&Block> = page
        .blocks
        .iter()
        .filter(|part| part.attribute("session") == Some(name))
        .collect();
    let played = match name {
        "echo" => echo(&parts),
        "book" => from_the_book(&parts),
        _ => Err(format!("no session is called {name:?}: echo, book")),
    }?;
    let index = parts.iter().position(|part| part.line == block.line);
    Ok(played[index.expect("it is one of them")].clone())
}

/// A server that says where it listens, and then clients, each `nc` with what is typed and answered.
fn echo(parts: &[&Block]) -> Result<Vec<Vec<String>>, String> {
    let (server, clients) = parts.split_first().expect("at least this one");
    has_the_examples_port(parts)?;
    let line = &server.body[0];
    let mut running = Running::start(&format!("{} -- 127.0.0.1:0", &line[2..]))?;
    let listening = running.line()?;
    let port = number_in(&listening).ok_or(format!("no port in {listening:?}"))?;
    let shown_port = server
        .body
        .get(1)
        .and_then(|line| number_in(line))
        .unwrap_or_default();
    let mut played = vec![vec![line.clone(), listening.replace(&port, &shown_port)]];
    for client in clients {
        played.push(talk(client, &port)?);
    }
    played[0].extend(running.stop()?);
    Ok(played)
}

/// The reader's server has the example's own port, and the reader's client asks for the same one.
fn has_the_examples_port(parts: &[&Block]) -> Result<(), String> {
    let path = workspace().join("stage5-select/examples/echo_server.rs");
    let example = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let port = example.split("\"127.0.0.1:").nth(1).and_then(number_in);
    let port = port.ok_or("echo_server.rs has no port of its own")?;
    let (server, clients) = parts.split_first().expect("at least this one");
    let listens = server.body.get(1) == Some(&format!("Listening on port {port}"));
    let client = format!("$ nc 127.0.0.1 {port}");
    if listens && clients.iter().all(|part| part.body[0] == client) {
        return Ok(());
    }
    Err(format!(
        "the example's port is {port}, and all of the session has it"
    ))
}

/// What is typed is sent; what begins with `echo: ` is what came back.
fn talk(client: &Block, port: &str) -> Result<Vec<String>, String> {
    let (command, lines) = client.body.split_first().expect("it is a transcript");
    if !command.starts_with("$ nc 127.0.0.1 ") {
        return Err("the client of a session is `nc 127.0.0.1` and the port".to_owned());
    }
    let text = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).map_err(text)?;
    let mut answers = BufReader::new(stream.try_clone().map_err(text)?);
    let mut played = vec![command.clone()];
    for line in lines {
        if line.starts_with("echo: ") {
            let mut answer = String::new();
            answers.read_line(&mut answer).map_err(text)?;
            played.push(answer.trim_end().to_owned());
        } else {
            writeln!(stream, "{line}").map_err(text)?;
            played.push(line.clone());
        }
    }
    let mut rest = String::new();
    answers.read_to_string(&mut rest).map_err(text)?; // the server has to end it
    played.extend(rest.lines().map(str::to_owned));
    Ok(played)
}

/// Commands that ask the book's own server, at the address where a reader has it.
fn from_the_book(parts: &[&Block]) -> Result<Vec<Vec<String>>, String> {
    const SHOWN: &str = "127.0.0.1:4320";
    let dir = tempfile::tempdir().map_err(|error| error.to_string())?;
    let book = env!("CARGO_BIN_EXE_book");
    let html = dir.path().join("html");
    let mut running = Running::start(&format!("{book} --port 0 --out {}", html.display()))?;
    let line = running.line()?;
    let addr = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let addr = addr.ok_or(format!("no address in {line:?}"))?.to_owned();
    let mut played = Vec::new();
    for part in parts {
        let command = part.body[0][2..].replace(SHOWN, &addr);
        let done = commands::run(&mut shell(&command, workspace()));
        let lines = done.lines.iter().map(|line| line.replace(&addr, SHOWN));
        played.push([part.body[0].clone()].into_iter().chain(lines).collect());
    }
    running.stop()?;
    Ok(played)
}

/// A program that prints lines until it is stopped.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Running {
    fn start(command: &str) -> Result<Self, String> {
        // `exec`, so that the number of the process is the program's own, or cargo's, which becomes it.
        let command = format!("exec {command}");
        let mut child = shell(&command, workspace())
            .spawn()
            .map_err(|error| error.to_string())?;
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Ok(Running { child, lines })
    }

    fn line(&mut self) -> Result<String, String> {
        match self.lines.next() {
            Some(Ok(line)) => Ok(line),
            _ => Err("the server ended before it said where it listens".to_owned()),
        }
    }

    /// Stops it as `kill` does (a shell may have us ignore Ctrl-C), and gives what it still had to say.
    fn stop(mut self) -> Result<Vec<String>, String> {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status();
        killed.map_err(|error| error.to_string())?;
        let rest: Result<Vec<_>, _> = self.lines.by_ref().collect();
        let rest = rest.map_err(|error| error.to_string())?;
        let _ = self.child.wait();
        let is_last_word = |line: &String| line.starts_with("Stopping: ");
        Ok(rest
            .into_iter()
            .filter(|line| !is_last_word(line))
            .collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn number_in(line: &str) -> Option<String> {
    let start = line.find(|c: char| c.is_ascii_digit())?;
    let digits = line[start..].chars().take_while(char::is_ascii_digit);
    Some(digits.collect())
}

#[test]
fn a_session_with_two_ports_is_found() {
    for (server, client, is_right) in [(4321, 4321, true), (4321, 4322, false), (1, 1, false)] {
        let text = format!(
            "```console\n$ cargo run\nListening on port {server}\n```\n\n```console\n$ nc 127.0.0.1 {client}\n```"
        );
        let page = Page::of("page.md", text);
        let parts: Vec<&Block> = page.blocks.iter().collect();
        let right = has_the_examples_port(&parts);
        assert_eq!(right.is_ok(), is_right, "{server} {client}");
    }
}
