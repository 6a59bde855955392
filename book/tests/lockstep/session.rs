//! Sessions: a server in one block, and what others ask it in the blocks after it.
//!
//! A page shows them with the port that a reader sees. Here the server gets any port that is free, and
//! `nc` is played by a socket: so the ports are translated.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use support::{Child, Signal, root};

use crate::commands;
use crate::page::{Block, Page};
use crate::program::Program;

/// Plays the whole session of that name, and gives what this block shows of it.
pub(crate) fn play(name: &str, page: &Page, block: &Block) -> Result<Vec<String>, String> {
    let is_part = |part: &&Block| part.attribute("session") == Some(name);
    let parts: Vec<&Block> = page.blocks.iter().filter(is_part).collect();
    let played = if name == "book" {
        from_the_book(&parts)
    } else {
        from_an_example(&parts)
    }?;
    let index = parts.iter().position(|part| part.line == block.line);
    Ok(played[index.expect("it is one of them")].clone())
}

/// A server that says where it listens, and then its clients: each is `nc`, with what is typed and answered.
/// If none is shown, somebody connects for each `Connected to` that is.
fn from_an_example(parts: &[&Block]) -> Result<Vec<Vec<String>>, String> {
    const LISTENING: &str = "Listening on port ";
    let (server, clients) = parts.split_first().expect("at least this one");
    let command = &server.body[0];
    let shown = server
        .body
        .get(1)
        .and_then(|line| line.strip_prefix(LISTENING));
    let shown = shown.ok_or(format!("the server of a session says `{LISTENING}` first"))?;
    let on_any_port = format!("{} -- 127.0.0.1:0", &command[2..]);
    let mut server_command = commands::example(&on_any_port, root())?;
    is_the_examples_own(shown, command)?;
    let mut running = Child::start(server_command.stderr(Stdio::piped()));
    let Some(port) = running.after(LISTENING) else {
        let errors = running.ended().errors;
        return Err(format!("the server ends before it listens: {errors}"));
    };
    let mut played = vec![vec![command.clone(), format!("{LISTENING}{shown}")]];
    for client in clients {
        if client.body[0] != format!("$ nc 127.0.0.1 {shown}") {
            return Err(format!(
                "the client of a session is `nc 127.0.0.1 {shown}`, as the server says"
            ));
        }
        played.push(talk(client, &port).map_err(|error| error.to_string())?);
    }
    if clients.is_empty() {
        for line in server
            .body
            .iter()
            .filter(|line| line.starts_with("Connected to "))
        {
            let connected = TcpStream::connect(format!("127.0.0.1:{port}"));
            drop(connected.map_err(|error| format!("{line}: {error}"))?);
            played[0].extend(running.line());
        }
    }
    running.signal(Signal::TERM); // which no shell has us ignore
    played[0].extend(running.ended().output.lines().map(str::to_owned));
    Ok(played)
}

/// The page's reader starts the server as the page has it, and asks for the port that it has then.
fn is_the_examples_own(port: &str, command: &str) -> Result<(), String> {
    let words: Vec<&str> = command.split(' ').collect();
    let path = format!("{}/examples/{}.rs", words[5], words[words.len() - 1]);
    let source =
        std::fs::read_to_string(root().join(&path)).map_err(|error| format!("{path}: {error}"))?;
    let is_there = source.contains(&format!("\"127.0.0.1:{port}\""));
    is_there
        .then_some(())
        .ok_or(format!("{path} does not listen on 127.0.0.1:{port}"))
}

/// What is typed is sent; what begins with `echo: ` is what came back.
fn talk(client: &Block, port: &str) -> io::Result<Vec<String>> {
    let (command, lines) = client.body.split_first().expect("it is a transcript");
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}"))?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut played = vec![command.clone()];
    for line in lines {
        if line.starts_with("echo: ") {
            let mut answer = String::new();
            answers.read_line(&mut answer)?;
            played.push(answer.trim_end().to_owned());
        } else {
            writeln!(stream, "{line}")?;
            played.push(line.clone());
        }
    }
    let mut rest = String::new();
    answers.read_to_string(&mut rest)?; // the server has to end it
    played.extend(rest.lines().map(str::to_owned));
    Ok(played)
}

/// Commands that ask the book's own server, at the address where a reader has it.
fn from_the_book(parts: &[&Block]) -> Result<Vec<Vec<String>>, String> {
    const SHOWN: &str = "127.0.0.1:4320";
    let book = Program::start()?;
    let mut played = Vec::new();
    for part in parts {
        let command = part.body[0][2..].replace(SHOWN, &book.addr);
        let done = commands::run(commands::example(&command, root())?);
        let lines = done.map_err(|error| error.to_string())?.lines.into_iter();
        let lines = lines.map(|line| line.replace(&book.addr, SHOWN));
        played.push([part.body[0].clone()].into_iter().chain(lines).collect());
    }
    Ok(played)
}

#[test]
fn a_session_with_another_port_than_its_example_is_found() {
    for (server, client) in [(4321, 4322), (1, 1)] {
        let text = format!(
            "```console,session=x\n$ cargo run -q -p stage5-select --example echo_server\nListening on port {server}\n```\n\n```console,session=x\n$ nc 127.0.0.1 {client}\n```"
        );
        let page = Page::of("page.md", text);
        let error = play("x", &page, &page.blocks[0]).unwrap_err();
        assert!(error.contains("127.0.0.1"), "{error}");
    }
}
