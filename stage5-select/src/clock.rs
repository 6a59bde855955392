//! The clock of the loop. It goes forward only, and a test may stop it, and move it on by hand.
//!
//! It is [`Instant`] and not the time of day: nobody who sets the computer's time can make a sleep
//! longer or shorter.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::timers::Timers;

/// What is as good as never: a sleep that is longer ends then, where an `Instant` would overflow.
pub(crate) const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

#[derive(Clone, Copy, Default)]
enum State {
    /// It is the computer's.
    #[default]
    Real,
    /// It stands still.
    Paused(Instant),
    /// It goes again, and said `from` when the computer's said `at`.
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
}

/// What the loop's clock says.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{run, time};
///
/// run(async { Ok(assert!(time::now() <= time::now())) }).unwrap();
/// ```
#[track_caller]
pub fn now() -> Instant {
    Timers::current().clock.now()
}

/// Stops the loop's clock, for a test. From here on only [`advance`] moves it. One that stands still
/// already is left as it is.
///
/// A loop that has nothing left to wait for but a stopped clock is a deadlock, and says so.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{add_coro, run, sleep, time};
/// use std::time::Duration;
///
/// run(async {
///     time::pause();
///     let year = add_coro(sleep(Duration::from_secs(365 * 24 * 60 * 60)));
///     time::advance(Duration::from_secs(365 * 24 * 60 * 60));
///     year.await // which takes no time
/// }).unwrap();
/// ```
#[track_caller]
pub fn pause() {
    let clock = &Timers::current().clock;
    clock.0.set(State::Paused(clock.now()));
}

/// Has a stopped clock go again, from what it says now. One that goes is left as it is.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{run, sleep, time};
/// use std::time::Duration;
///
/// run(async {
///     time::pause();
///     time::advance(Duration::from_secs(3600));
///     time::resume();
///     sleep(Duration::from_millis(1)).await // and not an hour and a millisecond
/// }).unwrap();
/// ```
#[track_caller]
pub fn resume() {
    let clock = &Timers::current().clock;
    if let State::Paused(from) = clock.0.get() {
        let at = Instant::now();
        clock.0.set(State::Resumed { from, at });
    }
}

/// Moves a stopped clock on. Those whose deadline is reached by that go on when the loop comes to them.
///
/// # Panics
///
/// Outside of a loop; if the clock is not stopped: see [`pause`]; and if it does not go that far.
///
/// ```
/// use stage5_select::{run, time};
/// use std::time::Duration;
///
/// run(async {
///     time::pause();
///     let start = time::now();
///     time::advance(Duration::from_secs(3));
///     assert_eq!(time::now() - start, Duration::from_secs(3));
///     Ok(())
/// }).unwrap();
/// ```
#[track_caller]
pub fn advance(duration: Duration) {
    let clock = &Timers::current().clock;
    let State::Paused(now) = clock.0.get() else {
        panic!("advance on a clock that runs (stop it with `pause` first)");
    };
    // Why room for more? Whoever sleeps from then on has a deadline, too; and the clock may go again.
    let later = now.checked_add(duration);
    let Some(later) = later.filter(|later| later.checked_add(2 * FAR).is_some()) else {
        panic!("advance by {duration:?} (the clock does not go that far: stay within centuries)");
    };
    clock.0.set(State::Paused(later));
}
