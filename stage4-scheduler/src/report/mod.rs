//! What is asked when a task cannot go on: who is stuck, who waits for what, who panicked.

pub mod deadlock;
pub mod ended;
pub(crate) mod outcome;
pub mod panicked;
pub(crate) mod pauses;
pub(crate) mod stuck;
