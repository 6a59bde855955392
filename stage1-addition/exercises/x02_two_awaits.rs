//! x02: write by hand what the compiler makes of an `async fn` with two awaits: an enum and its `poll`.
//!
//! `cargo test -p stage1-addition --test x02_two_awaits` checks it. Hints: `x02_two_awaits.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::pin::Pin;
use std::task::{Context, Poll};

use stage1_addition::coroutine::Yield;
use stage1_addition::{Action, AdditionAwaitable, Exception};

/// The same coroutine as `adds_twice` (below): for every send it gives the same answer.
enum AddsTwice {
    /// Made, and not polled yet.
    Fresh { a: i128, b: i128, c: i128 },
    // One variant for each `.await` at which it can be paused, with what is needed afterwards.
    // One for the end.
}

impl Future for AddsTwice {
    type Output = Result<i128, Exception>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        todo!("look at the state, and go on from there")
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use super::AddsTwice;
    use stage1_addition::{AdditionAwaitable, Coroutine, CoroutineState, Exception, Misuse};

    async fn adds_twice(a: i128, b: i128, c: i128) -> Result<i128, Exception> {
        let sum = AdditionAwaitable::new([a, b]).await?;
        AdditionAwaitable::new([sum, c]).await
    }

    fn by_hand() -> Coroutine<i128> {
        Coroutine::new(AddsTwice::Fresh { a: 1, b: 2, c: 4 })
    }

    #[test]
    fn the_first_send_asks_for_the_first_sum() {
        match by_hand().send(None) {
            Ok(CoroutineState::Yielded(action)) => assert_eq!(action.args, [1, 2]),
            Ok(CoroutineState::Complete(value)) => panic!(
                "It returned {value} at the first send, and asked for nothing.\n\
                 `poll` computes nothing itself: it asks the loop, and returns `Pending`."
            ),
            Err(error) if error.downcast_ref() == Some(&Misuse::NoMessage) => panic!(
                "It returned `Pending`, but the loop got no message.\n\
                 Making the awaited future runs nothing: `poll` it, and pass its `Pending` on."
            ),
            Err(error) => panic!("the first send failed: {error}"),
        }
    }

    #[test]
    fn an_exception_at_the_first_await_ends_it() {
        let mut coro = by_hand();
        let _ = coro.send(None);
        let state = coro.throw(Exception::msg("no calculator here"));
        if let Ok(state) = state {
            panic!(
                "An exception came out of the first `.await`, and it went on, with {state:?}.\n\
                 The `?` behind the `.await` returns the exception at once."
            );
        }
    }

    #[test]
    fn send_for_send_it_is_the_async_fn() {
        type Reply = Result<i128, &'static str>;
        fn log(mut coro: Coroutine<i128>, replies: [Reply; 2]) -> Vec<String> {
            let show = |state: Result<_, Exception>| match state {
                Ok(state) => format!("{state:?}"),
                Err(_) => "an exception".to_owned(),
            };
            let mut log = vec![show(coro.send(None))];
            for reply in replies {
                let state = match reply {
                    Ok(sum) => coro.send(Some(sum)),
                    Err(text) => coro.throw(Exception::msg(text)),
                };
                log.push(show(state));
            }
            log
        }
        for replies in [[Ok(3), Ok(7)], [Ok(3), Err("oops")], [Err("oops"), Ok(7)]] {
            let expected = log(Coroutine::new(adds_twice(1, 2, 4)), replies);
            let found = log(by_hand(), replies);
            assert!(
                found == expected,
                "Each send must give what the `async fn` gives. To {replies:?} it says\n  {}\nand yours says\n  {}",
                expected.join("\n  "),
                found.join("\n  ")
            );
        }
    }
}
