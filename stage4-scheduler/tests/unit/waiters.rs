//! The one thing about waiters that safe code outside cannot bring about: a waker whose `clone` settles the
//! promise. A waker that is made of an `Arc` runs nothing when it is cloned; others may.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Wake, Waker};

use super::Waiters;
use crate::report::state::PauseSite;

#[derive(Default)]
struct Count(AtomicU32);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_waker_that_comes_too_late_is_called_at_once() {
    let (waiters, count) = (Waiters::default(), Arc::new(Count::default()));
    let wait = PauseSite {
        at: Location::caller(),
        promise: 0,
        made_at: Location::caller(),
    };
    waiters.wake_all(); // as the clone in `add` might do
    let waker = Waker::from(Arc::clone(&count));
    assert_eq!(waiters.add(None, &waker, wait), None);
    assert_eq!(count.0.load(Ordering::Relaxed), 1);
    drop(waker);
    assert_eq!(Arc::strong_count(&count), 1, "it was not kept");
}
