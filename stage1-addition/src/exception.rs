//! What a coroutine raises: any error at all, in a handle that is cheap to clone.
//!
//! Why cheap to clone? Because one failure may be told to many: later, everyone who awaits a failed
//! promise gets the same exception. Why not a boxed error, as elsewhere? Because a box has one owner.

use std::error::Error;
use std::fmt;
use std::rc::Rc;

/// Any [`Error`], shared: Python's exception object, and `?` is its `raise`.
///
/// `?` makes one of every error type; [`downcast_ref`](Exception::downcast_ref) gives the error back.
/// `{}` prints the error, `{:#}` prints it with its causes on one line, and `{:?}` (what `main` prints
/// when it returns one) prints the causes below each other.
///
/// It does not implement [`Error`] itself: then "an exception of every error" would include itself,
/// and the compiler could not tell the two ways apart. (`anyhow::Error` has the same gap for the same
/// reason.)
///
/// ```
/// use stage1_addition::Exception;
/// use std::num::ParseIntError;
///
/// fn parse(text: &str) -> Result<i128, Exception> {
///     Ok(text.parse::<i128>()?)
/// }
///
/// let exception = parse("three").unwrap_err();
/// assert!(exception.is::<ParseIntError>());
/// assert_eq!(exception.to_string(), "invalid digit found in string");
/// ```
#[derive(Clone)]
pub struct Exception(Rc<dyn Error>);

impl Exception {
    /// An exception that says `text`, where no error type is worth its while.
    ///
    /// ```
    /// # use stage1_addition::Exception;
    /// assert_eq!(Exception::msg("out of tea").to_string(), "out of tea");
    /// ```
    pub fn msg(text: impl Into<String>) -> Self {
        Message(text.into()).into()
    }

    /// Whether the error inside is an `E`.
    ///
    /// ```
    /// # use stage1_addition::Exception;
    /// assert!(Exception::from(std::fmt::Error).is::<std::fmt::Error>());
    /// ```
    #[must_use]
    pub fn is<E: Error + 'static>(&self) -> bool {
        self.0.is::<E>()
    }

    /// The error inside, if it is an `E`: Python's `except E as error`.
    ///
    /// ```
    /// # use stage1_addition::{Exception, Misuse};
    /// let exception = Exception::from(Misuse::Finished);
    /// assert_eq!(exception.downcast_ref(), Some(&Misuse::Finished));
    /// ```
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The error inside, whatever it is.
    ///
    /// ```
    /// # use stage1_addition::Exception;
    /// assert!(Exception::msg("no cause").as_error().source().is_none());
    /// ```
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + 'static) {
        &*self.0
    }

    /// The causes, outermost first; the error itself is not among them.
    fn causes(&self) -> impl Iterator<Item = &dyn Error> {
        std::iter::successors(self.0.source(), |&error| error.source())
    }
}

impl<E: Error + 'static> From<E> for Exception {
    fn from(error: E) -> Self {
        Exception(Rc::new(error))
    }
}

/// The way out, to functions that return `Result<_, Box<dyn Error>>`.
impl From<Exception> for Box<dyn Error> {
    fn from(exception: Exception) -> Self {
        Box::new(Boxed(exception))
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        if f.alternate() {
            self.causes().try_for_each(|cause| write!(f, ": {cause}"))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.causes()
            .try_for_each(|cause| write!(f, "\n  caused by: {cause}"))
    }
}

#[derive(Debug)]
struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Message {}

/// An exception that is an [`Error`] again, and so no longer one that every error turns into.
struct Boxed(Exception);

impl fmt::Display for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

// Not derived: a `main` that returns a `Box<dyn Error>` prints this.
impl fmt::Debug for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for Boxed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.0.source()
    }
}
