//! What a scheduler and [`add_coro`] share: the tasks, and the queue of those that were woken.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::{AtTheEnd, Current};
use crate::bookkeeping::ready::TaskId;
use crate::bookkeeping::tasks::Tasks;
use crate::exception::Exception;
use crate::promise::Promise;
use crate::queue::{self, Queue};
use crate::report::ended::LoopEnded;
use crate::report::outcome::{Outcome, Step};
use crate::report::panicked::caught;

thread_local!(static CURRENT: Current<Loop> = const { Current::new() });

/// What a scheduler shares with [`add_coro`].
pub(crate) struct Loop {
    pub(crate) tasks: RefCell<Tasks>,
    pub(crate) queue: Rc<Queue>,
    /// Whether a task runs now.
    pub(crate) is_running: Cell<bool>,
    pub(crate) has_ended: Cell<bool>,
    pub(crate) has_parked: Cell<bool>,
}

impl Loop {
    pub(crate) fn new(unpark: Waker) -> Self {
        Loop {
            tasks: RefCell::default(),
            queue: Rc::new(Queue::new(unpark)),
            is_running: Cell::new(false),
            has_ended: Cell::new(false),
            has_parked: Cell::new(false),
        }
    }

    pub(crate) fn is_current(&self) -> bool {
        CURRENT.with(|current| current.is(self))
    }

    /// Runs `inside` with this as the loop of this thread.
    pub(crate) fn as_current<R>(self: &Rc<Self>, inside: impl FnOnce() -> R) -> R {
        let set = |this: Option<Rc<Self>>| {
            let queue = this.as_ref().map(|this| Rc::clone(&this.queue));
            queue::CURRENT.with(|current| current.replace(queue));
            CURRENT.with(|current| current.replace(this))
        };
        let before = set(Some(Rc::clone(self)));
        let _restored = AtTheEnd(Some(|| drop(set(before))));
        inside()
    }

    #[track_caller]
    pub(crate) fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        let result = Promise::new(); // made at the caller's line, as all of this is `track_caller`
        if self.has_ended.get() {
            let _ = result.set_exception(LoopEnded);
            return result;
        }
        result.0.coro.set(Some(Box::pin(coro)));
        let task = Rc::clone(&result.0);
        self.tasks.borrow_mut().add(task, &self.queue);
        result
    }

    pub(crate) fn step(&self) -> Option<Step> {
        let next = self.tasks.borrow_mut().next(&self.queue);
        let (TaskId { place, number }, task, lent) = next?;
        self.queue.runs(TaskId { place, number }, &lent.waker);
        self.is_running.set(true);
        let outcome = task.resume(&lent.waker);
        if outcome == Outcome::Paused {
            self.tasks.borrow_mut().paused(place, lent);
        } else {
            let task = self.tasks.borrow_mut().ended(place, lent, &self.queue);
            // If nobody wants the result, it is dropped here, and its destructor may panic.
            let _ = caught(|| drop(task));
        }
        self.is_running.set(false);
        Some(Step {
            task: number,
            outcome,
        })
    }
}

/// Adds a coroutine to the loop that runs on this thread, and gives the promise of its result (T22).
///
/// The coroutine runs when the loop comes to it, side by side with the one that added it. Await the
/// promise to have its result. If you drop the promise, the coroutine runs on its own: it is not
/// cancelled. Elsewhere this is called `spawn`, or `create_task`.
///
/// An exception that it raises, and a panic, go to the promise. If nobody awaits the promise, they vanish
/// without a word. Await the promise of every task that may fail, if only in another task that prints it.
///
/// # Panics
///
/// If no loop runs on this thread.
///
/// ```
/// use stage4_scheduler::{add_coro, run};
///
/// let sum = run(async {
///     let (left, right) = (add_coro(async { Ok(1) }), add_coro(async { Ok(2) }));
///     Ok(left.await? + right.await?)
/// });
/// assert_eq!(sum?, 3);
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
#[doc(alias = "spawn")]
#[doc(alias = "create_task")]
#[track_caller]
pub fn add_coro<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Promise<T> {
    let Some(this) = CURRENT.with(Current::get) else {
        panic!(
            "add_coro outside of a loop (call it in a coroutine that `run` runs, or use `Scheduler::add_coro`)"
        );
    };
    this.add_coro(coro)
}
