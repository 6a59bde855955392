//! The list of the loop that looks, and the search in it.

use std::cell::{Cell, RefCell};
use std::iter;
use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::{AtTheEnd, Current, the_only_loop};
use crate::exception::Exception;
use crate::looking::task::LookingTask;
use crate::report::deadlock::Deadlock;
use crate::report::outcome::Outcome;
use crate::report::panicked::caught;
use crate::report::state::task_infos;
use crate::task::Task;
use stage3_promise::Promise;

thread_local!(static CURRENT: Current<TaskList> = const { Current::new() });

/// The looking loop, as [`run`](crate::scan::run) turns it. When it is dropped, it ends.
pub(crate) struct LookingScheduler(Rc<TaskList>);

#[derive(Default)]
struct TaskList {
    /// Each with its number.
    list: RefCell<Vec<(u64, Rc<dyn Task>)>>,
    added: Cell<u64>,
    has_ended: Cell<bool>,
}

impl LookingScheduler {
    pub(crate) fn new() -> Self {
        LookingScheduler(Rc::default())
    }

    /// Adds a coroutine at the end of the list.
    #[track_caller]
    pub(crate) fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        self.0.add_coro(coro)
    }

    /// Resumes the first task that can go on. `None` if none can.
    pub(crate) fn step(&self) -> Option<Outcome> {
        let (number, task) = self.0.take_ready()?;
        let outcome = Rc::clone(&task).resume(Waker::noop());
        if outcome == Outcome::Paused {
            self.0.list.borrow_mut().push((number, task));
        } else {
            // If nobody wants the result, it is dropped here, and its destructor may panic.
            let _ = caught(|| drop(task));
        }
        Some(outcome)
    }

    /// The report about all tasks that are left.
    pub(crate) fn deadlock(&self) -> Deadlock {
        let list = self.0.list.borrow();
        let left = list.iter().map(|(number, task)| task.describe(*number));
        Deadlock {
            tasks: task_infos(left.collect()),
        }
    }

    /// Runs `inside` with this as the loop of this thread, as [`add_coro`] sees it.
    #[track_caller]
    pub(crate) fn enter<R>(&self, inside: impl FnOnce() -> R) -> R {
        the_only_loop(|| self.as_current(inside))
    }

    fn as_current<R>(&self, inside: impl FnOnce() -> R) -> R {
        let before = CURRENT.with(|current| current.replace(Some(Rc::clone(&self.0))));
        let _restored = AtTheEnd(Some(|| {
            CURRENT.with(|current| current.replace(before));
        }));
        inside()
    }
}

/// Closes what is left in the list, one task after the other.
impl Drop for LookingScheduler {
    fn drop(&mut self) {
        self.0.has_ended.set(true); // a destructor may add a coroutine
        self.as_current(|| {
            let left = iter::from_fn(|| self.0.list.borrow_mut().pop());
            left.for_each(|(_, task)| task.close());
        });
    }
}

impl TaskList {
    #[track_caller]
    fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        let task = LookingTask::new(coro);
        let result = task.result.clone();
        if self.has_ended.get() {
            task.close();
        } else {
            self.added.set(self.added.get() + 1);
            self.list.borrow_mut().push((self.added.get(), task));
        }
        result
    }

    /// Takes out the first task that can go on (T24). This search is what makes the loop slow.
    fn take_ready(&self) -> Option<(u64, Rc<dyn Task>)> {
        let mut list = self.list.borrow_mut();
        let index = list.iter().position(|(_, task)| task.is_ready())?;
        Some(list.remove(index))
    }
}

/// Adds a coroutine to the loop that runs on this thread, and gives the promise of its result (T22).
///
/// # Panics
///
/// If no such loop runs.
///
/// ```
/// use stage4_scheduler::scan::{add_coro, run};
///
/// let sum = run(async {
///     let (left, right) = (add_coro(async { Ok(1) }), add_coro(async { Ok(2) }));
///     Ok(left.await? + right.await?)
/// });
/// assert_eq!(sum?, 3);
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
#[track_caller]
pub fn add_coro<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Promise<T> {
    let Some(tasks) = CURRENT.with(Current::get) else {
        panic!("add_coro outside of a loop (call it in a coroutine that `run` runs)");
    };
    tasks.add_coro(coro)
}
