//! The mistake: a wake is an event, and a thread that sleeps will notice it.
//!
//! Its tests say:
//!
//! ```text
//! it_sleeps_until_it_is_woken:
//!     The waker was called during the poll, so before you slept. That wake was lost, and
//!     nobody wakes you again. Keep it in a flag, or use `park`: an `unpark` that comes
//!     first makes the next `park` return at once.
//! ```

use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Default)]
struct Signal {
    lock: Mutex<()>,
    called: Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.called.notify_one();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        let guard = signal.lock.lock().expect("nobody panics with it");
        drop(signal.called.wait(guard));
    }
}
