//! The loop of this thread. There is one at most, and `add_coro` finds it here.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ptr;
use std::rc::Rc;

use crate::exception::Exception;
use crate::promise::Promise;
use crate::queue::Queue;
use crate::scheduler::Scheduler;
use crate::tasks::Tasks;

thread_local!(static CURRENT: RefCell<Option<Rc<Tasks>>> = const { RefCell::new(None) });

/// Makes these the tasks that this thread's loop runs, and gives back those it ran before.
///
/// On a thread that ends, the place may be gone before the last scheduler; then there is no loop.
fn replace(tasks: Option<Rc<Tasks>>) -> Option<Rc<Tasks>> {
    Queue::enter(tasks.as_ref().map(|tasks| Rc::clone(&tasks.queue)));
    let before = CURRENT.try_with(|current| current.replace(tasks));
    before.ok().flatten()
}

/// Runs `last`, which must not panic, with these tasks in place of whatever stands there.
///
/// Why not [`Scheduler::enter`]? A scheduler may be dropped inside a task of another one.
pub(crate) fn instead(tasks: &Rc<Tasks>, last: impl FnOnce()) {
    let before = replace(Some(Rc::clone(tasks)));
    last();
    replace(before);
}

/// As long as this lives, its scheduler is the loop of this thread. See [`Scheduler::enter`]. Of several
/// that are alive at once, the first one made is to be dropped last.
#[derive(Debug)]
#[must_use = "the loop is left when this is dropped"]
pub struct Entered<'a> {
    outermost: bool,
    scheduler: PhantomData<&'a Scheduler>,
}

impl Entered<'_> {
    #[track_caller]
    pub(crate) fn new(tasks: &Rc<Tasks>) -> Self {
        let current = CURRENT.with_borrow(|current| current.as_ref().map(Rc::as_ptr));
        assert!(
            current.is_none_or(|it| ptr::eq(it, Rc::as_ptr(tasks))),
            "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
        );
        let outermost = current.is_none();
        if outermost {
            replace(Some(Rc::clone(tasks)));
        }
        Entered {
            outermost,
            scheduler: PhantomData,
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.outermost {
            replace(None);
        }
    }
}

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
    let Some(tasks) = CURRENT.with_borrow(Option::clone) else {
        panic!(
            "add_coro outside of a loop (call it in a coroutine that `run` runs, or use `Scheduler::add_coro`)"
        );
    };
    tasks.add(coro)
}
