//! The one thing that a coroutine can ask of this stage's loop: a sum.
//!
//! In Python the message is a tuple, `('add', 1, 2)`. Here it has field names; its name is still a
//! string, so that a coroutine can ask for something that the loop has never heard of.

use std::error::Error;
use std::fmt;
use std::thread::LocalKey;

use crate::coroutine::{self, Message, Slot, Yield};
use crate::exception::Exception;

/// A [coroutine](coroutine::Coroutine) that speaks this stage's messages.
pub type Coroutine<T> = coroutine::Coroutine<Action, T>;

/// A message to the loop: what to do, and with which numbers (T07).
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

/// Something to await whose value is the sum of its arguments (T07).
///
/// It is not a future but turns into one, as an object with `__await__` is not an iterator but makes
/// one: `.await` calls [`IntoFuture::into_future`] on the expression before it, and polls the result.
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

    // `.await` calls this, so the tracked caller is the `.await` itself.
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
/// What the loop throws. [`run_task`](crate::run_task) throws [`Overflow`].
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
/// [`Overflow`], if the sum does not fit, or one of the totals on the way to it.
pub fn sum(numbers: &[i128]) -> Result<i128, Exception> {
    let sum = numbers
        .iter()
        .try_fold(0_i128, |sum, &number| sum.checked_add(number));
    sum.ok_or_else(|| Overflow.into())
}

/// The result is a number that an `i128` has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result does not fit into 128 bits (Python's integers grow, these do not)")
    }
}

impl Error for Overflow {}

/// The loop was asked for an action that it does not know (T14). It holds the name of the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAction(pub &'static str);

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownAction(name) = self;
        write!(
            f,
            "unknown action {name:?} (the loop has no arm for it: see `run.rs`)"
        )
    }
}

impl Error for UnknownAction {}
