//! A panic, caught at the edge of a coroutine, as an exception.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::exception::Exception;

/// A coroutine panicked. Whoever awaits its result gets this; the loop and the other tasks go on.
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
            // Why caught? Its destructor may panic in turn. And what that panics with is kept for ever,
            // unless it is a text: its destructor may panic, too, and somewhere there has to be an end.
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
/// Is it safe to go on after a panic? The coroutine it came from is dropped and never run again, so
/// nobody sees what it left half done inside. What it shares with others is theirs to judge, as with
/// any error.
///
/// # Errors
///
/// [`Panicked`].
///
/// ```
/// use stage4_scheduler::panicked::caught;
///
/// assert_eq!(caught(|| 3)?, 3);
/// let error = caught(|| panic!("out of tea")).unwrap_err();
/// assert_eq!(error.to_string(), "the coroutine panicked: out of tea");
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
pub fn caught<R>(step: impl FnOnce() -> R) -> Result<R, Exception> {
    catch_unwind(AssertUnwindSafe(step)).map_err(|payload| Panicked::new(payload).into())
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the coroutine panicked: {}", self.message)
    }
}

impl Error for Panicked {}
