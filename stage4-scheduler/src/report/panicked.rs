//! A panic, caught at the edge of a coroutine, as an exception.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::exception::Exception;

/// A coroutine panicked. An await of its result gives this. The loop and the other tasks go on.
///
/// ```
/// use stage4_scheduler::{add_coro, run};
///
/// let result = run(async {
///     let promise = add_coro::<()>(async { panic!("out of tea") });
///     promise.await
/// });
/// assert_eq!(result.unwrap_err().to_string(), "the coroutine panicked: out of tea");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// What the panic said.
    pub message: String,
}

impl Panicked {
    fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = text(&*payload).unwrap_or_else(|| {
            // The payload's destructor may panic in turn, with a second payload. That one is leaked if it is not
            // a text: its destructor might panic again, without end.
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(payload)));
            if let Err(again) = dropped
                && text(&*again).is_none()
            {
                std::mem::forget(again);
            }
            "(with something that is not a text)".to_owned()
        });
        Panicked { message }
    }
}

/// What a panic says, if it says anything.
fn text(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().copied();
    text.map(str::to_owned)
        .or_else(|| payload.downcast_ref::<String>().cloned())
}

/// Runs one step of a coroutine, and turns a panic into an exception.
///
/// It is safe to go on after a panic: the coroutine that panicked is dropped and never polled again, so
/// nobody sees its half-done state. Data that it shares with others may be half done, as after any error.
///
/// # Errors
///
/// [`Panicked`].
pub fn caught<R>(step: impl FnOnce() -> R) -> Result<R, Exception> {
    catch_unwind(AssertUnwindSafe(step)).map_err(|payload| Panicked::new(payload).into())
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the coroutine panicked: {}", self.message)
    }
}

impl Error for Panicked {}
