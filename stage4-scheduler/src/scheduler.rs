//! The scheduler: it owns the tasks, and runs those that were woken, one at a time.
//!
//! A task is a coroutine with a number, a waker, and a promise for its result. While it runs, it is out
//! of the slab, so that it may add tasks; when it pauses it goes back to its place and stays there until
//! its waker puts its number into the queue. Nobody looks at it in between.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use crate::deadlock::{Awaits, Deadlock, Pause, Task};
use crate::exception::Exception;
use crate::panicked::caught;
use crate::promise::Promise;
use crate::queue::{Handle, Id, Queue};
use crate::slab::Slab;
use crate::waiters;

thread_local!(static CURRENT: RefCell<Option<Rc<Inner>>> = const { RefCell::new(None) });

/// A loop that you turn by hand: [`run`](crate::run) is made of these steps.
///
/// ```
/// use stage4_scheduler::{Did, Scheduler};
///
/// let scheduler = Scheduler::new();
/// let promise = scheduler.add_coro(async { Ok(1 + 2) });
/// let step = scheduler.step().unwrap();
/// assert_eq!((step.task, step.did), (1, Did::Returned));
/// assert!(scheduler.step().is_none()); // nothing is left to run
/// assert_eq!(promise.result().unwrap()?, 3);
/// # Ok::<(), stage4_scheduler::Exception>(())
/// ```
///
/// When it is dropped, the tasks that are left are dropped, one after the other, and their sockets,
/// files and guards with them.
#[doc(alias = "executor")]
#[doc(alias = "runtime")]
pub struct Scheduler {
    inner: Rc<Inner>,
}

struct Inner {
    tasks: RefCell<Slab<Entry>>,
    queue: Rc<Queue>,
    added: Cell<u64>,
    closing: Cell<bool>,
}

/// A task in the slab.
struct Entry {
    number: u64,
    added_at: &'static Location<'static>,
    /// The id of the promise of its result.
    result: usize,
    handle: Arc<Handle>,
    /// `None` while it runs.
    runnable: Option<Runnable>,
}

struct Runnable {
    job: Box<dyn Job>,
    waker: Waker,
}

/// A coroutine and the promise of its result, whatever the type of that may be.
trait Job {
    fn poll(&mut self, cx: &mut Context<'_>) -> Did;
}

struct Coro<F, T> {
    future: Pin<Box<F>>,
    result: Promise<T>,
}

impl<F: Future<Output = Result<T, Exception>>, T> Job for Coro<F, T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Did {
        let outcome = match caught(|| self.future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Did::Paused,
            Ok(Poll::Ready(outcome)) => outcome,
            Err(panicked) => Err(panicked),
        };
        let did = if outcome.is_ok() {
            Did::Returned
        } else {
            Did::Raised
        };
        // Refused if somebody has settled the promise already: then the first result stands.
        let _ = self.result.settle(outcome);
        did
    }
}

/// What [`Scheduler::step`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the task that ran.
    pub task: u64,
    /// How it ended its turn.
    pub did: Did,
}

/// How a task ended its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It paused at an `.await`.
    Paused,
    /// It returned, and its promise is 🐣.
    Returned,
    /// It raised an exception, or panicked, and its promise is 🍳.
    Raised,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = match self.did {
            Did::Paused => "paused",
            Did::Returned => "returned",
            Did::Raised => "raised an exception",
        };
        write!(f, "task {} {did}", self.task)
    }
}

impl Default for Scheduler {
    fn default() -> Self {
        Scheduler::new()
    }
}

impl Scheduler {
    /// A scheduler without tasks, for this thread. A wake from another thread unparks this one.
    #[must_use]
    pub fn new() -> Self {
        Scheduler::with_unpark(Waker::from(Arc::new(Unpark(thread::current()))))
    }

