//! What the compiler makes of `async fn add`, written by hand: a value with three states.
//!
//! The compiler turns the body of an `async fn` into an enum and a `poll`. It cuts the body at each
//! `.await`, and every variant holds what the next piece needs: first the arguments, then the future
//! that is being awaited, in the end nothing. The variant says where it is paused, and its local
//! variables are the fields.
//!
//! ```text
//! pub async fn add(args: Vec<i128>) -> Result<i128, Exception> {
//!                                            // Fresh: holds the arguments
//!     AdditionAwaitable::new(args).await     // Paused: holds what `into_future` made
//! }                                          // Finished: holds nothing
//! ```
//!
//! You cannot match on the real one, and the compiler chooses its layout. Its messages, its pauses and
//! its value are the same as here.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::addition::{Action, AdditionAwaitable};
use crate::coroutine::Yield;
use crate::exception::Exception;

/// The coroutine that `add` makes, as an enum (T04 to T06).
///
/// It needs no `Pin`, because no field here points at another one. A local variable that borrows from
/// another is all it takes: then safe code ends, and only the compiler can write the machine.
///
/// ```
/// use stage1_addition::machine::AddMachine;
/// use stage1_addition::run_task;
///
/// assert_eq!(run_task(AddMachine::new([1, 2])).unwrap(), 3);
/// ```
#[derive(Debug)]
#[must_use = "nothing is added until it is awaited"]
pub enum AddMachine {
    /// Made, and not polled yet. These are the arguments.
    Fresh(Vec<i128>),
    /// At its one `.await`. This is what it awaits: Python's `cr_await`.
    Paused(Yield<Action>),
    /// It has returned.
    Finished,
}

impl AddMachine {
    /// The call `add(args)`: it stores the arguments, and runs nothing.
    pub fn new(args: impl Into<Vec<i128>>) -> Self {
        AddMachine::Fresh(args.into())
    }
}

impl Future for AddMachine {
    type Output = Result<i128, Exception>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match &mut *self {
                // Up to the `.await`. It takes two steps: first it turns the expression before it into a
                // future, which is Python's `__await__` ...
                AddMachine::Fresh(args) => {
                    let awaitable = AdditionAwaitable::new(mem::take(args));
                    *self = AddMachine::Paused(awaitable.into_future());
                }
                // ... then it polls that future until it is ready, which is `yield from`: while the future
                // is pending so is the coroutine, and its output is the value of the `.await`.
                AddMachine::Paused(awaited) => match Pin::new(awaited).poll(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(result) => {
                        *self = AddMachine::Finished;
                        return Poll::Ready(result);
                    }
                },
                AddMachine::Finished => panic!("polled after it has returned (make a new one)"),
            }
        }
    }
}
