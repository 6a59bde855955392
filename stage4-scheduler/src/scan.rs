//! The loop: it looks for a task that can go on, and resumes it. This is how the talk does it.
//!
//! 1. Go through the list until a task is found whose promise is settled, and take it out.
//! 2. Resume it with what its promise holds. Its own result settles the promise that `add_coro` gave;
//!    if it pauses again, it goes back to the end of the list.
//! 3. None is found: what is left waits for itself. Deadlock.
//!
//! What is wrong with it? Nothing but step 1: with ten thousand tasks that wait, each step looks at ten
//! thousand promises to find the one that is settled.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::coroutine::{Coroutine, CoroutineState};
use crate::deadlock::{Awaits, Deadlock, Pause, Task};
use crate::exception::Exception;
use crate::panicked::caught;

pub use stage3_promise::awaited::Awaited;
/// This loop speaks the protocol of the stage before: a promise is handed up, and looked at.
pub use stage3_promise::promise::Promise;

thread_local!(static COROS: RefCell<Option<List>> = const { RefCell::new(None) });

#[derive(Default)]
struct List {
    coros: Vec<Box<dyn Job>>,
    added: u64,
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
trait Job {
    /// Whether it can go on (T24).
    fn is_ready(&self) -> bool;
    /// Resumes it (T25). Whether it goes back into the list.
    fn resume(&mut self) -> bool;
    /// The id of the promise of its result, and its number.
    fn result(&self) -> (usize, u64);
    fn task(&self, awaits: &dyn Fn(&Awaited) -> Awaits) -> Task;
}

impl<T> Job for Waiting<T> {
    fn is_ready(&self) -> bool {
        self.awaited
            .as_ref()
            .is_none_or(|promise| promise.outcome().is_some())
    }

    fn resume(&mut self) -> bool {
        let state = match self.awaited.as_ref().map(Awaited::outcome) {
            Some(Some(Err(exception))) => caught(|| self.coro.throw(exception)),
            Some(_) => caught(|| self.coro.send(Some(()))),
            None => caught(|| self.coro.send(None)),
        };
        let outcome = match state.and_then(|state| state) {
            Ok(CoroutineState::Yielded(promise)) => {
                self.awaited = Some(promise);
                return true;
            }
            Ok(CoroutineState::Complete(value)) => Ok(value),
            Err(exception) => Err(exception),
        };
        // Refused if somebody has settled the promise already: then the first result stands.
        let _ = self.result.settle(outcome);
        false
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
/// assert_eq!(sum.unwrap(), 3);
/// ```
#[track_caller]
pub fn add_coro<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Promise<T> {
    let result = Promise::new();
    let added = COROS.with_borrow_mut(|coros| {
        let list = coros.as_mut()?;
        list.added += 1;
        list.coros.push(Box::new(Waiting {
            number: list.added,
            coro: Coroutine::new(coro),
            awaited: None,
            result: result.clone(),
        }));
        Some(())
    });
    assert!(
        added.is_some(),
        "add_coro outside of a loop (call it in a coroutine that `run` runs)"
    );
    result
}

/// Runs a coroutine, and all that it adds, until it returns (T23). Gives what it returns.
///
/// # Errors
///
/// What the coroutine raises, or [`Deadlock`](crate::deadlock::Deadlock).
///
/// # Panics
///
/// Inside a `run`: there is one loop to a thread.
///
/// ```
/// use stage4_scheduler::scan::{add_coro, run};
///
/// let total = run(async { Ok(add_coro(async { Ok(3) }).await? + 3) });
/// assert_eq!(total.unwrap(), 6);
/// ```
#[track_caller]
pub fn run<T: 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    let _entered = Entered::new();
    let final_result = add_coro(coro);
    while !final_result.is_settled() {
        let Some(mut job) = take_ready() else {
            return Err(deadlock().into()); // 3
        };
        if job.resume() {
            put_back(job); // 2
        }
    }
    let result = final_result.into_result();
    result.expect("the task that ended held the only other handle")
}

/// Takes out the first one that can go on: step 1, and T24.
fn take_ready() -> Option<Box<dyn Job>> {
    COROS.with_borrow_mut(|coros| {
        let coros = &mut coros.as_mut()?.coros;
        let index = coros.iter().position(|job| job.is_ready())?;
        Some(coros.remove(index))
    })
}

fn put_back(job: Box<dyn Job>) {
    COROS.with_borrow_mut(|coros| {
        if let Some(list) = coros {
            list.coros.push(job);
        }
    });
}

fn deadlock() -> Deadlock {
    COROS.with_borrow(|coros| {
        let coros = coros.as_ref().map_or(&[][..], |list| &list.coros);
        let numbers: HashMap<usize, u64> = coros.iter().map(|job| job.result()).collect();
        let awaits = |promise: &Awaited| match numbers.get(&promise.id()) {
            Some(&number) => Awaits::ResultOf(number),
            None => Awaits::Promise(promise.made_at()),
        };
        Deadlock::new(coros.iter().map(|job| job.task(&awaits)).collect())
    })
}

/// While this lives, the list is there. Then what is left in it is dropped.
struct Entered;

impl Entered {
    #[track_caller]
    fn new() -> Self {
        let outer = COROS.replace(Some(List::default()));
        if outer.is_some() {
            COROS.set(outer);
            panic!(
                "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
            );
        }
        Entered
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        drop(COROS.take());
    }
}
