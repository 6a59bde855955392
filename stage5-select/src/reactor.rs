//! The reactor: who waits for which descriptor, and the one place where the loop waits for the kernel.
//!
//! It is two lists and a call. `reads` and `writes` hold a promise for each descriptor that somebody
//! awaits; [`check_socks`](Reactor::check_socks) hands both to `select`, and settles the promises of
//! those that are ready. Everything else that waits is made of this.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::exception::Exception;
use crate::fdset::FdSet;
use crate::promise::{Promise, Wait};
use crate::sys;
use crate::time::Timers;

/// After so many steps the loop looks at the sockets, even if tasks are still to run.
const LOOK_EVERY: u32 = 64;

thread_local!(static CURRENT: RefCell<Option<Rc<Inner>>> = const { RefCell::new(None) });

/// What the loop of this stage has beside its scheduler. [`run`](crate::run) makes one.
///
/// ```
/// use stage5_select::Reactor;
/// use std::time::Duration;
///
/// let reactor = Reactor::new()?;
/// assert!(reactor.is_idle()); // nobody waits
/// reactor.check_socks(Some(Duration::ZERO))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Reactor {
    inner: Rc<Inner>,
}

struct Inner {
    reads: RefCell<Side>,
    writes: RefCell<Side>,
    timers: Rc<Timers>,
    /// One end of the self-pipe; the other is in the waker that [`Reactor::unpark`] gives.
    bell: UnixStream,
    ringer: Waker,
    until_look: Cell<u32>,
}

/// `reads`, or `writes`: the descriptors that somebody awaits, and a promise for each (T31).
struct Side {
    set: FdSet,
    /// What `select` writes over.
    ready: FdSet,
    /// By descriptor. Why not a hash map? The kernel gives out the lowest number that is free.
    awaited: Vec<Option<Awaited>>,
    /// How many there are.
    len: usize,
}

struct Awaited {
    promise: Promise<()>,
    /// How many [`Interest`]s share it. When the last one is given up, the descriptor is not selected
    /// any more.
    interests: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Read,
    Write,
}

impl Reactor {
    /// A reactor that waits for nothing but its own self-pipe.
    ///
    /// # Errors
    ///
    /// Where the process has no descriptors left for that pipe.
    pub fn new() -> io::Result<Self> {
        // A pair of sockets, where tradition has a pipe: the standard library can make these
        // non-blocking.
        let (bell, ringer) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        ringer.set_nonblocking(true)?;
        let mut reads = Side::new();
        reads.set.insert(bell.as_raw_fd())?;
        Ok(Reactor {
            inner: Rc::new(Inner {
                reads: RefCell::new(reads),
                writes: RefCell::new(Side::new()),
                timers: Rc::default(),
                bell,
                ringer: Waker::from(Arc::new(Ringer(ringer))),
                until_look: Cell::new(LOOK_EVERY),
            }),
        })
    }

    /// A waker that ends a `select` under way, or the next one: for the scheduler to call when a task
    /// is woken from another thread. It is the self-pipe: it writes a byte where `select` reads.
    ///
    /// ```
    /// # use stage5_select::Reactor;
    /// let reactor = Reactor::new()?;
    /// let unpark = reactor.unpark();
    /// std::thread::spawn(move || unpark.wake());
    /// reactor.check_socks(None)?; // returns, although no socket is ready
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn unpark(&self) -> Waker {
        self.inner.ringer.clone()
    }

