//! The mistake: an await is magic that brings the value, so `poll` only has to compute it.
//!
//! Its tests say:
//!
//! ```text
//! send_for_send_it_is_the_async_fn:
//!     Each send must give what the `async fn` gives. To [Ok(3), Ok(7)] it says
//!       Yielded(Action { name: "add", args: [1, 2] })
//!       Yielded(Action { name: "add", args: [3, 4] })
//!       Complete(7)
//!     and yours says
//!       Complete(7)
//!       an exception
//!       an exception
//! the_first_send_asks_for_the_first_sum:
//!     It returned 7 at the first send, and asked for nothing.
//!     `poll` computes nothing itself: it asks the loop, and returns `Pending`.
//! ```

use std::pin::Pin;
use std::task::{Context, Poll};

use stage1_addition::Exception;

enum AddsTwice {
    Fresh { a: i128, b: i128, c: i128 },
}

impl Future for AddsTwice {
    type Output = Result<i128, Exception>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let AddsTwice::Fresh { a, b, c } = *self;
        Poll::Ready(Ok(a + b + c))
    }
}
