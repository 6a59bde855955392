//! Who waits: the wakers that pending promises hold, each with the `.await` that left it there.
//!
//! All of a thread's wakers lie in one table, and a promise knows the first and the last of its own;
//! those in between know their neighbours. Why not a vector in each promise? Because a wait that is
//! given up must be found and taken out, wherever it stands, and because nearly every promise has one
//! waiter, for which a vector would be an allocation. And when nothing goes on any more, the table is
//! the answer to the question "who waits for what, and at which line?".

use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::Location;
use std::task::Waker;

use crate::panicked::caught;
use crate::slab::{Key, Slab};

thread_local!(static TABLE: RefCell<Slab<Waiter>> = const { RefCell::new(Slab::new()) });

/// One pending `.await`.
#[derive(Debug)]
pub(crate) struct Waiter {
    pub(crate) waker: Waker,
    pub(crate) paused_at: &'static Location<'static>,
    /// The [`id`](crate::promise::Promise::id) of the promise that it waits for.
    pub(crate) promise: usize,
    pub(crate) made_at: &'static Location<'static>,
    previous: Option<Key>,
    next: Option<Key>,
}

/// The waiters of one promise, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Waiters {
    first: Cell<Option<Key>>,
    last: Cell<Option<Key>>,
    /// Whether they were all woken: then nobody is to wait here any more.
    called: Cell<bool>,
}

impl Waiters {
    pub(crate) fn new() -> Self {
        Waiters {
            first: Cell::new(None),
            last: Cell::new(None),
            called: Cell::new(false),
        }
    }

    /// Leaves a waker at the end, or in place of the one that this wait left before, and says where.
    ///
    /// A waker may be anyone's: to clone one, or to drop one, runs code that may come back here. So
    /// neither is done while the table is borrowed, and after the clone it may be too late to wait.
    pub(crate) fn leave(
        &self,
        before: Option<Key>,
        waker: &Waker,
        paused_at: &'static Location<'static>,
        promise: usize,
        made_at: &'static Location<'static>,
    ) -> Option<Key> {
        if before.is_some_and(|key| wakes(key, waker)) {
            return before;
        }
        let mut waker = waker.clone();
        if self.called.get() {
            waker.wake(); // the promise was settled meanwhile: look at it again
            return before;
        }
        if let Some(key) = before {
            with_waiter(key, |waiter| mem::swap(&mut waiter.waker, &mut waker));
            return before;
        }
        let waiter = Waiter {
            waker,
            paused_at,
            promise,
            made_at,
            previous: self.last.get(),
            next: None,
        };
        TABLE.with_borrow_mut(|table| {
            let key = table.insert(waiter);
            let before = self.last.replace(Some(key));
            match before.and_then(|before| table.get_mut(before)) {
                Some(before) => before.next = Some(key),
                None => self.first.set(Some(key)),
            }
            Some(key)
        })
    }

    /// Takes out a waiter that waits no more.
    pub(crate) fn remove(&self, key: Key) {
        // On a thread that ends, the table may be gone before the last promise.
        let _waiter = TABLE.try_with(|table| {
            let mut table = table.borrow_mut();
            let waiter = table.remove(key)?;
            match waiter.previous.and_then(|previous| table.get_mut(previous)) {
                Some(previous) => previous.next = waiter.next,
                None => self.first.set(waiter.next),
            }
            match waiter.next.and_then(|next| table.get_mut(next)) {
                Some(next) => next.previous = waiter.previous,
                None => self.last.set(waiter.previous),
            }
            Some(waiter) // dropped outside, for the same reason
        });
    }

    /// Takes out all waiters, and wakes each.
    pub(crate) fn wake_all(&self) {
        self.called.set(true);
        while let Some(key) = self.first.get() {
            let waiter = TABLE.try_with(|table| table.borrow_mut().remove(key));
            let Ok(Some(waiter)) = waiter else { break };
            self.first.set(waiter.next);
            if waiter.next.is_none() {
                self.last.set(None);
            }
            // Why caught? It may be anyone's, and the others must be woken even if this one panics.
            let _ = caught(|| waiter.waker.wake());
        }
    }
}

/// Whether the waiter is woken by this waker, or by one that does the same.
fn wakes(key: Key, waker: &Waker) -> bool {
    with_waiter(key, |waiter| waiter.waker.will_wake(waker)) == Some(true)
}

fn with_waiter<R>(key: Key, call: impl FnOnce(&mut Waiter) -> R) -> Option<R> {
    TABLE.with_borrow_mut(|table| table.get_mut(key).map(call))
}

/// How many `.await`s are pending on this thread.
pub(crate) fn count() -> usize {
    TABLE.with_borrow(Slab::len)
}

/// Shows every pending `.await` of this thread.
pub(crate) fn for_each(show: impl FnMut(&Waiter)) {
    TABLE.with_borrow(|table| table.iter().for_each(show));
}
