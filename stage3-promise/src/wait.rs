//! What `.await` makes of a promise: a wait for its result.
//!
//! It hands the promise up to the loop and pauses, whether the promise is settled or not: the loop is
//! the one that looks (T19). When the loop resumes it, it takes the value out of the promise, because the loop
//! does not know the type of the value. A failure has one type, so the loop throws it, as the talk's loop
//! does (T21).

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::FusedFuture;

use crate::awaited::Awaited;
use crate::coroutine::Yield;
use crate::exception::Exception;
use crate::promise::Promise;

/// A wait for a promise, which is what `.await` makes of one.
///
/// # Panics
///
/// If it is polled after it was done. [`is_terminated`](FusedFuture::is_terminated) tells.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Promise, run};")]
///
/// let promise = Promise::new();
/// promise.set_success(12345)?;
/// assert_eq!(run(promise.into_future())?, 12345);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "it waits for nothing until it is awaited"]
pub struct Wait<T> {
    /// `None` when it is done.
    promise: Option<Promise<T>>,
    paused_at: &'static Location<'static>,
    pause: Option<Yield<Awaited>>,
}

/// Awaiting a promise: Python's `__await__`. The caller that is tracked is the `.await` itself. A promise is
/// not itself a future, because each `.await` needs state of its own.
impl<T: Clone + 'static> IntoFuture for Promise<T> {
    type Output = Result<T, Exception>;
    type IntoFuture = Wait<T>;

    #[track_caller]
    fn into_future(self) -> Wait<T> {
        Wait {
            promise: Some(self),
            paused_at: Location::caller(),
            pause: None,
        }
    }
}

impl<T: Clone + 'static> IntoFuture for &Promise<T> {
    type Output = Result<T, Exception>;
    type IntoFuture = Wait<T>;

    #[track_caller]
    fn into_future(self) -> Wait<T> {
        self.clone().into_future()
    }
}

// Nothing in it is ever pinned.
impl<T> Unpin for Wait<T> {}

impl<T: Clone + 'static> Future for Wait<T> {
    type Output = Result<T, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let wait = &mut *self;
        let Some(promise) = &wait.promise else {
            panic!("{}", already_done(wait.paused_at));
        };
        let hand_up = || Yield::at(Awaited::new(promise), wait.paused_at);
        let pause = wait.pause.get_or_insert_with(hand_up);
        let outcome = match ready!(Pin::new(pause).poll(cx)) {
            Ok(()) => promise.result(),
            Err(exception) => Some(Err(exception)),
        };
        wait.pause = None;
        let Some(outcome) = outcome else {
            // A coroutine that is turned by hand may be resumed while the promise is pending: hand it up again.
            return self.poll(cx);
        };
        wait.promise = None;
        Poll::Ready(outcome)
    }
}

fn already_done(place: &Location<'_>) -> String {
    format!(
        "the `.await` at {place} was polled after it was done (it gives its result once: drop it then, or ask `is_terminated` first)"
    )
}

/// A wait that is done has let go of its promise.
impl<T: Clone + 'static> FusedFuture for Wait<T> {
    fn is_terminated(&self) -> bool {
        self.promise.is_none()
    }
}

impl<T: fmt::Debug> fmt::Debug for Wait<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.promise {
            Some(promise) => write!(f, "Wait({promise:?} at {})", self.paused_at),
            None => f.write_str("Wait(done)"),
        }
    }
}
