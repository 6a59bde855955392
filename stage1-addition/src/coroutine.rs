//! A coroutine: a value that runs until it pauses, hands out a message, and takes a reply.
//!
//! Underneath it is a future that nobody else polls. [`Future::poll`] has no room for a message: it
//! takes a `Context` and returns `Pending`. So the message goes beside it, through a [`Slot`] that both
//! sides can reach: the innermost future puts its message there and returns `Pending`; whoever polled
//! takes the message out, and puts the reply there before the next poll.
//!
//! ```text
//!   send(reply)                   the slot                      the innermost .await
//!       |---- puts the reply -------->|                               |
//!       |---- polls the future ------------------------------------->|
//!       |                             |<------- takes the reply -----|
//!       |                             |                    ... runs on, to the next .await
//!       |                             |<------- puts a message ------|
//!       |<--- Pending -----------------------------------------------|
//!       |<--- takes the message ------|
//! ```

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread::LocalKey;

use crate::exception::Exception;

/// A type of message that a coroutine can pause with, and the type of the reply that it then waits for.
///
/// Every such type has a slot of its own on each thread. Rust has no generic statics, so each
/// implementation brings its own:
///
/// ```
/// use stage1_addition::coroutine::{Message, Slot};
/// use std::thread::LocalKey;
///
/// /// Asks for the next line of input.
/// struct ReadLine;
///
/// impl Message for ReadLine {
///     type Reply = String;
///
///     fn slot() -> &'static LocalKey<Slot<Self>> {
///         thread_local!(static SLOT: Slot<ReadLine> = const { Slot::new() });
///         &SLOT
///     }
/// }
/// ```
pub trait Message: Sized + 'static {
    /// What the paused `.await` is waiting for.
    type Reply: 'static;

    /// This thread's slot for messages of this type.
    fn slot() -> &'static LocalKey<Slot<Self>>;
}

/// The place where a message and its reply change hands. See [`Message`] for how to make one.
pub struct Slot<M: Message>(Cell<Turn<M>>);

enum Turn<M: Message> {
    /// No coroutine that speaks `M` is running on this thread.
    Nobody,
    /// One is. The reply to its last message lies here until its `.await` takes it.
    Running(Option<Result<M::Reply, Exception>>),
    /// It has left a message, at this `.await`.
    Asked(M, &'static Location<'static>),
}

impl<M: Message> Slot<M> {
    /// An empty slot, outside any coroutine.
    #[must_use]
    pub const fn new() -> Self {
        Slot(Cell::new(Turn::Nobody))
    }
}

impl<M: Message> Default for Slot<M> {
    fn default() -> Self {
        Slot::new()
    }
}

impl<M: Message> fmt::Debug for Slot<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// Python's `yield`, as a future: the one place where a coroutine pauses.
///
/// Everything that can be awaited in stages 1 to 3 ends in one of these. The first poll leaves the
/// message and returns `Pending`; the poll after the reply returns the reply, or the exception that was
/// thrown instead of one.
///
/// # Errors
///
/// Its output is [`Misuse::Outside`] where no coroutine is running that could take the message, and
/// [`Misuse::TwoMessages`] where the coroutine has already left one, or has not yet taken its reply.
///
/// ```
/// use stage1_addition::coroutine::Yield;
/// use stage1_addition::{Action, run_task};
///
/// let sum = run_task(async { Yield::new(Action { name: "add", args: vec![1, 2] }).await });
/// assert_eq!(sum.unwrap(), 3);
/// ```
#[derive(Debug)]
#[must_use = "it pauses nothing until it is awaited"]
pub struct Yield<M: Message> {
    message: Option<M>,
    paused_at: &'static Location<'static>,
}

impl<M: Message> Yield<M> {
    /// Will pause with `message`, and report the caller's line as the place.
    ///
    /// An `into_future` marked `#[track_caller]` passes its own caller on, and that is the `.await`.
    #[track_caller]
    pub fn new(message: M) -> Self {
        Yield::at(message, Location::caller())
    }

    /// The same for a place that was noted earlier: by a future that may have to pause, but not yet.
    pub fn at(message: M, paused_at: &'static Location<'static>) -> Self {
        Yield {
            message: Some(message),
            paused_at,
        }
    }
}

// Nothing in it is ever pinned: `poll` moves the message out.
impl<M: Message> Unpin for Yield<M> {}

impl<M: Message> Future for Yield<M> {
    type Output = Result<M::Reply, Exception>;

