//! The tasks of a scheduler, each in its place.
//!
//! While a task runs it is out of its place, so that it may add tasks. When it pauses it goes back, and
//! stays there until a waker puts its place into the queue. Nobody looks at it in between.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::exception::Exception;
use crate::promise::Promise;
use crate::queue::{Handle, Queue};
use crate::report::ended::LoopEnded;
use crate::report::panicked::caught;
use crate::report::stuck::Stuck;
use crate::task::{Outcome, Task};

/// A coroutine, the waker that puts it into the queue, and the promise of its result (T22).
pub(crate) struct Woken<T> {
    pub(crate) number: u64,
    pub(crate) coro: Pin<Box<dyn Future<Output = Result<T, Exception>>>>,
    pub(crate) waker: Waker,
    pub(crate) result: Promise<T>,
}

impl<T> Woken<T> {
    /// Polls the coroutine, which hands the waker down to what it awaits.
    fn advance(&mut self) -> Poll<Result<T, Exception>> {
        self.coro
            .as_mut()
            .poll(&mut Context::from_waker(&self.waker))
    }
}

impl<T> Task for Woken<T> {
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
        Stuck {
            number: self.number,
            added_at: self.result.made_at(),
            result: self.result.id(),
            waits: Vec::new(),
        }
    }
}

/// A task that did not end tells those who wait for it.
impl<T> Drop for Woken<T> {
    fn drop(&mut self) {
        if !self.result.is_settled() {
            let _ = self.result.set_exception(LoopEnded);
        }
    }
}

/// All tasks of a scheduler.
#[derive(Default)]
pub(crate) struct Tasks {
    places: Vec<Place>,
    free: Vec<usize>,
    /// The tasks that paused while somebody else than a promise held their waker, each once.
    lent: Vec<usize>,
}

/// A place for one task after the other.
struct Place {
    /// It stays for the next task: making one is an allocation.
    handle: Arc<Handle>,
    /// `None` while the task runs, and when there is none.
    task: Option<Box<dyn Task>>,
    is_lent: bool,
}

/// How many wakers a task has that nobody else holds: its handle, and the waker that it is polled with.
const OWN: usize = 2;

impl Tasks {
    /// A place for a new task, and its waker.
    pub(crate) fn reserve(&mut self, queue: &Queue) -> (usize, Waker) {
        let place = self.free.pop().unwrap_or_else(|| {
            let place = self.places.len();
            self.places.push(Place {
                handle: queue.handle(place),
                task: None,
                is_lent: false,
            });
            place
        });
        (place, Waker::from(Arc::clone(&self.places[place].handle)))
    }

    /// Puts in a new task, which is ready to run.
    pub(crate) fn add(&mut self, place: usize, task: Box<dyn Task>, queue: &Queue) {
        self.places[place].task = Some(task);
        queue.push(&self.places[place].handle);
    }

    /// Puts back a task that has paused, while promises hold that many of its wakers.
    pub(crate) fn put_back(&mut self, place: usize, task: Box<dyn Task>, in_promises: usize) {
        let at = &mut self.places[place];
        at.task = Some(task);
        if !at.is_lent && at.is_held(in_promises) {
            at.is_lent = true;
            self.lent.push(place);
        }
    }

    /// Takes a task that was woken out of its place, to be resumed. `None` if it has run or ended since.
    pub(crate) fn take(
        &mut self,
        place: usize,
        queue: &Queue,
    ) -> Option<(Box<dyn Task>, *const ())> {
        let at = self.places.get_mut(place)?;
        if !at.handle.clear_queued() {
            return None;
        }
        let task = at.task.take();
        if task.is_none() {
            self.vacate(place, queue);
        }
        Some((task?, Arc::as_ptr(&self.places[place].handle).cast()))
    }

    /// The task that was in this place has ended, and was dropped.
    pub(crate) fn vacate(&mut self, place: usize, queue: &Queue) {
        let at = &mut self.places[place];
        if at.handle.is_queued() {
            return; // the next task would be taken for this one: `take` comes back here
        }
        if Arc::strong_count(&at.handle) > 1 {
            // A waker of that task is left somewhere, and must not wake the next one.
            at.handle = queue.handle(place);
        }
        self.free.push(place);
    }

    /// Whether anybody but a promise holds the waker of a task.
    ///
    /// A task can give its waker away only while it runs, so those that did not are not asked.
    pub(crate) fn any_is_lent(&mut self, in_promises: impl Fn(usize) -> usize) -> bool {
        while let Some(&place) = self.lent.last() {
            let at = &mut self.places[place];
            if at.task.is_some() && at.is_held(in_promises(place)) {
                return true;
            }
            at.is_lent = false;
            self.lent.pop();
        }
        false
    }

    pub(crate) fn describe(&self) -> Vec<Stuck> {
        let tasks = self.places.iter().filter_map(|place| place.task.as_ref());
        tasks.map(|task| task.describe()).collect()
    }

    /// Takes out any task, to be dropped.
    pub(crate) fn pop(&mut self) -> Option<Box<dyn Task>> {
        while let Some(place) = self.places.pop() {
            if place.task.is_some() {
                return place.task;
            }
        }
        None
    }
}

impl Place {
    fn is_held(&self, in_promises: usize) -> bool {
        Arc::strong_count(&self.handle) > OWN + in_promises
    }
}
