//! The seven new questions, each as a coroutine. None of them works out its answer: each sends its name
//! and its arguments to the loop, and returns the reply. How they may fail is in [`error`](crate::error).

use crate::exception::Exception;
use crate::ops::OpAwaitable;
use crate::value::Value;

/// The difference of `a` and `b`: Python's `a - b`.
///
/// # Errors
///
/// `Overflow`, or `WrongType` if not both are numbers.
///
/// ```
/// use stage2_ops::{run_task, sub};
///
/// assert_eq!(run_task(sub(1, 2)).unwrap(), -1);
/// ```
pub async fn sub(a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("sub", [a.into(), b.into()]).await
}

/// The product of `a` and `b`: Python's `a * b`.
///
/// # Errors
///
/// `Overflow`, or `WrongType` if not both are numbers.
///
/// ```
/// use stage2_ops::{mul, run_task};
///
/// assert_eq!(run_task(mul(6, 7)).unwrap(), 42);
/// ```
pub async fn mul(a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("mul", [a.into(), b.into()]).await
}

/// The quotient of `a` and `b`, a float: Python's `a / b`.
///
/// # Errors
///
/// `ZeroDivisor`, or `WrongType` if not both are numbers.
///
/// ```
/// use stage2_ops::{div, run_task};
///
/// assert_eq!(run_task(div(7, 2)).unwrap(), 3.5);
/// ```
pub async fn div(a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("div", [a.into(), b.into()]).await
}

/// What is left of `a` when `b` is taken away as often as it fits: Python's `a % b`. It has the sign of
/// `b`.
///
/// # Errors
///
/// `ZeroDivisor`, or `WrongType` if not both are numbers.
///
/// ```
/// use stage2_ops::{modulo, run_task};
///
/// assert_eq!(run_task(modulo(-7, 2)).unwrap(), 1);
/// ```
#[doc(alias = "mod")]
pub async fn modulo(a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("mod", [a.into(), b.into()]).await
}

/// How often `b` fits into `a`, rounded down, and what is left: Python's `divmod(a, b)`.
///
/// # Errors
///
/// `ZeroDivisor`, `Overflow`, or `WrongType` if not both are numbers.
///
/// ```
/// use stage2_ops::{divmod, run_task};
///
/// assert_eq!(run_task(divmod(-7, 2)).unwrap().to_string(), "(-4, 1)");
/// ```
pub async fn divmod(a: impl Into<Value>, b: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("divmod", [a.into(), b.into()]).await
}

/// The attribute `name` of `object`: Python's `getattr(object, name)`, or `object.name`.
///
/// # Errors
///
/// `NoAttribute`, or `WrongType` if the name is not a text.
///
/// ```
/// use stage2_ops::{Object, getattr, run_task};
///
/// assert!(run_task(getattr(Object::new(), "x")).is_err());
/// ```
pub async fn getattr(object: impl Into<Value>, name: impl Into<Value>) -> Result<Value, Exception> {
    OpAwaitable::new("getattr", [object.into(), name.into()]).await
}

/// Makes `value` the attribute `name` of `object`: Python's `setattr(object, name, value)`, or
/// `object.name = value`. Its answer is none.
///
/// # Errors
///
/// `NoAttribute` if it is no object, or `WrongType` if the name is not a text.
///
/// ```
/// use stage2_ops::{Object, getattr, run_task, setattr};
///
/// let object = Object::new();
/// let x = run_task(async move {
///     setattr(&object, "x", 3).await?;
///     getattr(&object, "x").await
/// });
/// assert_eq!(x.unwrap(), 3);
/// ```
pub async fn setattr(
    object: impl Into<Value>,
    name: impl Into<Value>,
    value: impl Into<Value>,
) -> Result<Value, Exception> {
    OpAwaitable::new("setattr", [object.into(), name.into(), value.into()]).await
}
