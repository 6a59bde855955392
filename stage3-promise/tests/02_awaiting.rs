//! Shows what `.await` does with a promise that is settled: it hands it up all the same, and then gives
//! the result.
//!
//! To follow: settle first, await after. Then await again, by reference, and from several places: the
//! result stays in the promise, and each `.await` gets a clone of it.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use stage3_promise::{Coroutine, CoroutineState, Exception, Misuse, Promise, run};

fn kept<T>(value: T) -> Promise<T> {
    let promise = Promise::new();
    promise.settle(Ok(value)).unwrap();
    promise
}

fn broken(text: &str) -> Promise<i32> {
    let promise = Promise::new();
    promise.set_exception(Exception::msg(text)).unwrap();
    promise
}

#[test]
fn a_settled_promise_gives_its_value() {
    assert_eq!(run(async { kept(12345).await }).unwrap(), 12345);
}

#[test]
fn a_failed_promise_raises_its_exception() {
    let error = run(async { broken("oops").await }).unwrap_err();
    assert_eq!(error.to_string(), "oops");
}

#[test]
fn the_exception_can_be_caught_at_the_await() {
    let value = run(async { broken("oops").await.or(Ok(0)) });
    assert_eq!(value.unwrap(), 0);
}

#[test]
fn the_error_inside_is_still_the_one_that_was_put_there() {
    let promise = Promise::<i32>::new();
    promise
        .set_exception("x".parse::<i32>().unwrap_err())
        .unwrap();
    let error = run(async { promise.await }).unwrap_err();
    assert!(error.is::<std::num::ParseIntError>());
}

#[test]
fn a_settled_promise_is_yielded_up_like_any_other() {
    let mut coro: Coroutine<i32> = Coroutine::new(async { kept(3).await });
    let Ok(CoroutineState::Yielded(awaited)) = coro.send(None) else {
        panic!("the loop is the one that looks");
    };
    assert!(matches!(awaited.outcome(), Some(Ok(()))));
    let state = coro.send(Some(()));
    assert!(matches!(state, Ok(CoroutineState::Complete(3))));
}

#[test]
fn the_loop_sends_for_a_value_and_throws_for_an_exception() {
    // The await gives what the loop throws in, even if the promise holds a value.
    let mut coro: Coroutine<i32> = Coroutine::new(async { kept(3).await });
    assert!(matches!(coro.send(None), Ok(CoroutineState::Yielded(_))));
    let error = coro.throw(Exception::msg("thrown")).unwrap_err();
    assert_eq!(error.to_string(), "thrown");
}

#[test]
fn it_may_be_awaited_many_times_and_by_reference() {
    let promise = kept(3);
    let sum = run(async move {
        let by_reference = (&promise).await? + (&promise).await?;
        let by_clone = promise.clone().await?;
        Ok(by_reference + by_clone + promise.await?)
    });
    assert_eq!(sum.unwrap(), 12);
}

#[test]
fn a_failure_too_may_be_awaited_many_times() {
    let promise = broken("oops");
    let texts = run(async move {
        let first = (&promise).await.unwrap_err();
        let second = promise.await.unwrap_err();
        Ok([first.to_string(), second.to_string()])
    });
    assert_eq!(texts.unwrap(), ["oops", "oops"]);
}

#[test]
fn promises_of_several_types_are_awaited_in_one_coroutine() {
    let (number, text) = (kept(3), kept("three".to_owned()));
    let line = run(async move { Ok(format!("{} is {}", number.await?, text.await?)) });
    assert_eq!(line.unwrap(), "3 is three");
}

#[test]
fn into_future_gives_the_future_that_await_would_poll() {
    assert_eq!(run(kept(3).into_future()).unwrap(), 3);
    assert_eq!(run((&kept(4)).into_future()).unwrap(), 4);
}

#[test]
fn a_settled_promise_needs_a_loop_too() {
    let mut wait = pin!(kept(3).into_future());
    let poll = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = poll else {
        panic!("nobody is here to look at it");
    };
    assert_eq!(error.downcast_ref(), Some(&Misuse::Outside));
}
