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
use crate::slot::{Entered, Turn};

pub use crate::misuse::Misuse;
pub use crate::slot::{Message, Slot, Yield};

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
/// | `coro.send(None)` | [`coro.send(None)`](Coroutine::send) |
/// | `coro.send(3)` | [`coro.send(Some(3))`](Coroutine::send) |
/// | `coro.throw(error)` | [`coro.throw(error.into())`](Coroutine::throw) |
/// | `coro.close()` | [`coro.close()`](Coroutine::close) |
/// | `coro.cr_frame.f_lineno` | [`coro.paused_at()`](Coroutine::paused_at) |
/// | "coroutine already executing" | does not compile: `send` takes `&mut self` |
///
/// Why is the future boxed and pinned? A coroutine keeps its local variables inside itself, and they
/// may point at each other. Moving it would leave those pointers behind, so `poll` asks for a promise
/// that it stays where it is: `Pin`. In a box it stays, and the box may move.
pub struct Coroutine<M: Message, T> {
    state: State,
    /// `None` when it is finished.
    future: Option<BoxFuture<T>>,
    speaks: PhantomData<fn() -> M>,
}

#[derive(Clone, Copy)]
enum State {
    Fresh,
    Paused(&'static Location<'static>),
    Finished,
}

impl<M: Message, T> Coroutine<M, T> {
    /// A coroutine that will run `future`. Nothing runs yet.
    ///
    /// ```
    /// use stage1_addition::Coroutine;
    ///
    /// let coro: Coroutine<()> = Coroutine::new(async { panic!("not reached") });
    /// drop(coro);
    /// ```
    pub fn new(future: impl Future<Output = Result<T, Exception>> + 'static) -> Self {
        Coroutine {
            state: State::Fresh,
            future: Some(Box::pin(future)),
            speaks: PhantomData,
        }
    }

    /// Runs the coroutine to its next `.await`, or to its end (T10, T12).
    ///
    /// A fresh coroutine waits for nothing, so it is started with `None`; a paused one waits for a
    /// reply, so it is resumed with `Some`.
    ///
    /// # Errors
    ///
    /// The exception that the coroutine ended with; then it is finished. Or a [`Misuse`]: a value for a
    /// fresh coroutine, nothing for a paused one (both are left as they were), any send to a finished
    /// one, or an await on a future that is not from here (which ends the coroutine).
    ///
    /// # Panics
    ///
    /// Where the coroutine does; then it is finished.
    ///
    /// ```
    /// use stage1_addition::{Coroutine, CoroutineState, add};
    ///
    /// let mut coro = Coroutine::new(add([1, 2]));
    /// assert!(matches!(coro.send(None)?, CoroutineState::Yielded(_)));
    /// assert!(matches!(coro.send(Some(3))?, CoroutineState::Complete(3)));
    /// # Ok::<(), stage1_addition::Exception>(())
    /// ```
    #[doc(alias = "resume")]
    pub fn send(&mut self, reply: Option<M::Reply>) -> Result<CoroutineState<M, T>, Exception> {
        match (self.state, reply) {
            (State::Fresh, None) => self.resume(None),
            (State::Paused(_), Some(reply)) => self.resume(Some(Ok(reply))),
            (State::Fresh, Some(_)) => Err(Misuse::JustStarted.into()),
            (State::Paused(_), None) => Err(Misuse::NoReply.into()),
            (State::Finished, _) => Err(Misuse::Finished.into()),
        }
    }

    /// Resumes the coroutine with an exception in place of a reply: the `.await` that it is paused at
    /// returns `Err(exception)` (T08, T14).
    ///
    /// The coroutine may handle it and go on, so this yields or completes as [`send`](Self::send) does.
    /// A fresh coroutine has no `.await` that could return it: it is dropped, and the exception comes
    /// straight back.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send); most often `exception` itself, which the coroutine let pass.
    ///
    /// # Panics
    ///
    /// Where the coroutine does; then it is finished.
    ///
    /// ```
    /// use stage1_addition::{Coroutine, CoroutineState, Exception, add};
    ///
    /// let mut coro = Coroutine::new(async {
    ///     add([1, 2]).await.or(Ok(0)) // whatever goes wrong, say 0
    /// });
    /// coro.send(None)?;
    /// let state = coro.throw(Exception::msg("no calculator here"))?;
    /// assert!(matches!(state, CoroutineState::Complete(0)));
    /// # Ok::<(), Exception>(())
    /// ```
    pub fn throw(&mut self, exception: Exception) -> Result<CoroutineState<M, T>, Exception> {
        match self.state {
            State::Paused(_) => self.resume(Some(Err(exception))),
            State::Fresh => {
                self.close();
                Err(exception)
            }
            State::Finished => Err(Misuse::Finished.into()),
        }
    }

    /// Drops what the coroutine holds; its destructors run, and it is finished (T08).
    ///
    /// Python raises `GeneratorExit` inside the coroutine, which may refuse. Here nobody can: a future
    /// that is dropped is gone. This is what cancellation is in Rust.
    ///
    /// ```
    /// use stage1_addition::{Coroutine, Misuse, add};
    ///
    /// let mut coro = Coroutine::new(add([1, 2]));
    /// coro.send(None)?;
    /// coro.close();
    /// assert_eq!(coro.send(Some(3)).unwrap_err().downcast_ref(), Some(&Misuse::Finished));
    /// # Ok::<(), stage1_addition::Exception>(())
    /// ```
    #[doc(alias = "cancel")]
    pub fn close(&mut self) {
        self.state = State::Finished;
        self.future = None;
    }

    /// The `.await` that the coroutine is paused at; `None` if it is fresh or finished (T11).
    ///
    /// ```
    /// use stage1_addition::{AdditionAwaitable, Coroutine};
    ///
    /// let mut coro = Coroutine::new(async { AdditionAwaitable::new([1, 2]).await });
    /// let line = line!() - 1;
    /// coro.send(None)?;
    /// assert_eq!(coro.paused_at().map(|place| place.line()), Some(line));
    /// # Ok::<(), stage1_addition::Exception>(())
    /// ```
    #[must_use]
    pub fn paused_at(&self) -> Option<&'static Location<'static>> {
        match self.state {
            State::Paused(place) => Some(place),
            State::Fresh | State::Finished => None,
        }
    }

    /// One poll, with the slot made ready before it and read after it.
    ///
    /// It counts as finished meanwhile: if it panics it has been, and is never polled again.
    fn resume(
        &mut self,
        reply: Option<Result<M::Reply, Exception>>,
    ) -> Result<CoroutineState<M, T>, Exception> {
        self.state = State::Finished;
        let future = self.future.as_mut().expect("it is not finished");
        let entered = Entered::<M>::new(reply);
        let mut context = Context::from_waker(Waker::noop());
        match future.as_mut().poll(&mut context) {
            Poll::Pending => {
                let Turn::Asked(message, place) = entered.leave() else {
                    self.close();
                    return Err(Misuse::NoMessage.into());
                };
                self.state = State::Paused(place);
                Ok(CoroutineState::Yielded(message))
            }
            Poll::Ready(result) => {
                drop(entered);
                self.close();
                result.map(CoroutineState::Complete)
            }
        }
    }
}

impl<M: Message, T> fmt::Debug for Coroutine<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state {
            State::Fresh => f.write_str("Coroutine(fresh)"),
            State::Paused(place) => write!(f, "Coroutine(paused at {place})"),
            State::Finished => f.write_str("Coroutine(finished)"),
        }
    }
}
