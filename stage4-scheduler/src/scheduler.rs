//! The scheduler: it runs the tasks that were woken, one at a time.
//!
//! A scheduler alone does nothing: somebody calls [`Scheduler::step`], over and over. [`run`](mod@crate::run)
//! does; so may a test, or you.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

use crate::current;
use crate::deadlock::{Deadlock, Task};
use crate::exception::Exception;
use crate::promise::Promise;
use crate::tasks::Tasks;

pub use crate::current::{Entered, add_coro};
pub use crate::job::Did;
pub use crate::tasks::Closing;

/// A loop that you turn by hand: [`run`](mod@crate::run) is made of these steps.
///
/// ```
/// use stage4_scheduler::{Did, Scheduler};
///
/// let scheduler = Scheduler::new();
/// let promise = scheduler.add_coro(async { Ok(1 + 2) });
/// let step = scheduler.step().unwrap();
/// assert_eq!((step.task, step.did), (1, Did::Returned));
/// assert!(scheduler.step().is_none()); // nothing is left to run
/// assert_eq!(promise.result().unwrap()?, 3);
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
///
/// When it is dropped, the tasks that are left are dropped, one after the other, and their sockets,
/// files and guards with them.
#[doc(alias = "executor")]
#[doc(alias = "runtime")]
pub struct Scheduler {
    tasks: Rc<Tasks>,
}

/// What [`Scheduler::step`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the task that ran.
    pub task: u64,
    /// How it ended its turn.
    pub did: Did,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} {}", self.task, self.did)
    }
}

impl Default for Scheduler {
    fn default() -> Self {
        Scheduler::new()
    }
}

impl Scheduler {
    /// A scheduler without tasks, for this thread. A wake from another thread unparks this one.
    #[must_use]
    pub fn new() -> Self {
        Scheduler::with_unpark(Waker::from(Arc::new(Unpark(thread::current()))))
    }

    /// The same, where the loop sleeps in some other way: a wake from another thread calls `unpark`.
    ///
    /// The loop has a waker, as its tasks have: it is called once for all wakes that come between two
    /// looks at the queue, and it must end the loop's sleep, or prevent it if it comes before.
    ///
    /// ```
    /// use stage4_scheduler::Scheduler;
    /// use std::task::Waker;
    ///
    /// let never_sleeps = Scheduler::with_unpark(Waker::noop().clone());
    /// assert!(never_sleeps.step().is_none());
    /// ```
    #[must_use]
    pub fn with_unpark(unpark: Waker) -> Self {
        Scheduler {
            tasks: Rc::new(Tasks::new(unpark)),
        }
    }

    /// Adds a coroutine as a task, which runs when the loop comes to it. See [`add_coro`].
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// assert!(!promise.is_settled());
    /// ```
    #[track_caller]
    pub fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        self.tasks.add(coro)
    }

    /// Runs the task that was woken first until it pauses or ends. `None` if no task is to run.
    ///
    /// # Panics
    ///
    /// Inside a task, its own or that of another scheduler: there is one loop to a thread, and it runs
    /// one task at a time.
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// while let Some(step) = scheduler.step() {
    ///     println!("{step}");
    /// }
    /// assert!(promise.is_settled());
    /// ```
    #[track_caller]
    pub fn step(&self) -> Option<Step> {
        let _entered = self.enter();
        let (task, did) = self.tasks.run_one()?;
        Some(Step { task, did })
    }

    /// All tasks in the order of their numbers, and where each is paused.
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// assert_eq!(scheduler.tasks()[0].added_at, promise.made_at());
    /// ```
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        self.tasks.seen().0
    }

    /// Whether the tasks are stuck: none is to run, and nobody could wake one, unless you, who turn the
    /// crank, settle a promise that they wait for. If so, the report.
    ///
    /// Who could wake a task? Whoever holds its waker. The wakers in our promises are called by tasks
    /// that settle them, and no task runs. So what is left is a waker in other hands: another thread's,
    /// or those of a future that was not made here. The waker's reference count tells: one in the slab
    /// and those in the table of waiters are ours. (Whoever lets go of a waker without calling it wakes
    /// nobody. So a loop that sleeps by then sleeps on.)
    ///
    /// ```
    /// use stage4_scheduler::{Promise, Scheduler};
    ///
    /// let scheduler = Scheduler::new();
    /// scheduler.add_coro(async { Promise::<()>::new().await });
    /// assert!(scheduler.deadlock().is_none()); // it has not run yet
    /// scheduler.step();
    /// println!("{}", scheduler.deadlock().unwrap());
    /// ```
    #[must_use]
    pub fn deadlock(&self) -> Option<Deadlock> {
        // The usual cases where a loop waits for another thread, and the cheap ones.
        if self.tasks.is_busy() || self.tasks.more_wakers_than_ours() {
            return None;
        }
        let (tasks, foreign) = self.tasks.seen();
        // Why look at the queue last? Whoever held a waker a moment ago may have called it since.
        let stuck = !tasks.is_empty() && !foreign && !self.tasks.is_busy();
        stuck.then(|| Deadlock::new(tasks))
    }

    /// Makes this the loop of this thread, as [`add_coro`] sees it, until the guard is dropped.
    ///
    /// # Panics
    ///
    /// Inside a task of another scheduler.
    ///
    /// ```
    /// use stage4_scheduler::{Scheduler, add_coro};
    ///
    /// let scheduler = Scheduler::new();
    /// let _entered = scheduler.enter();
    /// let promise = add_coro(async { Ok(3) });
    /// scheduler.step();
    /// assert!(promise.is_settled());
    /// ```
    #[track_caller]
    pub fn enter(&self) -> Entered<'_> {
        Entered::new(&self.tasks)
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        current::instead(&self.tasks, || self.tasks.close());
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("tasks", &self.tasks())
            .finish_non_exhaustive()
    }
}

/// Wakes a loop that sleeps in [`thread::park`].
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
