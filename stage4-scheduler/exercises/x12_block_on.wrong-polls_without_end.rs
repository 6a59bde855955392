//! The mistake: to run a future is to poll it until it is ready.
//!
//! Its tests say:
//!
//! ```text
//! it_sleeps_until_it_is_woken:
//!     The future was polled over and over although nobody had called its waker.
//!     That works, and burns a whole processor: sleep in `park` until the waker is called.
//! ```

use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
