//! Shows that a panic ends one task and nothing else: it becomes the exception of its promise.
//!
//! To follow: panic wherever a coroutine can, and see who hears of it. The loop goes on each time.

mod watchdog;

use std::future::poll_fn;
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use stage4_scheduler::{Exception, Panicked, Promise, Scheduler, add_coro};
use watchdog::run;

async fn pause() {
    let mut again = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut again, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "the bomb");
    }
}

/// What the promise of a task says that runs `coro`, and whether the loop goes on afterwards.
fn outcome<T: Clone + 'static>(
    coro: impl Future<Output = Result<T, Exception>> + 'static,
) -> Result<T, Exception> {
    run(async move {
        let result = add_coro(coro).await;
        assert_eq!(add_coro(async { Ok(3) }).await?, 3, "the loop goes on");
        result
    })
}

#[test]
fn a_panic_on_the_first_step_is_an_exception() {
    let error = outcome::<()>(async { panic!("out of tea") }).unwrap_err();
    assert_eq!(error.to_string(), "the coroutine panicked: out of tea");
    let panicked: &Panicked = error.downcast_ref().unwrap();
    assert_eq!(panicked.message, "out of tea");
}

#[test]
fn a_panic_in_the_middle_is_one_as_well() {
    let error = outcome::<()>(async {
        pause().await;
        panic!("out of {}", "milk")
    });
    let text = error.unwrap_err().to_string();
    assert_eq!(text, "the coroutine panicked: out of milk");
}

#[test]
fn a_panic_in_the_coroutine_of_run_is_what_run_raises() {
    let error = run::<()>(async { panic!("out of tea") }).unwrap_err();
    assert!(error.is::<Panicked>());
}

#[test]
fn a_panic_with_something_that_is_not_a_text_is_told_as_such() {
    let text = "the coroutine panicked: (with something that is not a text)";
    let error = outcome::<()>(async { panic_any(42) }).unwrap_err();
    assert_eq!(error.to_string(), text);
    // What it panicked with may be anything, even this.
    let error = outcome::<()>(async { panic_any(Bomb) }).unwrap_err();
    assert_eq!(error.to_string(), text);
    // It is dropped, since nobody will ask for it.
    let held = Arc::new(());
    let payload = Arc::clone(&held);
    let error = outcome::<()>(async { panic_any(payload) }).unwrap_err();
    assert_eq!(error.to_string(), text);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_destructor_that_panics_as_the_coroutine_returns_is_a_panic_of_the_coroutine() {
    let error = outcome(async {
        let _bomb = Bomb;
        Ok(3)
    });
    let text = error.unwrap_err().to_string();
    assert_eq!(text, "the coroutine panicked: the bomb");
}

/// Returns, and panics when it is dropped afterwards.
struct ReturnsThenPanics(Bomb);

impl Future for ReturnsThenPanics {
    type Output = Result<i32, Exception>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(3))
    }
}

#[test]
fn a_destructor_that_panics_after_the_result_changes_nothing() {
    assert_eq!(outcome(ReturnsThenPanics(Bomb)).unwrap(), 3);
    assert_eq!(run(ReturnsThenPanics(Bomb)).unwrap(), 3);
}

#[test]
fn a_result_that_nobody_wants_may_panic_as_it_is_dropped() {
    let value = run(async {
        let promise = add_coro(async { Ok(Some(Bomb)) });
        promise.set_success(None)?; // so the result of the task is refused
        drop(add_coro(async { Ok(Bomb) })); // and this one is detached
        pause().await;
        Ok(promise.is_settled())
    });
    assert!(value.unwrap());
}

#[test]
fn one_destructor_that_panics_at_the_end_keeps_no_other_from_running() {
    let promises: Vec<Promise<()>> = (0..3).map(|_| Promise::new()).collect();
    let theirs = promises.clone();
    run(async move {
        for promise in theirs {
            drop(add_coro(async move {
                let _bomb = Bomb;
                promise.await
            }));
        }
        pause().await;
        Ok(())
    })
    .unwrap();
    for promise in promises {
        promise.set_success(()).unwrap();
        assert!(promise.into_result().is_some(), "its task is gone");
    }
}

#[test]
fn a_panic_leaves_the_scheduler_usable_by_hand() {
    let scheduler = Scheduler::new();
    let bad = scheduler.add_coro::<()>(async { panic!("out of tea") });
    let good = scheduler.add_coro(async { Ok(3) });
    while scheduler.step().is_some() {}
    assert_eq!(
        format!("{bad:?}"),
        "Promise(🍳 the coroutine panicked: out of tea)"
    );
    assert_eq!(format!("{good:?}"), "Promise(🐣 3)");
}
