//! A server in a process of its own: this program, started once more.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{self, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::Server;
use crate::bench::machine::{self, Core};

const SERVE: &str = "--serve";

/// To be called first in `main`: if this process was started as a [`Child`], it serves, and never
/// returns.
pub fn serve_if_asked() {
    let mut args = env::args().skip(1);
    if args.next().as_deref() != Some(SERVE) {
        return;
    }
    let name = args.next().unwrap_or_default();
    let asked = Server::ALL.into_iter().find(|server| server.name() == name);
    let served = asked
        .ok_or_else(|| io::Error::other("no server of that name"))
        .and_then(serve);
    if let Err(error) = served {
        eprintln!("the server named {name:?} failed: {error}");
        process::exit(1);
    }
    process::exit(0);
}

fn serve(server: Server) -> io::Result<()> {
    machine::raise_descriptor_limit();
    end_with_whoever_started_it();
    machine::pin_to(Core::First);
    server.serve(|addr| println!("{addr}"))
}

/// However that ended.
///
/// Why not, everywhere, a thread that waits for the end of the input? In a process of two threads the C
/// library does more at each call, and all that a server does for a line is counted.
#[cfg(target_os = "linux")]
fn end_with_whoever_started_it() {
    use rustix::process::set_parent_process_death_signal;

    let _ = set_parent_process_death_signal(Some(Signal::TERM));
}

#[cfg(not(target_os = "linux"))]
fn end_with_whoever_started_it() {
    use std::io::Read;

    std::thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
}

/// A server that runs in a process of its own, on the first core, until this is dropped.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    addr: SocketAddr,
}

impl Child {
    /// Starts it, by itself or under a tool: `under` is that tool's command line, or empty.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or cannot listen.
    pub fn start(server: Server, under: &[&str]) -> io::Result<Child> {
        let itself = env::current_exe()?;
        let mut command = match under {
            [] => Command::new(itself),
            [tool, args @ ..] => {
                let mut command = Command::new(tool);
                command.args(args).arg(itself);
                command
            }
        };
        let mut process = command
            .args([SERVE, server.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(output) = &mut process.stdout {
            BufReader::new(output).read_line(&mut line)?;
        }
        let addr = line.trim_end().parse().map_err(|_| {
            let tool = under.first().unwrap_or(&"it");
            io::Error::other(format!("{} was to serve, but {tool} ended", server.name()))
        })?;
        Ok(Child { process, addr })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How long it has run on a core so far, in nanoseconds.
    ///
    /// # Errors
    ///
    /// Where the system does not tell.
    pub fn cpu_time(&self) -> io::Result<f64> {
        let of_thread = |thread: io::Result<fs::DirEntry>| -> Option<f64> {
            let stat = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            stat.split_whitespace().next()?.parse().ok()
        };
        let threads = fs::read_dir(format!("/proc/{}/task", self.process.id())).ok();
        let time = threads.and_then(|threads| threads.map(of_thread).sum());
        time.ok_or_else(|| io::Error::other("this system does not tell how long a process has run"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // Not `kill`, which gives no tool the time to write down what it has seen.
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = self.process.wait();
    }
}
