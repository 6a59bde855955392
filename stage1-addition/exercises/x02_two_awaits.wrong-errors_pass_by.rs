//! The mistake: an awaited future that failed counts as done, and the coroutine goes on.
//!
//! Its tests say:
//!
//! ```text
//! an_exception_at_the_first_await_ends_it:
//!     An exception came out of the first `.await`, and it went on, with Yielded(Action { name: "add", args: [0, 4] }).
//!     The `?` behind the `.await` returns the exception at once.
//! send_for_send_it_is_the_async_fn:
//!     Each send must give what the `async fn` gives. To [Err("oops"), Ok(7)] it says
//!       Yielded(Action { name: "add", args: [1, 2] })
//!       an exception
//!       an exception
//!     and yours says
//!       Yielded(Action { name: "add", args: [1, 2] })
//!       Yielded(Action { name: "add", args: [0, 4] })
//!       Complete(7)
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
        loop {
            *self = match &mut *self {
                AddsTwice::Fresh { a, b, c } => AddsTwice::First {
                    awaited: AdditionAwaitable::new([*a, *b]).into_future(),
                    c: *c,
                },
                AddsTwice::First { awaited, c } => {
                    let sum = ready!(Pin::new(awaited).poll(context)).unwrap_or(0);
                    AddsTwice::Second {
                        awaited: AdditionAwaitable::new([sum, *c]).into_future(),
                    }
                }
                AddsTwice::Second { awaited } => return Pin::new(awaited).poll(context),
            }
        }
    }
}
