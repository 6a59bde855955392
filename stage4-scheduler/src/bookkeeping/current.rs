//! The loop of this thread. There is one at most, of either kind.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr;
use std::rc::Rc;

thread_local!(static A_LOOP_RUNS: Cell<bool> = const { Cell::new(false) });

/// What a thread-local holds for the loop that runs on its thread: nothing, if none does.
///
/// It is never dropped, so that destructors can still use it while the thread ends. (No loop runs there by
/// then, so it holds nothing.)
pub(crate) struct Current<T>(ManuallyDrop<RefCell<Option<Rc<T>>>>);

impl<T> Current<T> {
    pub(crate) const fn new() -> Self {
        Current(ManuallyDrop::new(RefCell::new(None)))
    }

    pub(crate) fn get(&self) -> Option<Rc<T>> {
        self.0.borrow().clone()
    }

    /// Calls `read` with the value, if there is one. `read` must not use this again.
    pub(crate) fn map<R>(&self, read: impl FnOnce(&Rc<T>) -> R) -> Option<R> {
        self.0.borrow().as_ref().map(read)
    }

    pub(crate) fn is(&self, value: &T) -> bool {
        let current = self.0.borrow();
        current.as_deref().is_some_and(|it| ptr::eq(it, value))
    }

    pub(crate) fn replace(&self, value: Option<Rc<T>>) -> Option<Rc<T>> {
        self.0.replace(value)
    }
}

/// Runs `inside` as the only loop of this thread.
#[track_caller]
pub(crate) fn the_only_loop<R>(inside: impl FnOnce() -> R) -> R {
    assert!(
        !A_LOOP_RUNS.get(),
        "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
    );
    let _ended = AtTheEnd(Some(|| A_LOOP_RUNS.set(false)));
    A_LOOP_RUNS.set(true);
    inside()
}

/// Calls a function when it is dropped. Also runs when a panic unwinds.
pub(crate) struct AtTheEnd<F: FnOnce()>(pub(crate) Option<F>);

impl<F: FnOnce()> Drop for AtTheEnd<F> {
    fn drop(&mut self) {
        if let Some(last) = self.0.take() {
            last();
        }
    }
}
