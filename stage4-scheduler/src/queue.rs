//! The queue of the woken, and the waker that puts a task there.
//!
//! Why two queues in one? Nearly every wake comes from the loop's own thread: a task settles a promise
//! and so wakes another. Such a wake goes to `local`, which nobody else touches. A wake from another
//! thread goes to `shared`, behind a lock, and then the loop is told, because it may be asleep.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::slab::Key;
use crate::sync::{AtomicBool, Mutex, Ordering, thread_local};

/// After so many local tasks the queue looks at the shared ones, so that a loop that never runs dry
/// hears from other threads all the same.
const LOOK_EVERY: u32 = 64;

thread_local!(static HERE: RefCell<Option<Rc<Queue>>> = const { RefCell::new(None) });

/// Which task: its place in the slab, and its number, since a place is used again and a number is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) key: Key,
    pub(crate) number: u64,
}

pub(crate) struct Queue {
    local: RefCell<VecDeque<Id>>,
    shared: Arc<Shared>,
    until_look: Cell<u32>,
    spare: Cell<Option<Arc<Handle>>>,
}

#[derive(Debug)]
struct Shared {
    woken: Mutex<Vec<Id>>,
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
            spare: Cell::new(None),
        }
    }

    /// The handle through which the task `id` is woken. It takes the task for queued: see `push`.
    ///
    /// One that a task has left is used again, if nobody holds a waker of that task any more: to make one
    /// is to allocate, and to count one more on `shared`.
    pub(crate) fn handle(&self, id: Id) -> Arc<Handle> {
        if let Some(mut spare) = self.spare.take()
            && let Some(handle) = Arc::get_mut(&mut spare)
        {
            (handle.key, handle.number) = (id.key, id.number);
            handle.queued.store(true, Ordering::Relaxed);
            return spare;
        }
        Arc::new(Handle {
            key: id.key,
            number: id.number,
            queued: AtomicBool::new(true),
            shared: Arc::clone(&self.shared),
        })
    }

    /// Takes back the handle of a task that has ended.
    pub(crate) fn take_back(&self, handle: Arc<Handle>) {
        self.spare.set(Some(handle));
    }

    /// Puts in a new task.
    pub(crate) fn push(&self, id: Id) {
        self.shared.push(id);
    }

    /// Makes this the queue of this thread.
    pub(crate) fn enter(queue: Option<Rc<Queue>>) {
        let _before = HERE.try_with(|here| here.replace(queue));
    }

    /// The next task to run.
    pub(crate) fn pop(&self) -> Option<Id> {
        let until_look = self.until_look.get();
        if until_look == 0 || self.local.borrow().is_empty() {
            self.until_look.set(LOOK_EVERY);
            let mut woken = self.shared.lock();
            self.local.borrow_mut().extend(woken.drain(..));
        } else {
            self.until_look.set(until_look - 1);
        }
        self.local.borrow_mut().pop_front()
    }

    /// Whether nothing is to run.
    pub(crate) fn is_empty(&self) -> bool {
        self.local.borrow().is_empty() && self.shared.lock().is_empty()
    }
}

impl Shared {
    fn lock(&self) -> impl std::ops::DerefMut<Target = Vec<Id>> {
        // Nobody panics while holding it, and a list of numbers has no half-done state anyway.
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the loop's own thread; then the task is in `local` now.
    fn push_here(&self, id: Id) -> bool {
        let pushed = HERE.try_with(|here| match &*here.borrow() {
            Some(queue) if ptr::eq(&raw const *queue.shared, self) => {
                queue.local.borrow_mut().push_back(id);
                true
            }
            _ => false,
        });
        pushed.unwrap_or(false)
    }

    /// Puts the task where it belongs: on the loop's own thread into `local`, elsewhere into the list
    /// that all threads share, and then the loop is told.
    fn push(&self, id: Id) {
        if self.push_here(id) {
            return;
        }
        let first = {
            let mut woken = self.lock();
            woken.push(id);
            woken.len() == 1
        };
        // Why only for the first? The loop takes all of them at once, and has not done so yet.
        if first {
            self.unpark.wake_by_ref();
        }
    }
}

/// What a task's wakers share: which task, and whether it is in the queue.
#[derive(Debug)]
pub(crate) struct Handle {
    /// Of its [`id`](Handle::id). Why not that itself? The flag has room beside the key.
    key: Key,
    queued: AtomicBool,
    number: u64,
    shared: Arc<Shared>,
}

impl Handle {
    pub(crate) fn id(&self) -> Id {
        let (key, number) = (self.key, self.number);
        Id { key, number }
    }

    /// The task is out of the queue and about to run: a wake from here on puts it back.
    ///
    /// Why before it runs and not after? A wake while it runs may tell of something that it has looked
    /// at already. It must run once more then. And why a swap, where a store would clear the flag as
    /// well? It also reads what the last waker wrote there, and with it sees all that it did before.
    pub(crate) fn begin(&self) {
        self.queued.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Handle {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return; // it is in the queue, and will see what we have to say when it runs
        }
        self.shared.push(self.id());
    }
}
