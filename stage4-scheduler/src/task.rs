//! A task: a coroutine that a loop owns, and the promise of its result.
//!
//! The tasks of a loop have results of many types, and the loop keeps them in one list. So it holds each
//! as an `Rc<dyn Task>`, which has forgotten the type. Both loops of this stage do.

use std::fmt;
use std::rc::Rc;
use std::task::Waker;

use crate::report::stuck::Stuck;

/// What a loop asks of a task, whatever the type of its result.
pub(crate) trait Task {
    /// Resumes the coroutine until it pauses or ends. When it ends, its result settles the promise (T25).
    fn resume(self: Rc<Self>, waker: &Waker) -> Outcome;

    /// Drops the coroutine. If it has not ended, its promise fails with [`LoopEnded`](crate::LoopEnded).
    fn close(self: Rc<Self>);

    /// Whether it can go on (T24). Only the loop that looks asks.
    fn is_ready(&self) -> bool {
        true
    }

    /// What the report tells of the task that has this number.
    fn describe(&self, number: u64) -> Stuck;
}

/// How a task ended its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It paused at an `.await`.
    Paused,
    /// It returned, and its promise is 🐣.
    Returned,
    /// It raised an exception, or panicked, and its promise is 🍳.
    Raised,
}

impl Outcome {
    pub(crate) fn of<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Outcome::Returned,
            Err(_) => Outcome::Raised,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Paused => "paused",
            Outcome::Returned => "returned",
            Outcome::Raised => "raised an exception",
        })
    }
}