    /// Makes this the reactor of this thread, as [`readability`] sees it, until the guard is dropped.
    ///
    /// ```
    /// # use stage5_select::Reactor;
    /// let reactor = Reactor::new()?;
    /// let _entered = reactor.enter();
    /// let _interest = stage5_select::readability(&std::io::stdin());
    /// assert!(!reactor.is_idle());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn enter(&self) -> Entered {
        Entered {
            outer: CURRENT.replace(Some(Rc::clone(&self.inner))),
        }
    }

    /// Whether nobody waits for a descriptor, or for a time to come.
    pub fn is_idle(&self) -> bool {
        let (reads, writes) = (self.inner.reads.borrow(), self.inner.writes.borrow());
        reads.len == 0 && writes.len == 0 && self.inner.timers.is_idle()
    }

    /// To be called after each step of the loop: every so often it looks at the sockets, without
    /// waiting. (The talk looks only when no task is to run: a busy task starves the sockets.)
    ///
    /// # Errors
    ///
    /// As [`check_socks`](Reactor::check_socks).
    pub fn tick(&self) -> io::Result<()> {
        let until_look = self.inner.until_look.get();
        if until_look == 0 {
            return self.check_socks(Some(Duration::ZERO));
        }
        self.inner.until_look.set(until_look - 1);
        Ok(())
    }

    /// Waits until a descriptor that somebody awaits is ready, a deadline is reached, a task is woken
    /// from another thread, or `timeout` is over; then settles the promises it is about (T33).
    ///
    /// 1. Hand copies of both sets to `select`: it leaves in them what is ready.
    /// 2. A descriptor in them is not open: find out which, and fail those who wait for it.
    /// 3. Empty the self-pipe. Why before the queue of the woken is looked at, and not after? Whoever
    ///    comes in between rings again then, and the next `select` returns at once.
    /// 4. Settle what is ready, and what is due.
    ///
    /// # Errors
    ///
    /// Where `select` fails in a way that no descriptor explains.
    pub fn check_socks(&self, timeout: Option<Duration>) -> io::Result<()> {
        let inner = &*self.inner;
        inner.until_look.set(LOOK_EVERY);
        let timeout = match (timeout, inner.timers.until_next()) {
            (Some(timeout), Some(next)) => Some(timeout.min(next)),
            (timeout, next) => timeout.or(next),
        };
        match inner.select(timeout) {
            Ok(0) => {}
            Ok(_) => {
                inner.empty_bell(); // 3
                inner.settle_ready(Direction::Read); // 4
                inner.settle_ready(Direction::Write);
            }
            // A signal came first. The loop comes back here if there is nothing else to do.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.raw_os_error() == Some(libc::EBADF) => {
                let closed = inner.fail_closed(); // 2
                if closed == 0 {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        inner.timers.settle_due(); // 4
        Ok(())
    }
}

impl Inner {
    fn side(&self, direction: Direction) -> &RefCell<Side> {
        match direction {
            Direction::Read => &self.reads,
            Direction::Write => &self.writes,
        }
    }

    /// Step 1.
    fn select(&self, timeout: Option<Duration>) -> io::Result<usize> {
        let (mut reads, mut writes) = (self.reads.borrow_mut(), self.writes.borrow_mut());
        let end = reads.set.end().max(writes.set.end());
        let (reads, writes) = (&mut *reads, &mut *writes);
        sys::select(
            reads.ready.copy_of(&reads.set, end),
            writes.ready.copy_of(&writes.set, end),
            timeout,
        )
    }

    /// Step 3.
    fn empty_bell(&self) {
        if self.reads.borrow().ready.contains(self.bell.as_raw_fd()) {
            // Less than this is all there is; more, and the next `select` returns at once again.
            let _ = (&self.bell).read(&mut [0; 64]);
        }
    }

    /// Step 4. The set is taken out meanwhile: settling calls wakers, and they may be anyone's.
    fn settle_ready(&self, direction: Direction) {
        let side = self.side(direction);
        let ready = std::mem::take(&mut side.borrow_mut().ready);
        for fd in ready.iter() {
            let awaited = side.borrow_mut().take(fd);
            if let Some(promise) = awaited {
                let _ = promise.set_success(());
            }
        }
        side.borrow_mut().ready = ready;
    }

    /// Step 2. How many descriptors were not open.
    fn fail_closed(&self) -> usize {
        let all = |direction| {
            let side: &RefCell<Side> = self.side(direction);
            side.borrow()
                .set
                .iter()
                .filter(|&fd| !sys::is_open(fd))
                .collect::<Vec<_>>()
        };
        let closed: Vec<_> = [Direction::Read, Direction::Write]
            .into_iter()
            .flat_map(all)
            .collect();
        for &fd in &closed {
            self.forget(fd);
        }
        closed.len()
    }

    /// Fails whoever waits for the descriptor.
    fn forget(&self, fd: RawFd) {
        for side in [&self.reads, &self.writes] {
            let awaited = side.borrow_mut().take(fd);
            if let Some(promise) = awaited {
                let _ = promise.set_exception(Closed { fd });
            }
        }
    }
}

impl Side {
    fn new() -> Self {
        Side {
            set: FdSet::default(),
            ready: FdSet::default(),
            awaited: Vec::new(),
            len: 0,
        }
    }

    /// The promise that all who wait for `fd` share.
    fn join(&mut self, fd: RawFd, made_at: &'static Location<'static>) -> io::Result<Promise<()>> {
        self.set.insert(fd)?;
        let index = usize::try_from(fd).expect("it is in the set");
        if index >= self.awaited.len() {
            self.awaited.resize_with(index + 1, || None);
        }
        let awaited = self.awaited[index].get_or_insert_with(|| {
            self.len += 1;
            Awaited {
                promise: Promise::at(made_at),
                interests: 0,
            }
        });
        awaited.interests += 1;
        Ok(awaited.promise.clone())
    }

    /// One of those who wait for `fd` has given up.
    fn leave(&mut self, fd: RawFd, promise: &Promise<()>) {
        let index = usize::try_from(fd).unwrap_or(usize::MAX);
        let Some(Some(awaited)) = self.awaited.get_mut(index) else {
            return;
        };
        if awaited.promise.id() == promise.id() {
            awaited.interests -= 1;
            if awaited.interests == 0 {
                self.take(fd);
            }
        }
    }

    /// Takes `fd` out, and gives the promise of those who wait for it.
    fn take(&mut self, fd: RawFd) -> Option<Promise<()>> {
        let awaited = self.awaited.get_mut(usize::try_from(fd).ok()?)?.take()?;
        self.set.remove(fd);
        self.len -= 1;
        Some(awaited.promise)
    }
}

/// Waits until the descriptor can be read without blocking: there is input, or its end, or an error
/// (T31). For a listener: until there is a connection to accept.
///
/// It may be wrong now and then, as the kernel may: try to read, and come back if it would block.
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
    pending: Option<(Promise<()>, Rc<Inner>)>,
}

