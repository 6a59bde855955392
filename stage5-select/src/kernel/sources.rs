//! The sources: what tasks may wait for, and which of them belong to the loop of this thread.

use std::cell::RefCell;
use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd};
use std::rc::Rc;
use std::time::Duration;

use crate::ended::LoopEnded;
use crate::interests::{Interests, select};
use crate::kernel::errors::{Closed, is_not_open};
use crate::kernel::fairness::Looks;
use crate::kernel::timers::Timers;

// Never dropped, so that it is there when a thread ends. No loop runs then, so nothing is in it.
thread_local!(static CURRENT: ManuallyDrop<RefCell<Option<Rc<Sources>>>> =
    const { ManuallyDrop::new(RefCell::new(None)) });

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

    /// `select` has failed: fails those who wait for a descriptor that is not open, and says whether there was
    /// one.
    ///
    /// If not, another thread may have opened that number in between. It is an error only if it happens `again`,
    /// at the next `select`, because the loop would spin.
    pub(crate) fn explain(&self, error: &io::Error, again: bool) -> io::Result<bool> {
        let mut explained = false;
        if is_not_open(error) {
            for interests in [&self.reads, &self.writes] {
                for fd in interests.fds() {
                    // `select` itself is asked about each one: another call might find nothing wrong with it.
                    let alone = Interests::default();
                    let found = alone
                        .always(fd)
                        .and_then(|()| select(&alone, &Interests::default(), Some(Duration::ZERO)));
                    explained |= found.is_err_and(|error| is_not_open(&error))
                        && interests.fail(fd, Closed { fd });
                }
            }
        }
        if explained || (is_not_open(error) && !again) {
            return Ok(explained);
        }
        let count = self.reads.len() + self.writes.len();
        let text = format!("select failed for {count} descriptors and the loop's own: {error}");
        Err(io::Error::new(error.kind(), text))
    }
}

/// Makes these the sources of this thread until the guard is dropped.
pub(crate) fn enter(sources: &Rc<Sources>) -> EnterGuard {
    EnterGuard(CURRENT.with(|current| current.replace(Some(Rc::clone(sources)))))
}

/// What to put back.
pub(crate) struct EnterGuard(Option<Rc<Sources>>);

impl Drop for EnterGuard {
    fn drop(&mut self) {
        let outer = self.0.take();
        let _inner = CURRENT.with(|current| current.replace(outer));
    }
}

/// The sources of this thread, if a loop runs here.
pub(crate) fn current() -> Option<Rc<Sources>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// Call it before a descriptor is closed, as [`Conn`](crate::Conn) and [`Listener`](crate::Listener) do. Tasks
/// that wait for it get [`Closed`], and not the news of the next descriptor of the same number.
pub fn forget(sock: &impl AsFd) {
    let fd = sock.as_fd().as_raw_fd();
    if let Some(sources) = current() {
        sources.reads.fail(fd, Closed { fd });
        sources.writes.fail(fd, Closed { fd });
    }
}

/// How often the loop of this thread has asked the kernel: a loop that spins shows here.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn selects() -> u64 {
    let Some(sources) = current() else {
        panic!("no loop to ask for its calls of select (ask in a coroutine that `run` runs)");
    };
    sources.looks.count()
}
