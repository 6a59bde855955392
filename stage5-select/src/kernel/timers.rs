//! The tasks that sleep, in the order of their deadlines.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::exception::Exception;
use crate::kernel::clock::{Clock, FAR};
use crate::promise::Promise;

/// A time and a number: sleeps with the same deadline end in the order in which they began.
pub(crate) type Deadline = (Instant, u64);

/// A production runtime keeps its sleeps in a wheel: one more costs the same beside a million others.
#[derive(Default)]
pub(crate) struct Timers {
    pub(crate) clock: Clock,
    sleeping: RefCell<BTreeMap<Deadline, Promise<()>>>,
    added: Cell<u64>,
}

impl Timers {
    /// Has `promise` settled when `duration` is over.
    pub(crate) fn add(&self, duration: Duration, promise: Promise<()>) -> Deadline {
        let number = self.added.get();
        self.added.set(number + 1);
        let deadline = (self.clock.now() + duration.min(FAR), number);
        self.sleeping.borrow_mut().insert(deadline, promise);
        deadline
    }

    /// A sleep that is dropped early takes its deadline with it.
    pub(crate) fn remove(&self, deadline: Deadline) {
        let _promise = self.sleeping.borrow_mut().remove(&deadline);
    }

    pub(crate) fn len(&self) -> usize {
        self.sleeping.borrow().len()
    }

    fn next(&self) -> Option<Instant> {
        let sleeping = self.sleeping.borrow();
        let first = sleeping.first_key_value();
        first.map(|(&(deadline, _), _)| deadline)
    }

    /// How long it is to the next deadline; `None` if there is none to wait for.
    ///
    /// On a paused clock a deadline does not come by waiting. Then only one that is reached counts.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        let next = self.next()?; // a loop without sleepers need not ask for the time
        let left = next.saturating_duration_since(self.clock.now());
        (left.is_zero() || !self.clock.is_paused()).then_some(left)
    }

    /// Settles the promises whose deadlines are reached, the earliest first.
    pub(crate) fn settle_due(&self) {
        if self.next().is_none() {
            return;
        }
        let now = self.clock.now();
        while self.next().is_some_and(|deadline| deadline <= now) {
            self.settle_first(Ok(()));
        }
    }

    /// Fails all of them.
    pub(crate) fn fail_all(&self, exception: impl Into<Exception>) {
        let exception = exception.into();
        while self.len() > 0 {
            self.settle_first(Err(exception.clone()));
        }
    }

    fn settle_first(&self, result: Result<(), Exception>) {
        let first = self.sleeping.borrow_mut().pop_first();
        // No borrow is held from here on: to settle is to call wakers, which may run any code.
        if let Some((_, promise)) = first {
            let _ = promise.settle(result);
        }
    }
}
