//! Clients that do not behave: none of them disturbs the others, or leaves anything behind.
//!
//! How to go about it: one server, in a process of its own, so that its descriptors and its memory can be
//! counted from outside; clients of the standard library, which can be made to do anything. After each
//! of them somebody polite is served, and the server has what it had before.
#![cfg(all(target_os = "linux", not(loom)))]

mod server;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use server::{Process, descriptors, full, memory, raise_limit};
use socket2::SockRef;
use stage5_select::MAX_LINE;

fn connect(server: &Process) -> TcpStream {
    TcpStream::connect(server.addr).unwrap()
}

/// Closes it in a way that the other side finds an error, and not the end of input.
fn reset(stream: TcpStream) {
    SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(stream);
}

/// Somebody who has done nothing wrong.
fn polite(server: &Process) {
    let mut stream = connect(server);
    stream.write_all(b"hello\nbye\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "echo: hello\n");
}

/// Does that to a server; it serves on, and has no more descriptors afterwards than before.
fn survives(rude: impl FnOnce(&mut Process)) -> Vec<String> {
    let mut server = Process::start();
    let before = descriptors(server.pid());
    rude(&mut server);
    polite(&server);
    server.until_descriptors(before);
    server.stop()
}

/// All but the last report, which is that it stops.
fn failures(mut reports: Vec<String>) -> Vec<String> {
    let last = reports.pop();
    assert_eq!(last.as_deref(), Some("Stopping: 0 connections are open"));
    let failure = |text: &String| text.contains(" failed: ");
    assert!(reports.iter().all(failure), "{reports:?}");
    reports
}

#[test]
fn vanishing_before_being_accepted() {
    let reports = survives(|server| {
        for _ in 0..1000 {
            reset(connect(server));
        }
    });
    // Where one was accepted and then found to be reset, it is told; but no more than once each.
    assert!(failures(reports).len() <= 1000);
}

#[test]
fn vanishing_in_the_middle_of_a_line() {
    let reports = survives(|server| {
        for number in 0..100 {
            let mut stream = connect(server);
            stream.write_all(b"hel").unwrap();
            if number % 2 == 0 {
                drop(stream); // what has come is a line, and is answered; nobody reads it
            } else {
                reset(stream);
            }
        }
    });
    assert!(failures(reports).len() <= 100);
}

#[test]
fn vanishing_between_the_question_and_the_answer() {
    let reports = survives(|server| {
        for _ in 0..100 {
            let mut stream = connect(server);
            stream.write_all(b"hello\n").unwrap();
            assert_eq!(stream.peek(&mut [0]).unwrap(), 1); // the answer is here
            stream.write_all(b"more\n").unwrap();
            drop(stream); // and stays unread: the kernel resets the connection
        }
    });
    let failures = failures(reports);
    assert!(failures.len() <= 100);
    for failure in failures {
        let known = failure.contains("reset by peer") || failure.contains("Broken pipe");
        assert!(known, "{failure}");
    }
}

#[test]
fn asking_first_and_listening_afterwards() {
    let reports = survives(|server| {
        for _ in 0..100 {
            let mut stream = connect(server);
            stream.write_all(b"one\ntwo\nthree").unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert_eq!(answer, "echo: one\necho: two\necho: three");
        }
    });
    assert!(failures(reports).is_empty());
}

/// One long line is no reason to keep the memory for it as long as the connection is there.
#[test]
fn saying_much_once_and_nothing_afterwards() {
    survives(|server| {
        let before = memory(server.pid());
        let line = [vec![b'x'; 65_000], b"\n".to_vec()].concat();
        let streams: Vec<_> = (0..300)
            .map(|_| {
                let mut stream = connect(server);
                stream.write_all(&line).unwrap();
                let mut answer = vec![0; "echo: ".len() + line.len()];
                stream.read_exact(&mut answer).unwrap();
                stream.write_all(b"!\n").unwrap(); // when this is answered, that is over
                stream.read_exact(&mut answer[..8]).unwrap();
                stream
            })
            .collect();
        let grown = memory(server.pid()).saturating_sub(before);
        println!("300 silent clients that have said much: {grown} KiB");
        assert!(grown < 300 * 32, "{grown} KiB");
        drop(streams);
    });
}

#[test]
fn one_byte_at_a_time() {
    let reports = survives(|server| {
        let mut stream = connect(server);
        stream.set_nodelay(true).unwrap();
        let text = "a line that takes its time\n".repeat(20) + "bye\n";
        for byte in text.as_bytes() {
            stream.write_all(&[*byte]).unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "echo: a line that takes its time\n".repeat(20));
    });
    assert!(failures(reports).is_empty());
}

/// It never stops sending, and listens only when it can send no more.
#[test]
fn a_line_without_an_end() {
    let mut sent = 0;
    let reports = survives(|server| {
        let before = memory(server.pid());
        let mut stream = connect(server);
        let mut reader = stream.try_clone().unwrap();
        stream.write_all(&vec![b'x'; 2 * MAX_LINE]).unwrap();
        let mut answer = String::new();
        reader.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("error: a line is longer than 65536 bytes"),
            "{answer}"
        );
        // The server is done with it, but takes in what comes for a second; then it does close.
        while stream.write_all(&[b'x'; 1000]).is_ok() {
            sent += 1000;
        }
        assert!(memory(server.pid()) < before + 1024);
    });
    println!("{sent} bytes more until it was closed");
    let failures = failures(reports);
    assert_eq!(failures.len(), 1);
    assert!(failures[0].contains("a line is longer than 65536 bytes"));
}

