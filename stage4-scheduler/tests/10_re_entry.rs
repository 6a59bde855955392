//! Shows that a waker may run any code at all, and that this code may come back here.
//!
//! To follow: write a waker that settles, awaits, adds or steps while it is called or dropped. It has
//! to be `Send`, and a promise is not, so what it works on lies in thread-locals. Nothing of ours may
//! be borrowed while foreign code runs; a mistake here is a panic, "already borrowed", or a lost wake.

mod watchdog;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use stage4_scheduler::Wait;
use stage4_scheduler::{Promise, Scheduler, add_coro};
use watchdog::run;

/// Runs a function when it is woken, and another one when its last copy is dropped.
struct Calls {
    woken: fn(),
    dropped: fn(),
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        (self.woken)();
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        (self.dropped)();
    }
}

fn calls(woken: fn(), dropped: fn()) -> Waker {
    Waker::from(Arc::new(Calls { woken, dropped }))
}

fn poll(wait: &mut Wait<i32>, waker: &Waker) -> Poll<i32> {
    let poll = Pin::new(wait).poll(&mut Context::from_waker(waker));
    poll.map(|outcome| outcome.unwrap())
}

thread_local! {
    static FIRST: Promise<i32> = Promise::new();
    static SECOND: Promise<i32> = Promise::new();
    static WAITS: RefCell<Vec<Wait<i32>>> = const { RefCell::new(Vec::new()) };
    static LOOP: RefCell<Option<Rc<Scheduler>>> = const { RefCell::new(None) };
}

fn wait_for(promise: &'static std::thread::LocalKey<Promise<i32>>) -> Wait<i32> {
    promise.with(Promise::clone).into_future()
}

#[test]
fn a_wake_may_settle_another_promise() {
    let waker = calls(
        || SECOND.with(|second| second.set_success(2).unwrap()),
        || (),
    );
    let (mut first, mut second) = (wait_for(&FIRST), wait_for(&SECOND));
    assert!(poll(&mut first, &waker).is_pending());
    assert!(poll(&mut second, Waker::noop()).is_pending());
    FIRST.with(|first| first.set_success(1).unwrap());
    assert_eq!(poll(&mut second, Waker::noop()), Poll::Ready(2));
}

#[test]
fn a_wake_may_drop_the_waits_that_come_after_it() {
    let waker = calls(|| WAITS.take().clear(), || ());
    let mut first = wait_for(&FIRST);
    assert!(poll(&mut first, &waker).is_pending());
    let mut waits: Vec<_> = (0..3).map(|_| wait_for(&FIRST)).collect();
    for wait in &mut waits {
        assert!(poll(wait, &waker).is_pending());
    }
    WAITS.set(waits);
    FIRST.with(|first| first.set_success(1).unwrap());
    assert_eq!(poll(&mut first, &waker), Poll::Ready(1));
}

#[test]
fn a_wake_may_poll_the_promise_again() {
    let waker = calls(
        || {
            let mut wait = wait_for(&FIRST);
            assert_eq!(poll(&mut wait, Waker::noop()), Poll::Ready(1));
            let mut other = wait_for(&SECOND);
            assert!(poll(&mut other, Waker::noop()).is_pending());
            WAITS.with_borrow_mut(|waits| waits.push(other));
        },
        || (),
    );
    let mut waits: Vec<_> = (0..3).map(|_| wait_for(&FIRST)).collect();
    for wait in &mut waits {
        assert!(poll(wait, &waker).is_pending());
    }
    FIRST.with(|first| first.set_success(1).unwrap());
    assert_eq!(WAITS.take().len(), 3, "each of them was woken");
}

#[test]
fn a_wakers_destructor_may_settle_the_promise_that_it_is_taken_out_of() {
    let waker = calls(|| (), || FIRST.with(|first| first.set_success(1).unwrap()));
    let mut wait = wait_for(&FIRST);
    assert!(poll(&mut wait, &waker).is_pending());
    drop(waker);
    // The last copy is in the promise. Giving up the wait drops it, and that settles the promise.
    drop(wait);
    assert!(FIRST.with(Promise::is_settled));
}

#[test]
fn a_wakers_destructor_may_settle_the_promise_as_another_takes_its_place() {
    thread_local!(static WOKEN: RefCell<u32> = const { RefCell::new(0) });
    let before = calls(|| (), || FIRST.with(|first| first.set_success(1).unwrap()));
    let after = calls(|| WOKEN.with_borrow_mut(|woken| *woken += 1), || ());
    let mut wait = wait_for(&FIRST);
    assert!(poll(&mut wait, &before).is_pending());
    drop(before);
    assert!(poll(&mut wait, &after).is_pending());
    assert_eq!(WOKEN.take(), 1, "the new one was in its place by then");
    assert_eq!(poll(&mut wait, &after), Poll::Ready(1));
}

#[test]
fn a_wake_that_panics_keeps_no_other_from_being_woken() {
    thread_local!(static WOKEN: RefCell<u32> = const { RefCell::new(0) });
    let panics = calls(|| panic!("a rude waker"), || ());
    let counts = calls(|| WOKEN.with_borrow_mut(|woken| *woken += 1), || ());
    let mut waits: Vec<_> = (0..3).map(|_| wait_for(&FIRST)).collect();
    for (wait, waker) in waits.iter_mut().zip([&counts, &panics, &counts]) {
        assert!(poll(wait, waker).is_pending());
    }
    let settled = catch_unwind(AssertUnwindSafe(|| {
        FIRST.with(|first| first.set_success(1))
    }));
    assert!(settled.unwrap().is_ok());
    assert_eq!(WOKEN.take(), 2);
}

#[test]
fn what_wakes_the_loop_may_look_at_its_tasks_and_run_them() {
    let unpark = calls(
        || {
            let scheduler = LOOP.with_borrow(Option::clone);
            let scheduler = scheduler.expect("it is kept there");
            assert_eq!(scheduler.tasks().len(), 1);
            scheduler.step();
        },
        || (),
    );
    let scheduler = Rc::new(Scheduler::with_unpark(unpark));
    LOOP.set(Some(Rc::clone(&scheduler)));
    let promise = Promise::new();
    let waits = scheduler.add_coro((&promise).into_future());
    scheduler.step();
    promise.set_success(3).unwrap(); // from outside the loop
    assert!(waits.is_settled(), "it ran as soon as it was woken");
    LOOP.set(None);
}

#[test]
fn a_result_may_settle_promises_and_add_tasks_as_it_is_cloned_and_dropped() {
    struct Busy(Promise<i32>);

    impl Clone for Busy {
        fn clone(&self) -> Self {
            let _ = self.0.set_success(1);
            drop(add_coro(async { Ok(()) }));
            Busy(self.0.clone())
        }
    }

    impl Drop for Busy {
        fn drop(&mut self) {
            let _ = self.0.set_success(2);
            drop(add_coro(async { Ok(()) }));
        }
    }

    let value = run(async {
        let settled = Promise::new();
        let busy = Busy(settled.clone());
        let task = add_coro(async move { Ok(busy) });
        let waits = add_coro((&settled).into_future());
        drop(task.await?);
        waits.await
    });
    assert_eq!(value.unwrap(), 1);
}
