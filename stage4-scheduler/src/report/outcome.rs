//! What a step of a loop says about itself.

use std::fmt;

/// What one step of a scheduler did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the task that ran.
    pub task: u64,
    /// How it ended its turn.
    pub outcome: Outcome,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} {}", self.task, self.outcome)
    }
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
