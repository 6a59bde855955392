//! The mistake: a sleeping thread is woken by the system when its future can go on.
//!
//! Its tests say:
//!
//! ```text
//! it_sleeps_until_it_is_woken:
//!     You sleep, and `Waker::noop()` is a waker that does nothing: nobody can end your sleep.
//!     Make a waker that does: implement `Wake`, and call `unpark` in it.
//! ```

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}
