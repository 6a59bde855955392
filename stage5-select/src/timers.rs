//! Those who sleep, in the order of their deadlines.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::clock::{Clock, FAR};
use crate::promise::Promise;
use crate::reactor::Inner;

/// When, and a number: those with the same deadline are woken in the order in which they came.
pub(crate) type Deadline = (Instant, u64);

#[derive(Default)]
pub(crate) struct Timers {
    pub(crate) clock: Clock,
    sleeping: RefCell<BTreeMap<Deadline, Promise<()>>>,
    added: Cell<u64>,
}

impl Timers {
    /// The timers of the loop that runs on this thread.
    #[track_caller]
    pub(crate) fn current() -> Rc<Timers> {
        let Some(inner) = Inner::current() else {
            panic!("a time awaited outside of a loop (await it in a coroutine that `run` runs)");
        };
        Rc::clone(&inner.timers)
    }

    /// Has `promise` settled when `duration` is over.
    pub(crate) fn add(&self, duration: Duration, promise: Promise<()>) -> Deadline {
        let number = self.added.get();
        self.added.set(number + 1);
        let deadline = (self.clock.now() + duration.min(FAR), number);
        self.sleeping.borrow_mut().insert(deadline, promise);
        deadline
    }

    /// A sleep that is given up takes its deadline with it.
    pub(crate) fn remove(&self, deadline: Deadline) {
        let _promise = self.sleeping.borrow_mut().remove(&deadline);
    }

    pub(crate) fn len(&self) -> usize {
        self.sleeping.borrow().len()
    }

    fn next(&self) -> Option<Instant> {
        let sleeping = self.sleeping.borrow();
        sleeping
            .first_key_value()
            .map(|(&(deadline, _), _)| deadline)
    }

    /// How long it is to the next deadline; `None` if there is none to wait for.
    ///
    /// On a paused clock a deadline does not come by waiting; only one that is reached counts.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        let next = self.next()?; // why first? A loop without sleepers need not ask for the time
        let left = next.saturating_duration_since(self.clock.now());
        (left.is_zero() || !self.clock.is_paused()).then_some(left)
    }

    /// Whether no deadline will come.
    pub(crate) fn is_idle(&self) -> bool {
        self.until_next().is_none()
    }

    /// Settles the promises whose deadlines are reached, the earliest first.
    pub(crate) fn settle_due(&self) {
        if self.next().is_none() {
            return;
        }
        let now = self.clock.now();
        while self.next().is_some_and(|deadline| deadline <= now) {
            let due = self.sleeping.borrow_mut().pop_first();
            // Why not in the line above? To settle is to call wakers, and they may be anyone's.
            if let Some((_, promise)) = due {
                let _ = promise.set_success(());
            }
        }
    }
}
