//! x02, solved. Where it is paused is which variant it is. Its local variables are the fields.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use stage1_addition::coroutine::Yield;
use stage1_addition::{Action, AdditionAwaitable, Exception};

enum AddsTwice {
    Fresh { a: i128, b: i128, c: i128 },
    First { awaited: Yield<Action>, c: i128 },
    Second { awaited: Yield<Action> },
    Finished,
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
                AddsTwice::First { awaited, c } => match ready!(Pin::new(awaited).poll(context)) {
                    Ok(sum) => AddsTwice::Second {
                        awaited: AdditionAwaitable::new([sum, *c]).into_future(),
                    },
                    Err(exception) => {
                        *self = AddsTwice::Finished;
                        return Poll::Ready(Err(exception));
                    }
                },
                AddsTwice::Second { awaited } => {
                    let result = ready!(Pin::new(awaited).poll(context));
                    *self = AddsTwice::Finished;
                    return Poll::Ready(result);
                }
                AddsTwice::Finished => panic!("polled after it has returned: make a new one"),
            }
        }
    }
}
