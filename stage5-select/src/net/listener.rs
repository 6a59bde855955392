//! A listener: a socket that connections come in at.

use std::fmt;
use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use crate::exception::Exception;
use crate::kernel::errors::{Unusable, is_per_connection, no_address, no_descriptors};
use crate::kernel::fairness::Budget;
use crate::kernel::sources::forget;
use crate::kernel::sys;
use crate::net::connection::Conn;
use crate::readiness::readability;

/// How many connections may wait to be accepted.
pub(crate) const BACKLOG: i32 = 4096;

/// A socket that connections come in at. See [`accept`].
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    /// What is left of tries until the kernel is asked first.
    pub(crate) budget: Budget,
    /// It stays on its thread: dropped on another one it would find no reactor to tell.
    stays: PhantomData<Rc<()>>,
}

impl Listener {
    /// Listens on the first of the addresses that can be had. Port 0 is any port that is free.
    ///
    /// # Errors
    ///
    /// [`std::io::Error`], which names the address: for example, its port is in use.
    pub fn bind(addr: impl ToSocketAddrs + fmt::Debug) -> io::Result<Self> {
        let bound = TcpListener::bind(&addr).and_then(|socket| {
            socket.set_nonblocking(true)?;
            sys::listen(socket.as_fd(), BACKLOG)?;
            let budget = Budget::default();
            budget.give_up();
            Ok(Listener {
                socket,
                budget,
                stays: PhantomData,
            })
        });
        bound.map_err(|error| {
            let what_to_do = match error.kind() {
                ErrorKind::AddrInUse => " (end the program that listens there, or take port 0, which is any that is free)",
                ErrorKind::InvalidInput => no_address(&error),
                // The address is another machine's, or it is not known: the resolver's errors have no number.
                kind if kind == ErrorKind::AddrNotAvailable || error.raw_os_error().is_none() => {
                    " (an address of this machine goes in front of the port, as 127.0.0.1:4321; 0.0.0.0:4321 is all of them)"
                }
                _ => no_descriptors(&error),
            };
            let text = format!("can't listen on {addr:?}: {error}{what_to_do}");
            io::Error::new(error.kind(), text)
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// If the kernel does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts a connection if one is there: otherwise the error is of the kind `WouldBlock`.
    pub(crate) fn try_accept(&self) -> io::Result<Result<Conn, Unusable>> {
        let accepted = self.socket.accept();
        let (stream, peer) = accepted.inspect_err(|_| self.budget.give_up())?;
        let conn = Conn::with_peer(stream, peer);
        Ok(conn.map_err(|error| Unusable { peer, error }))
    }

    /// Accepts a connection if one is there, and ignores errors that concern no waiting client. `asked` says
    /// whether the kernel has said that one waits.
    pub(crate) fn try_next(&self, asked: bool) -> Option<Result<Conn, Exception>> {
        match self.try_accept() {
            // A kernel without descriptors says so before it looks whether a client waits. So ask it first.
            Err(_) if !asked => None,
            Err(error) if is_per_connection(&error) => None,
            Err(error) => Some(Err(error.into())),
            Ok(conn) => Some(conn.map_err(Exception::from)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        forget(&self.socket);
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Waits for the next connection, and accepts it (T34).
///
/// A loop that ignores an error that lasts, such as "too many open files", spins. Rest for a moment with
/// [`sleep`](crate::sleep), or let a [`Server`](crate::Server) do it.
///
/// # Errors
///
/// [`std::io::Error`], if the process has no descriptors left, for example. A client that has already gone is not
/// an error.
pub async fn accept(listener: &Listener) -> Result<Conn, Exception> {
    loop {
        let asked = listener.budget.must_wait();
        if asked {
            readability(listener).await?;
        }
        if let Some(result) = listener.try_next(asked) {
            return result;
        }
    }
}

#[cfg(test)]
#[path = "../../tests/unit/listener.rs"]
mod tests;
