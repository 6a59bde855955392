//! The loop behind a scheduler, as [`add_coro`] sees it: its tasks, and the queue of those that were woken.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

use crate::bookkeeping::current::{AtTheEnd, Current};
use crate::bookkeeping::parking::Parking;
use crate::bookkeeping::tasks::Tasks;
use crate::exception::Exception;
use crate::promise::Promise;
use crate::queue::{self, Queue};
use crate::report::ended::LoopEnded;
use crate::report::outcome::{Outcome, Step};
use crate::report::panicked::caught;

thread_local!(static CURRENT: Current<Loop> = const { Current::new() });

pub(crate) struct Loop {
    pub(crate) tasks: RefCell<Tasks>,
    pub(crate) queue: Rc<Queue>,
    pub(crate) has_ended: Cell<bool>,
    pub(crate) parking: Parking,
}

impl Loop {
    pub(crate) fn new(unpark: Waker) -> Self {
        Loop {
            tasks: RefCell::default(),
            queue: Rc::new(Queue::new(unpark)),
            has_ended: Cell::new(false),
            parking: Parking::default(),
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
        let (id, task, lent) = next?;
        self.queue.running.set(id, &lent.waker);
        let outcome = task.resume(&lent.waker);
        if outcome == Outcome::Paused {
            self.tasks.borrow_mut().paused(id.place, lent);
        } else {
            let task = self.tasks.borrow_mut().ended(id.place, lent, &self.queue);
            // If nobody wants the result, it is dropped here, and its destructor may panic.
            let _ = caught(|| drop(task));
        }
        self.queue.running.clear();
        let task = id.number;
        Some(Step { task, outcome })
    }
}

/// Adds a coroutine to the loop that runs on this thread, and gives the promise of its result (T22).
///
/// The coroutine runs when the loop comes to it, side by side with the one that added it. If you drop the
/// promise, the coroutine is not cancelled. Elsewhere this is called `spawn`, or `create_task`.
///
/// Its exception or its panic goes to the promise, and is lost if nobody awaits that. Await the promise of
/// every task that may fail, if only in another task that prints it.
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
