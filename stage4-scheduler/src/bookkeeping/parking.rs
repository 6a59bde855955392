//! How a loop sleeps that has nothing else to wait with: it parks its thread.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::{self, Thread};

#[derive(Default)]
pub(crate) struct Parking {
    has_parked: Cell<bool>,
}

impl Parking {
    /// Sleeps until somebody unparks this thread. May end early.
    pub(crate) fn park(&self) {
        self.has_parked.set(true);
        thread::park();
    }
}

impl Drop for Parking {
    fn drop(&mut self) {
        if self.has_parked.get() {
            thread::current().unpark(); // `park` may have taken a token that was meant for our caller
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A waker that ends this thread's sleep, or prevents it if it comes before.
pub(crate) fn unpark_this_thread() -> Waker {
    Waker::from(Arc::new(Unpark(thread::current())))
}
