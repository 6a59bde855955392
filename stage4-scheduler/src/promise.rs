//! A promise: a result that is not there yet. Somebody settles it once; anybody may await it.
//!
//! It has three states. 🥚: pending, there is nothing in it. 🐣: success, there is a value in it.
//! 🍳: failure, there is an exception in it. It leaves the first state once, and for good.

use std::cell::OnceCell;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::FusedFuture;

use crate::exception::Exception;
use crate::settled::AlreadySettled;
use crate::slab::Key;
use crate::waiters::Waiters;

/// A handle on a result that is not there yet (T19). A clone is the same promise.
///
/// Others call it a future (Python), a deferred (Twisted), a oneshot channel (tokio), or, where it is
/// the result of a task, a join handle.
///
/// It is awaited as it is or by reference, and as often as you like: each `.await` gives a clone of the
/// value, or of the exception. Where a combinator wants a `Future`,
/// [`into_future()`](IntoFuture::into_future) gives it.
#[doc(alias = "oneshot")]
#[doc(alias = "JoinHandle")]
#[doc(alias = "deferred")]
#[must_use = "somebody has to settle it, and somebody has to await it"]
pub struct Promise<T>(pub(crate) Rc<Core<T>>);

pub(crate) struct Core<T> {
    outcome: OnceCell<Result<T, Exception>>,
    waiters: Waiters,
    made_at: &'static Location<'static>,
}

impl<T> Promise<T> {
    /// A pending promise: 🥚.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let promise = Promise::<i32>::new();
    /// assert_eq!(format!("{promise:?}"), "Promise(🥚)");
    /// ```
    #[expect(clippy::new_without_default, reason = "it notes the caller's line")]
    #[track_caller]
    pub fn new() -> Self {
        Promise::at(Location::caller())
    }

    /// The same, made on behalf of somebody whose line was noted earlier.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let promise = Promise::<i32>::new();
    /// assert_eq!(Promise::<i32>::at(promise.made_at()).made_at(), promise.made_at());
    /// ```
    pub fn at(made_at: &'static Location<'static>) -> Self {
        Promise(Rc::new(Core {
            outcome: OnceCell::new(),
            waiters: Waiters::new(),
            made_at,
        }))
    }

    /// Settles it with a value: 🐣.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`], if it is; then nothing changes.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let promise = Promise::new();
    /// assert!(promise.set_success(12345).is_ok());
    /// assert_eq!(format!("{promise:?}"), "Promise(🐣 12345)");
    /// ```
    pub fn set_success(&self, value: T) -> Result<(), AlreadySettled> {
        self.settle(Ok(value))
    }

    /// Settles it with an exception: 🍳.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`], if it is; then nothing changes.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Exception, Promise};")]
    /// let promise = Promise::<i32>::new();
    /// assert!(promise.set_exception(Exception::msg("oops")).is_ok());
    /// assert_eq!(format!("{promise:?}"), "Promise(🍳 oops)");
    /// ```
    pub fn set_exception(&self, exception: impl Into<Exception>) -> Result<(), AlreadySettled> {
        self.settle(Err(exception.into()))
    }

    /// Settles it with either.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`], if it is; then nothing changes.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::{Exception, Promise};")]
    /// let promise = Promise::new();
    /// promise.settle("3".parse::<i32>().map_err(Exception::from))?;
    /// assert_eq!(format!("{promise:?}"), "Promise(🐣 3)");
    /// # Ok::<(), Exception>(())
    /// ```
    pub fn settle(&self, outcome: Result<T, Exception>) -> Result<(), AlreadySettled> {
        let made_at = self.0.made_at;
        let refused = |_| AlreadySettled { made_at };
        self.0.outcome.set(outcome).map_err(refused)?;
        self.0.waiters.wake_all();
        Ok(())
    }

    /// Whether it has a result, of either kind.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// assert!(!Promise::<i32>::new().is_settled());
    /// ```
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.0.outcome.get().is_some()
    }

    /// A clone of the result; `None` as long as it is pending.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let promise = Promise::new();
    /// assert!(promise.result().is_none());
    /// promise.set_success(12345)?;
    /// assert_eq!(promise.result().unwrap()?, 12345);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn result(&self) -> Option<Result<T, Exception>>
    where
        T: Clone,
    {
        self.0.outcome.get().cloned()
    }

    /// The result itself; `None` if it is pending, or if there is another handle on the promise.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// struct NotClone;
    ///
    /// let promise = Promise::new();
    /// promise.set_success(NotClone)?;
    /// assert!(promise.into_result().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_result(self) -> Option<Result<T, Exception>> {
        Rc::into_inner(self.0)?.outcome.into_inner()
    }

    /// A number that this promise shares with no other that is alive.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let promise = Promise::<i32>::new();
    /// assert_eq!(promise.id(), promise.clone().id());
    /// assert_ne!(promise.id(), Promise::<i32>::new().id());
    /// ```
    #[must_use]
    pub fn id(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Where it was made.
    ///
    /// ```
    #[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
    /// let (promise, line) = (Promise::<i32>::new(), line!());
    /// assert_eq!(promise.made_at().line(), line);
    /// ```
    #[must_use]
    pub fn made_at(&self) -> &'static Location<'static> {
        self.0.made_at
    }
}

impl<T> Clone for Promise<T> {
    fn clone(&self) -> Self {
        Promise(Rc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.outcome.get() {
            None => f.write_str("Promise(🥚)"),
            Some(Ok(value)) => write!(f, "Promise(🐣 {value:?})"),
            Some(Err(exception)) => write!(f, "Promise(🍳 {exception})"),
        }
    }
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
            waiter: None,
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

/// A wait for a promise, which is what `.await` makes of one.
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
    promise: Option<Promise<T>>,
    paused_at: &'static Location<'static>,
    waiter: Option<Key>,
}

impl<T> Unpin for Wait<T> {}

impl<T: Clone + 'static> Future for Wait<T> {
    type Output = Result<T, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let promise = self.promise.as_ref().expect("polled after it was done");
        if let Some(outcome) = promise.result() {
            self.promise = None;
            return Poll::Ready(outcome);
        }
        // Pending: leave the waker in the promise, to be called when it is settled.
        let (waiters, made_at) = (&promise.0.waiters, promise.0.made_at);
        let (waker, place) = (cx.waker(), self.paused_at);
        let waiter = waiters.leave(self.waiter, waker, place, promise.id(), made_at);
        self.waiter = waiter;
        Poll::Pending
    }
}

/// A wait that is given up takes its waker with it. (A settled promise has none left.)
impl<T> Drop for Wait<T> {
    fn drop(&mut self) {
        if let (Some(promise), Some(waiter)) = (&self.promise, self.waiter)
            && !promise.is_settled()
        {
            promise.0.waiters.remove(waiter);
        }
    }
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
