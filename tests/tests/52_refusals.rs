//! What the kernel may refuse: none of it is the end, and none of it makes the loop spin.
//!
//! How to go about it: have it happen for real. A limit lowered in the server's process while it serves;
//! signals from outside, as fast as they can be sent; buffers so small that no write goes through in one.
#![cfg(all(target_os = "linux", not(loom)))]

mod server;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, IoSlice, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use server::{Process, Random, descriptors, full};
use socket2::SockRef;
use stage5_select::{
    Conn, Either, Exception, Listener, accept, add_coro, connect, interrupted, race, read, sleep,
    write,
};
use watchdog::run;

/// Says a line, and gives the answer.
fn say(stream: &TcpStream, line: &str) -> String {
    writeln!(&mut &*stream, "{line}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    answer
}

#[test]
fn out_of_descriptors_it_tells_once_waits_and_tells_when_all_are_in() {
    let mut server = Process::start();
    let idle = descriptors(server.pid());
    let room = 5;
    // (The limit is on the highest number. Some low ones may be free, so there may be room for more.)
    server.ask(&format!("limit {}", idle + room));

    // More come than there is room for; the kernel keeps those that are not accepted.
    let mut streams: Vec<_> = (0..3 * room)
        .map(|_| TcpStream::connect(server.addr).unwrap())
        .collect();
    server.until("Report: Can't accept");
    let before = server.counts();
    let hundredths: u32 = if full() { 1000 } else { 100 };
    for _ in 0..hundredths {
        server.tick(1);
    }
    let after = server.counts();
    let (steps, selects) = (after.steps - before.steps, after.selects - before.selects);
    println!("out of descriptors for {hundredths} ticks: {steps} steps, {selects} selects");
    // A tick is a command and a sleep, some steps each; ten ticks are a new try. To spin would be
    // thousands for each.
    assert!(steps < u64::from(hundredths) * 20, "{steps} steps");
    assert!(selects < u64::from(hundredths) * 10, "{selects} selects");

    // Those who are in are served meanwhile. (All that came are in, from the first to the last that was
    // there is room for.)
    assert_eq!(say(&streams[0], "hello"), "echo: hello\n");
    let inside = descriptors(server.pid()) - idle;
    println!("{inside} of {} are in", streams.len());

    // One leaves and one gets in, and so on: as long as others wait it is the same crisis, and no news.
    for gets_in in inside..streams.len() - 1 {
        streams[gets_in - inside]
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        assert_eq!(say(&streams[gets_in], "at last"), "echo: at last\n");
    }

    // Then all leave but the last, who came when it was full.
    let last = streams.pop().unwrap();
    drop(streams);
    assert_eq!(say(&last, "still here"), "echo: still here\n");
    server.until("Report: Accepting again");
    drop(last);
    server.until_descriptors(idle);

    let reports = server.stop();
    let told: Vec<_> = reports
        .iter()
        .filter(|text| !text.contains("failed"))
        .collect();
    assert_eq!(told.len(), 3, "{reports:#?}");
    let full = "Can't accept: Too many open files (os error 24) (";
    assert!(told[0].starts_with(full), "{reports:#?}");
    assert_eq!(
        told[1..],
        ["Accepting again", "Stopping: 0 connections are open"]
    );
}

/// A server that has no descriptor left, and who stands outside.
fn without_room() -> (Process, Vec<TcpStream>) {
    let mut server = Process::start();
    server.ask(&format!("limit {}", descriptors(server.pid())));
    let streams: Vec<_> = (0..50)
        .map(|_| TcpStream::connect(server.addr).unwrap())
        .collect();
    server.until("Report: Can't accept");
    (server, streams)
}

/// Who is still outside is left there: there is no room for them, and it does not wait for any.
#[test]
fn it_can_be_told_to_stop_where_it_is_full() {
    let (server, streams) = without_room();
    let reports = server.stop();
    assert!(reports.iter().any(|text| text.starts_with("Stopping: ")));
    drop(streams);
}

#[test]
fn a_limit_that_is_raised_is_room_again() {
    let (mut server, streams) = without_room();
    server.ask("raise");
    for stream in &streams {
        assert_eq!(say(stream, "hello"), "echo: hello\n");
    }
    server.until("Report: Accepting again");
    drop(streams);
    let reports = server.stop();
    assert_eq!(reports[1], "Accepting again");
    assert!(!reports[2..].iter().any(|text| text.contains("accept")));
}

/// Nobody is refused, so there is nothing to report. (A kernel without descriptors may say so before it
/// looks whether anybody waits.)
#[test]
fn descriptors_that_are_used_up_exactly_are_enough() {
    let mut server = Process::start();
    let dir = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap();
    let highest = dir.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let highest: usize = highest.map(|name| name.parse().unwrap()).max().unwrap();
    let idle = descriptors(server.pid());
    let room = highest + 4 - idle;
    server.ask(&format!("limit {}", highest + 4));
    let streams: Vec<_> = (0..room)
        .map(|_| {
            let stream = TcpStream::connect(server.addr).unwrap();
            assert_eq!(say(&stream, "hello"), "echo: hello\n");
            server.tick(1);
            stream
        })
        .collect();
    for _ in 0..50 {
        server.tick(1);
    }
    assert_eq!(descriptors(server.pid()), highest + 4, "all are used up");
    drop(streams);
    server.until_descriptors(idle);
    let reports = server.stop();
    assert_eq!(
        reports,
        ["Stopping: 0 connections are open"],
        "{reports:#?}"
    );
}

#[test]
fn a_storm_of_signals_interrupts_and_loses_nothing() {
    let mut server = Process::start();
    let rounds = if full() { 20_000 } else { 1000 };
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    let addr = server.addr;
    let storm = || {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let storm = scope.spawn(|| {
                let mut sent = 0;
                while !over.load(Ordering::Relaxed) {
                    kill_process(pid, Signal::USR1).unwrap();
                    sent += 1;
                }
                sent
            });
            let client = scope.spawn(|| {
                let mut stream = TcpStream::connect(addr).unwrap();
                let mut random = Random(3);
                for _ in 0..rounds {
                    let length = random.below(3000);
                    let line = random.line(length);
                    stream.write_all(&line).unwrap();
                    let mut answer = vec![0; 6 + line.len()];
                    stream.read_exact(&mut answer).unwrap();
                    assert!(answer.strip_prefix(b"echo: ") == Some(&line));
                }
            });
            let client = client.join();
            over.store(true, Ordering::Relaxed);
            client.unwrap();
            storm.join().unwrap()
        })
    };
    // A machine that has much else to do may hand over few of them at a time.
    let (mut sent, mut counts) = (0, server.counts());
    for _ in 0..50 {
        if counts.signals <= 10 {
            sent += storm();
            counts = server.counts();
        }
    }
    println!(
        "{sent} signals sent, {} times found to have come; {rounds} rounds or more; {} selects",
        counts.signals, counts.selects
    );
    assert!(counts.signals > 10, "no storm at all");
    assert_eq!(server.stop().len(), 1);
}

