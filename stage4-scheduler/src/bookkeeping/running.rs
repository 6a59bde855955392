//! Which task runs now, and by which waker it can be told.

use std::cell::Cell;
use std::ptr;
use std::task::{RawWakerVTable, Waker};

use super::ready::TaskId;

pub(crate) struct Running {
    task: Cell<TaskId>,
    waker: Cell<Parts>,
}

/// Two wakers with the same parts are clones of each other.
type Parts = (*const (), *const RawWakerVTable);

/// No waker has these.
const NONE: Parts = (ptr::null(), ptr::null());

fn parts(waker: &Waker) -> Parts {
    (waker.data(), waker.vtable())
}

impl Running {
    pub(crate) fn none() -> Self {
        let id = TaskId {
            place: 0,
            number: 0,
        };
        Running {
            task: Cell::new(id),
            waker: Cell::new(NONE),
        }
    }

    /// The task runs now, and is polled with this waker.
    pub(crate) fn set(&self, task: TaskId, waker: &Waker) {
        self.task.set(task);
        self.waker.set(parts(waker));
    }

    /// No task runs. A waker that is made from here on may lie where the last one lay.
    pub(crate) fn clear(&self) {
        self.waker.set(NONE);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.waker.get() != NONE
    }

    /// The task that runs, if this is the waker that it is polled with.
    pub(crate) fn task_of(&self, waker: &Waker) -> Option<TaskId> {
        (self.waker.get() == parts(waker)).then(|| self.task.get())
    }
}
