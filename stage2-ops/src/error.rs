//! What the loop throws: one type for each way in which an action can fail.
//!
//! In Python these come with the language. All of them are thrown into the coroutine that asked, and
//! the loop goes on.
//!
//! ```
//! use stage2_ops::error::{WrongType, ZeroDivisor};
//! use stage2_ops::{div, run_task, sub};
//!
//! assert!(run_task(div(1, 0)).unwrap_err().is::<ZeroDivisor>());
//! let exception = run_task(sub("spam", 1)).unwrap_err();
//! assert_eq!(exception.to_string(), "sub of str and int has no meaning (it takes numbers)");
//! assert_eq!(exception.downcast_ref::<WrongType>().unwrap().given, ["str", "int"]);
//! ```

use std::error::Error;
use std::fmt;

#[doc(inline)]
pub use stage1_addition::addition::{Overflow, UnknownAction};

use crate::value::Value;

/// Something was divided by zero: Python's `ZeroDivisionError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroDivisor;

impl fmt::Display for ZeroDivisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("division by zero (look at the divisor before you ask)")
    }
}

impl Error for ZeroDivisor {}

/// An action was given values that it has no meaning for: Python's `TypeError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongType {
    /// The name of the action.
    pub action: &'static str,
    /// What it takes.
    pub takes: &'static str,
    /// The types of what it was given.
    pub given: Vec<&'static str>,
}

impl WrongType {
    pub(crate) fn new(action: &'static str, takes: &'static str, given: &[&Value]) -> Self {
        WrongType {
            action,
            takes,
            given: given.iter().map(|value| value.type_name()).collect(),
        }
    }
}

impl fmt::Display for WrongType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} has no meaning (it takes {})",
            self.action,
            self.given.join(" and "),
            self.takes
        )
    }
}

impl Error for WrongType {}

/// A value was asked for an attribute that it does not have: Python's `AttributeError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAttribute {
    /// The type of the value.
    pub of: &'static str,
    /// The attribute that it does not have.
    pub name: String,
}

impl NoAttribute {
    pub(crate) fn new(of: &Value, name: &str) -> Self {
        NoAttribute {
            of: of.type_name(),
            name: name.into(),
        }
    }
}

impl fmt::Display for NoAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what_to_do = match self.of {
            "object" => "set it first",
            _ => "only an object has attributes",
        };
        write!(
            f,
            "{} has no attribute {:?} ({what_to_do})",
            self.of, self.name
        )
    }
}

impl Error for NoAttribute {}

/// An action was given too many arguments, or too few: Python's `TypeError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCount {
    /// The name of the action.
    pub action: &'static str,
    /// How many it takes.
    pub takes: usize,
    /// How many it was given.
    pub given: usize,
}

impl fmt::Display for WrongCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} was given {} arguments (it takes {})",
            self.action, self.given, self.takes
        )
    }
}

impl Error for WrongCount {}
