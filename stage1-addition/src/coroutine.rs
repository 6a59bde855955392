//! A coroutine: a value that runs until it pauses, hands out a message, and takes a reply.
//!
//! Underneath it is a future that nobody else polls. One [`send`](Coroutine::send) is one poll, with
//! the reply put into the [slot](crate::slot) before it, and the message taken out after it.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::exception::Exception;
use crate::slot::{Exchange, SlotGuard};

pub use crate::misuse::Misuse;
pub use crate::pause::Yield;
pub use crate::slot::{Message, Slot};

/// What a coroutine did when it was last resumed: `core::ops::CoroutineState`, on stable Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoroutineState<Y, R> {
    /// It paused at an `.await`, with this message. Python: `send` returns.
    Yielded(Y),
    /// It returned this value. Python: `send` raises `StopIteration`.
    Complete(R),
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = Result<T, Exception>>>>;

/// A future that you drive by hand: Python's coroutine object (T08).
///
/// | Python | here |
/// | --- | --- |
/// | `coro = add(1, 2)` | `Coroutine::new(add([1, 2]))` |
/// | `coro.send(None)`, `coro.send(3)` | [`coro.send(None)`, `coro.send(Some(3))`](Coroutine::send) |
/// | `coro.throw(error)` | [`coro.throw(error.into())`](Coroutine::throw) |
/// | `coro.close()` | [`coro.close()`](Coroutine::close) |
/// | `coro.cr_frame.f_lineno` | [`coro.paused_at()`](Coroutine::paused_at) |
/// | "coroutine already executing" | does not compile: `send` takes `&mut self` |
///
/// ```
/// use stage1_addition::{Coroutine, CoroutineState, Exception, add};
///
/// let mut coro = Coroutine::new(async { add([1, 2]).await.or(Ok(0)) });
/// assert!(matches!(coro.send(None), Ok(CoroutineState::Yielded(_))));
/// // `send(Some(3))` would complete it with 3. An exception makes its `.await` return `Err`.
/// let state = coro.throw(Exception::msg("no calculator here"));
/// assert_eq!(state.unwrap(), CoroutineState::Complete(0));
/// ```
///
/// The future is pinned because its local variables are stored inside it and may point at each other,
/// so it must not move. In a box it stays where it is, and the box may move.
pub struct Coroutine<M: Message, T> {
    /// `None` while it runs, and when it has finished.
    future: Option<BoxFuture<T>>,
    /// The `.await` of its last pause; `None` if it is fresh.
    paused_at: Option<&'static Location<'static>>,
    speaks: PhantomData<fn() -> M>,
}

impl<M: Message, T> Coroutine<M, T> {
    /// A coroutine that will run `future`. Nothing runs yet.
    pub fn new(future: impl Future<Output = Result<T, Exception>> + 'static) -> Self {
        Coroutine {
            future: Some(Box::pin(future)),
            paused_at: None,
            speaks: PhantomData,
        }
    }

    /// Runs the coroutine to its next `.await`, or to its end (T10, T12).
    ///
    /// Start a fresh coroutine with `None`. A paused one waits for a reply: resume it with `Some`.
    ///
    /// # Errors
    ///
    /// The exception that the coroutine ended with. Or a [`Misuse`]: a value for a fresh coroutine or
    /// none for a paused one (both stay as they are), a send to a finished one, or a pause without a
    /// message. Such a pause ends the coroutine, and so does a panic, which passes through.
    #[doc(alias = "resume")]
    pub fn send(&mut self, reply: Option<M::Reply>) -> Result<CoroutineState<M, T>, Exception> {
        let exchange = match (&self.future, self.paused_at, reply) {
            (None, _, _) => return Err(Misuse::Finished.into()),
            (Some(_), None, None) => Exchange::Running,
            (Some(_), Some(_), Some(reply)) => Exchange::Replied(reply),
            (Some(_), None, Some(_)) => return Err(Misuse::JustStarted.into()),
            (Some(_), Some(_), None) => return Err(Misuse::NoReply.into()),
        };
        self.resume(exchange)
    }

    /// Resumes the coroutine with an exception: the `.await` that it is paused at returns it (T08, T14).
    ///
    /// The coroutine may handle it and go on, so this yields or completes as `send` does.
    ///
    /// # Errors
    ///
    /// As for `send`; most often `exception` itself, which the coroutine did not handle. A fresh
    /// coroutine has no `.await` that could return it: it ends, and `exception` comes straight back.
    pub fn throw(&mut self, exception: Exception) -> Result<CoroutineState<M, T>, Exception> {
        if self.paused_at().is_some() {
            return self.resume(Exchange::Thrown(exception));
        }
        drop(self.future.take().ok_or(Misuse::Finished)?);
        Err(exception)
    }

    /// Drops what the coroutine holds: its destructors run, and it has finished (T08). This is what
    /// cancellation is in Rust. (Python's `GeneratorExit` can be caught. Being dropped cannot.)
    #[doc(alias = "cancel")]
    pub fn close(&mut self) {
        self.future = None;
    }

    /// The `.await` that the coroutine is paused at; `None` if it is fresh or has finished (T11).
    #[must_use]
    pub fn paused_at(&self) -> Option<&'static Location<'static>> {
        self.future.as_ref().and(self.paused_at)
    }

    /// One poll: `exchange` is put into the slot before it, and what it left there is taken out after it.
    fn resume(&mut self, exchange: Exchange<M>) -> Result<CoroutineState<M, T>, Exception> {
        // Taken out, so that a panic drops the future, and the coroutine has finished.
        let mut future = self.future.take().ok_or(Misuse::Finished)?;
        let slot = SlotGuard::enter(exchange);
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let (left, paused_at) = slot.leave();
        match (polled, left) {
            (Poll::Pending, Exchange::Asked(message)) => {
                self.future = Some(future);
                self.paused_at = paused_at;
                Ok(CoroutineState::Yielded(message))
            }
            (Poll::Pending, _) => Err(Misuse::NoMessage.into()),
            (Poll::Ready(result), _) => result.map(CoroutineState::Complete),
        }
    }
}

impl<M: Message, T> fmt::Debug for Coroutine<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.future, self.paused_at) {
            (None, _) => f.write_str("Coroutine(finished)"),
            (Some(_), None) => f.write_str("Coroutine(fresh)"),
            (Some(_), Some(place)) => write!(f, "Coroutine(paused at {place})"),
        }
    }
}
