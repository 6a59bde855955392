//! The error for settling a promise twice.

use std::error::Error;
use std::fmt;
use std::panic::Location;

/// A promise is settled once. The first result stands, and the second is refused with this.
///
/// ```
/// use stage3_promise::Promise;
///
/// let promise = Promise::new();
/// promise.set_success(1)?;
/// let error = promise.set_success(2).unwrap_err();
/// assert!(error.to_string().contains("is settled already"));
/// assert_eq!(promise.result().unwrap()?, 1);
/// # Ok::<(), stage3_promise::Exception>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadySettled {
    /// Where the promise was made.
    pub made_at: &'static Location<'static>,
}

impl fmt::Display for AlreadySettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the promise made at {} is settled already (its first result stands: ask `is_settled` where two may settle it)",
            self.made_at
        )
    }
}

impl Error for AlreadySettled {}
