//! What `.await` makes of a promise: a wait for its result.
//!
//! It hands the promise up to the loop and pauses, whether the promise is settled or not: the loop is
//! the one that looks (T19). When the loop resumes it, it takes the result out of the promise.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::thread::LocalKey;

use futures_core::FusedFuture;

use crate::coroutine::{self, Message, Slot, Yield};
use crate::exception::Exception;
use crate::promise::{AnyPromise, Promise};

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

/// Awaiting a promise: Python's `__await__`. The caller that is tracked is the `.await` itself.
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
        let hand_up = || Yield::at(Awaited(promise.0.clone()), wait.paused_at);
        let pause = wait.pause.get_or_insert_with(hand_up);
        let outcome = match ready!(Pin::new(pause).poll(cx)) {
            Ok(()) => promise.result(),
            Err(exception) => Some(Err(exception)),
        };
        wait.pause = None;
        let Some(outcome) = outcome else {
            return self.poll(cx); // resumed too early: hand it up again
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

/// The message of this stage: the promise that a coroutine has paused for (T21), without its type.
///
/// A promise of a number and a promise of a string are two types, and a loop that waits for both could
/// hold neither. The reply to it is `()`: the value stays in the promise, and the `.await` takes it out.
///
/// ```
/// use stage3_promise::{Coroutine, CoroutineState, Promise};
///
/// let promise = Promise::<i32>::new();
/// let mut coro = Coroutine::new({
///     let promise = promise.clone();
///     async move { promise.await }
/// });
/// let CoroutineState::Yielded(awaited) = coro.send(None)? else { unreachable!() };
/// assert!(awaited.outcome().is_none());
/// promise.set_success(3)?;
/// assert!(awaited.outcome().is_some());
/// assert!(matches!(coro.send(Some(()))?, CoroutineState::Complete(3)));
/// # Ok::<(), stage3_promise::Exception>(())
/// ```
#[derive(Clone)]
pub struct Awaited(pub(crate) Rc<dyn AnyPromise>);

/// A [coroutine](coroutine::Coroutine) that speaks this stage's one message.
pub type Coroutine<T> = coroutine::Coroutine<Awaited, T>;

impl Message for Awaited {
    type Reply = ();

    fn slot() -> &'static LocalKey<Slot<Self>> {
        thread_local!(static SLOT: Slot<Awaited> = const { Slot::new() });
        &SLOT
    }
}

impl Awaited {
    /// `None` as long as the promise is pending, then whether it went well, without the value.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<(), Exception>> {
        self.0.outcome()
    }

    /// Where the promise was made.
    #[must_use]
    pub fn made_at(&self) -> &'static Location<'static> {
        self.0.made_at()
    }

    /// A number that this promise shares with no other that is alive.
    #[must_use]
    pub fn id(&self) -> usize {
        Rc::as_ptr(&self.0).cast::<()>().addr()
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.outcome() {
            None => "🥚",
            Some(Ok(())) => "🐣",
            Some(Err(_)) => "🍳",
        };
        write!(f, "Awaited({state} made at {})", self.made_at())
    }
}
