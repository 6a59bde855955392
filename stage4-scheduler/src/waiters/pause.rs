//! A pause: a pending `.await` of a task that this thread's loop runs.

use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::Current;
use crate::bookkeeping::ready::TaskId;
use crate::queue::{CURRENT, Queue};
use crate::report::stuck::Wait;

/// As long as it lives, it is in its loop's table of pauses.
pub(crate) struct Pause {
    queue: Rc<Queue>,
    index: usize,
}

impl Pause {
    /// `None` if the waker is not that of the task that runs: a combinator has brought its own, or no loop of
    /// ours runs here.
    pub(crate) fn new(waker: &Waker, wait: Wait) -> Option<Self> {
        let queue = CURRENT.with(Current::get)?;
        let task = queue.running(waker)?;
        let index = queue.pauses.borrow_mut().insert(task, wait);
        Some(Pause { queue, index })
    }

    /// Whether it and `waker` wake the same task.
    pub(crate) fn will_wake(&self, waker: &Waker) -> bool {
        self.queue.running(waker) == Some(self.task())
    }

    /// Puts the task into the queue. Outside its loop it also tells the loop, as a wake from elsewhere does.
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

impl Drop for Pause {
    fn drop(&mut self) {
        self.queue.pauses.borrow_mut().remove(self.index);
    }
}
