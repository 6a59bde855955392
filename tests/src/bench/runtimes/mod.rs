//! What a program can run on: our two loops and their peers, behind one trait.
//!
//! Why these peers? They are what people use to run tasks that stay on one thread. A runtime that moves
//! tasks between threads pays for that, and the comparison would be about something else.

mod local_executor;
mod local_pool;
mod local_set;
mod scan;
mod wakers;

pub use local_executor::LocalExecutor;
pub use local_pool::LocalPool;
pub use local_set::LocalSet;
pub use scan::Scan;
pub use wakers::Wakers;

/// A loop that runs tasks on one thread.
pub trait Runtime: Clone + 'static {
    /// Its name in tables and plots.
    const NAME: &'static str;

    /// What a task returns here: the number itself, or a result with it.
    type Out: 'static;
    /// What is awaited to have it.
    type Handle: Future + 'static;

    /// What a task returns that has worked out `number`.
    fn ok(number: u64) -> Self::Out;

    /// The number that a task has worked out.
    fn number(joined: <Self::Handle as Future>::Output) -> u64;

    /// Adds a task.
    fn spawn(&self, task: impl Future<Output = Self::Out> + 'static) -> Self::Handle;

    /// Lets the task of this handle run on its own.
    fn detach(handle: Self::Handle) {
        drop(handle);
    }

    /// Makes a loop and runs on it what `main` gives, to its end.
    fn run<F: Future<Output = Self::Out> + 'static>(main: impl FnOnce(Self) -> F) -> u64;
}
