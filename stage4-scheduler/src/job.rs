//! A job: a coroutine and the promise of its result, whatever the type of that may be.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::exception::Exception;
use crate::panicked::caught;
use crate::promise::Promise;

/// What a task has to do. It is run one turn at a time.
pub(crate) trait Job {
    fn poll(&mut self, cx: &mut Context<'_>) -> Did;
}

/// How a task ended its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It paused at an `.await`.
    Paused,
    /// It returned, and its promise is 🐣.
    Returned,
    /// It raised an exception, or panicked, and its promise is 🍳.
    Raised,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Did::Paused => "paused",
            Did::Returned => "returned",
            Did::Raised => "raised an exception",
        })
    }
}

struct Coro<F, T> {
    future: Pin<Box<F>>,
    result: Promise<T>,
}

/// The job that runs `coro` and settles `result`.
pub(crate) fn job<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
    result: Promise<T>,
) -> Box<dyn Job> {
    let future = Box::pin(coro);
    Box::new(Coro { future, result })
}

impl<F: Future<Output = Result<T, Exception>>, T> Job for Coro<F, T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Did {
        let outcome = match caught(|| self.future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Did::Paused,
            Ok(Poll::Ready(outcome)) => outcome,
            Err(panicked) => Err(panicked),
        };
        let did = if outcome.is_ok() {
            Did::Returned
        } else {
            Did::Raised
        };
        // Refused if somebody has settled the promise already: then the first result stands, and this
        // one is dropped. Why caught? Its destructor may be anyone's.
        let _ = caught(|| self.result.settle(outcome));
        did
    }
}
