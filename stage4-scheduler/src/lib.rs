//! **Stage 4: scheduler.** Many coroutines take turns: first by looking, then by being told.
//!
//! The loop of stage 3 had one coroutine, and gave up if its promise was not settled: nobody was left who
//! could settle it. Here another coroutine can. [`add_coro`] gives one to the loop, which owns it from then
//! on as a *task*, and gives back the promise of its result.
//!
//! ```
//! use stage4_scheduler::{Promise, add_coro, run};
//!
//! let order = run(async {
//!     let kettle = Promise::new();
//!     let water = kettle.clone();
//!     let tea = add_coro(async move { Ok(format!("tea of {}", water.await?)) });
//!     let stove = add_coro(async move { Ok(kettle.set_success("hot water")?) });
//!     stove.await?; // meanwhile `tea` begins and waits for the kettle, and then `stove` settles the kettle
//!     tea.await
//! });
//! assert_eq!(order?, "tea of hot water");
//! # Ok::<(), stage4_scheduler::Exception>(())
//! ```
//!
//! But which task goes on? There are two loops here that answer it.
//!
//! 1. **By looking.** [`scan::run`] goes through its list of tasks and asks each promise, *are you
//!    settled?*, until one is. This is how the talk does it, with stage 3's `Promise` and `Coroutine`. It is
//!    correct, and it is slow: ten thousand waiting tasks are ten thousand questions for every step.
//! 2. **By being told.** A promise knows when it is settled. So a task that waits leaves something there
//!    that can be called: a *waker*. Then the loop of [`run`](mod@run) does not look. It keeps a queue of the
//!    tasks that were woken, and takes the first.
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
//! That waker is what a `Future` is given in its `Context`, and what the stages before had no use for. It works
//! from other threads and for futures that were not made here. The loop sleeps until a waker is called. If
//! nobody can call one, it returns a [`Deadlock`] that names every task and what it awaits. (If a combinator such
//! as `FuturesUnordered` keeps the waker, the loop cannot know that nobody will call it, and sleeps.)
//!
//! # What changed
//!
//! - [`promise`] has its waiters in it now. An `.await` that finds it pending hands it the waker of its task,
//!   and settling it wakes the waiters. (For a task of this thread's own loop, the promise notes which task it
//!   is instead of cloning the waker.) There is no message any more, so the file of `Awaited` is gone.
//! - [`run`](mod@run) has a [`Scheduler`] where it had a coroutine. The error `NotSettled` became [`Deadlock`].
//! - A panic ends its task and no other: [`Panicked`]. A loop that ends fails its tasks' promises: [`LoopEnded`].
//!
//! The two loops may run the same tasks in different orders. The smallest case: task 1 adds task 2 and awaits
//! it, and task 2 adds task 3 and returns. The loop that looks resumes task 1 next, because it is further up in
//! the list. The loop that is told runs task 3 next, because it came into the queue earlier.
//!
//! Read the files in this order: [`scan`], and what it is made of in `looking/`; then [`promise`], [`wait`] and
//! `waiters/`, where the waker goes; then [`run`](mod@run), [`scheduler`], `event_loop.rs`, `task.rs` and
//! `queue.rs`, where it comes from. `bookkeeping/` knows which task is in which place. `report/` says how tasks
//! pause and end. "T22" and the like are the steps of the talk, which the book lists.

#![forbid(unsafe_code)]

pub use report::outcome::{Outcome, Step};
pub use report::{deadlock, ended, panicked};
pub use stage3_promise::{coroutine, exception, settled};

mod bookkeeping;
mod event_loop;
mod looking;
pub mod promise;
mod queue;
mod report;
pub mod run;
pub mod scan;
pub mod scheduler;
mod task;
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

/// The queue's locks and thread-locals. A model checker puts its own here.
mod sync {
    pub(crate) use std::sync::Mutex;
    pub(crate) use std::sync::atomic::{AtomicBool, Ordering};
    pub(crate) use std::thread_local;
}
