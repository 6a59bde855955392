//! How many instructions an echo server runs for each request, as `callgrind` counts them.
//!
//! It counts what runs in the process and not what the kernel does for it. So the number is nearly the same
//! on every machine of a kind, where a server does the same for each line; smol's depends on how many lines
//! come at once. Fair, as all servers do the same job, for the same clients.

use std::fs;
use std::io;
use std::process::Command;

use super::echo::{Child, Load, Server};

/// Whether there is a `valgrind` to count with.
pub fn can_be_counted() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Instructions for each of the requests that come over `connections` at once.
///
/// Two runs that differ in the number of requests are compared, so that what it takes to start and to
/// stop does not count.
///
/// # Errors
///
/// If the server or the tool cannot be started, or a request fails.
pub fn per_request(server: Server, connections: usize) -> io::Result<f64> {
    let (few, many) = (1_000, 6_000);
    let difference = total(server, connections, many)? - total(server, connections, few)?;
    Ok(difference / (many - few) as f64)
}

fn total(server: Server, connections: usize, requests: usize) -> io::Result<f64> {
    let file = tempfile::NamedTempFile::new()?;
    let out = format!("--callgrind-out-file={}", file.path().display());
    let child = Child::start(server, &["valgrind", "-q", "--tool=callgrind", &out])?;
    let mut load = Load::connect(child.addr(), connections, 0)?;
    load.requests(requests)?;
    drop(child);
    let counted = fs::read_to_string(&file)?;
    let total = counted
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    let total = total.ok_or_else(|| io::Error::other("callgrind has counted nothing"))?;
    total.trim().parse().map_err(io::Error::other)
}