/// What it is sent fills the kernel's buffers, and no more: who is not read from is not read.
#[test]
fn never_reading() {
    let count = if full() { 80 } else { 20 }; // the kernel holds some MB for each
    let mut sent = 0;
    let reports = survives(|server| {
        polite(server);
        let before = memory(server.pid());
        let line = vec![b'x'; MAX_LINE - 1];
        let line = [&line[..], b"\n"].concat();
        let mut streams: Vec<_> = (0..count).map(|_| connect(server)).collect();
        for stream in &mut streams {
            // With small buffers it is full sooner.
            SockRef::from(&*stream)
                .set_recv_buffer_size(64 * 1024)
                .unwrap();
            stream
                .set_write_timeout(Some(Duration::from_millis(50)))
                .unwrap();
            let mut from = 0; // a write that is short is gone on with, or two lines would be one
            let full = loop {
                match stream.write(&line[from..]) {
                    Ok(some) => {
                        sent += some;
                        from = (from + some) % line.len();
                    }
                    Err(error) => break error,
                }
                assert!(sent < count * 100_000_000, "it takes all there is");
            };
            assert_eq!(full.kind(), ErrorKind::WouldBlock);
            polite(server);
        }
        let grown = memory(server.pid()).saturating_sub(before);
        println!(
            "{count} clients that never read: {sent} bytes sent, and the server has grown by {grown} KiB"
        );
        // A line, room to read the next one into, and the answer: 64 KiB, 128, and 64, for each.
        assert!(grown < count * 300 + 1024, "{grown} KiB");
    });
    assert!(failures(reports).len() <= count);
}

#[test]
fn connecting_and_saying_nothing() {
    raise_limit();
    let reports = survives(|server| {
        let before = memory(server.pid());
        let silent: Vec<_> = (0..1000).map(|_| connect(server)).collect();
        polite(server); // who came last is served as the first
        let counts = server.counts();
        let grown = memory(server.pid()).saturating_sub(before);
        for _ in 0..10 {
            polite(server);
        }
        let more = server.counts().selects - counts.selects;
        println!("1000 silent clients: {grown} KiB; 10 polite ones beside them: {more} selects");
        assert!(more < 1000, "it is looking all the time: {more} selects");
        drop(silent);
    });
    assert!(failures(reports).is_empty());
}
