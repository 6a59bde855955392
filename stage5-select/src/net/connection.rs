//! A connection: a socket that does not block, and that tells the reactor when it is closed.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use crate::exception::Exception;
use crate::kernel::errors::{no_address, no_descriptors};
use crate::kernel::fairness::{Budget, Turns};
use crate::kernel::sources::forget;
use crate::kernel::sys;
use crate::readiness::writability;

/// A connection. A clone is the same connection. It is closed when the last clone is dropped, and tasks that
/// await it then are told.
///
/// Several tasks may share it. [`write`](crate::write()) lets one of them write at a time, in order, so that each
/// one's bytes stay together. Of two that [`read`](crate::read), each gets some of the bytes.
///
/// It is a [`Read`], a [`Write`] and an [`AsFd`], too. Then an operation that would block is an error of the kind
/// `WouldBlock`, and nobody has a turn.
///
/// ```
/// use stage5_select::Conn;
/// use std::io::{ErrorKind, Read};
/// use std::net::{TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let conn = Conn::new(TcpStream::connect(listener.local_addr()?)?)?;
/// assert_eq!(conn.peer_addr(), listener.local_addr()?);
/// assert!(conn.stream().nodelay()?);
/// assert_eq!((&conn).read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Conn(Rc<Shared>);

/// What the clones of a connection share.
struct Shared {
    stream: TcpStream,
    peer: SocketAddr,
    /// What is left of writes until the kernel is asked first.
    budget: Budget,
    writers: Turns,
}

impl Conn {
    /// Makes a connection of a stream that came from elsewhere.
    ///
    /// # Errors
    ///
    /// If the stream is not connected, or cannot be made non-blocking.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        Conn::with_peer(stream, peer)
    }

    /// Makes a connection of a stream whose other side has this address.
    pub(crate) fn with_peer(stream: TcpStream, peer: SocketAddr) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // Small messages are sent at once, not held back to go with the next ones. A system that refuses that
        // option is slower, and no less right.
        let _ = stream.set_nodelay(true);
        Ok(Conn(Rc::new(Shared {
            stream,
            peer,
            budget: Budget::default(),
            writers: Turns::default(),
        })))
    }

    /// Writes what the kernel has room for. Now and then it "would block" all the same, for the other tasks' sake.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.budget.must_wait() {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.stream().write(bytes)
    }

    /// Those who write, in order.
    pub(crate) fn writers(&self) -> &Turns {
        &self.0.writers
    }

    /// The address of the other side.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.0.peer
    }

    /// The stream itself, for its options.
    ///
    /// Read and write through the connection. If the connection is closed, the stream's own `write_vectored` raises
    /// `SIGPIPE`, which ends a program that does not ignore it. (Rust programs do, by default.)
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.0.stream
    }
}

/// The next socket gets the number of this one, and must not wake a task that waited for this one.
impl Drop for Shared {
    fn drop(&mut self) {
        forget(&self.stream);
    }
}

impl AsFd for Conn {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.stream.as_fd()
    }
}

impl Read for &Conn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream().read(buffer)
    }
}

/// Its `write_vectored` is the one that is made of `write`, which never raises `SIGPIPE`.
impl Write for &Conn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // there is no buffer on our side
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conn({})", self.0.peer)
    }
}

/// Connects to the first of the addresses that answers (T01).
///
/// A host name is looked up first, and that blocks the loop. (A production runtime does it on another thread.) A
/// [`timeout`](crate::timeout) is one for all addresses: the first that does not answer may use it up.
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
