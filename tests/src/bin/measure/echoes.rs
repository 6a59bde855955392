//! Echo servers: how many requests, what they cost, and what idle connections do to them.

use std::io;
use std::thread;
use std::time::Duration;

use tests::bench::echo::{Child, Load, Server};
use tests::bench::instructions;
use tests::bench::machine::{self, Core};
use tests::bench::ratio::{Measured, Side, in_turns};

use crate::data::Comparison;
use crate::work::Size;

const BUSY: [usize; 4] = [1, 10, 100, 900];

/// What is measured of a server.
#[derive(Clone, Copy)]
enum What {
    /// Requests a second, as the clients see it.
    Rate,
    /// The time that the server is on its core for a request, in nanoseconds: its own and the kernel's.
    Time,
}

/// The servers take turns; each has the first core while the others sleep, and the clients the last.
fn compare(
    children: &[(Server, Child)],
    what: What,
    connections: (usize, usize),
    size: Size,
) -> io::Result<Vec<Measured>> {
    machine::on(Core::Last, || {
        compare_here(children, what, connections, size)
    })
}

fn compare_here(
    children: &[(Server, Child)],
    what: What,
    (busy, idle): (usize, usize),
    size: Size,
) -> io::Result<Vec<Measured>> {
    let count = match (busy, idle) {
        (1, _) | (_, 1_000..) => 1_000,
        // So that each connection has its turn many times.
        _ => 4_000.max(20 * busy as u64),
    };
    let count = usize::try_from(size.count(count)).map_err(io::Error::other)?;
    let mut sides = Vec::new();
    for (server, child) in children {
        let mut load = Load::connect(child.addr(), busy, idle)?;
        let measure = move || {
            let before = child.cpu_time();
            let elapsed = load.requests(count)?;
            if let What::Rate = what {
                return Ok(count as f64 / elapsed.as_secs_f64());
            }
            thread::sleep(Duration::from_millis(2)); // until it sleeps, and its time is up to date
            Ok((child.cpu_time()? - before?) / count as f64)
        };
        sides.push(Side::trying(server.name(), measure));
    }
    in_turns(size.rounds(21), sides)
}

fn start(servers: &[Server]) -> io::Result<Vec<(Server, Child)>> {
    let start = |&server| Ok((server, Child::start(server, &[])?));
    servers.iter().map(start).collect()
}

const PEERS: [Server; 4] = [
    Server::Ours,
    Server::PlainSelect,
    Server::Tokio,
    Server::Smol,
];

pub(crate) fn rate(size: Size) -> io::Result<Comparison> {
    let title = "Lines echoed in a second, one server core";
    let mut comparison = Comparison::new("echo", title, "a second").along("connections");
    let children = start(&PEERS)?;
    for busy in BUSY
        .into_iter()
        .filter(|&busy| are_possible(busy, &children))
    {
        let sides = compare(&children, What::Rate, (busy, 0), size)?;
        comparison = comparison.point(busy as u64, sides);
    }
    Ok(comparison)
}

pub(crate) fn time(size: Size) -> io::Result<Comparison> {
    let title = "The server's time for a line, the kernel's included";
    let mut comparison = Comparison::new("echo-time", title, "ns").along("connections");
    let children = start(&PEERS)?;
    for busy in BUSY
        .into_iter()
        .filter(|&busy| are_possible(busy, &children))
    {
        let sides = compare(&children, What::Time, (busy, 0), size)?;
        comparison = comparison.point(busy as u64, sides);
    }
    Ok(comparison)
}

/// Whether there may be so many connections to each of the servers. (The clients are one process, and a
/// server may end where `select` does.)
fn are_possible(connections: usize, children: &[(Server, Child)]) -> bool {
    let limit = machine::raise_descriptor_limit() / children.len() as u64;
    let each = connections + 50;
    (each as u64) < limit && each < machine::select_limit()
}

pub(crate) fn idle(size: Size) -> io::Result<Comparison> {
    let title = "Ten connections at work, beside others that say nothing";
    let mut comparison = Comparison::new("echo-idle", title, "ns a line").along("idle connections");
    let children = start(&Server::ALL)?;
    for idle in [0_usize, 100, 900, 2_000, 5_000] {
        // Where there are not descriptors enough for all, the last ones are left out.
        let fit = |&count: &usize| are_possible(idle + 10, &children[..count]);
        let Some(count) = (2..=children.len()).rev().find(fit) else {
            break;
        };
        if !(size.quick && idle > 100) {
            let sides = compare(&children[..count], What::Time, (10, idle), size)?;
            comparison = comparison.point(idle as u64, sides);
        }
    }
    Ok(comparison)
}

pub(crate) fn instructions(size: Size) -> io::Result<Comparison> {
    if !instructions::can_be_counted() {
        return Err(io::Error::other("there is no valgrind (install it)"));
    }
    let title = "Instructions for an echoed line, without the kernel's";
    let comparison = Comparison::new("echo-instructions", title, "instructions");
    let side = |&server: &Server| {
        Side::trying(server.name(), move || instructions::per_request(server, 10))
    };
    let servers = if size.quick { &PEERS[..1] } else { &PEERS };
    let sides = servers.iter().map(side).collect();
    Ok(comparison.point(10, in_turns(size.rounds(5), sides)?))
}