impl Interest {
    #[track_caller]
    fn new(fd: RawFd, direction: Direction) -> Self {
        let Some(inner) = CURRENT.with_borrow(Option::clone) else {
            panic!("a socket awaited outside of a loop (await it in a coroutine that `run` runs)");
        };
        let joined = inner
            .side(direction)
            .borrow_mut()
            .join(fd, Location::caller());
        let promise = joined.unwrap_or_else(|error| {
            let promise = Promise::new();
            let _ = promise.set_exception(error);
            promise
        });
        Interest {
            wait: promise.clone().into_future(),
            fd,
            direction,
            pending: Some((promise, inner)),
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
        if let Some((promise, inner)) = self.pending.take()
            && !promise.is_settled()
        {
            inner
                .side(self.direction)
                .borrow_mut()
                .leave(self.fd, &promise);
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
    // On a thread that ends there may be no reactor to tell any more.
    let current = CURRENT.try_with(|current| current.borrow().clone());
    if let Ok(Some(inner)) = current {
        inner.forget(sock.as_fd().as_raw_fd());
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

/// As long as this lives, its reactor is that of this thread. See [`Reactor::enter`].
#[must_use = "the reactor is left when this is dropped"]
pub struct Entered {
    outer: Option<Rc<Inner>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.outer.take());
    }
}

/// The timers of the loop that runs on this thread.
#[track_caller]
pub(crate) fn timers() -> Rc<Timers> {
    let Some(inner) = CURRENT.with_borrow(Option::clone) else {
        panic!("a time awaited outside of a loop (await it in a coroutine that `run` runs)");
    };
    Rc::clone(&inner.timers)
}

struct Ringer(UnixStream);

impl Wake for Ringer {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Full: then there is something to read already. Closed: then the loop has ended.
        let _ = (&self.0).write(&[0]);
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor")
            .field("reads", &self.inner.reads.borrow().len)
            .field("writes", &self.inner.writes.borrow().len)
            .field("timers", &self.inner.timers.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered")
    }
}
