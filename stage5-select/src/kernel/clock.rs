//! The loop's clock, which a test may stop and move on by hand: then it need not wait.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::kernel::sources::current;
use crate::kernel::timers::Timers;

#[track_caller]
pub(crate) fn timers() -> Rc<Timers> {
    let Some(sources) = current() else {
        panic!("a time awaited outside of a loop (await it in a coroutine that `run` runs)");
    };
    Rc::clone(&sources.timers)
}

/// The time that the loop's clock shows. Outside a loop, this and the other three panic.
#[track_caller]
pub fn now() -> Instant {
    timers().clock.now()
}

/// Stops the loop's clock, for a test. From here on only [`advance`] moves it.
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
    timers().clock.pause();
}

/// Starts a stopped clock again, from the time that it shows.
#[track_caller]
pub fn resume() {
    timers().clock.resume();
}

/// Moves a stopped clock on. Sleeps whose deadline is reached end when the loop comes to them.
///
/// # Panics
///
/// If the clock is not stopped with [`pause`], or does not go that far.
#[track_caller]
pub fn advance(duration: Duration) {
    timers().clock.advance(duration);
}
