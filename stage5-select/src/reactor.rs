//! The reactor: who waits for which descriptor, and the one place where the loop waits for the kernel.
//!
//! It is two lists and a call. `reads` and `writes` hold a promise for each descriptor that somebody
//! awaits; [`check_socks`](Reactor::check_socks) hands both to `select`, and settles the promises of
//! those that are ready. Everything else that waits is made of this.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::os::fd::RawFd;
use std::rc::Rc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::bell::Bell;
use crate::side::Side;
use crate::sys;
use crate::timers::Timers;

pub use crate::interest::{Closed, Interest, forget, readability, writability};

/// After so many steps the loop looks at the sockets, even if tasks are still to run,
const LOOK_EVERY: u32 = 64;
/// unless it has looked so short a time ago: with thousands of sockets, a look costs more than the steps.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

thread_local!(static CURRENT: RefCell<Option<Rc<Inner>>> = const { RefCell::new(None) });

/// What the loop of this stage has beside its scheduler. [`run`](crate::run()) makes one.
///
/// ```
/// use stage5_select::Reactor;
/// use std::time::{Duration, Instant};
///
/// let reactor = Reactor::new()?;
/// assert!(reactor.is_idle()); // nobody waits
/// reactor.check_socks(Some(Duration::ZERO))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Reactor {
    inner: Rc<Inner>,
}

/// The reactor as those see it who wait.
pub(crate) struct Inner {
    pub(crate) reads: Side,
    pub(crate) writes: Side,
    pub(crate) timers: Rc<Timers>,
    bell: Bell,
    until_look: Cell<u32>,
    looked_at: Cell<Instant>,
    selects: Cell<u64>,
}

impl Reactor {
    /// A reactor that waits for nothing but its own bell: see [`unpark`](Reactor::unpark).
    ///
    /// # Errors
    ///
    /// Where the process has no descriptors left for that.
    pub fn new() -> io::Result<Self> {
        let bell = Bell::new()?;
        Ok(Reactor {
            inner: Rc::new(Inner {
                reads: Side::with(bell.fd())?,
                writes: Side::default(),
                timers: Rc::default(),
                bell,
                until_look: Cell::new(LOOK_EVERY),
                looked_at: Cell::new(Instant::now()),
                selects: Cell::new(0),
            }),
        })
    }

    /// A waker that ends a `select` under way, or the next one: for the scheduler to call when a task
    /// is woken from another thread.
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
        self.inner.bell.ringer()
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
        let inner = &*self.inner;
        inner.reads.is_empty() && inner.writes.is_empty() && inner.timers.is_idle()
    }

    /// To be called after each step of the loop: every so often it looks at the sockets, without
    /// waiting. (The talk looks only when no task is to run: a busy task starves the sockets.)
    ///
    /// # Errors
    ///
    /// As [`check_socks`](Reactor::check_socks).
    pub fn tick(&self) -> io::Result<()> {
        let until_look = self.inner.until_look.get() - 1;
        self.inner.until_look.set(until_look);
        if until_look > 0 {
            return Ok(());
        }
        self.inner.until_look.set(LOOK_EVERY);
        // Where there are few sockets, to look is as cheap as to ask what time it is.
        let few = self.inner.reads.len() + self.inner.writes.len() <= LOOK_EVERY as usize;
        if few || self.inner.looked_at.get().elapsed() >= LOOK_AGAIN {
            return self.check_socks(Some(Duration::ZERO));
        }
        Ok(())
    }

    /// Waits until a descriptor that somebody awaits is ready, a deadline is reached, a task is woken
    /// from another thread, or `timeout` is over; then settles the promises it is about (T33).
    ///
    /// 1. Hand copies of both sets to `select`: it leaves in them what is ready.
    /// 2. If the bell was rung, silence it. Why before the queue of the woken is looked at, and not
    ///    after? Whoever comes in between rings again then, and the next `select` returns at once.
    /// 3. Settle what is ready, and what is due.
    /// 4. Or else a descriptor was not open: find out which, and fail those who wait for it.
    ///
    /// # Errors
    ///
    /// Where `select` fails in a way that no descriptor explains.
    pub fn check_socks(&self, timeout: Option<Duration>) -> io::Result<()> {
        let inner = &*self.inner;
        inner.until_look.set(LOOK_EVERY);
        inner.selects.set(inner.selects.get() + 1);
        let timeout = [timeout, inner.timers.until_next()].into_iter().flatten();
        let found = select(&inner.reads, &inner.writes, timeout.min()); // 1
        match found {
            Ok(0) => {}
            Ok(_) => {
                if inner.reads.is_ready(inner.bell.fd()) {
                    inner.bell.silence(); // 2
                }
                inner.reads.settle_ready(); // 3
                inner.writes.settle_ready();
            }
            // A signal came first. The loop comes back here if there is nothing else to do.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_closed(&error) && !is_unfit(inner.bell.fd()) => {
                inner.reads.fail_if(is_unfit); // 4
                inner.writes.fail_if(is_unfit);
            }
            Err(error) => {
                let count = inner.reads.len() + inner.writes.len();
                let text =
                    format!("select failed for {count} descriptors and the loop's own: {error}");
                return Err(io::Error::new(error.kind(), text));
            }
        }
        inner.timers.settle_due(); // 3
        inner.looked_at.set(Instant::now());
        Ok(())
    }
}

impl Inner {
    /// The reactor of the loop that runs on this thread.
    pub(crate) fn current() -> Option<Rc<Inner>> {
        // On a thread that ends there may be no place to look at any more.
        let current = CURRENT.try_with(|current| current.borrow().clone());
        current.ok().flatten()
    }
}

fn select(reads: &Side, writes: &Side, timeout: Option<Duration>) -> io::Result<usize> {
    let end = reads.end().max(writes.end());
    let (mut reads, mut writes) = (reads.copy(end), writes.copy(end));
    sys::select(reads.words(), writes.words(), timeout)
}

fn is_closed(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EBADF)
}

/// Whether it is this descriptor that `select` refuses. Why ask `select` itself, which is the slow way?
/// Whoever else is asked may find nothing wrong, and the loop would go round for ever.
fn is_unfit(fd: RawFd) -> bool {
    let writes = Side::default();
    let found = Side::with(fd).and_then(|reads| select(&reads, &writes, Some(Duration::ZERO)));
    found.is_err_and(|error| is_closed(&error))
}

/// How often the loop of this thread has asked the kernel: every call of `select`.
///
/// For tests, and for the curious. A loop that goes round without anything to do shows here, and a loop
/// that sleeps does, too.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{reactor, run, sleep};
/// use std::time::{Duration, Instant};
///
/// let selects = run(async {
///     let before = reactor::selects();
///     sleep(Duration::from_millis(5)).await?;
///     Ok(reactor::selects() - before)
/// });
/// assert!(selects.unwrap() <= 2); // it has slept, and not looked at the clock over and over
/// ```
#[track_caller]
pub fn selects() -> u64 {
    let Some(inner) = Inner::current() else {
        panic!("no loop to ask for its calls of select (ask in a coroutine that `run` runs)");
    };
    inner.selects.get()
}

/// As long as this lives, its reactor is that of this thread. See [`Reactor::enter`]. Of several that are
/// alive at once, the first one made is to be dropped last.
#[must_use = "the reactor is left when this is dropped"]
pub struct Entered {
    outer: Option<Rc<Inner>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let outer = self.outer.take();
        let _inner = CURRENT.try_with(|current| current.replace(outer));
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor")
            .field("reads", &self.inner.reads.len())
            .field("writes", &self.inner.writes.len())
            .field("timers", &self.inner.timers.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entered")
    }
}
