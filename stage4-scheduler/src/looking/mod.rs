//! What the loop that looks is made of: its list of tasks, and what such a task does when it is resumed.

pub(crate) mod list;
pub(crate) mod task;
