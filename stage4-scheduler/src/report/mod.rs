//! What a loop tells: how a step ended, where each task is paused, which tasks are stuck, and who panicked.

pub mod deadlock;
pub mod ended;
pub(crate) mod outcome;
pub mod panicked;
pub(crate) mod state;
