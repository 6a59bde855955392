//! x07: write a scheduler that runs several coroutines on one thread, by looking which one can go on.
//!
//! `cargo test -p stage4-scheduler --test x07_looking` checks it. Hints: `x07_looking.hint.md`.

#![allow(unused, clippy::needless_pass_by_value, reason = "until it is written")]

use stage3_promise::{Awaited, Coroutine, CoroutineState, Exception};

/// A coroutine, and the promise that it waits for: none if it has not begun.
struct Task {
    coro: Coroutine<()>,
    awaited: Option<Awaited>,
}

/// Runs all of them until each has returned. Resumes a task only if it can go on. If tasks are left and none
/// of them can, the result is an `Err`.
fn run(coros: Vec<Coroutine<()>>) -> Result<(), Exception> {
    todo!("find a task that can go on, resume it, and put it back if it has paused again")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::pin::pin;
    use std::rc::Rc;

    use super::run;
    use stage3_promise::{Coroutine, Exception, Promise};

    /// A coroutine that panics if it is resumed far more often than it pauses.
    fn coro(future: impl Future<Output = Result<(), Exception>> + 'static) -> Coroutine<()> {
        Coroutine::new(async {
            let (mut future, mut polls) = (pin!(future), 0);
            poll_fn(|context| {
                polls += 1;
                assert!(
                    polls < 10,
                    "A task was resumed over and over while its promise was pending.\n\
                     Look before you resume: ask the promise of each task for its `outcome()`."
                );
                future.as_mut().poll(context)
            })
            .await
        })
    }

    #[test]
    fn a_task_that_waits_lets_another_one_run() {
        let (kettle, water) = (Promise::new(), Rc::new(Cell::new(false)));
        let (waiting, flag) = (kettle.clone(), Rc::clone(&water));
        let result = run(vec![
            coro(async move {
                flag.set(waiting.await?);
                Ok(())
            }),
            coro(async move { Ok(kettle.set_success(true)?) }),
        ]);
        assert!(
            result.is_ok() && water.get(),
            "Task 1 waits for a promise that task 2 settles. Your loop ended with {result:?}.\n\
             Put a task that waits aside, and run another one. That takes a list, and no thread."
        );
    }

    #[test]
    fn tasks_may_wait_for_each_other_in_turns() {
        let [ping, back, end] = [Promise::new(), Promise::new(), Promise::new()];
        let (first, second) = (
            [ping.clone(), back.clone(), end.clone()],
            [ping, back, end.clone()],
        );
        let result = run(vec![
            coro(async move {
                let [ping, back, end] = first;
                ping.set_success(1)?;
                Ok(end.set_success(back.await? + 1)?)
            }),
            coro(async move {
                let [ping, back, end] = second;
                back.set_success(ping.await? + 1)?;
                end.await?;
                Ok(())
            }),
        ]);
        assert!(
            result.is_ok() && matches!(end.result(), Some(Ok(3))),
            "Each of two tasks waits for what the other one settles. Your loop ended with {result:?}.\n\
             Run until every task has returned. One that has paused again goes back into the list."
        );
    }

    #[test]
    fn a_failed_promise_is_thrown_into_the_task() {
        let (promise, caught) = (Promise::<()>::new(), Rc::new(Cell::new(false)));
        let (waiting, flag) = (promise.clone(), Rc::clone(&caught));
        let result = run(vec![
            coro(async move {
                flag.set(waiting.await.is_err());
                Ok(())
            }),
            coro(async move { Ok(promise.set_exception(Exception::msg("oops"))?) }),
        ]);
        assert!(
            result.is_ok() && caught.get(),
            "Task 2 fails the promise that task 1 waits for, and task 1 catches that. Your loop ended with\n\
             {result:?}. Run task 2, then throw the exception of the promise into task 1."
        );
    }

    #[test]
    fn if_no_task_can_go_on_it_says_so() {
        let result = run(vec![coro(async { Promise::new().await })]);
        assert!(
            result.is_err(),
            "One task is left, and waits for a promise that nobody settles: that is a deadlock.\n\
             Your loop returned `Ok`, as if all tasks had ended."
        );
    }
}
