//! What a promise keeps of those who wait for it, in the order in which they came.
//!
//! Nearly every promise has one waiter at most. One waiter needs no list; the second one makes it.

mod pause;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

use crate::report::panicked::caught;
use crate::report::stuck::Wait;
use pause::Pause;

#[derive(Default)]
pub(crate) struct Waiters(RefCell<Waiting>);

#[derive(Default)]
enum Waiting {
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
    /// A task of this thread's loop. To note which is cheaper than to clone its waker, and does the same.
    Task(Pause),
    /// Any other: that of a combinator, or of a loop that is not ours.
    Waker(Waker),
}

impl Waiters {
    /// Leaves a waker here. Gives the number of the waiter, which is `before` if it had one.
    ///
    /// To clone a waker, or to drop one, may run any code, also code that comes back here. So neither is
    /// done while the waiters are borrowed, and after the clone it may be too late to wait.
    pub(crate) fn leave(&self, before: Option<u64>, waker: &Waker, wait: Wait) -> Option<u64> {
        if before.is_some_and(|number| self.has(number, waker)) {
            return before;
        }
        let waiter = match Pause::new(waker, wait) {
            Some(pause) => Waiter::Task(pause),
            None => Waiter::Waker(waker.clone()),
        };
        if matches!(*self.0.borrow(), Waiting::Woken) {
            waiter.wake(); // the promise was settled meanwhile: look at it again
            return before;
        }
        let (number, _replaced) = self.0.borrow_mut().insert(before, waiter);
        Some(number)
    }

    /// Whether the waiter has left that waker, or one that does the same.
    fn has(&self, number: u64, waker: &Waker) -> bool {
        match &*self.0.borrow() {
            Waiting::One(waiter) => waiter.will_wake(waker),
            Waiting::Many(many) => many[&number].will_wake(waker),
            Waiting::Nobody | Waiting::Woken => false,
        }
    }

    /// Takes out a waiter that waits no more.
    pub(crate) fn remove(&self, number: u64) {
        let _removed = self.0.borrow_mut().remove(number);
    }

    /// Takes out all waiters, and wakes each.
    pub(crate) fn wake_all(&self) {
        match self.0.replace(Waiting::Woken) {
            Waiting::One(waiter) => waiter.wake(),
            Waiting::Many(many) => many.into_values().for_each(Waiter::wake),
            Waiting::Nobody | Waiting::Woken => {}
        }
    }
}

impl Waiter {
    fn will_wake(&self, waker: &Waker) -> bool {
        match self {
            Waiter::Task(pause) => pause.will_wake(waker),
            Waiter::Waker(left) => left.will_wake(waker),
        }
    }

    /// A wake may run any code. If it panics, the other waiters are woken all the same.
    fn wake(self) {
        let _ = caught(|| match self {
            Waiter::Task(pause) => pause.wake(),
            Waiter::Waker(waker) => waker.wake(),
        });
    }
}

impl Waiting {
    /// Gives the number of the waiter, and the one that it replaces.
    fn insert(&mut self, before: Option<u64>, waiter: Waiter) -> (u64, Option<Waiter>) {
        match self {
            Waiting::Many(many) => {
                let next = || many.last_key_value().map_or(0, |(last, _)| last + 1);
                let number = before.unwrap_or_else(next);
                (number, many.insert(number, waiter))
            }
            Waiting::One(_) if before.is_none() => {
                let first = self.remove(0).map(|first| (0, first));
                *self = Waiting::Many(first.into_iter().chain([(1, waiter)]).collect());
                (1, None)
            }
            _ => {
                let replaced = self.remove(0);
                *self = Waiting::One(waiter);
                (0, replaced)
            }
        }
    }

    fn remove(&mut self, number: u64) -> Option<Waiter> {
        match self {
            Waiting::Many(many) => many.remove(&number),
            Waiting::One(_) => match mem::take(self) {
                Waiting::One(one) => Some(one),
                _ => None,
            },
            Waiting::Nobody | Waiting::Woken => None,
        }
    }
}

#[cfg(all(test, not(loom)))]
#[path = "../../tests/unit/waiters.rs"]
mod tests;