#[test]
fn short_writes_are_gone_on_with() {
    let size = if full() { 20_000_000 } else { 5_000_000 };
    run(async move {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        let here = accept(&listener).await?;
        SockRef::from(&here).set_send_buffer_size(1)?; // the kernel makes it a few KiB

        let bytes: Vec<u8> = (0..size).map(|number: u32| (number % 251) as u8).collect();
        // It really is short.
        let first = (&mut &here).write(&bytes)?;
        assert!(first < 1_000_000, "{first} bytes at once");

        let expected = bytes.clone();
        let reading = add_coro(async move {
            let (mut from, mut reads) = (0, 0);
            let mut buffer = vec![0; 100_000];
            loop {
                let count = read(&there, &mut buffer).await?;
                if count == 0 {
                    return Ok((from, reads));
                }
                assert!(buffer[..count] == expected[from..from + count]);
                from += count;
                reads += 1;
            }
        });
        write(&here, &bytes[first..]).await?;
        drop::<Conn>(here);
        let (total, reads) = reading.await?;
        println!("{total} bytes: {first} at first, and {reads} reads in all");
        assert_eq!(total, bytes.len());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_broken_pipe_is_an_error_and_not_a_signal() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let there = connect(listener.local_addr()?).await?;
        let here = accept(&listener).await?;
        here.stream().shutdown(std::net::Shutdown::Write)?;
        let exception = write(&here, b"too late").await.unwrap_err();
        let error: &std::io::Error = exception.downcast_ref().unwrap();
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        drop(there);
        Ok(())
    })
    .unwrap();
}

/// A program may treat a broken pipe as it likes; here it takes note.
#[test]
fn a_broken_pipe_raises_a_signal_only_in_a_vectored_write_to_the_stream_itself() {
    use signal_hook::consts::{SIGPIPE, SIGTERM};
    let broken = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(SIGPIPE, Arc::clone(&broken)).unwrap();
    run(async {
        let given_up = race(interrupted(), sleep(Duration::ZERO)).await;
        assert!(matches!(given_up, Either::Right(Ok(()))));
        Ok::<_, Exception>(())
    })
    .unwrap();
    signal_hook::low_level::raise(SIGTERM).unwrap(); // nobody awaits it; a second one would end us
    assert!(!broken.load(Ordering::Relaxed));

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let conn = Conn::new(there).unwrap();
    conn.stream().shutdown(std::net::Shutdown::Write).unwrap();
    let text = [IoSlice::new(b"too "), IoSlice::new(b"late")];
    let error = (&conn).write_vectored(&text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert!(!broken.load(Ordering::Relaxed));
    let error = conn.stream().write_vectored(&text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert!(broken.load(Ordering::Relaxed), "as `Conn::stream` says");
}
