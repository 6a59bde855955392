//! A promise: a result that is not there yet. Somebody settles it once; anybody may await it.
//!
//! It has three states. 🥚: pending, there is nothing in it. 🐣: success, there is a value in it.
//! 🍳: failure, there is an exception in it. It leaves the first state once, and never changes again.

use std::cell::OnceCell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

use crate::exception::Exception;
use crate::settled::AlreadySettled;

/// A handle on a result that is not there yet (T19). A clone is the same promise.
///
/// Others call it a future (Python), a deferred (Twisted), a oneshot channel (tokio), or, if it holds
/// the result of a task, a join handle. Await it as it is or by reference, as often as you like: each
/// `.await` gives a clone of the result. [`into_future()`](IntoFuture::into_future) makes a `Future` of it.
///
/// ```
#[doc = concat!("use ", env!("CARGO_CRATE_NAME"), "::Promise;")]
///
/// let promise = Promise::new();
/// assert_eq!(format!("{promise:?}"), "Promise(🥚)");
/// promise.set_success(12345)?;
/// assert_eq!(format!("{promise:?}"), "Promise(🐣 12345)");
/// assert!(promise.set_success(54321).is_err()); // the first result stands
/// assert_eq!(promise.result().unwrap()?, 12345);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "oneshot")]
#[doc(alias = "JoinHandle")]
#[doc(alias = "deferred")]
#[must_use = "somebody has to settle it, and somebody has to await it"]
pub struct Promise<T>(pub(crate) Rc<Shared<T>>);

/// What all handles on one promise share.
pub(crate) struct Shared<T> {
    pub(crate) outcome: OnceCell<Result<T, Exception>>,
    pub(crate) made_at: &'static Location<'static>,
}

impl<T> Promise<T> {
    /// A pending promise: 🥚.
    #[expect(clippy::new_without_default, reason = "it notes the caller's line")]
    #[track_caller]
    pub fn new() -> Self {
        Promise::at(Location::caller())
    }

    /// A pending promise that was made at another line than the caller's.
    pub fn at(made_at: &'static Location<'static>) -> Self {
        Promise(Rc::new(Shared {
            outcome: OnceCell::new(),
            made_at,
        }))
    }

    /// Settles it with a value: 🐣.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`]; then nothing changes.
    pub fn set_success(&self, value: T) -> Result<(), AlreadySettled> {
        self.settle(Ok(value))
    }

    /// Settles it with an exception: 🍳.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`]; then nothing changes.
    pub fn set_exception(&self, exception: impl Into<Exception>) -> Result<(), AlreadySettled> {
        self.settle(Err(exception.into()))
    }

    /// Settles it with a value or an exception.
    ///
    /// # Errors
    ///
    /// [`AlreadySettled`]; then nothing changes.
    pub fn settle(&self, outcome: Result<T, Exception>) -> Result<(), AlreadySettled> {
        let made_at = self.made_at();
        let refused = |_| AlreadySettled { made_at };
        self.0.outcome.set(outcome).map_err(refused)
    }

    /// Whether it has a result, of either kind.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.0.outcome.get().is_some()
    }

    /// A clone of the result; `None` as long as it is pending.
    #[must_use]
    pub fn result(&self) -> Option<Result<T, Exception>>
    where
        T: Clone,
    {
        self.0.outcome.get().cloned()
    }

    /// The result itself; `None` if it is pending, or if there is another handle on the promise.
    #[must_use]
    pub fn into_result(self) -> Option<Result<T, Exception>> {
        Rc::into_inner(self.0)?.outcome.into_inner()
    }

    /// A number that this promise shares with no other that is alive.
    #[must_use]
    pub fn id(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// Where it was made.
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
