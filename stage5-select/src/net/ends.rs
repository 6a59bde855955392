//! How a connection begins and how it ends: `connect` and `drain`.

use std::fmt;
use std::io;
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};

use crate::exception::Exception;
use crate::kernel::errors::{no_address, no_descriptors};
use crate::kernel::sys;
use crate::net::connection::Conn;
use crate::net::read;
use crate::readiness::writability;

/// Connects to the first of the addresses that answers (T01).
///
/// A host name is looked up first, and that blocks the loop: the standard library has no other way. (A
/// production runtime does it on another thread.) Set a limit with [`timeout`](crate::timeout). It is one limit for
/// all addresses together: the first one that does not answer may use it up.
///
/// # Errors
///
/// [`std::io::Error`], which names the address: the name is not known, or the last address has failed.
pub async fn connect(addr: impl ToSocketAddrs + fmt::Debug) -> Result<Conn, Exception> {
    let mut failed = Exception::msg("no address to connect to (give one at least)");
    let addrs = addr.to_socket_addrs().map_err(|error| {
        let what_to_do = no_address(&error);
        let text = format!("can't look up {addr:?}: {error}{what_to_do}");
        io::Error::new(error.kind(), text)
    });
    for addr in addrs? {
        match connect_to(addr).await {
            Ok(conn) => return Ok(conn),
            Err(exception) => failed = exception,
        }
    }
    Err(failed)
}

async fn connect_to(addr: SocketAddr) -> Result<Conn, Exception> {
    let named = |error: io::Error| {
        let what_to_do = no_descriptors(&error);
        let text = format!("can't connect to {addr}: {error}{what_to_do}");
        io::Error::new(error.kind(), text)
    };
    let stream = sys::start_connect(addr).map_err(named)?;
    writability(&stream).await?;
    match stream.take_error()? {
        // The address of the other side is asked for: `0.0.0.0` is where to connect to, but nobody's address.
        None => Ok(Conn::new(stream).map_err(named)?),
        Some(error) => Err(named(error).into()),
    }
}

/// Says that no more will be written, and reads what the other side still sends, until it ends; then the
/// connection may be dropped.
///
/// To drop it at once could lose what was written last: a kernel that closes a socket with unread input
/// resets the connection. Put it in a [`timeout`](crate::timeout), because the other side may never end.
///
/// # Errors
///
/// Those of [`read`].
pub async fn drain(conn: &Conn) -> Result<(), Exception> {
    conn.stream().shutdown(Shutdown::Write)?;
    // An array would be a part of this future, and so of every task that may come here.
    let mut buffer = vec![0; 4096];
    while read(conn, &mut buffer).await? > 0 {}
    Ok(())
}
