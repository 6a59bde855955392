//! x06: be the loop. Drive a coroutine that awaits promises.
//!
//! `cargo test -p stage3-promise --test x06_be_the_loop` checks it. Hints: `x06_be_the_loop.hint.md`.

#![allow(unused, reason = "until it is written")]

use stage3_promise::{Coroutine, CoroutineState, Exception};

/// Runs `coro` to its end. Resumes it only if the promise that it waits for is settled. While that promise
/// is pending, calls `wait`: then somebody settles a promise, this one or another.
fn be_the_loop<T>(mut coro: Coroutine<T>, mut wait: impl FnMut()) -> Result<T, Exception> {
    todo!("send, look at the promise that comes out, and send again")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::rc::Rc;

    use super::be_the_loop;
    use stage3_promise::{Coroutine, Exception, Promise};

    /// Gives what the coroutine gives, and how often it was resumed.
    fn drive(
        coro: impl Future<Output = Result<i32, Exception>> + 'static,
        settle: &[&dyn Fn()],
    ) -> (Result<i32, Exception>, u32) {
        let polls = Rc::new(Cell::new(0));
        let counter = Rc::clone(&polls);
        let driven = Coroutine::new(async move {
            let mut coro = pin!(coro);
            poll_fn(|context| {
                counter.set(counter.get() + 1);
                coro.as_mut().poll(context)
            })
            .await
        });
        let mut settle = settle.iter();
        let result = be_the_loop(driven, || match settle.next() {
            Some(settle) => settle(),
            None => panic!(
                "You call `wait`, but every promise is settled: the coroutine never goes on.\n\
                 A settled promise pushes nothing. Look at it, then resume the coroutine with `send`."
            ),
        });
        (result, polls.get())
    }

    #[test]
    fn it_goes_on_when_its_promise_is_settled() {
        let promise = Promise::new();
        let waiting = promise.clone();
        let settle = || promise.set_success(3).unwrap();
        let (result, _) = drive(async move { Ok(waiting.await? + 1) }, &[&settle]);
        assert!(matches!(result, Ok(4)), "it ended with {result:?}");
    }

    #[test]
    fn it_is_not_resumed_for_another_promise() {
        let (promise, other) = (Promise::new(), Promise::new());
        let waiting = promise.clone();
        let settle_other = || other.set_success(()).unwrap();
        let settle = || promise.set_success(3).unwrap();
        let (result, polls) = drive(waiting.into_future(), &[&settle_other, &settle]);
        assert!(matches!(result, Ok(3)), "it ended with {result:?}");
        assert!(
            polls == 2,
            "It was polled {polls} times. One of these polls came while its promise was pending.\n\
             After each `wait` ask the promise for its `outcome()`: another one may have been settled."
        );
    }

    #[test]
    fn a_failed_promise_is_thrown_into_it() {
        let promise = Promise::<i32>::new();
        let waiting = promise.clone();
        let settle = || promise.set_exception(Exception::msg("oops")).unwrap();
        let (result, _) = drive(async move { waiting.await.or(Ok(7)) }, &[&settle]);
        assert!(
            matches!(result, Ok(7)),
            "The promise failed, and the coroutine wanted to catch that. It ended with {result:?}.\n\
             Do not return the exception from the loop: `throw` it into the coroutine."
        );
    }
}
