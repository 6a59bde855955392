//! The sources: what tasks may wait for, and which of them belong to the loop of this thread.

use std::cell::RefCell;
use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;

use crate::ended::LoopEnded;
use crate::interests::Interests;
use crate::kernel::errors::Closed;
use crate::kernel::fairness::Looks;
use crate::kernel::timers::Timers;

thread_local!(static CURRENT: RefCell<Option<Rc<Sources>>> = const { RefCell::new(None) });

/// The part of a reactor that a wait keeps hold of. It may outlive its loop.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) reads: Rc<Interests>,
    pub(crate) writes: Rc<Interests>,
    pub(crate) timers: Rc<Timers>,
    pub(crate) looks: Looks,
}

impl Sources {
    /// Fails all that still wait: the loop that would have settled their promises has ended.
    pub(crate) fn close(&self) {
        for interests in [&self.reads, &self.writes] {
            for fd in interests.fds() {
                interests.fail(fd, LoopEnded);
            }
        }
        self.timers.fail_all(LoopEnded);
    }
}

/// Makes these the sources of this thread until the guard is dropped.
pub(crate) fn enter(sources: &Rc<Sources>) -> EnterGuard {
    EnterGuard(CURRENT.replace(Some(Rc::clone(sources))))
}

/// What to put back.
pub(crate) struct EnterGuard(Option<Rc<Sources>>);

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let outer = self.0.take();
        let _inner = CURRENT.try_with(|current| current.replace(outer));
    }
}

/// Calls `call` with the sources of this thread, if a loop runs here.
///
/// On a thread that ends the thread-local may be gone already; then there is no loop.
pub(crate) fn with_current<R>(call: impl FnOnce(&Sources) -> R) -> Option<R> {
    let current = CURRENT.try_with(|current| current.borrow().clone());
    current.ok().flatten().map(|sources| call(&sources))
}

/// To be called before a descriptor is closed: tasks that wait for it get [`Closed`], and waits for a
/// descriptor that is opened later under the same number are new ones. ([`Conn`](crate::Conn) and
/// [`Listener`](crate::Listener) do so when they are dropped.)
pub fn forget(sock: &impl AsFd) {
    let fd = sock.as_fd().as_raw_fd();
    with_current(|sources| {
        sources.reads.fail(fd, Closed { fd });
        sources.writes.fail(fd, Closed { fd });
    });
}

/// How often the loop of this thread has asked the kernel: a loop that goes round for nothing shows here.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn selects() -> u64 {
    let Some(count) = with_current(|sources| sources.looks.count()) else {
        panic!("no loop to ask for its calls of select (ask in a coroutine that `run` runs)");
    };
    count
}
