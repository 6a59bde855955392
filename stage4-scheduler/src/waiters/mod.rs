//! The waiters of a promise, in the order in which they came: whom it wakes when it is settled.
//!
//! An `.await` hands down the waker of its task. If the task belongs to this thread's own loop, the promise
//! notes which task it is instead of cloning the waker. That does the same, and costs no atomic operation. The
//! promise keeps a clone of every other waker: that of a combinator, or of another library's loop.
//!
//! Nearly every promise has one waiter at most. One waiter needs no list; the second one makes it.

pub(crate) mod pauses;
mod waiting_task;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

use crate::report::panicked::caught;
use crate::report::state::PauseSite;
use waiting_task::WaitingTask;

#[derive(Default)]
pub(crate) struct Waiters(RefCell<WaiterSet>);

#[derive(Default)]
enum WaiterSet {
    #[default]
    Nobody,
    /// Its number is 0.
    One(Waiter),
    /// By number. A new waiter gets a higher number than all that are here.
    Many(BTreeMap<u64, Waiter>),
    /// The promise is settled: nobody waits here again.
    Woken,
}

/// What is called when the promise is settled.
enum Waiter {
    /// A task of this thread's own loop.
    Task(WaitingTask),
    /// A clone of any other waker.
    Waker(Waker),
}

impl Waiters {
    /// Adds a waiter, or gives the one that has the number `before` a new waker. Returns its number.
    ///
    /// Cloning or dropping a waker may run arbitrary code, which may use this promise. So neither is done
    /// while the waiters are borrowed, and the promise may be settled by the time the clone is there.
    pub(crate) fn add(&self, before: Option<u64>, waker: &Waker, pause: PauseSite) -> Option<u64> {
        if before.is_some_and(|number| self.has(number, waker)) {
            return before;
        }
        let waiter = match WaitingTask::new(waker, pause) {
            Some(task) => Waiter::Task(task),
            None => Waiter::Waker(waker.clone()),
        };
        if matches!(*self.0.borrow(), WaiterSet::Woken) {
            waiter.wake(); // the promise was settled meanwhile: look at it again
            return before;
        }
        let (number, _replaced) = self.0.borrow_mut().insert(before, waiter);
        Some(number)
    }

    /// Whether the waker stored under this number wakes the same task as `waker`.
    fn has(&self, number: u64, waker: &Waker) -> bool {
        match &*self.0.borrow() {
            WaiterSet::One(waiter) => waiter.will_wake(waker),
            WaiterSet::Many(many) => many[&number].will_wake(waker),
            WaiterSet::Nobody | WaiterSet::Woken => false,
        }
    }

    /// Takes out a waiter that waits no more.
    pub(crate) fn remove(&self, number: u64) {
        let _removed = self.0.borrow_mut().remove(number);
    }

    /// Takes out all waiters, and wakes each.
    pub(crate) fn wake_all(&self) {
        match self.0.replace(WaiterSet::Woken) {
            WaiterSet::One(waiter) => waiter.wake(),
            WaiterSet::Many(many) => many.into_values().for_each(Waiter::wake),
            WaiterSet::Nobody | WaiterSet::Woken => {}
        }
    }
}

impl Waiter {
    fn will_wake(&self, waker: &Waker) -> bool {
        match self {
            Waiter::Task(task) => task.will_wake(waker),
            Waiter::Waker(kept) => kept.will_wake(waker),
        }
    }

    /// A wake may run arbitrary code. If it panics, the other waiters are still woken.
    fn wake(self) {
        let _ = caught(|| match self {
            Waiter::Task(task) => task.wake(),
            Waiter::Waker(waker) => waker.wake(),
        });
    }
}

impl WaiterSet {
    /// Gives the number of the waiter, and the one that it replaces.
    fn insert(&mut self, before: Option<u64>, waiter: Waiter) -> (u64, Option<Waiter>) {
        match self {
            WaiterSet::Many(many) => {
                let next = || many.last_key_value().map_or(0, |(last, _)| last + 1);
                let number = before.unwrap_or_else(next);
                (number, many.insert(number, waiter))
            }
            WaiterSet::One(one) if before.is_some() => (0, Some(mem::replace(one, waiter))),
            WaiterSet::One(_) => {
                let first = self.remove(0).map(|first| (0, first));
                *self = WaiterSet::Many(first.into_iter().chain([(1, waiter)]).collect());
                (1, None)
            }
            WaiterSet::Nobody | WaiterSet::Woken => {
                *self = WaiterSet::One(waiter);
                (0, None)
            }
        }
    }

    fn remove(&mut self, number: u64) -> Option<Waiter> {
        match self {
            WaiterSet::Many(many) => many.remove(&number),
            WaiterSet::One(_) => match mem::take(self) {
                WaiterSet::One(one) => Some(one),
                _ => None,
            },
            WaiterSet::Nobody | WaiterSet::Woken => None,
        }
    }
}

#[cfg(all(test, not(loom)))]
#[path = "../../tests/unit/waiters.rs"]
mod tests;
