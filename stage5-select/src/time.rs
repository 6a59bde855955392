//! Time: a promise for each deadline, and the next deadline is `select`'s timeout.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::exception::Exception;
use crate::kernel::clock::timers;
use crate::kernel::timers::{Deadline, Timers};
use crate::promise::Promise;
use crate::wait::Wait;

pub use crate::kernel::clock::{advance, now, pause, resume};

/// Waits until `duration` is over. Not a moment less; how much more depends on what the other tasks do.
///
/// # Panics
///
/// Outside a loop.
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
    let promise = Promise::at(Location::caller());
    Sleep {
        deadline: timers.add(duration, promise.clone()),
        wait: promise.into_future(),
        timers,
    }
}

/// What [`sleep`] gives. If it is dropped early, it takes its deadline with it.
#[must_use = "it waits for nothing until it is awaited"]
pub struct Sleep {
    wait: Wait<()>,
    deadline: Deadline,
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
        self.timers.remove(self.deadline);
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sleep({:?})", self.wait)
    }
}
