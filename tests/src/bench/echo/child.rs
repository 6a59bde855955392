//! A server in a process of its own: this program, started once more.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{self, Command, Stdio};
use std::thread;

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
    // Ends with whoever started it, however that ended.
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    machine::pin_to(Core::First);
    server.serve(|addr| println!("{addr}"))
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
        let stat = fs::read_to_string(format!("/proc/{}/schedstat", self.process.id()));
        let time = stat
            .ok()
            .and_then(|it| it.split_whitespace().next()?.parse().ok());
        time.ok_or_else(|| io::Error::other("this system does not tell how long a process has run"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
