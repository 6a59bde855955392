//! The mistake: a future that is ready stays ready, so both are polled until both are.
//!
//! Its tests say:
//!
//! ```text
//! a_is_ready_first:
//!     It went like this: a is polled, b is polled, a is polled too late.
//!     A future that was ready must not be polled again: keep its value, and poll only the other.
//! b_is_ready_first:
//!     It went like this: a is polled, b is polled, b is polled too late.
//!     A future that was ready must not be polled again: keep its value, and poll only the other.
//! ```

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

async fn join(
    a: impl Future<Output = i32> + 'static,
    b: impl Future<Output = i32> + 'static,
) -> (i32, i32) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(
        |context| match (a.as_mut().poll(context), b.as_mut().poll(context)) {
            (Poll::Ready(first), Poll::Ready(second)) => Poll::Ready((first, second)),
            _ => Poll::Pending,
        },
    )
    .await
}
