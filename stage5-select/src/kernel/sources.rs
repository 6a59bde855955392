//! The sources: what tasks may wait for, and which of them belong to the loop of this thread.

use std::cell::RefCell;
use std::rc::Rc;

use crate::ended::LoopEnded;
use crate::interests::Interests;
use crate::kernel::fairness::Looks;
use crate::timers::Timers;

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
