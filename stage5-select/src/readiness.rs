//! What a coroutine awaits of the reactor: that a descriptor can be read, or can be written.

use std::fmt;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::exception::Exception;
use crate::interests::Interests;
use crate::kernel::sources::{Sources, current};
use crate::promise::Promise;
use crate::wait::Wait;

pub use crate::kernel::sources::forget;

/// Waits until the descriptor can be read without blocking: there is input, or its end, or an error
/// (T31). For a listener: until there is a connection to accept.
///
/// The kernel may be wrong now and then: try to read, and come back if it would block. It does not know what
/// a `BufReader` has read ahead: look there first.
///
/// # Errors
///
/// [`Closed`](crate::Closed) if the descriptor is closed meanwhile (by another thread: found when the loop's sleep
/// ends). [`std::io::Error`] if `select` cannot take it. [`LoopEnded`](crate::LoopEnded) if its loop ends.
///
/// # Panics
///
/// Outside a loop.
///
/// ```
/// use stage5_select::{readability, run};
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
///
/// let (mut here, mut there) = UnixStream::pair()?;
/// let count = run(async move {
///     there.write_all(b"!")?;
///     readability(&here).await?;
///     Ok(here.read(&mut [0; 64])?)
/// });
/// assert_eq!(count.unwrap(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn readability(sock: &impl AsFd) -> Interest {
    Interest::new(sock.as_fd().as_raw_fd(), |sources| &sources.reads)
}

/// Waits until the descriptor can be written without blocking, or an error is there to be told (T31).
/// For a connection under way: until it is made, or has failed. Otherwise it is like [`readability`].
#[track_caller]
pub fn writability(sock: &impl AsFd) -> Interest {
    Interest::new(sock.as_fd().as_raw_fd(), |sources| &sources.writes)
}

/// What [`readability`] and [`writability`] give: a wait for a promise of the reactor. If it is dropped
/// early, the descriptor is not selected any more.
#[must_use = "it waits for nothing until it is awaited"]
pub struct Interest {
    wait: Wait<()>,
    fd: RawFd,
    promise: Promise<()>,
    /// The list that has the promise, too.
    interests: Rc<Interests>,
}

impl Interest {
    #[track_caller]
    fn new(fd: RawFd, list: impl FnOnce(&Sources) -> &Rc<Interests>) -> Self {
        let Some(sources) = current() else {
            panic!("a socket awaited outside of a loop (await it in a coroutine that `run` runs)");
        };
        let interests = Rc::clone(list(&sources));
        let registered = interests.register(fd);
        let promise = registered.unwrap_or_else(|error| {
            let promise = Promise::new();
            let _ = promise.set_exception(error);
            promise
        });
        Interest {
            wait: promise.clone().into_future(),
            fd,
            promise,
            interests,
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
            self.interests.deregister(self.fd);
        }
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interest(descriptor {})", self.fd)
    }
}
