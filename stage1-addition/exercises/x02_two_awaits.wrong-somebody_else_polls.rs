//! The mistake: once it is made, the awaited future runs by itself, as a thread would.
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
//!       an exception
//!       an exception
//!       an exception
//! the_first_send_asks_for_the_first_sum:
//!     It returned `Pending`, but the loop got no message.
//!     Making the awaited future runs nothing: `poll` it, and pass its `Pending` on.
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use stage1_addition::coroutine::Yield;
use stage1_addition::{Action, AdditionAwaitable, Exception};

enum AddsTwice {
    Fresh { a: i128, b: i128, c: i128 },
    First { awaited: Yield<Action>, c: i128 },
    Second { awaited: Yield<Action> },
}

impl Future for AddsTwice {
    type Output = Result<i128, Exception>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            AddsTwice::Fresh { a, b, c } => {
                let awaited = AdditionAwaitable::new([*a, *b]).into_future();
                *self = AddsTwice::First { awaited, c: *c };
                Poll::Pending
            }
            AddsTwice::First { awaited, c } => {
                let sum = ready!(Pin::new(awaited).poll(context))?;
                let awaited = AdditionAwaitable::new([sum, *c]).into_future();
                *self = AddsTwice::Second { awaited };
                Poll::Pending
            }
            AddsTwice::Second { awaited } => Pin::new(awaited).poll(context),
        }
    }
}
