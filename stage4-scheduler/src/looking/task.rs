//! A task of the loop that looks. What it does when it is resumed is the loop of the stage before.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::coroutine::CoroutineState;
use crate::exception::Exception;
use crate::report::ended::LoopEnded;
use crate::report::outcome::Outcome;
use crate::report::panicked::caught;
use crate::report::state::{PauseSite, TaskState};
use crate::task::Task;
use stage3_promise::{Awaited, Coroutine, Promise};

/// A task is a coroutine, the promise it awaits, and the promise of its result (T22).
pub(crate) struct LookingTask<T> {
    coro: RefCell<Coroutine<T>>,
    /// `None` at first. (The talk has a promise here that is settled from the start.)
    awaited: RefCell<Option<Awaited>>,
    pub(crate) result: Promise<T>,
}

impl<T> LookingTask<T> {
    #[track_caller]
    pub(crate) fn new(coro: impl Future<Output = Result<T, Exception>> + 'static) -> Rc<Self> {
        Rc::new(LookingTask {
            coro: RefCell::new(Coroutine::new(coro)),
            awaited: RefCell::new(None),
            result: Promise::new(),
        })
    }

    /// The loop of the stage before, except for item 4: here the task pauses.
    fn advance(&self) -> Poll<Result<T, Exception>> {
        let mut coro = self.coro.borrow_mut();
        let mut state = match self.awaited.take() {
            Some(promise) => CoroutineState::Yielded(promise),
            None => coro.send(None)?, // 1
        };
        loop {
            let message = match state {
                CoroutineState::Complete(value) => return Poll::Ready(Ok(value)), // 2
                CoroutineState::Yielded(message) => message,
            };
            let Some(answer) = message.outcome() else {
                self.awaited.replace(Some(message));
                return Poll::Pending; // 4
            };
            // 3
            state = match answer {
                Ok(value) => coro.send(Some(value))?, // 1
                Err(exception) => coro.throw(exception)?,
            };
        }
    }
}

impl<T> Task for LookingTask<T> {
    fn resume(self: Rc<Self>, _: &Waker) -> Outcome {
        let result = match caught(|| self.advance()) {
            Ok(Poll::Pending) => return Outcome::Paused,
            Ok(Poll::Ready(result)) => result,
            Err(panicked) => Err(panicked),
        };
        let outcome = Outcome::of(&result);
        // If somebody has settled the promise already, this result is refused. It is dropped then, and its
        // destructor may panic.
        let _ = caught(|| self.result.settle(result));
        outcome
    }

    fn close(self: Rc<Self>) {
        // One destructor that panics must not keep the others from running.
        let _ = caught(|| self.coro.borrow_mut().close());
        let _ = caught(move || self.result.set_exception(LoopEnded));
    }

    fn is_ready(&self) -> bool {
        let is_settled = |promise: &Awaited| promise.outcome().is_some();
        self.awaited.borrow().as_ref().is_none_or(is_settled)
    }

    fn describe(&self, number: u64) -> TaskState {
        let pause = |promise: &Awaited| {
            Some(PauseSite {
                at: self.coro.borrow().paused_at()?,
                promise: promise.id(),
                made_at: promise.made_at(),
            })
        };
        let awaited = self.awaited.borrow();
        TaskState {
            number,
            added_at: self.result.made_at(),
            result: self.result.id(),
            pauses: awaited.as_ref().and_then(pause).into_iter().collect(),
        }
    }
}
