//! The loop's clock, stopped and moved on by hand: then no test has to wait.

use std::time::{Duration, Instant};

use crate::kernel::clock::Clock;
use crate::kernel::sources::with_current;

#[track_caller]
fn with_clock<R>(call: impl FnOnce(&Clock) -> R) -> R {
    let Some(result) = with_current(|sources| call(&sources.timers.clock)) else {
        panic!("a time awaited outside of a loop (await it in a coroutine that `run` runs)");
    };
    result
}

/// The time that the loop's clock shows. Outside a loop, this and the other three panic.
#[track_caller]
pub fn now() -> Instant {
    with_clock(Clock::now)
}

/// Stops the loop's clock, for a test. From here on only [`advance`] moves it. A clock that is stopped
/// already stays as it is.
///
/// A loop that waits for nothing but a stopped clock is a deadlock, and says so.
///
/// ```
/// use stage5_select::{add_coro, run, sleep, time};
/// use std::time::Duration;
///
/// run(async {
///     time::pause();
///     let year = add_coro(sleep(Duration::from_secs(365 * 24 * 60 * 60)));
///     time::advance(Duration::from_secs(365 * 24 * 60 * 60));
///     year.await?; // which takes no time
///     time::resume();
///     sleep(Duration::from_millis(1)).await
/// }).unwrap();
/// ```
#[track_caller]
pub fn pause() {
    with_clock(Clock::pause);
}

/// Starts a stopped clock again, from the time that it shows. One that goes is left as it is.
#[track_caller]
pub fn resume() {
    with_clock(Clock::resume);
}

/// Moves a stopped clock on. Sleeps whose deadline is reached end when the loop comes to them.
///
/// # Panics
///
/// On a clock that is not stopped with [`pause`], or that does not go that far.
#[track_caller]
pub fn advance(duration: Duration) {
    with_clock(|clock| clock.advance(duration));
}
