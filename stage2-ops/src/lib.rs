//! **Stage 2: ops.**
#![forbid(unsafe_code)]

pub use stage1_addition::{coroutine, exception};

pub use coroutine::{Coroutine, CoroutineState, Misuse};
pub use exception::Exception;
