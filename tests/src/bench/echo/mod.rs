//! Echo servers: how many lines a second, what a line costs, and what idle connections do to that.
//!
//! All of them do the same job, the one that stage 5's `echo` does: they split what comes into lines, and send
//! each line back with `echo: ` in front. (Stage 5's server also knows `bye`, a longest line, reports and an
//! end.) Each has a process and a core of its own: `select` pays for the highest descriptor, so each server
//! has to begin with low ones.

mod child;
mod load;
mod servers;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use self::child::Child;
use self::load::Load;
use super::data::{Comparison, Side, in_turns};
use super::machine::{self, Core};
use super::{count, counts, is_quick};

/// In the order of the tables.
const SERVERS: [&str; 3] = ["ours", "plain select loop", "tokio"];

pub(crate) const SERVE: &str = "--serve";

/// What the process of a [`Child`] does: it says its address, and serves until it is ended.
pub(crate) fn serve(name: &str) -> io::Result<()> {
    machine::may_open(0);
    machine::pin_to(Core::First);
    if name == "ours" {
        return servers::ours();
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    println!("{}", listener.local_addr()?);
    match name {
        "plain select loop" => servers::plain(&listener),
        "tokio" => servers::tokio(listener),
        _ => Err(io::Error::other(format!("no server is named {name:?}"))),
    }
}

pub(crate) fn rate(_: &'static str) -> io::Result<Comparison> {
    let title = "Lines echoed in a second, one server core";
    let comparison = Comparison::new(title, "a second", Some("connections"));
    let points = [1, 10, 100, 900].map(|busy| (busy, busy, 0));
    compare(comparison, &points, true)
}

pub(crate) fn line(_: &'static str) -> io::Result<Comparison> {
    let comparison = Comparison::new("A line over ten connections", "ns on the core", None);
    compare(comparison, &[(10, 10, 0)], false)
}

pub(crate) fn idle(_: &'static str) -> io::Result<Comparison> {
    let title = "Ten connections at work, beside others that say nothing";
    let comparison = Comparison::new(title, "ns a line", Some("idle connections"));
    let points = [0, 100, 900, 2_000, 5_000].map(|idle| (idle, 10, idle));
    compare(comparison, &points, false)
}

/// Measures the lines a second as the clients see it, or the nanoseconds that a server is on its core for a line: its
/// own and the kernel's. At each point, so many connections are busy and so many idle. The servers take turns: each
/// has the first core while the others sleep, and the clients have the last.
fn compare(
    mut comparison: Comparison,
    points: &[(usize, usize, usize)],
    is_rate: bool,
) -> io::Result<Comparison> {
    let start = |name| Child::start(name, &[]);
    let children: Vec<_> = SERVERS.into_iter().map(start).collect::<io::Result<_>>()?;
    machine::pin_to(Core::Last);
    for &(at, busy, idle) in points {
        // The clients of all servers are this process.
        if !machine::may_open((busy + idle + 50) * SERVERS.len()) || (is_quick() && idle > 100) {
            continue;
        }
        let lines = match (busy, idle) {
            (1, _) | (_, 1_000..) => 1_000,
            _ => 4_000.max(20 * busy as u64), // each connection has its turn many times
        };
        let lines = usize::try_from(count(lines)).map_err(io::Error::other)?;
        let mut sides = Vec::new();
        for child in &children {
            let mut load = Load::connect(child.addr, busy, idle)?;
            let measure = move || {
                let before = child.cpu_time();
                let elapsed = load.requests(lines)?;
                if is_rate {
                    return Ok(lines as f64 / elapsed.as_secs_f64());
                }
                thread::sleep(Duration::from_millis(2)); // its time is up to date once it sleeps
                Ok((child.cpu_time()? - before?) / lines as f64)
            };
            let mut side = Side::new(child.name, measure);
            if points.len() == 1 && (child.name == "ours" || !is_quick()) {
                let run = |lines, tool: &[&str]| under(tool, child.name, busy, lines);
                side = side.counted(move || counts::per_step((count(1_000), count(6_000)), run));
            }
            sides.push(side);
        }
        comparison = comparison.point(at as u64, in_turns(21, sides)?);
    }
    if comparison.points.is_empty() {
        let few = "too few descriptors: `ulimit -n` raises the limit";
        return Err(io::Error::other(few));
    }
    Ok(comparison)
}

/// So many lines, with the server under a tool.
fn under(tool: &[&str], name: &'static str, busy: usize, lines: u64) -> io::Result<()> {
    let child = Child::start(name, tool)?;
    let lines = usize::try_from(lines).map_err(io::Error::other)?;
    Load::connect(child.addr, busy, 0)?
        .requests(lines)
        .map(drop)
}
