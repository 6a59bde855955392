//! A connection: a socket that does not block, and that tells the reactor when it is closed.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;

use crate::reactor::forget;
use crate::share::Share;

/// A connection. A clone is the same connection; it is closed when the last one is dropped, and who
/// awaits it then is told.
///
/// What [`read`](crate::read) and [`write`](crate::write) do not offer, it does itself, as a [`Read`], a
/// [`Write`] and an [`AsFd`]: an operation that would block is an error of the kind `WouldBlock`.
///
/// ```
/// use stage5_select::Conn;
/// use std::io::{ErrorKind, Read};
/// use std::net::{TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let conn = Conn::new(TcpStream::connect(listener.local_addr()?)?)?;
/// assert_eq!(conn.peer_addr(), listener.local_addr()?);
/// assert_eq!((&conn).read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Conn(Rc<Inner>);

struct Inner {
    stream: TcpStream,
    peer: SocketAddr,
    /// What is left of writes until the kernel is asked first.
    writes: Share,
}

impl Conn {
    /// Makes a connection of a stream that came from elsewhere. See [`Conn`].
    ///
    /// # Errors
    ///
    /// If it is not connected.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        let peer = stream.peer_addr()?;
        Conn::with_peer(stream, peer)
    }

    /// The same, where the address of the other side is known.
    pub(crate) fn with_peer(stream: TcpStream, peer: SocketAddr) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // Small messages are sent when they are written, and not held back to go with the next ones.
        stream.set_nodelay(true)?;
        let writes = Share::whole();
        let inner = Inner {
            stream,
            peer,
            writes,
        };
        Ok(Conn(Rc::new(inner)))
    }

    /// Whether to wait before the next write, although there may be room.
    pub(crate) fn must_wait(&self) -> bool {
        self.0.writes.must_wait()
    }

    /// The address of the other side. See [`Conn`].
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.0.peer
    }

    /// The stream itself, for its options.
    ///
    /// ```
    /// # use stage5_select::{Conn};
    /// # use std::net::{TcpListener, TcpStream};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let conn = Conn::new(TcpStream::connect(listener.local_addr()?)?)?;
    /// assert!(conn.stream().nodelay()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.0.stream
    }
}

/// Why tell the reactor? The kernel gives the number of this descriptor to the next socket, and whoever
/// waited for the old one must not be woken for the new one.
impl Drop for Inner {
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
        (&self.0.stream).read(buffer)
    }
}

impl Write for &Conn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0.stream).write(bytes)
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
