//! An interest: a coroutine's side of the reactor, to be awaited until a socket is ready.

use std::error::Error;
use std::fmt;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::exception::Exception;
use crate::promise::{Promise, Wait};
use crate::reactor::Inner;
use crate::side::Side;

/// Waits until the descriptor can be read without blocking: there is input, or its end, or an error
/// (T31). For a listener: until there is a connection to accept.
///
/// It may be wrong now and then, as the kernel may: try to read, and come back if it would block. And
/// that another thread has closed the descriptor while the loop sleeps is not seen before something else
/// ends that sleep.
///
/// # Errors
///
/// Its output is [`Closed`] if the descriptor is closed meanwhile, or [`std::io::Error`] if `select`
/// cannot take it.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{readability, run};
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
///
/// let (mut here, mut there) = UnixStream::pair()?;
/// let byte = run(async move {
///     there.write_all(b"!")?;
///     readability(&here).await?;
///     let mut byte = [0];
///     here.read_exact(&mut byte)?;
///     Ok(byte[0])
/// });
/// assert_eq!(byte.unwrap(), b'!');
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn readability(sock: &impl AsFd) -> Interest {
    Interest::new(sock.as_fd().as_raw_fd(), Direction::Read)
}

/// Waits until the descriptor can be written without blocking, or an error is there to be told (T31).
/// For a connection under way: until it is made, or has failed.
///
/// # Errors
///
/// As [`readability`].
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{run, writability};
/// use std::os::unix::net::UnixStream;
///
/// let (here, there) = UnixStream::pair()?;
/// run(async move { writability(&here).await }).unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn writability(sock: &impl AsFd) -> Interest {
    Interest::new(sock.as_fd().as_raw_fd(), Direction::Write)
}

/// What [`readability`] and [`writability`] give: a wait for a promise of the reactor. Dropped before
/// its time, it takes the descriptor out of the sets.
#[must_use = "it waits for nothing until it is awaited"]
pub struct Interest {
    wait: Wait<()>,
    fd: RawFd,
    direction: Direction,
    /// The promise, and the reactor that has it too.
    promise: Promise<()>,
    reactor: Rc<Inner>,
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    Read,
    Write,
}

impl Interest {
    #[track_caller]
    fn new(fd: RawFd, direction: Direction) -> Self {
        let Some(reactor) = Inner::current() else {
            panic!("a socket awaited outside of a loop (await it in a coroutine that `run` runs)");
        };
        let joined = direction.side(&reactor).join(fd, Location::caller());
        let promise = joined.unwrap_or_else(|error| {
            let promise = Promise::new();
            let _ = promise.set_exception(error);
            promise
        });
        Interest {
            wait: promise.clone().into_future(),
            fd,
            direction,
            promise,
            reactor,
        }
    }
}

impl Direction {
    fn side(self, reactor: &Inner) -> &Side {
        match self {
            Direction::Read => &reactor.reads,
            Direction::Write => &reactor.writes,
        }
    }
}

impl Future for Interest {
    type Output = Result<(), Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.wait).poll(cx)
    }
}

impl Drop for Interest {
    fn drop(&mut self) {
        if !self.promise.is_settled() {
            self.direction.side(&self.reactor).leave(self.fd);
        }
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interest({:?} descriptor {})", self.direction, self.fd)
    }
}

/// To be called before a descriptor is closed: whoever waits for it gets [`Closed`], and a descriptor
/// that is opened later under the same number starts anew. (Our own sockets do so when dropped.)
///
/// ```
/// use stage5_select::{Closed, Exception, add_coro, forget, readability, run};
/// use std::os::unix::net::UnixStream;
///
/// let error = run(async {
///     let (here, _there) = UnixStream::pair()?;
///     let waiting = readability(&here);
///     forget(&here);
///     drop(here);
///     waiting.await
/// });
/// assert!(error.unwrap_err().is::<Closed>());
/// ```
pub fn forget(sock: &impl AsFd) {
    if let Some(reactor) = Inner::current() {
        let fd = sock.as_fd().as_raw_fd();
        reactor.reads.fail(fd);
        reactor.writes.fail(fd);
    }
}

/// A descriptor was closed while somebody waited for it.
///
/// ```
/// # use stage5_select::Closed;
/// assert!(Closed { fd: 7 }.to_string().starts_with("descriptor 7 was closed"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its number.
    pub fd: RawFd,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fd = self.fd;
        write!(
            f,
            "descriptor {fd} was closed while it was awaited (close it when nobody awaits it any more)"
        )
    }
}

impl Error for Closed {}
