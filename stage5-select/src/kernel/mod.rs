//! What the loop needs from the kernel, and what can go wrong with it.

pub(crate) mod clock;
pub(crate) mod errors;
pub(crate) mod fairness;
pub(crate) mod fdset;
pub(crate) mod notifier;
pub(crate) mod sources;
pub(crate) mod sys;
pub(crate) mod timers;
