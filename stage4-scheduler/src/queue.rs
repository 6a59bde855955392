//! The queue of the tasks that were woken, and the waker that puts a task there.
//!
//! It is two lists. Nearly every wake comes from the loop's own thread: a task settles a promise and so
//! wakes another. Such a wake goes to `local`, which no other thread touches. A wake from another thread
//! goes to `shared`, behind a lock, and then the loop is told, because it may be asleep.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::current::Current;
use crate::sync::{AtomicBool, Mutex, Ordering, thread_local};

/// After so many local tasks the queue looks at the shared ones, so that a loop that never runs dry
/// hears from other threads all the same.
const LOOK_EVERY: u32 = 64;

thread_local!(static CURRENT: Current<Queue> = const { Current::new() });

pub(crate) struct Queue {
    /// The places of the tasks.
    local: RefCell<VecDeque<usize>>,
    shared: Arc<Shared>,
    until_look: Cell<u32>,
}

struct Shared {
    woken: Mutex<Vec<usize>>,
    /// Wakes the loop itself.
    unpark: Waker,
}

impl Queue {
    pub(crate) fn new(unpark: Waker) -> Self {
        Queue {
            local: RefCell::default(),
            shared: Arc::new(Shared {
                woken: Mutex::new(Vec::new()),
                unpark,
            }),
            until_look: Cell::new(LOOK_EVERY),
        }
    }

    /// Makes this the queue of this thread. Gives back the one that was.
    pub(crate) fn replace_current(queue: Option<Rc<Self>>) -> Option<Rc<Self>> {
        CURRENT.with(|current| current.replace(queue))
    }

    /// The handle of the task in that place.
    pub(crate) fn handle(&self, place: usize) -> Arc<Handle> {
        Arc::new(Handle {
            place,
            in_local: AtomicBool::new(false),
            in_shared: AtomicBool::new(false),
            shared: Arc::clone(&self.shared),
        })
    }

    /// Puts in a new task.
    pub(crate) fn push(&self, handle: &Handle) {
        handle.in_local.store(true, Ordering::Relaxed);
        self.local.borrow_mut().push_back(handle.place);
    }

    /// The place of the next task to run.
    pub(crate) fn pop(&self) -> Option<usize> {
        let until_look = self.until_look.get();
        let mut local = self.local.borrow_mut();
        if until_look == 0 || local.is_empty() {
            self.until_look.set(LOOK_EVERY);
            local.extend(self.shared.lock().drain(..));
        } else {
            self.until_look.set(until_look - 1);
        }
        local.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.local.borrow().is_empty() && self.shared.lock().is_empty()
    }
}

impl Shared {
    fn lock(&self) -> impl std::ops::DerefMut<Target = Vec<usize>> {
        // Nobody panics while holding it, and a list of numbers has no half-done state anyway.
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the wakers of a task share: which task, and whether it is in the queue.
pub(crate) struct Handle {
    place: usize,
    /// Whether it is in `local`. Only the loop's own thread reads and writes this one.
    in_local: AtomicBool,
    in_shared: AtomicBool,
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn is_queued(&self) -> bool {
        self.in_local.load(Ordering::Relaxed) || self.in_shared.load(Ordering::Relaxed)
    }

    /// The task is out of the queue and about to run: a wake from here on puts it back. `false` if it has
    /// run since it was put there, which happens if it was in both lists.
    ///
    /// The flags are cleared before the task runs, not after: a wake meanwhile may tell of something that
    /// the task has looked at already, and then it must run once more. And the shared flag is swapped, not
    /// stored: the swap reads what the last waker wrote, and with it sees all that happened before the wake.
    pub(crate) fn clear_queued(&self) -> bool {
        let in_local = self.in_local.load(Ordering::Relaxed);
        self.in_local.store(false, Ordering::Relaxed);
        let in_shared =
            self.in_shared.load(Ordering::Relaxed) && self.in_shared.swap(false, Ordering::AcqRel);
        in_local || in_shared
    }

    /// Puts the task into `local`, if this is the loop's own thread.
    fn push_local(&self) -> bool {
        let push = |queue: &Rc<Queue>| {
            let is_own = Arc::ptr_eq(&queue.shared, &self.shared);
            if is_own && !self.in_local.load(Ordering::Relaxed) {
                queue.push(self);
            }
            is_own
        };
        CURRENT.with(|current| current.look(push)) == Some(true)
    }
}

impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    /// A task that is in the queue already will see what this wake tells of when it runs.
    fn wake_by_ref(self: &Arc<Self>) {
        if self.push_local() || self.in_shared.swap(true, Ordering::AcqRel) {
            return;
        }
        self.shared.lock().push(self.place);
        self.shared.unpark.wake_by_ref();
    }
}
