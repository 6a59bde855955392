//! A waiting task of this thread's loop, which a promise keeps instead of the task's waker.

use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::Current;
use crate::bookkeeping::ready::TaskId;
use crate::queue::{CURRENT, Queue};
use crate::report::state::PauseSite;

/// While it lives, the task's pause is in the loop's table of pauses, at `index`.
pub(crate) struct WaitingTask {
    queue: Rc<Queue>,
    index: usize,
}

impl WaitingTask {
    /// `None` if the waker is not that of the running task: a combinator has its own, and so has another
    /// library's loop.
    pub(crate) fn new(waker: &Waker, pause: PauseSite) -> Option<Self> {
        let queue = CURRENT.with(Current::get)?;
        let task = queue.running.task_of(waker)?;
        let index = queue.pauses.borrow_mut().insert(task, pause);
        Some(WaitingTask { queue, index })
    }

    /// Whether it and `waker` wake the same task.
    pub(crate) fn will_wake(&self, waker: &Waker) -> bool {
        self.queue.running.task_of(waker) == Some(self.task())
    }

    /// Puts the task into the queue. If its loop does not run now, it may be asleep: end its sleep, too.
    pub(crate) fn wake(&self) {
        self.queue.ready.borrow_mut().wake(self.task());
        if !CURRENT.with(|current| current.is(&self.queue)) {
            self.queue.shared.unpark.wake_by_ref();
        }
    }

    fn task(&self) -> TaskId {
        self.queue.pauses.borrow().task(self.index)
    }
}

impl Drop for WaitingTask {
    fn drop(&mut self) {
        self.queue.pauses.borrow_mut().remove(self.index);
    }
}
