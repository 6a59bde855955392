//! The things that a coroutine can ask of this stage's loop: anything that has a name.
//!
//! In Python the message is a tuple, `('add', 1, 2)`. Here it has field names; its name is still a
//! string, so that a coroutine can ask for something that the loop has never heard of.

use std::thread::LocalKey;

use crate::coroutine::{self, Message, Slot, Yield};
use crate::error::WrongCount;
use crate::exception::Exception;
use crate::value::Value;

#[doc(inline)]
pub use crate::error::{Overflow, UnknownAction};

/// A [coroutine](coroutine::Coroutine) that speaks this stage's messages.
pub type Coroutine<T> = coroutine::Coroutine<Action, T>;

/// A message to the loop: what to do, and with which values (T07).
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// What to do. This stage's loop knows eight names.
    pub name: &'static str,
    /// With which values.
    pub args: Vec<Value>,
}

impl Action {
    /// Its arguments, if there are `N` of them: Python's `a, b = args`.
    pub(crate) fn args<const N: usize>(&self) -> Result<&[Value; N], Exception> {
        let args = self.args.as_slice().try_into();
        args.map_err(|_| {
            WrongCount {
                action: self.name,
                takes: N,
                given: self.args.len(),
            }
            .into()
        })
    }
}

impl Message for Action {
    type Reply = Value;

    fn slot() -> &'static LocalKey<Slot<Self>> {
        thread_local!(static SLOT: Slot<Action> = const { Slot::new() });
        &SLOT
    }
}

/// Something to await whose value is the loop's answer to an action of that name (T07, T17).
///
/// It is not a future but turns into one, as an object with `__await__` is not an iterator but makes
/// one: `.await` calls [`IntoFuture::into_future`] on the expression before it, and polls the result.
///
/// ```
/// use stage2_ops::{OpAwaitable, run_task};
///
/// let sum = run_task(async { OpAwaitable::new("add", [1, 2, 3]).await });
/// assert_eq!(sum.unwrap(), 6);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is worked out until it is awaited"]
pub struct OpAwaitable {
    name: &'static str,
    args: Vec<Value>,
}

impl OpAwaitable {
    /// Will ask for what `name` makes of `args`.
    pub fn new(name: &'static str, args: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        OpAwaitable {
            name,
            args: args.into_iter().map(Into::into).collect(),
        }
    }
}

impl IntoFuture for OpAwaitable {
    type Output = Result<Value, Exception>;
    type IntoFuture = Yield<Action>;

    // `.await` calls this, so the tracked caller is the `.await` itself.
    #[track_caller]
    fn into_future(self) -> Yield<Action> {
        Yield::new(Action {
            name: self.name,
            args: self.args,
        })
    }
}

/// The sum of `args`, as a coroutine (T07).
///
/// # Errors
///
/// [`Overflow`], or [`WrongType`](crate::error::WrongType) if they are not all numbers.
///
/// ```
/// use stage2_ops::{add, run_task};
///
/// assert_eq!(run_task(add([1, 2])).unwrap(), 3);
/// ```
pub async fn add(args: impl IntoIterator<Item = impl Into<Value>>) -> Result<Value, Exception> {
    OpAwaitable::new("add", args).await
}

/// The sum of `numbers`, worked out: Python's `sum(args)`.
///
/// # Errors
///
/// [`Overflow`], if the sum does not fit, or one of the totals on the way to it;
/// [`WrongType`](crate::error::WrongType), if they are not all numbers.
pub fn sum(numbers: &[Value]) -> Result<Value, Exception> {
    numbers
        .iter()
        .try_fold(Value::Int(0), |sum, number| sum.add(number))
}