    // Why is the context not used? It carries the waker, and here nobody needs waking: whoever polls
    // next has the reply in hand. Stage 4 is where that ends.
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        M::slot().with(
            |Slot(slot)| match (self.message.take(), slot.replace(Turn::Nobody)) {
                (Some(message), Turn::Running(None)) => {
                    slot.set(Turn::Asked(message, self.paused_at));
                    Poll::Pending
                }
                (None, Turn::Running(Some(reply))) => {
                    slot.set(Turn::Running(None));
                    Poll::Ready(reply)
                }
                (_, Turn::Nobody) => Poll::Ready(Err(Misuse::Outside.into())),
                // Why is a reply in the way, too? Somebody else in this coroutine has asked for it
                // and has yet to be polled: it would be lost, or taken for an answer to us.
                (Some(_), taken @ (Turn::Asked(..) | Turn::Running(Some(_)))) => {
                    slot.set(taken);
                    Poll::Ready(Err(Misuse::TwoMessages.into()))
                }
                // Polled again with no reply for it, by a combinator that polls all it holds.
                (None, turn) => {
                    slot.set(turn);
                    Poll::Pending
                }
            },
        )
    }
}

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
    state: State<T>,
    speaks: PhantomData<fn() -> M>,
}

enum State<T> {
    Fresh(BoxFuture<T>),
    Paused(BoxFuture<T>, &'static Location<'static>),
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
            state: State::Fresh(Box::pin(future)),
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
        match (mem::replace(&mut self.state, State::Finished), reply) {
            (State::Fresh(future), None) => self.resume(future, None),
            (State::Paused(future, _), Some(reply)) => self.resume(future, Some(Ok(reply))),
            (fresh @ State::Fresh(_), Some(_)) => {
                self.state = fresh;
                Err(Misuse::JustStarted.into())
            }
            (paused @ State::Paused(..), None) => {
                self.state = paused;
                Err(Misuse::NoReply.into())
            }
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
        match mem::replace(&mut self.state, State::Finished) {
            State::Paused(future, _) => self.resume(future, Some(Err(exception))),
            State::Fresh(_) => Err(exception),
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
            State::Paused(_, place) => Some(place),
            State::Fresh(_) | State::Finished => None,
        }
    }

    /// One poll, with the slot made ready before it and read after it.
    ///
    /// The future is in our hands and not in `self` meanwhile: if it panics it is dropped, and the
    /// coroutine is finished.
    fn resume(
        &mut self,
        mut future: BoxFuture<T>,
        reply: Option<Result<M::Reply, Exception>>,
    ) -> Result<CoroutineState<M, T>, Exception> {
        let entered = Entered::<M>::new(reply);
        let mut context = Context::from_waker(Waker::noop());
        let poll = future.as_mut().poll(&mut context);
        let left = M::slot().with(|Slot(slot)| slot.replace(Turn::Nobody));
        drop(entered);
        match (poll, left) {
            (Poll::Ready(result), _) => result.map(CoroutineState::Complete),
            (Poll::Pending, Turn::Asked(message, place)) => {
                self.state = State::Paused(future, place);
                Ok(CoroutineState::Yielded(message))
            }
            (Poll::Pending, _) => Err(Misuse::NoMessage.into()),
        }
    }
}

impl<M: Message, T> fmt::Debug for Coroutine<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.state {
            State::Fresh(_) => f.write_str("Coroutine(fresh)"),
            State::Paused(_, place) => write!(f, "Coroutine(paused at {place})"),
            State::Finished => f.write_str("Coroutine(finished)"),
        }
    }
}

/// The slot while a coroutine runs. What was in it before is put back at the end, come what may: so a
/// coroutine may drive another one, and a panic leaves nothing behind.
struct Entered<M: Message> {
    outer: Turn<M>,
}

impl<M: Message> Entered<M> {
    fn new(reply: Option<Result<M::Reply, Exception>>) -> Self {
        Entered {
            outer: M::slot().with(|Slot(slot)| slot.replace(Turn::Running(reply))),
        }
    }
}

impl<M: Message> Drop for Entered<M> {
    fn drop(&mut self) {
        let outer = mem::replace(&mut self.outer, Turn::Nobody);
        M::slot().with(|Slot(slot)| slot.set(outer));
    }
}

/// The ways to hold it wrong. They come as an [`Exception`], as everything does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misuse {
    /// A value was sent to a coroutine that has not run yet (T09). Python: `TypeError`.
    JustStarted,
    /// Nothing was sent to a coroutine that is waiting for a reply.
    NoReply,
    /// The coroutine has returned, failed, panicked or been closed. Python: `RuntimeError`.
    Finished,
    /// One of our futures was awaited where no coroutine is running.
    Outside,
    /// The coroutine paused, but left no message.
    NoMessage,
    /// The coroutine left a second message before it paused, or before it took the reply to the first.
    TwoMessages,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misuse::JustStarted => "can't send a value to a just-started coroutine (it is not waiting for one yet: start it with `send(None)`)",
            Misuse::NoReply => "can't resume a paused coroutine without a reply (its `.await` waits for one: use `send(Some(reply))`, or `throw`)",
            Misuse::Finished => "can't resume a finished coroutine (it runs once: make a new one)",
            Misuse::Outside => "awaited outside any coroutine (nobody here takes its message: give the `async` block to `Coroutine::new` or to the loop of this stage)",
            Misuse::NoMessage => "the coroutine paused without a message (it awaits a future that is not made for this loop: only what ends in `Yield` is)",
            Misuse::TwoMessages => "a second message in one step (the coroutine awaits two things at once: await them one after the other)",
        })
    }
}

impl Error for Misuse {}
