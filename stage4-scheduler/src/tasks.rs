//! The tasks of a scheduler, each in its place.
//!
//! A task is a coroutine with a number, a handle that its wakers share, and a promise for its result.
//! While it runs it is out of its place, so that it may add tasks; when it pauses it goes back, and stays
//! there until a waker puts its number into the queue. Nobody looks at it in between.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use crate::deadlock::{Awaits, Pause, Task};
use crate::exception::Exception;
use crate::job::{Did, Job};
use crate::panicked::caught;
use crate::promise::Promise;
use crate::queue::{Handle, Id, Queue};
use crate::slab::Slab;
use crate::waiters;

pub(crate) struct Tasks {
    places: RefCell<Slab<Entry>>,
    pub(crate) queue: Rc<Queue>,
    added: Cell<u64>,
    running: Cell<bool>,
    closing: Cell<bool>,
}

struct Entry {
    added_at: &'static Location<'static>,
    /// The promise of its result, whatever the type of that may be.
    result: Rc<dyn Any>,
    handle: Arc<Handle>,
    /// `None` while it runs.
    job: Option<Pin<Box<dyn Job>>>,
}

/// A task out of its place. Its waker is made for this turn: that is to count one more on the handle.
struct Runnable {
    job: Pin<Box<dyn Job>>,
    result: Rc<dyn Any>,
    waker: Waker,
}

impl Tasks {
    pub(crate) fn new(unpark: Waker) -> Self {
        Tasks {
            places: RefCell::new(Slab::new()),
            queue: Rc::new(Queue::new(unpark)),
            added: Cell::new(0),
            running: Cell::new(false),
            closing: Cell::new(false),
        }
    }

    #[track_caller]
    pub(crate) fn add<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        let result = Promise::new(); // made at the caller's line, as all of this is `track_caller`
        if self.closing.get() {
            let _ = result.set_exception(Closing);
            return result;
        }
        let number = self.added.get() + 1;
        self.added.set(number);
        let job = Box::pin(coro);
        let mut places = self.places.borrow_mut();
        let id = Id {
            key: places.vacant(),
            number,
        };
        let handle = self.queue.handle(id);
        places.insert(Entry {
            added_at: result.made_at(),
            result: result.clone().0,
            handle,
            job: Some(job),
        });
        // Why let go first? To push may unpark the loop, and whoever sleeps may look at its tasks.
        drop(places);
        self.queue.push(id);
        result
    }

    /// Runs the task that was woken first. Its number, and what it did.
    #[track_caller]
    pub(crate) fn run_one(&self) -> Option<(u64, Did)> {
        assert!(
            !self.running.get(),
            "a step inside a step (the task that calls it is in one: let it pause, and the loop goes on)"
        );
        let (id, mut runnable) = loop {
            let id = self.queue.pop()?;
            // A task that has ended may still be in the queue.
            if let Some(runnable) = self.take(id) {
                break (id, runnable);
            }
        };
        self.running.set(true);
        let Runnable { job, result, waker } = &mut runnable;
        let did = job.as_mut().turn(&mut Context::from_waker(waker), result);
        if did == Did::Paused {
            self.put_back(id, runnable.job);
        } else {
            let entry = self.places.borrow_mut().remove(id.key);
            let handle = entry.map(|entry| entry.handle);
            // Its destructors may panic too; the result is told already, so there is nobody to tell.
            let _ = caught(|| drop(runnable));
            if let Some(handle) = handle {
                self.queue.take_back(handle);
            }
        }
        self.running.set(false);
        Some((id.number, did))
    }

    /// Takes the task out of its place, to be run.
    fn take(&self, id: Id) -> Option<Runnable> {
        let mut places = self.places.borrow_mut();
        let entry = places.get_mut(id.key)?;
        if entry.handle.id() != id {
            return None; // another task has that place now
        }
        entry.handle.begin();
        Some(Runnable {
            job: entry.job.take()?,
            result: Rc::clone(&entry.result),
            waker: Waker::from(Arc::clone(&entry.handle)),
        })
    }

    fn put_back(&self, id: Id, job: Pin<Box<dyn Job>>) {
        if let Some(entry) = self.places.borrow_mut().get_mut(id.key) {
            entry.job = Some(job);
        }
    }

    /// Whether a task runs now, or will.
    pub(crate) fn is_busy(&self) -> bool {
        self.running.get() || !self.queue.is_empty()
    }

    /// Whether there are more wakers than we can know of. If there are not, one of them may still be in
    /// foreign hands; [`seen`](Tasks::seen) looks at each.
    pub(crate) fn more_wakers_than_ours(&self) -> bool {
        let places = self.places.borrow();
        let of_task = |entry: &Entry| Arc::strong_count(&entry.handle) - 1;
        places.iter().map(of_task).sum::<usize>() > waiters::count()
    }

    /// All tasks as they are seen from outside, and whether a waker of any is in foreign hands.
    pub(crate) fn seen(&self) -> (Vec<Task>, bool) {
        let places = self.places.borrow();
        let numbers: HashMap<usize, u64> = places
            .iter()
            .map(|entry| (Rc::as_ptr(&entry.result).addr(), entry.handle.id().number))
            .collect();
        let mut pauses: HashMap<*const (), Vec<Pause>> = HashMap::new();
        waiters::for_each(|waiter| {
            let awaits = match numbers.get(&waiter.promise) {
                Some(&number) => Awaits::ResultOf(number),
                None => Awaits::Promise(waiter.made_at),
            };
            let at = waiter.paused_at;
            // All wakers of a task point at its handle: that is how to tell whose this one is.
            pauses
                .entry(waiter.waker.data())
                .or_default()
                .push(Pause { at, awaits });
        });
        let mut foreign = false;
        let task = |entry: &Entry| {
            let handle = Arc::as_ptr(&entry.handle).cast();
            let mut pauses = pauses.remove(&handle).unwrap_or_default();
            pauses.sort_by_key(|pause| pause.at); // top to bottom, as they stand in the source
            foreign |= Arc::strong_count(&entry.handle) > 1 + pauses.len();
            Task {
                number: entry.handle.id().number,
                added_at: entry.added_at,
                pauses,
            }
        };
        let mut tasks: Vec<Task> = places.iter().map(task).collect();
        tasks.sort_by_key(|task| task.number);
        (tasks, foreign)
    }

    /// Drops all tasks, one after the other. From here on no more are taken.
    pub(crate) fn close(&self) {
        self.closing.set(true); // a destructor may try to add another task
        loop {
            let entry = self.places.borrow_mut().pop();
            let Some(entry) = entry else { break };
            // One destructor that panics must not keep the others from running.
            let _ = caught(|| drop(entry));
        }
    }
}

/// A coroutine was added while the loop was ending.
///
/// ```
/// # use stage4_scheduler::scheduler::Closing;
/// assert!(Closing.to_string().starts_with("the loop is ending"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing;

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the loop is ending, and takes no more tasks (a destructor that runs at the end added one: await it earlier)")
    }
}

impl Error for Closing {}
