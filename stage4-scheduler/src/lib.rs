//! **Stage 4: scheduler.** Many coroutines take turns: first by looking, then by being told.

#![forbid(unsafe_code)]

pub use stage3_promise::{coroutine, exception, settled};

mod current;
pub mod deadlock;
mod job;
mod list;
pub mod panicked;
pub mod promise;
mod queue;
pub mod run;
pub mod scan;
pub mod scheduler;
mod slab;
mod tasks;
mod waiters;

pub use coroutine::{CoroutineState, Misuse};
pub use deadlock::{Awaits, Deadlock, Pause, Task};
pub use exception::Exception;
pub use panicked::Panicked;
pub use promise::Promise;
pub use run::run;
pub use scheduler::{Did, Scheduler, Step, add_coro};

/// What the queue shares between threads, and what it does not: named in one place, so that a model checker can put its own
/// there.
mod sync {
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
    pub(crate) use std::thread_local;
}
