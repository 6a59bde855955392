//! The one thing that a coroutine can ask of this stage's loop: a sum.
//!
//! In Python the message is a tuple, `('add', 1, 2)`. Here it has field names; its name is still a
//! string, so that a coroutine can ask for something that the loop has never heard of.

use std::error::Error;
use std::fmt;
use std::thread::LocalKey;

use crate::coroutine::{Message, Slot, Yield};
use crate::exception::Exception;

/// A message to the loop: what to do, and with which numbers (T07).
///
/// ```
/// use stage1_addition::Action;
///
/// let action = Action { name: "add", args: vec![1, 2] };
/// assert_eq!(format!("{action:?}"), r#"Action { name: "add", args: [1, 2] }"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What to do. This stage's loop knows `"add"`.
    pub name: &'static str,
    /// With which numbers.
    pub args: Vec<i128>,
}

impl Message for Action {
    type Reply = i128;

    fn slot() -> &'static LocalKey<Slot<Self>> {
        thread_local!(static SLOT: Slot<Action> = const { Slot::new() });
        &SLOT
    }
}

/// Something to await whose value is the sum of its arguments: the talk's class of that name (T07).
///
/// It is not a future but turns into one, as an object with `__await__` is not an iterator but makes
/// one: `.await` calls [`IntoFuture::into_future`] on what stands before it, and then polls the result.
///
/// ```
/// use stage1_addition::{AdditionAwaitable, run_task};
///
/// let sum = run_task(async { AdditionAwaitable::new([1, 2, 3]).await });
/// assert_eq!(sum.unwrap(), 6);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is added until it is awaited"]
pub struct AdditionAwaitable {
    args: Vec<i128>,
}

impl AdditionAwaitable {
    /// Will ask for the sum of `args`.
    pub fn new(args: impl Into<Vec<i128>>) -> Self {
        AdditionAwaitable { args: args.into() }
    }
}

impl IntoFuture for AdditionAwaitable {
    type Output = Result<i128, Exception>;
    type IntoFuture = Yield<Action>;

    // `.await` calls this, so the caller that is tracked is the `.await` itself.
    #[track_caller]
    fn into_future(self) -> Yield<Action> {
        Yield::new(Action {
            name: "add",
            args: self.args,
        })
    }
}

/// The sum of `args`, as a coroutine (T07).
///
/// # Errors
///
/// What the loop throws: it may not know how to add.
///
/// ```
/// use stage1_addition::{add, run_task};
///
/// assert_eq!(run_task(add([1, 2])).unwrap(), 3);
/// ```
pub async fn add(args: impl Into<Vec<i128>>) -> Result<i128, Exception> {
    AdditionAwaitable::new(args).await
}

/// The sum of `numbers`, worked out: Python's `sum(args)`.
///
/// # Errors
///
/// [`Overflow`], where it does not fit, or a total on the way to it does not.
///
/// ```
/// use stage1_addition::addition::sum;
///
/// assert_eq!(sum(&[1, 2]).unwrap(), 3);
/// assert_eq!(sum(&[]).unwrap(), 0);
/// assert!(sum(&[i128::MAX, 1]).is_err());
/// ```
pub fn sum(numbers: &[i128]) -> Result<i128, Exception> {
    let sum = numbers
        .iter()
        .try_fold(0_i128, |sum, &number| sum.checked_add(number));
    sum.ok_or_else(|| Overflow.into())
}

/// A number came out that an `i128` has no room for.
///
/// ```
/// # use stage1_addition::addition::Overflow;
/// assert!(Overflow.to_string().starts_with("the result does not fit"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result does not fit into 128 bits (Python's integers grow, these do not)")
    }
}

impl Error for Overflow {}

/// The loop was asked for something that it does not know: the talk's `ValueError(action)` (T14).
///
/// ```
/// # use stage1_addition::addition::UnknownAction;
/// assert!(UnknownAction("spam").to_string().starts_with(r#"unknown action "spam""#));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAction(
    /// Its name.
    pub &'static str,
);

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown action {:?} (the loop has no arm for it: see `run.rs`)",
            self.0
        )
    }
}

impl Error for UnknownAction {}
