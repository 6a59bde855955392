//! Time: a promise for each deadline, and the next deadline is `select`'s timeout.
//!
//! The clock only goes forward (it is [`Instant`]), so nobody who sets the computer's time can make a
//! sleep longer or shorter. For tests it can be paused, and moved on by hand: then no test has to wait.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::combine::{Either, race};
use crate::exception::Exception;
use crate::promise::{Promise, Wait};
use crate::reactor::timers;

/// What is as good as never: a sleep that is longer ends then, where an `Instant` would overflow.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Those who sleep, in the order of their deadlines; those with the same one in the order in which they
/// came.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    sleeping: RefCell<BTreeMap<(Instant, u64), Promise<()>>>,
    added: Cell<u64>,
    /// What the clock says, if it is paused.
    paused: Cell<Option<Instant>>,
}

impl Timers {
    fn now(&self) -> Instant {
        self.paused.get().unwrap_or_else(Instant::now)
    }

    pub(crate) fn len(&self) -> usize {
        self.sleeping.borrow().len()
    }

    /// Whether no deadline will come. On a paused clock none does, unless a task moves it on.
    pub(crate) fn is_idle(&self) -> bool {
        self.len() == 0 || (self.paused.get().is_some() && !self.is_due())
    }

    fn is_due(&self) -> bool {
        let sleeping = self.sleeping.borrow();
        sleeping
            .first_key_value()
            .is_some_and(|(&(deadline, _), _)| deadline <= self.now())
    }

    /// How long it is to the next deadline; `None` if there is none to wait for.
    pub(crate) fn until_next(&self) -> Option<Duration> {
        if self.is_idle() {
            return None;
        }
        let sleeping = self.sleeping.borrow();
        let (&(deadline, _), _) = sleeping.first_key_value()?;
        Some(deadline.saturating_duration_since(self.now()))
    }

    /// Settles the promises whose deadlines are reached, the earliest first.
    pub(crate) fn settle_due(&self) {
        if self.len() == 0 {
            return;
        }
        let now = self.now();
        loop {
            let due = {
                let mut sleeping = self.sleeping.borrow_mut();
                match sleeping.first_entry() {
                    Some(first) if first.key().0 <= now => first.remove(),
                    _ => return,
                }
            };
            let _ = due.set_success(());
        }
    }
}

/// Waits until `duration` is over. Not a moment less; how much more depends on what the other tasks do.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{run, sleep};
/// use std::time::{Duration, Instant};
///
/// let start = Instant::now();
/// run(async { sleep(Duration::from_millis(5)).await }).unwrap();
/// assert!(start.elapsed() >= Duration::from_millis(5));
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let timers = timers();
    let key = (timers.now() + duration.min(FAR), timers.added.get());
    timers.added.set(key.1 + 1);
    let promise = Promise::at(Location::caller());
    timers.sleeping.borrow_mut().insert(key, promise.clone());
    Sleep {
        wait: promise.into_future(),
        key,
        timers,
    }
}

/// What [`sleep`] gives. Dropped before its time, it takes its deadline with it.
#[must_use = "it waits for nothing until it is awaited"]
pub struct Sleep {
    wait: Wait<()>,
    key: (Instant, u64),
    timers: Rc<Timers>,
}

impl Future for Sleep {
    type Output = Result<(), Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.wait).poll(cx)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let _promise = self.timers.sleeping.borrow_mut().remove(&self.key);
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sleep({:?})", self.wait)
    }
}

/// Awaits `coro`, but no longer than `limit`; then drops it, and with it all that it waits for.
///
/// # Errors
///
/// What `coro` raises, or [`TimedOut`]. If both are there at once, `coro` wins.
///
/// # Panics
///
/// Outside of a loop.
///
/// ```
/// use stage5_select::{Promise, TimedOut, run, timeout};
/// use std::time::Duration;
///
/// let result = run(async {
///     let never = Promise::<()>::new();
///     timeout(Duration::from_millis(5), never).await
/// });
/// assert!(result.unwrap_err().is::<TimedOut>());
/// ```
#[doc(alias = "wait_for")]
pub async fn timeout<T>(
    limit: Duration,
    coro: impl IntoFuture<Output = Result<T, Exception>>,
) -> Result<T, Exception> {
    match race(coro, sleep(limit)).await {
        Either::Left(result) => result,
        Either::Right(_) => Err(TimedOut { limit }.into()),
    }
}

/// A [`timeout`] was over first.
///
/// ```
/// # use stage5_select::TimedOut;
/// # use std::time::Duration;
/// let error = TimedOut { limit: Duration::from_secs(3) };
/// assert_eq!(error.to_string(), "timed out after 3s (what was awaited is dropped)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut {
    /// How long it waited.
    pub limit: Duration,
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "timed out after {:?} (what was awaited is dropped)",
            self.limit
        )
    }
}

impl Error for TimedOut {}

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
    timers().now()
}

/// Stops the loop's clock, for a test. From here on only [`advance`] moves it.
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
    let timers = timers();
    timers.paused.set(Some(timers.now()));
}

/// Moves a stopped clock on. Those whose deadline is reached by that go on when the loop comes to them.
///
/// # Panics
///
/// Outside of a loop, and if the clock is not stopped: see [`pause`].
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
    let timers = timers();
    let Some(now) = timers.paused.get() else {
        panic!("advance on a clock that runs (stop it with `pause` first)");
    };
    timers.paused.set(Some(now + duration));
}
