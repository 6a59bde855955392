//! The clock of the loop. It only goes forward, and a test may stop it and move it on by hand.
//!
//! It is made of [`Instant`] and not of the time of day: nobody who sets the computer's time can make a sleep
//! longer or shorter.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// As good as never: a longer sleep ends then, because an `Instant` would overflow.
pub(crate) const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

#[derive(Clone, Copy, Default)]
enum State {
    /// It is the computer's clock.
    #[default]
    Real,
    /// It stands still.
    Paused(Instant),
    /// It goes again, and showed `from` when the computer's showed `at`.
    Resumed { from: Instant, at: Instant },
}

#[derive(Default)]
pub(crate) struct Clock(Cell<State>);

impl Clock {
    pub(crate) fn now(&self) -> Instant {
        match self.0.get() {
            State::Real => Instant::now(),
            State::Paused(now) => now,
            State::Resumed { from, at } => from + at.elapsed(),
        }
    }

    pub(crate) fn is_paused(&self) -> bool {
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
