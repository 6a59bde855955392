//! Sockets that do not block: every operation waits until the kernel says it is time, and then tries.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};

use crate::conn::Conn;
use crate::exception::Exception;
use crate::reactor::{readability, writability};
use crate::refusal::{is_temporary, no_address};
use crate::sys;

/// Reads what has come into `buffer`, and gives the number of bytes: 0 at the end of input (T32). (And where
/// `buffer` has no room: then, too, once there is something to read.)
///
/// Why try again where it would block, although the kernel has said that it would not? Another task may
/// have read what was there; and the kernel may be wrong now and then.
///
/// # Errors
///
/// The kernel's, as when the other side has reset the connection.
///
/// ```
/// use stage5_select::{Listener, accept, connect, read, run, write};
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     let here = accept(&listener).await?;
///
///     write(&there, b"hello").await?;
///     let mut buffer = [0; 64];
///     assert_eq!(read(&here, &mut buffer).await?, 5);
///     drop(there);
///     assert_eq!(read(&here, &mut buffer).await?, 0);
///     Ok(())
/// }).unwrap();
/// ```
pub async fn read(conn: &Conn, buffer: &mut [u8]) -> Result<usize, Exception> {
    loop {
        readability(conn).await?;
        match (&*conn).read(buffer) {
            Err(error) if is_temporary(&error) => {}
            result => return Ok(result?),
        }
    }
}

/// Writes all of `bytes` (T32). (The talk's `send` may take a part of them, and the rest is lost.) See
/// [`read`].
///
/// It tries first, and waits only where the kernel's buffer is full, for nearly always there is room; and
/// now and then all the same, so that who writes without end does not keep the others waiting. Given up
/// before it is done, it may have sent a part, and nobody knows how much: then close the connection.
///
/// # Errors
///
/// The kernel's, as when the other side has closed the connection.
pub async fn write(conn: &Conn, mut bytes: &[u8]) -> Result<(), Exception> {
    while !bytes.is_empty() {
        if conn.must_wait() {
            writability(conn).await?; // so that the others have a turn
        }
        match (&*conn).write(bytes) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => writability(conn).await?,
            Err(error) if is_temporary(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Says that no more will be written, and takes in what the other side still sends, until it ends; then
/// the connection may be dropped.
///
/// Why not drop it at once? A kernel that closes a socket with unread input resets the connection, and
/// the reset may overtake what was written last. Bound it with a [`timeout`](crate::timeout): the other
/// side may never end.
///
/// # Errors
///
/// The kernel's, as when the other side has reset the connection.
///
/// ```
/// use stage5_select::{Listener, accept, connect, drain, read, run, timeout, write};
/// use std::time::Duration;
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let there = connect(listener.local_addr()?).await?;
///     let here = accept(&listener).await?;
///
///     write(&there, b"a long story").await?;
///     write(&here, b"goodbye").await?;
///     let _ = timeout(Duration::from_millis(5), drain(&here)).await;
///     drop(here);
///     assert_eq!(read(&there, &mut [0; 64]).await?, 7); // it has come through
///     Ok(())
/// }).unwrap();
/// ```
pub async fn drain(conn: &Conn) -> Result<(), Exception> {
    conn.stream().shutdown(Shutdown::Write)?;
    // Why not an array? It would be a part of this future, and so of every task that may come here.
    let mut buffer = vec![0; 4096];
    while read(conn, &mut buffer).await? > 0 {}
    Ok(())
}

/// Connects to the first of the addresses that answers (T01).
///
/// A host name is looked up first, and that does block: the standard library has no other way. (A
/// production runtime does it on another thread.) How long an address may take to answer is for a
/// [`timeout`](crate::timeout) to say.
///
/// # Errors
///
/// The name is not known, or the last address's error, which names the address.
///
/// ```
/// use stage5_select::{Listener, accept, connect, run};
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let here = connect(listener.local_addr()?).await?;
///     let there = accept(&listener).await?;
///     assert_eq!(here.peer_addr(), listener.local_addr()?);
///     assert_eq!(there.peer_addr(), here.stream().local_addr()?);
///     Ok(())
/// }).unwrap();
/// ```
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
        io::Error::new(error.kind(), format!("can't connect to {addr}: {error}"))
    };
    let stream = sys::start_connect(addr).map_err(named)?;
    writability(&stream).await?;
    match stream.take_error()? {
        None => Ok(Conn::with_peer(stream, addr).map_err(named)?),
        Some(error) => Err(named(error).into()),
    }
}
