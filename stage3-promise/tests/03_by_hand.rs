//! Shows what `.await` does with a promise that is pending: it hands the promise up to whoever drives.
//!
//! To follow: be the loop. `send(None)` gives you the promise that the coroutine waits for. Look at it;
//! settle it; answer `send(Some(()))`. The answer is empty, because the value is in the promise.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use stage3_promise::{Awaited, Coroutine, CoroutineState, Exception, Misuse, Promise};

/// A coroutine that awaits the promise, and the line of its `.await`.
fn waiting(promise: &Promise<i32>) -> (Coroutine<i32>, u32) {
    let promise = promise.clone();
    (Coroutine::new(async move { promise.await }), line!())
}

fn yielded(state: Result<CoroutineState<Awaited, i32>, Exception>) -> Awaited {
    match state.unwrap() {
        CoroutineState::Yielded(awaited) => awaited,
        CoroutineState::Complete(value) => panic!("it returned {value}"),
    }
}

#[test]
fn a_pending_promise_is_yielded_up() {
    let promise = Promise::new();
    let (mut coro, _) = waiting(&promise);
    let awaited = yielded(coro.send(None));
    assert_eq!(awaited.id(), promise.id());
    assert_eq!(awaited.made_at(), promise.made_at());
    assert!(awaited.outcome().is_none());
}

#[test]
fn once_it_is_settled_the_coroutine_goes_on_with_the_value() {
    let promise = Promise::new();
    let (mut coro, _) = waiting(&promise);
    let awaited = yielded(coro.send(None));
    promise.set_success(3).unwrap();
    assert!(matches!(awaited.outcome(), Some(Ok(()))));
    let state = coro.send(Some(()));
    assert!(matches!(state, Ok(CoroutineState::Complete(3))));
}

#[test]
fn what_is_yielded_shows_its_state_too() {
    let promise = Promise::new();
    let awaited = yielded(waiting(&promise).0.send(None));
    let place = promise.made_at();
    assert_eq!(
        format!("{awaited:?}"),
        format!("Awaited(🥚 made at {place})")
    );
    promise.set_success(3).unwrap();
    assert_eq!(
        format!("{awaited:?}"),
        format!("Awaited(🐣 made at {place})")
    );

    let promise = Promise::new();
    let awaited = yielded(waiting(&promise).0.send(None));
    promise.set_exception(Exception::msg("oops")).unwrap();
    let place = promise.made_at();
    assert_eq!(
        format!("{awaited:?}"),
        format!("Awaited(🍳 made at {place})")
    );
}

#[test]
fn a_paused_coroutine_knows_the_line_of_its_await() {
    let promise = Promise::new();
    let (mut coro, line) = waiting(&promise);
    yielded(coro.send(None));
    let place = coro.paused_at().unwrap();
    assert_eq!((place.file(), place.line()), (file!(), line));
}

#[test]
fn resumed_too_early_it_asks_again() {
    let promise = Promise::new();
    let (mut coro, line) = waiting(&promise);
    yielded(coro.send(None));
    for _ in 0..3 {
        // The answer was a lie: the promise is still pending, so the same promise comes out.
        assert_eq!(yielded(coro.send(Some(()))).id(), promise.id());
        assert_eq!(coro.paused_at().unwrap().line(), line);
    }
    promise.set_success(3).unwrap();
    let state = coro.send(Some(()));
    assert!(matches!(state, Ok(CoroutineState::Complete(3))));
}

#[test]
fn an_exception_thrown_in_comes_out_of_the_await() {
    let promise = Promise::new();
    let (mut coro, _) = waiting(&promise);
    yielded(coro.send(None));
    let error = coro.throw(Exception::msg("never mind")).unwrap_err();
    assert_eq!(error.to_string(), "never mind");
    assert!(!promise.is_settled()); // nobody has asked the promise
}

#[test]
fn a_coroutine_may_catch_what_is_thrown_and_await_the_same_promise_again() {
    let promise = Promise::new();
    let mut coro: Coroutine<i32> = Coroutine::new({
        let promise = promise.clone();
        async move {
            match (&promise).await {
                Ok(value) => Ok(value),
                Err(_) => Ok(promise.await? + 1),
            }
        }
    });
    yielded(coro.send(None));
    assert_eq!(
        yielded(coro.throw(Exception::msg("again"))).id(),
        promise.id()
    );
    promise.set_success(3).unwrap();
    let state = coro.send(Some(()));
    assert!(matches!(state, Ok(CoroutineState::Complete(4))));
}

#[test]
fn a_pending_promise_awaited_outside_of_any_coroutine_says_so() {
    let mut wait = pin!(Promise::<i32>::new().into_future());
    let poll = wait.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Err(error)) = poll else {
        panic!("it waits for nobody");
    };
    assert_eq!(error.downcast_ref(), Some(&Misuse::Outside));
    assert_eq!(
        error.to_string(),
        "awaited outside any coroutine (nobody here takes its message: give the `async` block to \
         `Coroutine::new` or to the loop of this stage)"
    );
}
