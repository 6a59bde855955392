//! Sockets that do not block: every operation waits until the kernel says it is time, and then tries.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, BorrowedFd};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::exception::Exception;
use crate::reactor::{Interest, forget, readability, writability};
use crate::sys;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 4096;

/// A connection. A clone is the same connection; it is closed when the last one is dropped, and who
/// awaits it then is told.
///
/// What [`read`] and [`write`] do not offer, it does itself, as a [`Read`], a [`Write`] and an
/// [`AsFd`]: an operation that would block is an error of the kind `WouldBlock`.
#[derive(Clone)]
pub struct Conn(Rc<Inner>);

struct Inner {
    stream: TcpStream,
    peer: SocketAddr,
}

impl Conn {
    /// Makes a connection of a stream that came from elsewhere.
    ///
    /// # Errors
    ///
    /// If it is not connected.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // Small messages are sent when they are written, and not held back to go with the next ones.
        stream.set_nodelay(true)?;
        let peer = stream.peer_addr()?;
        Ok(Conn(Rc::new(Inner { stream, peer })))
    }

    /// The address of the other side.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.0.peer
    }

    /// The stream itself, for its options.
    #[must_use]
    pub fn stream(&self) -> &TcpStream {
        &self.0.stream
    }

    pub(crate) fn downgrade(&self) -> impl Fn() -> Option<Conn> + use<> {
        let weak = Rc::downgrade(&self.0);
        move || weak.upgrade().map(Conn)
    }
}

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

/// Reads what has come into `buffer`, and gives the number of bytes: 0 at the end of input (T32).
///
/// # Errors
///
/// The kernel's, as when the other side has reset the connection.
pub async fn read(conn: &Conn, buffer: &mut [u8]) -> Result<usize, Exception> {
    loop {
        readability(conn).await?;
        match (&*conn).read(buffer) {
            Err(error) if is_temporary(&error) => {}
            result => return Ok(result?),
        }
    }
}

/// Writes all of `bytes` (T32). (The talk's `send` may take a part of them, and the rest is lost.)
///
/// It tries first, and waits only where the kernel's buffer is full: nearly always there is room.
///
/// # Errors
///
/// The kernel's, as when the other side has closed the connection.
pub async fn write(conn: &Conn, mut bytes: &[u8]) -> Result<(), Exception> {
    while !bytes.is_empty() {
        match (&*conn).write(bytes) {
            Ok(0) => return Err(io::Error::from(ErrorKind::WriteZero).into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => writability(conn).await?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Says that no more will be written, and takes in what the other side still sends, up to a limit;
/// then the connection may be dropped.
///
/// Why not drop it at once? A kernel that closes a socket with unread input resets the connection, and
/// the reset may overtake what was written last. Bound it with a [`timeout`](crate::timeout): the other
/// side may never end.
///
/// # Errors
///
/// The kernel's, as when the other side has reset the connection.
pub async fn drain(conn: &Conn) -> Result<(), Exception> {
    conn.0.stream.shutdown(Shutdown::Write)?;
    let mut buffer = [0; 4096];
    for _ in 0..256 {
        if read(conn, &mut buffer).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Would block, or was interrupted by a signal: to be tried again.
fn is_temporary(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Connects to the first of the addresses that answers (T01).
///
/// A host name is looked up first, and that does block: the standard library has no other way. (A
/// production runtime does it on another thread.)
///
/// # Errors
///
/// The name is not known, or the last address's error.
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
pub async fn connect(addr: impl ToSocketAddrs) -> Result<Conn, Exception> {
    let mut last = io::Error::new(ErrorKind::InvalidInput, "no address to connect to");
    for addr in addr.to_socket_addrs()? {
        match connect_to(addr).await? {
            Ok(conn) => return Ok(conn),
            Err(error) => last = error,
        }
    }
    Err(last.into())
}

async fn connect_to(addr: SocketAddr) -> Result<io::Result<Conn>, Exception> {
    let stream = match sys::start_connect(addr) {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    writability(&stream).await?;
    let failed = stream.take_error()?;
    Ok(failed.map_or_else(|| Conn::new(stream), Err))
}

/// A socket that connections come in at.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Listens on the first of the addresses that can be had.
    ///
    /// # Errors
    ///
    /// The kernel's; that the port is in use, for one. It names the address.
    pub fn bind(addr: impl ToSocketAddrs + fmt::Debug) -> io::Result<Self> {
        let bound = TcpListener::bind(&addr).and_then(|listener| {
            listener.set_nonblocking(true)?;
            sys::listen(listener.as_fd(), BACKLOG)?;
            Ok(Listener(listener))
        });
        bound.map_err(|error| {
            io::Error::new(error.kind(), format!("can't listen on {addr:?}: {error}"))
        })
    }

    /// Where it listens: the port, if it was bound to port 0.
    ///
    /// # Errors
    ///
    /// The kernel's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The connections, one after the other, as a stream that does not end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            listener: self,
            interest: None,
        }
    }

    fn try_accept(&self) -> io::Result<Conn> {
        Conn::new(self.0.accept()?.0)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        forget(&self.0);
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Waits for the next connection, and accepts it (T34).
///
/// # Errors
///
/// The kernel's. One whose client is gone already is no error, and passed over.
pub async fn accept(listener: &Listener) -> Result<Conn, Exception> {
    loop {
        readability(listener).await?;
        match listener.try_accept() {
            Err(error) if is_passing(&error) => {}
            result => return Ok(result?),
        }
    }
}

/// Errors of `accept` that are about one connection, which is gone: the next one may be fine.
fn is_passing(error: &io::Error) -> bool {
    is_temporary(error)
        || matches!(
            error.kind(),
            ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionReset
                | ErrorKind::NotConnected
                | ErrorKind::InvalidInput // macOS, on setting an option
        )
}

/// What [`Listener::incoming`] gives.
#[derive(Debug)]
#[must_use = "it accepts nothing until it is polled"]
pub struct Incoming<'a> {
    listener: &'a Listener,
    interest: Option<Interest>,
}

impl Stream for Incoming<'_> {
    type Item = Result<Conn, Exception>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let listener = self.listener;
        loop {
            let interest = self.interest.get_or_insert_with(|| readability(listener));
            let ready = ready!(Pin::new(interest).poll(cx));
            self.interest = None;
            if let Err(exception) = ready {
                return Poll::Ready(Some(Err(exception)));
            }
            match listener.try_accept() {
                Err(error) if is_passing(&error) => {}
                result => return Poll::Ready(Some(result.map_err(Exception::from))),
            }
        }
    }
}
