//! Shows what a pending promise holds: one waker for each `.await` that waits, and none besides.
//!
//! To follow: poll waits by hand, with a waker whose copies can be counted. A promise that lets go of a
//! waker lets the count fall.

mod watchdog;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::FusedFuture;
use stage4_scheduler::Wait;
use stage4_scheduler::{Exception, Promise, add_coro};
use watchdog::run;

/// A waker that notes its name when it is called. Its copies are its `Arc`s.
struct Named {
    name: u32,
    called: Arc<Mutex<Vec<u32>>>,
}

impl Wake for Named {
    fn wake(self: Arc<Self>) {
        self.called.lock().unwrap().push(self.name);
    }
}

fn named(name: u32, called: &Arc<Mutex<Vec<u32>>>) -> Arc<Named> {
    let called = Arc::clone(called);
    Arc::new(Named { name, called })
}

fn poll<T: Clone + 'static>(wait: &mut Wait<T>, waker: &Arc<Named>) -> Poll<Result<T, Exception>> {
    let waker = Waker::from(Arc::clone(waker));
    Pin::new(wait).poll(&mut Context::from_waker(&waker))
}

/// How many copies are in the hands of promises.
fn held(waker: &Arc<Named>) -> usize {
    Arc::strong_count(waker) - 1
}

#[test]
fn a_wait_leaves_its_waker_in_the_promise_which_calls_it_once() {
    let called = Arc::default();
    let waker = named(1, &called);
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    assert_eq!(held(&waker), 0, "nothing happens until it is polled");
    assert!(poll(&mut wait, &waker).is_pending());
    assert_eq!(held(&waker), 1);
    promise.set_success(3).unwrap();
    assert_eq!(*called.lock().unwrap(), [1]);
    assert_eq!(held(&waker), 0);
    assert!(matches!(poll(&mut wait, &waker), Poll::Ready(Ok(3))));
}

#[test]
fn a_failure_wakes_just_as_a_success_does() {
    let called = Arc::default();
    let waker = named(1, &called);
    let promise = Promise::<()>::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &waker).is_pending());
    promise.set_exception(Exception::msg("oops")).unwrap();
    assert_eq!(*called.lock().unwrap(), [1]);
    assert!(matches!(poll(&mut wait, &waker), Poll::Ready(Err(_))));
}

#[test]
fn a_refused_result_wakes_nobody_again() {
    let called = Arc::default();
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &named(1, &called)).is_pending());
    promise.set_success(3).unwrap();
    promise.set_success(4).unwrap_err();
    assert_eq!(*called.lock().unwrap(), [1]);
}

#[test]
fn those_who_wait_are_woken_in_the_order_in_which_they_came() {
    let called = Arc::default();
    let promise = Promise::<()>::new();
    let mut waits: Vec<_> = (0..5).map(|_| (&promise).into_future()).collect();
    for name in [3, 0, 4, 1, 2] {
        let waker = named(name, &called);
        assert!(poll(&mut waits[name as usize], &waker).is_pending());
    }
    promise.set_success(()).unwrap();
    assert_eq!(*called.lock().unwrap(), [3, 0, 4, 1, 2]);
}

#[test]
fn one_who_gives_up_leaves_the_others_in_their_order() {
    // The first, one in the middle, and the last: each is taken out of a row of five.
    for gives_up in 0..5 {
        let called = Arc::default();
        let promise = Promise::<()>::new();
        let mut waits: Vec<_> = (0..5).map(|_| Some((&promise).into_future())).collect();
        for (name, wait) in (0..).zip(&mut waits) {
            assert!(poll(wait.as_mut().unwrap(), &named(name, &called)).is_pending());
        }
        waits[gives_up] = None;
        // A late one goes to the end, wherever the place is that it gets.
        let mut late = (&promise).into_future();
        assert!(poll(&mut late, &named(5, &called)).is_pending());
        promise.set_success(()).unwrap();
        let expected: Vec<u32> = (0..6).filter(|&name| name as usize != gives_up).collect();
        assert_eq!(*called.lock().unwrap(), expected);
    }
}

