//! The tasks that sleep, in the order of their deadlines, and the clock that says which are reached.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::exception::Exception;
use crate::promise::Promise;

/// As good as never: a longer sleep ends then, because an `Instant` would overflow.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

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
    /// Settles `promise` when `duration` is over.
    pub(crate) fn add(&self, duration: Duration, promise: Promise<()>) -> Deadline {
        let number = self.added.get();
        self.added.set(number + 1);
        let deadline = (self.clock.now() + duration.min(FAR), number);
        self.sleeping.borrow_mut().insert(deadline, promise);
        deadline
    }

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
        if self.sleeping.borrow().is_empty() {
            return;
        }
        let now = self.clock.now();
        while self.next().is_some_and(|deadline| deadline <= now) {
            self.settle_first(Ok(()));
        }
    }

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

/// It only goes forward: it is made of [`Instant`], which setting the computer's clock does not change.
#[derive(Default)]
pub(crate) struct Clock(Cell<State>);

#[derive(Clone, Copy, Default)]
enum State {
    /// The computer's clock.
    #[default]
    Real,
    Paused(Instant),
    /// It goes again, and showed `from` when the computer's showed `at`.
    Resumed {
        from: Instant,
        at: Instant,
    },
}

impl Clock {
    pub(crate) fn now(&self) -> Instant {
        match self.0.get() {
            State::Real => Instant::now(),
            State::Paused(now) => now,
            State::Resumed { from, at } => from + at.elapsed(),
        }
    }

    fn is_paused(&self) -> bool {
        matches!(self.0.get(), State::Paused(_))
    }

    pub(crate) fn pause(&self) {
        self.0.set(State::Paused(self.now()));
    }

    pub(crate) fn resume(&self) {
        if let State::Paused(from) = self.0.get() {
            let at = Instant::now();
            self.0.set(State::Resumed { from, at });
        }
    }

    #[track_caller]
    pub(crate) fn advance(&self, duration: Duration) {
        let State::Paused(now) = self.0.get() else {
            panic!("advance on a clock that runs (stop it with `pause` first)");
        };
        // There must be room for more: a sleep that begins then has a deadline, and the clock may go again.
        let later = now.checked_add(duration);
        let Some(later) = later.filter(|later| later.checked_add(2 * FAR).is_some()) else {
            panic!(
                "advance by {duration:?} (the clock does not go that far: stay within centuries)"
            );
        };
        self.0.set(State::Paused(later));
    }
}
