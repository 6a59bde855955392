//! The scheduler: it runs the tasks that were woken, one with each call of [`Scheduler::step`].

use std::fmt;
use std::iter;
use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::the_only_loop;
use crate::bookkeeping::parking;
use crate::event_loop::Loop;
use crate::exception::Exception;
use crate::promise::Promise;
use crate::report::deadlock::{Deadlock, TaskInfo};
use crate::report::state::task_infos;
use crate::task::Task;

pub use crate::event_loop::add_coro;
pub use crate::report::outcome::Step;

/// A loop that you turn by hand: [`run`](mod@crate::run) is made of these steps.
///
/// ```
/// use stage4_scheduler::{Outcome, Scheduler};
///
/// let scheduler = Scheduler::new();
/// let promise = scheduler.add_coro(async { Ok(1 + 2) });
/// let step = scheduler.step().unwrap();
/// assert_eq!((step.task, step.outcome), (1, Outcome::Returned));
/// assert!(scheduler.step().is_none()); // no task is ready
/// assert_eq!(promise.result().unwrap()?, 3);
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
///
/// When it is dropped, it drops the tasks that are left, and their promises fail with
/// [`LoopEnded`](crate::LoopEnded). If it is forgotten (`mem::forget`), they stay pending.
#[doc(alias = "executor")]
#[doc(alias = "runtime")]
pub struct Scheduler(Rc<Loop>);

impl Default for Scheduler {
    fn default() -> Self {
        Scheduler::new()
    }
}

impl Scheduler {
    /// A scheduler without tasks, for this thread. A wake from another thread unparks this one.
    #[must_use]
    pub fn new() -> Self {
        Scheduler::with_unpark(parking::unpark_this_thread())
    }

    /// A scheduler for a loop that sleeps in some other way than [`park`](std::thread::park).
    ///
    /// Each wake from outside the loop calls `unpark`, which must end the loop's sleep, or prevent it.
    #[must_use]
    pub fn with_unpark(unpark: Waker) -> Self {
        Scheduler(Rc::new(Loop::new(unpark)))
    }

    /// Adds a coroutine as a task, which runs when the loop comes to it. See [`add_coro`].
    #[track_caller]
    pub fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        self.0.add_coro(coro)
    }

    /// Runs the task that was woken first until it pauses or ends. `None` if no task is ready.
    ///
    /// # Panics
    ///
    /// If it is called inside a task, of this scheduler or of another loop.
    #[track_caller]
    pub fn step(&self) -> Option<Step> {
        assert!(
            !self.0.queue.running.is_set(),
            "`step` was called from inside a task (return from the task first, and the loop goes on)"
        );
        self.enter(|| self.0.step())
    }

    /// All tasks in the order of their numbers, and where each is paused.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskInfo> {
        let mut states = self.0.tasks.borrow().describe();
        self.0.queue.pauses.borrow().add_to(&mut states);
        task_infos(states)
    }

    /// The report, if the tasks are stuck: none is ready, and nobody could wake one, except you, if you settle
    /// a promise that they wait for.
    ///
    /// No task is running, so no task can settle a promise now. Only a waker held elsewhere can still wake one:
    /// in another thread, or in a future made elsewhere. The waker's reference count shows whether somebody
    /// holds it. (To drop a waker without calling it wakes nobody. A loop that sleeps by then sleeps on.)
    #[must_use]
    pub fn deadlock(&self) -> Option<Deadlock> {
        let Loop { queue, tasks, .. } = &*self.0;
        let is_ready = !queue.ready.borrow().is_empty();
        if self.0.queue.running.is_set() || is_ready || tasks.borrow_mut().any_is_kept() {
            return None;
        }
        let tasks = self.tasks();
        (!tasks.is_empty()).then_some(Deadlock { tasks })
    }

    /// Runs `inside` with this as the loop of this thread, as [`add_coro`] sees it. A loop of many
    /// [`step`](Scheduler::step)s is faster inside.
    ///
    /// # Panics
    ///
    /// Inside another loop.
    #[track_caller]
    pub fn enter<R>(&self, inside: impl FnOnce() -> R) -> R {
        if self.0.is_current() {
            return inside();
        }
        the_only_loop(|| self.0.as_current(inside))
    }

    /// Sleeps until another thread has woken a task. May end early.
    pub(crate) fn park(&self) {
        self.0.parking.park();
    }
}

/// Drops what is left, one task after the other.
impl Drop for Scheduler {
    fn drop(&mut self) {
        self.0.has_ended.set(true); // a destructor may add a coroutine
        self.0.as_current(|| {
            let left = iter::from_fn(|| self.0.tasks.borrow_mut().pop());
            left.for_each(Task::close);
        });
        self.0.queue.close();
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("tasks", &self.tasks())
            .finish_non_exhaustive()
    }
}
