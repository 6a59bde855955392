//! Who waits: the wakers that a pending promise holds, in the order in which they came.
//!
//! Nearly every promise has one waiter at most. One waiter needs no list; the second one makes it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;
use std::task::Waker;

use crate::report::panicked::caught;
use crate::report::pauses::{self, Listed};
use crate::report::stuck::Wait;

#[derive(Default)]
pub(crate) struct Waiters(RefCell<Waiting>);

#[derive(Default)]
enum Waiting {
    #[default]
    Nobody,
    /// Its number is 0.
    One(Waker, Option<Listed>),
    /// By number. A new waiter gets a higher number than all that are here.
    Many(BTreeMap<u64, Waiter>),
    /// The promise is settled: nobody waits here again.
    Woken,
}

/// A waker that was left here, and the line of its `.await` in the report of who waits for what. The line
/// is there as long as the waker is here.
type Waiter = (Waker, Option<Listed>);

impl Waiters {
    /// Leaves a waker here. Gives the number of the waiter, which is `before` if it had one.
    ///
    /// To clone a waker, or to drop one, may run any code, also code that comes back here. So neither is
    /// done while the waiters are borrowed, and after the clone it may be too late to wait.
    pub(crate) fn leave(&self, before: Option<u64>, waker: &Waker, wait: Wait) -> Option<u64> {
        if before.is_some_and(|number| self.has(number, waker)) {
            return before;
        }
        let waker = waker.clone();
        if matches!(*self.0.borrow(), Waiting::Woken) {
            waker.wake(); // the promise was settled meanwhile: look at it again
            return before;
        }
        let listed = pauses::list(&waker, wait);
        let waiter = (waker, listed);
        let (number, _replaced) = self.0.borrow_mut().insert(before, waiter);
        Some(number)
    }

    /// Whether the waiter has left that waker, or one that does the same.
    fn has(&self, number: u64, waker: &Waker) -> bool {
        match &*self.0.borrow() {
            Waiting::One(left, _) => left.will_wake(waker),
            Waiting::Many(many) => many[&number].0.will_wake(waker),
            Waiting::Nobody | Waiting::Woken => false,
        }
    }

    /// Takes out a waiter that waits no more.
    pub(crate) fn remove(&self, number: u64) {
        let _removed = self.0.borrow_mut().remove(number);
    }

    /// Takes out all waiters, and wakes each.
    pub(crate) fn wake_all(&self) {
        // A wake may run any code. If it panics, the others are woken all the same.
        let wake = |(waker, _listed): Waiter| drop(caught(|| waker.wake()));
        match self.0.replace(Waiting::Woken) {
            Waiting::One(waker, listed) => wake((waker, listed)),
            Waiting::Many(many) => many.into_values().for_each(wake),
            Waiting::Nobody | Waiting::Woken => {}
        }
    }
}

impl Waiting {
    /// Gives the number of the waiter, and the one that it replaces.
    fn insert(&mut self, before: Option<u64>, (waker, listed): Waiter) -> (u64, Option<Waiter>) {
        match self {
            Waiting::Many(many) => {
                let next = || many.last_key_value().map_or(0, |(last, _)| last + 1);
                let number = before.unwrap_or_else(next);
                (number, many.insert(number, (waker, listed)))
            }
            Waiting::One(..) if before.is_none() => {
                let first = mem::take(self).into_one().map(|first| (0, first));
                let both = first.into_iter().chain([(1, (waker, listed))]);
                *self = Waiting::Many(both.collect());
                (1, None)
            }
            _ => {
                let replaced = mem::replace(self, Waiting::One(waker, listed));
                (0, replaced.into_one())
            }
        }
    }

    fn remove(&mut self, number: u64) -> Option<Waiter> {
        match self {
            Waiting::Many(many) => many.remove(&number),
            Waiting::One(..) => mem::take(self).into_one(),
            Waiting::Nobody | Waiting::Woken => None,
        }
    }

    fn into_one(self) -> Option<Waiter> {
        match self {
            Waiting::One(waker, listed) => Some((waker, listed)),
            _ => None,
        }
    }
}

#[cfg(all(test, not(loom)))]
#[path = "../tests/unit/waiters.rs"]
mod tests;
