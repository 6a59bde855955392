//! The list of the looking loop: every coroutine, the promise it awaits, and the promise of its result.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::coroutine::{Coroutine, CoroutineState};
use crate::deadlock::{Awaits, Deadlock, Pause, Task};
use crate::exception::Exception;
use crate::panicked::caught;
use crate::scan::{Awaited, Promise};

thread_local!(static CURRENT: RefCell<Option<Rc<List>>> = const { RefCell::new(None) });

/// What the loop goes through.
#[derive(Default)]
pub(crate) struct List {
    waiting: RefCell<Vec<Box<dyn Job>>>,
    added: Cell<u64>,
}

/// A coroutine, the promise it awaits, and the promise of its result (T22).
struct Waiting<T> {
    number: u64,
    coro: Coroutine<Awaited, T>,
    /// `None` at first. (The talk has a promise here that is settled from the start.)
    awaited: Option<Awaited>,
    result: Promise<T>,
}

/// The same, whatever the type of the result may be.
pub(crate) trait Job {
    /// Whether it can go on (T24).
    fn is_ready(&self) -> bool;
    /// Resumes it (T25). If it has paused again, here it is, to go back into the list.
    fn resume(self: Box<Self>) -> Option<Box<dyn Job>>;
    /// The id of the promise of its result, and its number.
    fn result(&self) -> (usize, u64);
    /// How the report shows it.
    fn task(&self, awaits: &dyn Fn(&Awaited) -> Awaits) -> Task;
}

impl<T: 'static> Job for Waiting<T> {
    fn is_ready(&self) -> bool {
        self.awaited
            .as_ref()
            .is_none_or(|promise| promise.outcome().is_some())
    }

    fn resume(mut self: Box<Self>) -> Option<Box<dyn Job>> {
        let state = match self.awaited.take().map(|promise| promise.outcome()) {
            Some(Some(Err(exception))) => caught(|| self.coro.throw(exception)),
            Some(_) => caught(|| self.coro.send(Some(()))),
            None => caught(|| self.coro.send(None)),
        };
        let outcome = match state.and_then(|state| state) {
            Ok(CoroutineState::Yielded(promise)) => {
                self.awaited = Some(promise);
                return Some(self);
            }
            Ok(CoroutineState::Complete(value)) => Ok(value),
            Err(exception) => Err(exception),
        };
        // Refused if somebody has settled the promise already: then the first result stands. Why caught?
        // A result that nobody wants is dropped here, and its destructor may be anyone's.
        let _ = caught(|| {
            let _ = self.result.settle(outcome);
            drop(self);
        });
        None
    }

    fn result(&self) -> (usize, u64) {
        (self.result.id(), self.number)
    }

    fn task(&self, awaits: &dyn Fn(&Awaited) -> Awaits) -> Task {
        let pause = |promise| {
            let at = self.coro.paused_at()?;
            Some(Pause {
                at,
                awaits: awaits(promise),
            })
        };
        Task {
            number: self.number,
            added_at: self.result.made_at(),
            pauses: self.awaited.as_ref().and_then(pause).into_iter().collect(),
        }
    }
}

impl List {
    pub(crate) fn new() -> Rc<Self> {
        Rc::default()
    }

    #[track_caller]
    pub(crate) fn add_coro<T: 'static>(
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
        self.waiting.borrow_mut().push(Box::new(task));
        result
    }

    /// Takes out the first one that can go on: T24, and what makes this loop slow.
    pub(crate) fn take_ready(&self) -> Option<Box<dyn Job>> {
        let mut waiting = self.waiting.borrow_mut();
        let index = waiting.iter().position(|task| task.is_ready())?;
        Some(waiting.remove(index))
    }

    pub(crate) fn put_back(&self, task: Box<dyn Job>) {
        self.waiting.borrow_mut().push(task);
    }

    /// What is left: nobody in it can go on.
    pub(crate) fn deadlock(&self) -> Deadlock {
        let waiting = self.waiting.borrow();
        let numbers: HashMap<usize, u64> = waiting.iter().map(|task| task.result()).collect();
        let awaits = |promise: &Awaited| match numbers.get(&promise.id()) {
            Some(&number) => Awaits::ResultOf(number),
            None => Awaits::Promise(promise.made_at()),
        };
        Deadlock::new(waiting.iter().map(|task| task.task(&awaits)).collect())
    }

    /// Makes this the list of this thread, as [`add_coro`] sees it, until the guard is dropped.
    #[track_caller]
    pub(crate) fn enter(self: &Rc<Self>) -> Entered {
        let none = CURRENT.with_borrow(Option::is_none);
        assert!(
            none,
            "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
        );
        CURRENT.set(Some(Rc::clone(self)));
        Entered(Rc::clone(self))
    }
}

/// As long as this lives, its list is the one of this thread. Then what is left in it is dropped.
pub(crate) struct Entered(Rc<List>);

impl Drop for Entered {
    fn drop(&mut self) {
        loop {
            let task = self.0.waiting.borrow_mut().pop();
            let Some(task) = task else { break };
            // One destructor that panics must not keep the others from running.
            let _ = caught(|| drop(task));
        }
        CURRENT.set(None);
    }
}

/// Adds a coroutine to the loop that runs on this thread, and gives the promise of its result (T22).
///
/// # Panics
///
/// Outside of a loop.
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
    let Some(list) = CURRENT.with_borrow(Option::clone) else {
        panic!("add_coro outside of a loop (call it in a coroutine that `run` runs)");
    };
    list.add_coro(coro)
}
