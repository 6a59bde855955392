//! A task: a coroutine that a loop owns, and the promise of its result.
//!
//! The tasks of a loop have results of many types, and the loop keeps them in one list. So it holds each
//! as an `Rc<dyn Task>`, which has forgotten the type. Both loops of this stage do.

use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::promise::{Promise, Shared};
use crate::report::ended::LoopEnded;
use crate::report::outcome::Outcome;
use crate::report::panicked::caught;
use crate::report::state::TaskState;

/// What a loop asks of a task, whatever the type of its result.
pub(crate) trait Task {
    /// Resumes the coroutine until it pauses or ends. When it ends, its result settles the promise (T25).
    fn resume(self: Rc<Self>, waker: &Waker) -> Outcome;

    /// Drops the coroutine. If it has not ended, its promise fails with [`LoopEnded`](crate::LoopEnded).
    fn close(self: Rc<Self>);

    /// Whether it can go on (T24). Only the loop that looks asks.
    fn is_ready(&self) -> bool {
        true
    }

    /// What the report tells of the task that has this number.
    fn describe(&self, number: u64) -> TaskState;
}

/// A task of the loop that is told: a promise, and the coroutine that will settle it (T22).
impl<T> Task for Shared<T> {
    fn resume(self: Rc<Self>, waker: &Waker) -> Outcome {
        let Some(mut coro) = self.coro.take() else {
            return Outcome::Paused; // it was closed while it ran
        };
        // Here the loop meets `.await`. Each `.await` passes `cx` down to the future before it. The innermost
        // future gives the waker to what it waits for, and its `Pending` comes back up through all of them.
        let mut cx = Context::from_waker(waker);
        let result = match caught(|| coro.as_mut().poll(&mut cx)) {
            Ok(Poll::Pending) => {
                self.coro.set(Some(coro));
                return Outcome::Paused;
            }
            Ok(Poll::Ready(result)) => result,
            Err(panicked) => Err(panicked),
        };
        let outcome = Outcome::of(&result);
        // If somebody has settled the promise already, this result is refused. It is dropped then, and so is
        // the coroutine: their destructors may panic.
        let _ = caught(|| Promise(self).settle(result));
        let _ = caught(|| drop(coro));
        outcome
    }

    fn close(self: Rc<Self>) {
        // One destructor that panics must not keep the others from running.
        let _ = caught(|| drop(self.coro.take()));
        let _ = caught(|| Promise(self).set_exception(LoopEnded));
    }

    fn describe(&self, number: u64) -> TaskState {
        TaskState {
            number,
            added_at: self.made_at,
            result: ptr::from_ref(self).addr(),
            pauses: Vec::new(),
        }
    }
}