#[test]
fn all_may_give_up_and_others_may_come() {
    let called = Arc::default();
    let promise = Promise::<()>::new();
    let waker = named(1, &called);
    for _ in 0..3 {
        let mut waits: Vec<_> = (0..3).map(|_| (&promise).into_future()).collect();
        for wait in &mut waits {
            assert!(poll(wait, &waker).is_pending());
        }
        assert_eq!(held(&waker), 3);
        drop(waits);
        assert_eq!(held(&waker), 0);
    }
    let mut last = (&promise).into_future();
    assert!(poll(&mut last, &waker).is_pending());
    promise.set_success(()).unwrap();
    assert_eq!(*called.lock().unwrap(), [1]);
}

#[test]
fn a_promise_awaited_and_abandoned_a_million_times_holds_only_who_is_left() {
    let called = Arc::default();
    let (stays, goes) = (named(1, &called), named(2, &called));
    let promise = Promise::<()>::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &stays).is_pending());
    let times = if cfg!(miri) { 1_000 } else { 1_000_000 };
    for _ in 0..times {
        let mut abandoned = (&promise).into_future();
        assert!(poll(&mut abandoned, &goes).is_pending());
    }
    assert_eq!((held(&stays), held(&goes)), (1, 0));
    promise.set_success(()).unwrap();
    assert_eq!(*called.lock().unwrap(), [1]);
    assert!(
        promise.into_result().is_none(),
        "the wait that is left holds it"
    );
}

#[test]
fn a_wait_that_is_polled_again_leaves_no_second_waker() {
    let called = Arc::default();
    let waker = named(1, &called);
    let promise = Promise::<()>::new();
    let mut wait = (&promise).into_future();
    for _ in 0..10 {
        assert!(poll(&mut wait, &waker).is_pending());
        assert_eq!(held(&waker), 1);
    }
}

#[test]
fn a_wait_that_moves_to_another_task_wakes_that_one() {
    let called = Arc::default();
    let (before, after) = (named(1, &called), named(2, &called));
    let promise = Promise::<()>::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &before).is_pending());
    assert!(poll(&mut wait, &after).is_pending());
    assert_eq!((held(&before), held(&after)), (0, 1));
    promise.set_success(()).unwrap();
    assert_eq!(*called.lock().unwrap(), [2]);
}

#[test]
fn a_wait_that_one_task_began_may_be_ended_by_another() {
    let value = run(async {
        let promise = Promise::new();
        let mut wait = (&promise).into_future();
        // One task polls it once, and hands it on.
        let begun = add_coro(async move {
            let poll = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut wait).poll(cx))).await;
            assert!(poll.is_pending());
            Ok(std::rc::Rc::new(std::cell::Cell::new(Some(wait))))
        });
        let wait = begun.await?.take().expect("it is handed on once");
        let ended = add_coro(wait);
        add_coro(async { Ok(()) }).await?; // by now the other one waits
        promise.set_success(3)?;
        ended.await
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_wait_dropped_after_the_promise_was_settled_is_no_trouble() {
    let called = Arc::default();
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &named(1, &called)).is_pending());
    promise.set_success(3).unwrap();
    drop(wait);
    assert_eq!(promise.into_result().unwrap().unwrap(), 3);
}

#[test]
fn a_wait_says_when_it_is_done() {
    let called = Arc::default();
    let waker = named(1, &called);
    let promise = Promise::new();
    let mut wait = (&promise).into_future();
    assert!(poll(&mut wait, &waker).is_pending());
    assert!(!wait.is_terminated());
    promise.set_exception(Exception::msg("oops")).unwrap();
    assert!(!wait.is_terminated());
    assert!(poll(&mut wait, &waker).is_ready());
    assert!(wait.is_terminated());
    assert_eq!(format!("{wait:?}"), "Wait(done)");
    let _: Option<Result<i32, Exception>> = promise.into_result();
}

#[test]
#[should_panic(expected = "was polled after it was done")]
fn a_wait_that_is_done_is_not_polled_again() {
    let waker = named(1, &Arc::default());
    let promise = Promise::new();
    promise.set_success(3).unwrap();
    let mut wait = promise.into_future();
    assert!(poll(&mut wait, &waker).is_ready());
    let _ = poll(&mut wait, &waker);
}
