//! The error for a wait that nobody is left to end: the talk's "wait ??".

use std::error::Error;
use std::fmt;
use std::panic::Location;

use crate::awaited::Awaited;

/// The coroutine waits for a promise, and nobody is left who could settle it (T21).
///
/// ```
/// use stage3_promise::{Promise, run};
///
/// let error = run(async { Promise::<i32>::new().await }).unwrap_err();
/// assert!(error.to_string().contains("is not settled"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSettled {
    /// Where the promise was made.
    pub made_at: &'static Location<'static>,
    /// The `.await` that waits for it.
    pub paused_at: Option<&'static Location<'static>>,
}

impl NotSettled {
    pub(crate) fn new(promise: &Awaited, paused_at: Option<&'static Location<'static>>) -> Self {
        NotSettled {
            made_at: promise.made_at(),
            paused_at,
        }
    }
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the promise made at {} is not settled", self.made_at)?;
        if let Some(place) = self.paused_at {
            write!(f, ", and {place} waits for it")?;
        }
        f.write_str(" (this loop runs one coroutine, so nobody else can settle it: settle it before it is awaited)")
    }
}

impl Error for NotSettled {}
