//! The reactor: the one place where the loop waits for the kernel.
//!
//! `reads` and `writes` hold a promise for each descriptor that somebody awaits.
//! [`check_socks`](Reactor::check_socks) hands both to `select`, and settles the promises of those that are
//! ready. Everything else that waits is made of this.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

use crate::interests::select;
use crate::kernel::notifier::Notifier;
use crate::kernel::sources::{EnterGuard, Sources, enter};

pub use crate::kernel::sources::selects;

/// What the loop of this stage has beside its scheduler. [`run`](crate::run()) makes one.
pub struct Reactor {
    sources: Rc<Sources>,
    notifier: Notifier,
    /// Whether the last `select` failed because a descriptor was not open, although all were found open then.
    unexplained: Cell<bool>,
}

impl Reactor {
    /// A reactor that waits for nothing but its own waker.
    ///
    /// # Errors
    ///
    /// If there are no descriptors left for that waker.
    pub fn new() -> io::Result<Self> {
        let reactor = Reactor {
            sources: Rc::default(),
            notifier: Notifier::new()?,
            unexplained: Cell::new(false),
        };
        reactor.sources.reads.always(reactor.notifier.fd())?;
        Ok(reactor)
    }

    /// Interrupts the present `select`, or the next one, from any thread.
    pub fn waker(&self) -> Waker {
        self.notifier.waker()
    }

    /// A reactor that is this thread's until the guard is dropped.
    pub(crate) fn entered() -> io::Result<(Self, EnterGuard)> {
        let reactor = Reactor::new()?;
        let guard = enter(&reactor.sources);
        Ok((reactor, guard))
    }

    /// Runs `call` with this as the reactor of the thread, where [`readability`](crate::readability) finds it.
    pub fn enter<R>(&self, call: impl FnOnce() -> R) -> R {
        let _guard = enter(&self.sources);
        call()
    }

    /// Whether nobody waits for a descriptor or a deadline.
    pub fn is_idle(&self) -> bool {
        self.sockets() == 0 && self.sources.timers.until_next().is_none()
    }

    /// Asks only if nobody waits for the kernel: then it may be a deadlock.
    pub(crate) fn if_idle<T>(&self, ask: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.is_idle() { ask() } else { None }
    }

    fn sockets(&self) -> usize {
        self.sources.reads.len() + self.sources.writes.len()
    }

    /// Looks at the sockets every so many steps, without waiting. The loop calls it after each step. (The
    /// talk's loop looks only if no task is ready, so a busy task starves the sockets.)
    ///
    /// # Errors
    ///
    /// Those of [`check_socks`](Reactor::check_socks).
    pub fn tick(&self) -> io::Result<()> {
        if self.sources.looks.is_due(|| self.sockets()) {
            return self.check_socks(Some(Duration::ZERO));
        }
        Ok(())
    }

    /// Waits until a descriptor that somebody awaits is ready, a deadline is reached, a task is woken from
    /// another thread, or `timeout` is over. Then settles the promises that this concerns (T33).
    ///
    /// 1. Hand copies of both sets to `select`: it leaves in them what is ready.
    /// 2. Settle what is ready, and clear the notifier before the loop looks at its queue: a thread that wakes a
    ///    task in between interrupts the next `select`.
    /// 3. Settle what is due.
    /// 4. If a descriptor is not open, fail those who wait for it.
    ///
    /// # Errors
    ///
    /// If `select` fails in a way that no descriptor explains.
    pub fn check_socks(&self, timeout: Option<Duration>) -> io::Result<()> {
        let Sources { reads, writes, .. } = &*self.sources;
        let timeout = [timeout, self.sources.timers.until_next()];
        let again = self.unexplained.take();
        let found = select(reads, writes, timeout.into_iter().flatten().min()); // 1
        match found {
            Ok(0) => {}
            Ok(_) => {
                reads.settle_ready(|fd| {
                    if fd == self.notifier.fd() {
                        self.notifier.clear(); // 2
                    }
                });
                writes.settle_ready(|_| ());
            }
            // A signal came first. The loop calls this again if it has nothing else to do.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let explained = self.sources.explain(&error, again)?; // 4
                self.unexplained.set(!explained);
            }
        }
        self.sources.timers.settle_due(); // 3
        self.sources.looks.note();
        Ok(())
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        self.sources.close();
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, timers) = (&self.sources, self.sources.timers.len());
        let (reads, writes) = (all.reads.len(), all.writes.len());
        write!(
            f,
            "Reactor(reads: {reads}, writes: {writes}, timers: {timers})"
        )
    }
}

#[cfg(all(test, not(loom)))]
#[path = "../tests/unit/reactor.rs"]
mod tests;
