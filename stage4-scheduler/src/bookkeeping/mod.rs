//! The tables behind [`run`](mod@crate::run): which loop runs on a thread, which task is in which place, and
//! which tasks are ready.

pub(crate) mod current;
pub(crate) mod parking;
pub(crate) mod ready;
pub(crate) mod running;
pub(crate) mod tasks;
