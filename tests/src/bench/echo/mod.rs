//! Echo servers: how many lines a second, what a line costs, and what idle connections do to that.
//!
//! All of them do the same job, the one that stage 5's `echo` does: they split what comes into lines, and send
//! each line back with `echo: ` in front. (Stage 5's server also knows `bye`, a longest line, reports and an
//! end.) Each has a process and a core of its own: `select` pays for the highest descriptor, so each server
//! has to begin with low ones.

mod load;
mod servers;

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{self, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use self::load::Load;
use super::data::{Comparison, Side, in_turns};
use super::machine::{self, Core};
use super::{alone, count, counts, is_quick};

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

/// A server that runs in a process of its own (this executable, started once more), on the first core, until this is dropped.
struct Child {
    name: &'static str,
    addr: SocketAddr,
    process: process::Child,
}

impl Child {
    /// Starts it, by itself or under a tool.
    fn start(name: &'static str, tool: &[&str]) -> io::Result<Child> {
        let mut process = alone::itself(tool)?
            .args([SERVE, name])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = &mut process.stdout {
            BufReader::new(output).read_line(&mut line)?;
        }
        let addr = line.trim_end().parse().map_err(|_| {
            let _ = process.wait();
            io::Error::other(format!("{name:?} ended before it listened"))
        })?;
        Ok(Child {
            name,
            addr,
            process,
        })
    }

    /// How long its one thread has run on a core so far, in nanoseconds.
    fn cpu_time(&self) -> io::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()))?;
        let time = stat.split(' ').next().and_then(|time| time.parse().ok());
        time.ok_or_else(|| io::Error::other("the system does not tell how long a process has run"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // `kill` would give a tool no time to write down what it has counted.
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.process.wait();
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
    let points = [10, 100, 900, 2_000, 5_000].map(|idle| (idle, 10, idle));
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
        let lines = count(lines);
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
                let run = move |lines, tool: &[&str]| {
                    let child = Child::start(child.name, tool)?;
                    Load::connect(child.addr, busy, 0)?
                        .requests(lines)
                        .map(drop)
                };
                side = side.counted(move || counts::per_step(count(3_000), run));
            }
            sides.push(side);
        }
        comparison = comparison.point(at as u64, in_turns(21, sides)?);
    }
    Ok(comparison)
}
