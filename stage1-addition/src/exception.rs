//! What a coroutine raises: any error at all, in a handle that is cheap to clone.
//!
//! One failure may be told to many: later, everyone who awaits a failed promise gets the same
//! exception. So the error is shared. (A boxed error, the usual choice elsewhere, has one owner.)

use std::error::Error;
use std::fmt;
use std::iter;
use std::rc::Rc;

/// Any [`Error`], shared: Python's exception object, and `?` is its `raise`.
///
/// `?` makes one of every error type; [`downcast_ref`](Exception::downcast_ref) gives the error back.
/// `{}` prints the error, `{:#}` prints it with its causes on one line, and `{:?}` (what `main` prints
/// when it returns one) prints the causes below each other.
///
/// It does not implement [`Error`] itself: "an exception from every error" would then include itself,
/// and the compiler could not tell the two conversions apart. (`anyhow::Error` has the same gap for
/// the same reason.)
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
/// assert_eq!(Exception::msg("out of tea").to_string(), "out of tea");
/// ```
// The box makes it one word wide; an `Rc<dyn Error>` is two. It is a part of every answer, also of
// the good ones, and those are copied often.
#[derive(Clone)]
pub struct Exception(Rc<Box<dyn Error>>);

impl Exception {
    /// An exception that says `text`, if an error type of its own is not worth the effort.
    pub fn msg(text: impl Into<String>) -> Self {
        Message(text.into()).into()
    }

    /// Whether the error inside is an `E`.
    #[must_use]
    pub fn is<E: Error + 'static>(&self) -> bool {
        self.0.is::<E>()
    }

    /// The error inside, if it is an `E`: Python's `except E as error`.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The error inside, whatever it is.
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + 'static) {
        &**self.0
    }

    /// Writes the causes, outermost first, with `separator` before each.
    ///
    /// An error may be its own cause, and then the list has no end. It is cut off with `...`.
    fn write_causes(&self, f: &mut fmt::Formatter<'_>, separator: &str) -> fmt::Result {
        const MOST: usize = 32;
        let causes = iter::successors(self.0.source(), |&cause| cause.source());
        for (number, cause) in causes.enumerate() {
            if number == MOST {
                return write!(f, "{separator}...");
            }
            write!(f, "{separator}{cause}")?;
        }
        Ok(())
    }
}

impl<E: Error + 'static> From<E> for Exception {
    #[cold]
    fn from(error: E) -> Self {
        Exception(Rc::new(Box::new(error)))
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
            self.write_causes(f, ": ")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.write_causes(f, "\n  caused by: ")
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
