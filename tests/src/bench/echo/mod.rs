//! An echo server, on our loop and on its peers, each in a process of its own.
//!
//! All of them do the same job, the one that stage 5's `echo` does: they split what comes into lines,
//! and send each line back with `echo: ` in front. (Ours is the server that stage 5 has: it knows `bye`, a
//! longest line, reports and an end, which the others do without.) Why processes? `select` pays for the highest
//! descriptor, so each server is to begin with low ones; and each is to have one core to itself.

mod bytes;
mod child;
mod load;
mod ours;
mod plain_epoll;
mod plain_select;
mod smol;
mod tokio;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

pub use child::{Child, serve_if_asked};
pub use load::{LINE, Load, REPLY};

/// Who serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Stage 5's `Server` and `echo`.
    Ours,
    /// A loop around `select`, written for this: what our loop can be at best.
    PlainSelect,
    /// The same around epoll.
    PlainEpoll,
    /// tokio, on the current thread.
    Tokio,
    /// smol, its executor and its reactor on the current thread.
    Smol,
}

impl Server {
    /// All of them.
    pub const ALL: [Server; 5] = [
        Server::Ours,
        Server::PlainSelect,
        Server::PlainEpoll,
        Server::Tokio,
        Server::Smol,
    ];

    /// Its name in tables and plots.
    pub fn name(self) -> &'static str {
        match self {
            Server::Ours => "ours",
            Server::PlainSelect => "plain select loop",
            Server::PlainEpoll => "plain epoll loop",
            Server::Tokio => "tokio",
            Server::Smol => "smol",
        }
    }

    /// Serves for ever, and first tells `listening` where.
    fn serve(self, listening: impl FnOnce(SocketAddr) + 'static) -> io::Result<()> {
        if self == Server::Ours {
            return ours::serve(listening);
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        listening(listener.local_addr()?);
        match self {
            Server::Ours => unreachable!("it serves by now"),
            Server::PlainSelect => plain_select::serve(&listener),
            Server::PlainEpoll => plain_epoll::serve(listener),
            Server::Tokio => tokio::serve(listener),
            Server::Smol => smol::serve(listener),
        }
    }
}
