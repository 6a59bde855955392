//! Reports: what a server has to tell, in words.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;

use crate::exception::Exception;
use crate::kernel::errors::when_out_of_resources;

/// What a [`Server`](crate::Server) has to tell. Each thing is told once.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Report<'a> {
    /// It listens there.
    Listening(SocketAddr),
    /// Somebody has connected, from there.
    Connected(SocketAddr),
    /// The connection from there has failed: what its handler raised, a panic included.
    Failed(SocketAddr, &'a Exception),
    /// There are no descriptors left to accept with, or a rule forbids it. Told once, until nobody waits.
    OutOfResources(&'a Exception),
    /// All clients that have waited meanwhile are in.
    AcceptingAgain,
    /// It accepts no more, and waits for those that are open.
    Stopping {
        /// How many there are.
        open: usize,
    },
    /// The time is over. These are given up, and closed.
    GivenUp {
        /// How many there are.
        open: usize,
    },
}

impl Report<'_> {
    /// Prints it, as a server does by default: news to the output, trouble to the error output.
    ///
    /// If nobody reads the output any more, the report is lost; `println!` would panic. If somebody reads it
    /// slowly, the loop waits. A production server hands its log to another thread.
    pub fn print(self) {
        let _ = match self {
            Report::Listening(_) | Report::Connected(_) => writeln!(io::stdout(), "{self}"),
            _ => writeln!(io::stderr(), "{self}"),
        };
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Listening(addr) => write!(f, "Listening on port {}", addr.port()),
            Report::Connected(peer) => write!(f, "Connected to {peer}"),
            Report::Failed(peer, exception) => {
                write!(f, "The connection from {peer} failed: {exception:#}")
            }
            Report::OutOfResources(exception) => {
                write!(
                    f,
                    "Can't accept: {exception:#} ({})",
                    when_out_of_resources(exception)
                )
            }
            Report::AcceptingAgain => f.write_str("Accepting again"),
            Report::Stopping { open: 1 } => f.write_str("Stopping: 1 connection is open"),
            Report::Stopping { open } => write!(f, "Stopping: {open} connections are open"),
            Report::GivenUp { open: 1 } => f.write_str("Closing 1 connection that did not end"),
            Report::GivenUp { open } => write!(f, "Closing {open} connections that did not end"),
        }
    }
}
