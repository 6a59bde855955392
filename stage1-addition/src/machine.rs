//! What the compiler makes of `async fn add`, written out by hand: a value with three states.
//!
//! The compiler turns the body of an `async fn` into an enum and a `poll`. It cuts the body at each
//! `.await`, and every variant holds what the next piece needs: first the arguments, then the future
//! that is being awaited, in the end nothing. So "where it is paused" is which variant it is, and its
//! local variables are the fields.
//!
//! ```text
//! pub async fn add(args: Vec<i128>) -> Result<i128, Exception> {
//!                                            // Fresh: holds the arguments
//!     AdditionAwaitable::new(args).await     // Paused: holds what `into_future` made
//! }                                          // Finished: holds nothing
//! ```
//!
//! The real one is not an enum that you could match on, and its layout is the compiler's business. Its
//! messages, its pauses and its value are those of this one.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::addition::{Action, AdditionAwaitable};
use crate::coroutine::Yield;
use crate::exception::Exception;

/// The coroutine that [`add`](crate::addition::add) is, as an enum (T04 to T06).
///
/// Why is no `Pin` in the way, when the compiler's own needs it? Because no field here points at
/// another one. A local variable that borrows from another is all it takes; then safe code ends, and
/// only the compiler can write the machine.
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
    ///
    /// ```
    /// use stage1_addition::machine::AddMachine;
    ///
    /// assert!(matches!(AddMachine::new([1, 2]), AddMachine::Fresh(_)));
    /// ```
    pub fn new(args: impl Into<Vec<i128>>) -> Self {
        AddMachine::Fresh(args.into())
    }
}

impl Future for AddMachine {
    type Output = Result<i128, Exception>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match &mut *self {
                // Up to the `.await`. It takes two steps: first what stands before it is asked for a
                // future, which is what Python's `__await__` is ...
                AddMachine::Fresh(args) => {
                    let awaitable = AdditionAwaitable::new(mem::take(args));
                    *self = AddMachine::Paused(awaitable.into_future());
                }
                // ... then that future is polled until it is ready, which is `yield from`: while it is
                // pending so are we, and what it is worth in the end is the value of the `.await`.
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
