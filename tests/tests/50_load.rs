//! As many connections as there are descriptors, and one after the other without end.
//!
//! How to go about it: client and server are two processes, so that each has its own limit of
//! descriptors, raised as far as it goes; the test takes the size that it finds, up to 2,000
//! connections, or, with the variable `FULL` set, 10,000. Both ends are on loops of our own.
//!
//! ```text
//! FULL=1 cargo test --release -p tests --test 50_load -- --nocapture
//! ```
#![cfg(all(target_os = "linux", not(loom)))]

mod server;
#[path = "../../stage5-select/tests/watchdog/mod.rs"]
mod watchdog;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::rc::Rc;

use server::{Barrier, Process, Random, descriptors, full, memory, raise_limit};
use stage5_select::{Exception, connect, gather, read, write};
use watchdog::run;

const LINES: usize = 5;

/// Sends random lines, and checks each byte that comes back. Gives the number of bytes.
async fn client(
    addr: std::net::SocketAddr,
    seed: u64,
    all_here: Rc<Barrier>,
) -> Result<usize, Exception> {
    let conn = connect(addr).await?;
    all_here.wait().await?;
    let mut random = Random(seed);
    let mut total = 0;
    for _ in 0..LINES {
        // Mostly short; one in twenty is longer than the kernel's packets are.
        let longest = if random.below(20) == 0 { 60_000 } else { 300 };
        let length = random.below(longest);
        let line = random.line(length);
        write(&conn, &line).await?;
        let mut answer = vec![0; "echo: ".len() + line.len()];
        let mut filled = 0;
        while filled < answer.len() {
            match read(&conn, &mut answer[filled..]).await? {
                0 => return Err(Exception::msg("the end, too early")),
                count => filled += count,
            }
        }
        assert!(answer.strip_prefix(b"echo: ") == Some(&line));
        total += line.len();
    }
    // And no byte more than that.
    conn.stream().shutdown(std::net::Shutdown::Write)?;
    assert_eq!(read(&conn, &mut [0]).await?, 0);
    Ok(total)
}

#[test]
fn ten_thousand_at_once_lose_nothing() {
    let limit = raise_limit();
    let count = (limit - 100).min(if full() { 10_000 } else { 2_000 });
    let mut server = Process::start();
    let before = descriptors(server.pid());
    let addr = server.addr;
    let all_here = Barrier::new(count);
    let clients = (0..count).map(move |seed| client(addr, seed as u64, Rc::clone(&all_here)));
    let totals = run(async move { Ok(gather(clients).await) }).unwrap();
    let bytes: usize = totals.into_iter().map(Result::unwrap).sum();
    server.until_descriptors(before);
    let counts = server.counts();
    println!(
        "{count} connections at once (limit {limit}), {} lines, {bytes} bytes; the server took {} steps and {} selects, and holds {} KiB",
        count * LINES,
        counts.steps,
        counts.selects,
        memory(server.pid()),
    );
    assert_eq!(server.stop(), ["Stopping: 0 connections are open"]);
}

#[test]
fn opened_and_closed_in_turn_they_leave_nothing_behind() {
    let count = if full() { 200_000 } else { 10_000 };
    let mut server = Process::start();
    let idle = descriptors(server.pid());
    let addr = server.addr;
    let visit = |number: usize| {
        let mut conn = TcpStream::connect(addr).unwrap();
        match number % 3 {
            0 => {}                                   // says nothing
            1 => conn.write_all(b"hello\n").unwrap(), // vanishes with its answer unread
            _ => {
                conn.write_all(b"hello\n").unwrap();
                let mut answer = [0; 12];
                conn.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"echo: hello\n");
            }
        }
    };
    (0..count / 10).for_each(visit); // what is allocated once is allocated now
    server.until_descriptors(idle);
    let before = memory(server.pid());
    (0..count).for_each(visit);
    server.until_descriptors(idle);
    let after = memory(server.pid());
    println!("{count} connections in turn: {idle} descriptors, {before} KiB; then {after} KiB");
    assert!(after < before + 1024, "from {before} KiB to {after} KiB");
}
