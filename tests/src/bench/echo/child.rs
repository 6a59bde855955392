use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{self, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::bench::alone;

/// A server that runs in a process of its own (this executable, started once more), on the first core, until this is dropped.
pub(crate) struct Child {
    pub(crate) name: &'static str,
    pub(crate) addr: SocketAddr,
    process: process::Child,
}

impl Child {
    /// Starts it, by itself or under a tool.
    pub(crate) fn start(name: &'static str, tool: &[&str]) -> io::Result<Child> {
        let mut process = alone::itself(tool)?
            .args([super::SERVE, name])
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
    pub(crate) fn cpu_time(&self) -> io::Result<f64> {
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
