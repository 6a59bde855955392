//! Shows who holds what: the result lives in the promise, and the promise lives as long as a handle.
//!
//! To follow: put something into a promise that tells you when it is dropped (a `Weak` beside an `Rc`),
//! and let go of the handles one by one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use futures_core::FusedFuture;
use stage3_promise::Wait;
use stage3_promise::{Coroutine, CoroutineState, Exception, Promise};

#[test]
fn the_result_is_dropped_with_the_last_handle() {
    let value = Rc::new("a value");
    let watch: Weak<_> = Rc::downgrade(&value);
    let promise = Promise::new();
    let clone = promise.clone();
    promise.set_success(value).unwrap();
    drop(promise);
    assert!(watch.upgrade().is_some(), "the clone holds it");
    drop(clone);
    assert!(watch.upgrade().is_none());
}

#[test]
fn a_refused_result_is_dropped_at_once() {
    let late = Rc::new("too late");
    let watch = Rc::downgrade(&late);
    let promise = Promise::new();
    promise.set_success(Rc::new("first")).unwrap();
    promise.set_success(late).unwrap_err();
    assert!(watch.upgrade().is_none());
}

#[test]
fn a_paused_coroutine_that_is_closed_lets_go_of_its_promise() {
    let promise = Promise::<i32>::new();
    let handle = promise.clone();
    let mut coro: Coroutine<i32> = Coroutine::new(async move { handle.await });
    let Ok(CoroutineState::Yielded(awaited)) = coro.send(None) else {
        panic!("it is pending");
    };
    coro.close();
    drop(awaited); // what the loop holds is a handle as well
    promise.set_success(3).unwrap();
    assert_eq!(promise.into_result().unwrap().unwrap(), 3);
}

#[test]
fn into_result_gives_the_result_itself_to_the_last_handle() {
    #[derive(Debug, PartialEq)]
    struct NotClone;

    let promise = Promise::new();
    promise.set_success(NotClone).unwrap();
    let clone = promise.clone();
    assert!(promise.into_result().is_none(), "there is another handle");
    assert_eq!(clone.into_result().unwrap().unwrap(), NotClone);
}

#[test]
fn into_result_of_a_pending_promise_is_nothing() {
    assert!(Promise::<i32>::new().into_result().is_none());
}

fn poll(wait: &mut Wait<i32>) -> Poll<Result<i32, Exception>> {
    Pin::new(wait).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_wait_that_is_done_says_so_and_has_let_go() {
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    assert!(!wait.is_terminated());
    promise.set_success(3).unwrap();
    assert!(poll(&mut wait).is_ready());
    assert!(wait.is_terminated());
    assert_eq!(format!("{wait:?}"), "Wait(done)");
    assert!(promise.into_result().is_some(), "the only handle again");
}

#[test]
fn a_wait_that_ended_with_an_exception_is_done_as_well() {
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    // Pending, and no coroutine here that could hand it up: an exception.
    assert!(matches!(poll(&mut wait), Poll::Ready(Err(_))));
    assert!(wait.is_terminated());
    promise.set_success(3).unwrap();
    assert!(promise.into_result().is_some(), "the only handle again");
}

#[test]
fn a_wait_that_is_polled_after_it_was_done_names_its_line() {
    let (mut wait, line) = (Promise::<i32>::new().into_future(), line!());
    assert!(poll(&mut wait).is_ready()); // an exception: no coroutine runs here
    let payload = catch_unwind(AssertUnwindSafe(|| poll(&mut wait))).unwrap_err();
    let text = payload.downcast::<String>().unwrap();
    assert!(
        text.starts_with(&format!("the `.await` at {}:{line}:", file!())),
        "{text}"
    );
    let advice = "was polled after it was done (it gives its result once: drop it then, or ask \
         `is_terminated` first)";
    assert!(text.ends_with(advice), "{text}");
}

#[test]
fn a_pending_wait_shows_its_promise_and_its_line() {
    let (wait, line) = (Promise::<i32>::new().into_future(), line!());
    let shown = format!("{wait:?}");
    let expected = format!("Wait(Promise(🥚) at {}:{line}:", file!());
    assert!(shown.starts_with(&expected), "{shown}");
}
