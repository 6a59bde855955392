//! The list of the looking loop: every coroutine, the promise it awaits, and the promise of its result.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;

use crate::coroutine::{Coroutine, CoroutineState};
use crate::current::{AtTheEnd, Current, the_only_loop};
use crate::exception::Exception;
use crate::report::deadlock::Deadlock;
use crate::report::ended::LoopEnded;
use crate::report::panicked::caught;
use crate::report::stuck::{self, Stuck, Wait};
use crate::task::{Outcome, Task};
use stage3_promise::{Awaited, Promise};

thread_local!(static CURRENT: Current<Tasks> = const { Current::new() });

/// The looking loop, as [`run`](crate::scan::run) turns it. When it is dropped, it ends.
pub(crate) struct List(Rc<Tasks>);

#[derive(Default)]
struct Tasks {
    list: RefCell<Vec<Box<dyn Task>>>,
    added: Cell<u64>,
    ended: Cell<bool>,
}

/// A coroutine, the promise it awaits, and the promise of its result (T22).
struct Waiting<T> {
    number: u64,
    coro: Coroutine<Awaited, T>,
    /// `None` at first. (The talk has a promise here that is settled from the start.)
    awaited: Option<Awaited>,
    result: Promise<T>,
}

impl<T> Waiting<T> {
    /// What the loop of the stage before does, but for its last arm: here it pauses.
    fn advance(&mut self) -> Poll<Result<T, Exception>> {
        let coro = &mut self.coro;
        let mut state = match self.awaited.take() {
            Some(promise) => CoroutineState::Yielded(promise),
            None => coro.send(None)?, // 1
        };
        loop {
            let promise: Awaited = match state {
                CoroutineState::Complete(value) => return Poll::Ready(Ok(value)), // 2
                CoroutineState::Yielded(promise) => promise,
            };
            state = match promise.outcome() {
                Some(Ok(())) => coro.send(Some(()))?,           // 1, 3
                Some(Err(exception)) => coro.throw(exception)?, // 3
                None => {
                    self.awaited = Some(promise);
                    return Poll::Pending; // 4
                }
            };
        }
    }
}

impl<T> Task for Waiting<T> {
    fn resume(&mut self) -> Outcome {
        let result = match caught(|| self.advance()) {
            Ok(Poll::Pending) => return Outcome::Paused,
            Ok(Poll::Ready(result)) => result,
            Err(panicked) => Err(panicked),
        };
        let outcome = Outcome::of(&result);
        // If somebody has settled the promise already, this result is refused and dropped, and its
        // destructor may panic.
        let _ = caught(|| self.result.settle(result));
        outcome
    }

    fn describe(&self) -> Stuck {
        let wait = |promise: &Awaited| {
            Some(Wait {
                at: self.coro.paused_at()?,
                promise: promise.id(),
                made_at: promise.made_at(),
            })
        };
        Stuck {
            number: self.number,
            added_at: self.result.made_at(),
            result: self.result.id(),
            waits: self.awaited.as_ref().and_then(wait).into_iter().collect(),
        }
    }

    fn is_ready(&self) -> bool {
        let is_settled = |promise: &Awaited| promise.outcome().is_some();
        self.awaited.as_ref().is_none_or(is_settled)
    }
}

/// A task that did not end tells those who wait for it.
impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        if !self.result.is_settled() {
            let _ = self.result.set_exception(LoopEnded);
        }
    }
}

impl List {
    pub(crate) fn new() -> Self {
        List(Rc::default())
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
        let mut task = self.0.take_ready()?;
        let outcome = task.resume();
        if outcome == Outcome::Paused {
            self.0.list.borrow_mut().push(task);
        } else {
            // Its destructors may panic too. The result is told already, so there is nobody to tell.
            let _ = caught(|| drop(task));
        }
        Some(outcome)
    }

    /// The report about all tasks that are left.
    pub(crate) fn deadlock(&self) -> Deadlock {
        let left = (self.0.list.borrow().iter())
            .map(|task| task.describe())
            .collect();
        Deadlock {
            tasks: stuck::tasks(left),
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
            drop(CURRENT.with(|current| current.replace(before)))
        }));
        inside()
    }
}

/// Drops what is left in the list, one task after the other.
impl Drop for List {
    fn drop(&mut self) {
        self.0.ended.set(true); // a destructor may add a coroutine
        self.as_current(|| {
            loop {
                let task = self.0.list.borrow_mut().pop();
                let Some(task) = task else { break };
                // One destructor that panics must not keep the others from running.
                let _ = caught(|| drop(task));
            }
        });
    }
}

impl Tasks {
    #[track_caller]
    fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        let result = Promise::new();
        self.added.set(self.added.get() + 1);
        let task = Waiting {
            number: self.added.get(),
            coro: Coroutine::new(coro),
            awaited: None,
            result: result.clone(),
        };
        if !self.ended.get() {
            self.list.borrow_mut().push(Box::new(task));
        }
        result
    }

    /// Takes out the first task that can go on (T24). This search is what makes the loop slow.
    fn take_ready(&self) -> Option<Box<dyn Task>> {
        let mut list = self.list.borrow_mut();
        let index = list.iter().position(|task| task.is_ready())?;
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
