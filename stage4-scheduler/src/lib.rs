//! **Stage 4: scheduler.** Many coroutines take turns: first by looking, then by being told.
//!
//! The loop of stage 3 had one coroutine, and gave up where its promise was not settled: nobody was left
//! who could settle it. With many there is: another coroutine. [`add_coro`] gives one to the loop, which
//! owns it from then on as a *task*, and gives back the promise of its result.
//!
//! ```
//! use stage4_scheduler::{Promise, add_coro, run};
//!
//! let order = run(async {
//!     let kettle = Promise::new();
//!     let water = kettle.clone();
//!     let tea = add_coro(async move { Ok(format!("tea of {}", water.await?)) });
//!     kettle.set_success("hot water")?; // the task that waits for it goes on when we pause
//!     tea.await
//! });
//! assert_eq!(order?, "tea of hot water");
//! # Ok::<(), stage4_scheduler::Exception>(())
//! ```
//!
//! But which task goes on? There are two loops here that answer it.
//!
//! 1. **By looking.** [`scan::run`] goes through its list of tasks and asks each promise, *are you
//!    settled?*, until one is. It is the talk's loop, made of the `Promise` and the `Coroutine` that you
//!    know. It is right, and it is slow: ten thousand tasks that wait are ten thousand questions for
//!    every step.
//! 2. **By being told.** A promise knows when it is settled, since that is when somebody settles it. So
//!    let whoever waits leave something there that can be called: a *waker*. Then the loop of
//!    [`run`](mod@run) needs to look at nobody. It keeps a queue of those who were woken, and takes the
//!    first.
//!
//! ```text
//!   looking                                      being told
//!
//!   the loop                                     the loop
//!     ^  |                                         |    ^
//!     |  |  is it settled?                         |    |  the queue: this task was woken
//!     |  v                                         v    |
//!     a promise, handed up by .await               a waker, handed down to the promise by .await
//! ```
//!
//! That waker is what a `Future` is given in its `Context`, and what the stages before had no use for.
//! It works from other threads and for futures that were not made here. The loop sleeps while nobody
//! calls one, and where nobody can call one, it returns a [`Deadlock`] that names who waits for what. (A
//! waker that a foreign future keeps to itself counts as one that may be called: the loop cannot know. So
//! a promise that is never settled is told where it is awaited as it is, and not where a combinator such
//! as `FuturesUnordered` awaits it for the task; there the loop sleeps.)
//!
//! # What changed
//!
//! - [`promise`] has its waiters in it now: an `.await` that finds it pending leaves its waker there, and
//!   settling it wakes them. A wait that is dropped early takes its waker with it. There is no message any
//!   more, so [`wait`] has lost its half.
//! - [`run`](mod@run) has a [`Scheduler`] where it had a coroutine. What was an error, `NotSettled`, is
//!   asked about all tasks at once: [`Deadlock`].
//! - A panic ends its task and no other: [`Panicked`]. A loop that ends fails the promises of the tasks
//!   that are left: [`LoopEnded`].
//!
//! The two loops may run the same tasks in different orders. The smallest case: task 1 adds task 2 and
//! awaits it, and task 2 adds task 3 and returns. The loop that looks resumes task 1 next, because it is
//! further up in the list. The loop that is told runs task 3 next, because it came into the queue earlier.
//!
//! Read the files in this order: [`scan`], `list.rs` and `waiting.rs`, the loop that looks; then
//! [`promise`], [`wait`] and `waiters.rs`, where the waker goes; then [`run`](mod@run), [`scheduler`],
//! `told.rs`, `task.rs`, `tasks.rs` and `queue.rs`, where it comes from. `current.rs` finds the loop of a thread. The folder
//! `report` holds what is asked when nothing can go on.

#![forbid(unsafe_code)]

pub use report::outcome::{Outcome, Step};
pub use report::{deadlock, ended, panicked};
pub use stage3_promise::{coroutine, exception, settled};

mod bookkeeping;
mod looking;
pub mod promise;
mod queue;
mod report;
pub mod run;
pub mod scan;
pub mod scheduler;
mod task;
mod told;
pub mod wait;
mod waiters;

pub use coroutine::{CoroutineState, Misuse};
pub use deadlock::{Awaits, Deadlock, Pause, TaskInfo};
pub use ended::LoopEnded;
pub use exception::Exception;
pub use panicked::Panicked;
pub use promise::Promise;
pub use run::run;
pub use scheduler::{Scheduler, add_coro};
pub use settled::AlreadySettled;
pub use wait::Wait;

/// Where the queue has its locks and its thread-locals from: named in one place, so that a model checker
/// can put its own there.
mod sync {
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
    pub(crate) use std::thread_local;
}
