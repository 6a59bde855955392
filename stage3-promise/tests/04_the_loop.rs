//! Shows the loop that needs no answers: it looks at the promise that comes out, and knows what to do.
//!
//! To follow: three things may come out of a step. A promise that is settled by then: go on, with its
//! exception if it failed. A promise that is pending: there is nobody left to settle it.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use stage3_promise::{Exception, NotSettled, Promise, run};

/// Awaits `promise`, and settles it in the very step in which the wait has paused.
///
/// An `async fn` cannot do that, since it stops at its `.await`. A future written by hand can: it polls
/// the wait, and goes on while that is pending.
struct SettledMeanwhile {
    promise: Promise<i32>,
    wait: Pin<Box<dyn Future<Output = Result<i32, Exception>>>>,
    outcome: Option<Result<i32, Exception>>,
}

impl SettledMeanwhile {
    fn with(outcome: Result<i32, Exception>) -> Self {
        let promise = Promise::new();
        SettledMeanwhile {
            wait: Box::pin((&promise).into_future()),
            promise,
            outcome: Some(outcome),
        }
    }
}

impl Future for SettledMeanwhile {
    type Output = Result<i32, Exception>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = self.wait.as_mut().poll(cx);
        if let Some(outcome) = self.outcome.take() {
            assert!(poll.is_pending(), "it is not settled yet");
            self.promise.settle(outcome).unwrap();
        }
        poll
    }
}

#[test]
fn a_promise_that_is_settled_when_the_loop_looks_is_gone_on_with() {
    assert_eq!(run(SettledMeanwhile::with(Ok(3))).unwrap(), 3);
}

#[test]
fn a_promise_that_failed_when_the_loop_looks_is_thrown() {
    let oops = Err(Exception::msg("oops"));
    let error = run(SettledMeanwhile::with(oops)).unwrap_err();
    assert_eq!(error.to_string(), "oops");
}

#[test]
fn what_is_thrown_may_be_caught_and_the_coroutine_goes_on() {
    let value = run(async {
        let oops = Err(Exception::msg("oops"));
        let caught = SettledMeanwhile::with(oops).await.unwrap_err();
        Ok(format!("caught {caught}"))
    });
    assert_eq!(value.unwrap(), "caught oops");
}

#[test]
fn a_promise_that_nobody_settles_is_named_with_both_lines() {
    let (promise, made) = (Promise::<i32>::new(), line!());
    let error = run(async move { promise.await }).unwrap_err();
    let awaited = line!() - 1;
    let unsettled: &NotSettled = error.downcast_ref().unwrap();
    let (made_at, paused_at) = (unsettled.made_at, unsettled.paused_at.unwrap());
    assert_eq!((made_at.file(), made_at.line()), (file!(), made));
    assert_eq!((paused_at.file(), paused_at.line()), (file!(), awaited));
    assert_eq!(
        error.to_string(),
        format!(
            "the promise made at {made_at} is not settled, and {paused_at} waits for it (this loop \
             runs one coroutine, so nobody else can settle it: settle it before it is awaited)"
        )
    );
}

#[test]
fn the_loop_ends_with_the_coroutine_dropped_so_nobody_is_left_to_be_resumed() {
    let promise = Promise::<i32>::new();
    let handle = promise.clone();
    run(async move { handle.await }).unwrap_err();
    promise.set_success(3).unwrap();
    assert!(promise.into_result().is_some(), "the only handle again");
}

#[test]
fn coroutines_await_coroutines_and_the_promise_comes_up_through_all_of_them() {
    async fn inner(promise: Promise<i32>) -> Result<i32, Exception> {
        promise.await
    }
    async fn outer(promise: Promise<i32>) -> Result<i32, Exception> {
        Ok(inner(promise).await? + 1)
    }
    let promise = Promise::new();
    let error = run(outer(promise.clone())).unwrap_err();
    assert!(error.is::<NotSettled>());
    promise.set_success(1).unwrap();
    assert_eq!(run(outer(promise)).unwrap(), 2);
}

#[test]
fn a_loop_may_run_inside_a_loop() {
    let total = run(async {
        let promise = Promise::new();
        promise.set_success(run(async { Ok(1) })?)?;
        Ok(promise.await? + 1)
    });
    assert_eq!(total.unwrap(), 2);
}

#[test]
fn a_future_that_is_not_from_here_is_named_as_such() {
    let mut times = 0;
    let foreign = std::future::poll_fn(move |_| {
        times += 1;
        if times > 1 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    });
    let error = run(async move {
        let () = pin!(foreign).await;
        Ok(())
    });
    let text = error.unwrap_err().to_string();
    assert!(text.starts_with("the coroutine paused without a message"));
}