    /// The same, where the loop sleeps in some other way: a wake from another thread calls `unpark`.
    ///
    /// The loop has a waker, as its tasks have: it is called once for all wakes that come between two
    /// looks at the queue, and it must end the loop's sleep, or prevent it if it comes before.
    ///
    /// ```
    /// use stage4_scheduler::Scheduler;
    /// use std::task::Waker;
    ///
    /// let never_sleeps = Scheduler::with_unpark(Waker::noop().clone());
    /// assert!(never_sleeps.step().is_none());
    /// ```
    #[must_use]
    pub fn with_unpark(unpark: Waker) -> Self {
        Scheduler {
            inner: Rc::new(Inner {
                tasks: RefCell::new(Slab::new()),
                queue: Rc::new(Queue::new(unpark)),
                added: Cell::new(0),
                closing: Cell::new(false),
            }),
        }
    }

    /// Adds a coroutine as a task, which runs when the loop comes to it. See [`add_coro`].
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// assert!(!promise.is_settled());
    /// ```
    #[track_caller]
    pub fn add_coro<T: 'static>(
        &self,
        coro: impl Future<Output = Result<T, Exception>> + 'static,
    ) -> Promise<T> {
        self.inner.add_coro(coro)
    }

    /// Runs the task that was woken first until it pauses or ends. `None` if no task is to run.
    ///
    /// # Panics
    ///
    /// Inside a task of another scheduler: there is one loop to a thread.
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// while let Some(step) = scheduler.step() {
    ///     println!("{step}");
    /// }
    /// assert!(promise.is_settled());
    /// ```
    pub fn step(&self) -> Option<Step> {
        let _entered = self.enter();
        let (id, mut runnable) = loop {
            let id = self.inner.queue.pop()?;
            // A task that has ended may still be in the queue.
            if let Some(runnable) = self.inner.take(id) {
                break (id, runnable);
            }
        };
        let task = id.number;
        let did = runnable.job.poll(&mut Context::from_waker(&runnable.waker));
        if did == Did::Paused {
            self.inner.put_back(id, runnable);
        } else {
            let _entry = self.inner.tasks.borrow_mut().remove(id.key);
            // Its destructors may panic too; the result is told already, so there is nobody to tell.
            let _ = caught(|| drop(runnable));
        }
        Some(Step { task, did })
    }

    /// All tasks, and where each is paused.
    ///
    /// ```
    /// # let scheduler = stage4_scheduler::Scheduler::new();
    /// let promise = scheduler.add_coro(async { Ok(3) });
    /// assert_eq!(scheduler.tasks()[0].added_at, promise.made_at());
    /// ```
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        self.inner.tasks_and_foreign().0
    }

    /// Whether the tasks are stuck for good: none is to run, and nobody could wake one. If so, the
    /// report.
    ///
    /// Who could wake a task? Whoever holds its waker. The wakers in our promises are called by tasks
    /// that settle them, and no task runs. So what is left is a waker in other hands: another thread's,
    /// or those of a future that was not made here. The waker's reference count tells: one in the slab,
    /// one beside the job, and those in the table of waiters are ours.
    ///
    /// ```
    /// use stage4_scheduler::{Promise, Scheduler};
    ///
    /// let scheduler = Scheduler::new();
    /// scheduler.add_coro(async { Promise::<()>::new().await });
    /// assert!(scheduler.deadlock().is_none()); // it has not run yet
    /// scheduler.step();
    /// println!("{}", scheduler.deadlock().unwrap());
    /// ```
    #[must_use]
    pub fn deadlock(&self) -> Option<Deadlock> {
        let (tasks, foreign) = self.inner.tasks_and_foreign();
        // Why look at the queue last? Whoever held a waker a moment ago may have called it since.
        let stuck = !tasks.is_empty() && !foreign && self.inner.queue.is_empty();
        stuck.then(|| Deadlock::new(tasks))
    }

    /// Makes this the loop of this thread, as [`add_coro`] sees it, until the guard is dropped.
    ///
    /// # Panics
    ///
    /// Inside a task of another scheduler.
    ///
    /// ```
    /// use stage4_scheduler::{Scheduler, add_coro};
    ///
    /// let scheduler = Scheduler::new();
    /// let _entered = scheduler.enter();
    /// let promise = add_coro(async { Ok(3) });
    /// scheduler.step();
    /// assert!(promise.is_settled());
    /// ```
    pub fn enter(&self) -> Entered<'_> {
        let outermost = CURRENT.with_borrow(|current| match current {
            Some(inner) if Rc::ptr_eq(inner, &self.inner) => false,
            Some(_) => panic!(
                "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
            ),
            None => true,
        });
        if outermost {
            CURRENT.set(Some(Rc::clone(&self.inner)));
            Queue::enter(Some(Rc::clone(&self.inner.queue)));
        }
        Entered {
            outermost,
            scheduler: PhantomData,
        }
    }
}

