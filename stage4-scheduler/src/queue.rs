//! The queue of the tasks that were woken, and what is behind the wakers that put a task there.
//!
//! It is two lists. Nearly every wake comes from the loop's own thread: a task settles a promise and so
//! wakes another. Such a wake goes to `ready`, which no other thread touches. A wake from another thread
//! goes to `woken`, behind a lock, and then the loop is told, because it may be asleep.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::bookkeeping::current::Current;
use crate::bookkeeping::ready::{ReadyList, TaskId};
use crate::bookkeeping::running::Running;
use crate::sync::{AtomicBool, Mutex, Ordering, thread_local};
use crate::waiters::pauses::Pauses;

/// After so many tasks the queue looks for wakes from other threads, even if more tasks are ready.
const LOOK_EVERY: u32 = 64;

thread_local!(pub(crate) static CURRENT: Current<Queue> = const { Current::new() });

pub(crate) struct Queue {
    pub(crate) ready: RefCell<ReadyList>,
    pub(crate) shared: Arc<Shared>,
    until_look: Cell<u32>,
    pub(crate) running: Running,
    pub(crate) pauses: RefCell<Pauses>,
}

/// What other threads may use of a queue.
pub(crate) struct Shared {
    /// `None` when the loop has ended. (A handle in the list keeps this alive, so it must not keep the handle.)
    woken: Mutex<Option<Vec<Arc<Handle>>>>,
    /// Wakes the loop itself.
    pub(crate) unpark: Waker,
}

impl Queue {
    pub(crate) fn new(unpark: Waker) -> Self {
        let woken = Mutex::new(Some(Vec::new()));
        Queue {
            ready: RefCell::default(),
            shared: Arc::new(Shared { woken, unpark }),
            until_look: Cell::new(LOOK_EVERY),
            running: Running::none(),
            pauses: RefCell::default(),
        }
    }

    /// The next task to run.
    pub(crate) fn pop(&self) -> Option<TaskId> {
        let until_look = self.until_look.get();
        let ready = &mut *self.ready.borrow_mut();
        if until_look > 1
            && let Some(task) = ready.pop()
        {
            self.until_look.set(until_look - 1);
            return Some(task);
        }
        self.until_look.set(LOOK_EVERY);
        for handle in self
            .shared
            .lock()
            .iter_mut()
            .flat_map(|list| list.drain(..))
        {
            ready.wake(handle.take());
        }
        ready.pop()
    }

    /// The loop has ended. Wakes from other threads change nothing from here on.
    pub(crate) fn close(&self) {
        let _woken = self.shared.lock().take();
    }

    /// A handle for wakers. [`Handle::set_task`] says which task they wake.
    pub(crate) fn handle(&self) -> Arc<Handle> {
        Arc::new(Handle {
            place: AtomicUsize::new(0),
            number: AtomicU64::new(0),
            is_woken: AtomicBool::new(false),
            shared: Arc::clone(&self.shared),
        })
    }
}

impl Shared {
    fn lock(&self) -> impl std::ops::DerefMut<Target = Option<Vec<Arc<Handle>>>> {
        // A list of handles has no half-done state, so a poisoned lock is as good as any.
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the clones of a waker share.
pub(crate) struct Handle {
    /// Which task. Only the loop's own thread reads and writes these two.
    place: AtomicUsize,
    number: AtomicU64,
    /// Whether it is in the list `woken`.
    is_woken: AtomicBool,
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn set_task(&self, TaskId { place, number }: TaskId) {
        self.place.store(place, Ordering::Relaxed);
        self.number.store(number, Ordering::Relaxed);
    }

    fn task(&self) -> TaskId {
        let place = self.place.load(Ordering::Relaxed);
        let number = self.number.load(Ordering::Relaxed);
        TaskId { place, number }
    }

    /// Clears the flag before the task runs: if it were cleared afterwards, a wake meanwhile would be lost.
    /// `swap` also reads the flag, so this thread sees everything the waking thread wrote before it set the flag.
    fn take(&self) -> TaskId {
        self.is_woken.swap(false, Ordering::AcqRel);
        self.task()
    }

    /// Whether this is the loop's own thread. Then the task is in `ready` now.
    fn wake_here(&self) -> bool {
        let wake = |queue: &Rc<Queue>| {
            let is_same = Arc::ptr_eq(&queue.shared, &self.shared);
            is_same.then(|| queue.ready.borrow_mut().wake(self.task()))
        };
        matches!(CURRENT.with(|current| current.map(wake)), Some(Some(())))
    }
}

impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.wake_here() && !self.is_woken.swap(true, Ordering::AcqRel) {
            let push = |list: &mut Vec<_>| list.push(Arc::clone(self));
            let is_open = self.shared.lock().as_mut().map(push).is_some();
            if is_open {
                self.shared.unpark.wake_by_ref();
            }
        }
    }
}