/// As long as this lives, its scheduler is the loop of this thread. See [`Scheduler::enter`].
#[derive(Debug)]
#[must_use = "the loop is left when this is dropped"]
pub struct Entered<'a> {
    outermost: bool,
    scheduler: PhantomData<&'a Scheduler>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.outermost {
            Queue::enter(None);
            CURRENT.set(None);
        }
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        self.inner.closing.set(true); // a destructor may try to add another task
        // Why not `enter`? It panics inside another loop, and then this may be that panic's clean-up.
        let outer = CURRENT.replace(Some(Rc::clone(&self.inner)));
        let outer_queue = Queue::enter(Some(Rc::clone(&self.inner.queue)));
        loop {
            let entry = self.inner.tasks.borrow_mut().pop();
            let Some(entry) = entry else { break };
            // One destructor that panics must not keep the others from running.
            let _ = caught(|| drop(entry));
        }
        Queue::enter(outer_queue);
        CURRENT.set(outer);
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("tasks", &self.tasks())
            .finish_non_exhaustive()
    }
}

impl Inner {
    #[track_caller]
    fn add_coro<T: 'static>(
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
        let job = Box::new(Coro {
            future: Box::pin(coro),
            result: result.clone(),
        });
        let mut tasks = self.tasks.borrow_mut();
        let handle = self.queue.handle(Id {
            key: tasks.vacant(),
            number,
        });
        let waker = Waker::from(Arc::clone(&handle));
        tasks.insert(Entry {
            number,
            added_at: result.made_at(),
            result: result.id(),
            handle: Arc::clone(&handle),
            runnable: Some(Runnable { job, waker }),
        });
        handle.wake(); // the kick-off
        result
    }

    /// Takes the task out of its place, to be run.
    fn take(&self, id: Id) -> Option<Runnable> {
        let mut tasks = self.tasks.borrow_mut();
        let entry = tasks.get_mut(id.key)?;
        if entry.number != id.number {
            return None; // another task has that place now
        }
        entry.handle.begin();
        entry.runnable.take()
    }

    fn put_back(&self, id: Id, runnable: Runnable) {
        if let Some(entry) = self.tasks.borrow_mut().get_mut(id.key) {
            entry.runnable = Some(runnable);
        }
    }

    /// The tasks, and whether a waker of any of them is in foreign hands.
    fn tasks_and_foreign(&self) -> (Vec<Task>, bool) {
        let tasks = self.tasks.borrow();
        let numbers: HashMap<usize, u64> = tasks
            .iter()
            .map(|entry| (entry.result, entry.number))
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
            let pauses = pauses.remove(&handle).unwrap_or_default();
            foreign |= Arc::strong_count(&entry.handle) > 2 + pauses.len();
            Task {
                number: entry.number,
                added_at: entry.added_at,
                pauses,
            }
        };
        (tasks.iter().map(task).collect(), foreign)
    }
}

/// Wakes a loop that sleeps in [`thread::park`].
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
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

/// Adds a coroutine to the loop that runs on this thread, and gives the promise of its result (T22).
///
/// The coroutine runs when the loop comes to it, side by side with the one that added it. Await the
/// promise to have its result; drop the promise and it runs on its own, which is not to cancel it.
/// Elsewhere this is called `spawn`, or `create_task`.
///
/// # Panics
///
/// Outside of a loop.
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
    let Some(inner) = CURRENT.with_borrow(Option::clone) else {
        panic!(
            "add_coro outside of a loop (call it in a coroutine that `run` runs, or use `Scheduler::add_coro`)"
        );
    };
    inner.add_coro(coro)
}
