//! Shows that the loop tells a waker in foreign hands from its own, however many of either there are.
//!
//! To follow: have many tasks wait for promises, poll promises with wakers that are not the loop's, and
//! keep one waker of a task elsewhere. As long as it is kept there is hope; then there is none.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use stage4_scheduler::{Promise, Scheduler};

/// A scheduler with `waiting` tasks that wait for a promise, and one that waits for nothing. `kept` is
/// the waker of that one.
fn stuck(waiting: usize) -> (Scheduler, Arc<Mutex<Option<Waker>>>) {
    let scheduler = Scheduler::new();
    let never = Promise::<()>::new();
    for _ in 0..waiting {
        let never = never.clone();
        drop(scheduler.add_coro(async move { never.await }));
    }
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    drop(scheduler.add_coro(poll_fn(move |cx| {
        keep.lock()
            .unwrap()
            .get_or_insert_with(|| cx.waker().clone());
        Poll::<Result<(), _>>::Pending
    })));
    while scheduler.step().is_some() {}
    (scheduler, kept)
}

#[test]
fn one_waker_in_foreign_hands_is_seen_among_ten_thousand_waits() {
    let (scheduler, kept) = stuck(10_000);
    assert!(scheduler.deadlock().is_none());
    kept.lock().unwrap().take();
    assert_eq!(scheduler.deadlock().unwrap().tasks.len(), 10_001);
}

#[test]
fn waits_that_are_not_the_loops_do_not_hide_it() {
    let (scheduler, kept) = stuck(3);
    let promise = Promise::<()>::new();
    let mut waits: Vec<_> = (0..10).map(|_| (&promise).into_future()).collect();
    for wait in &mut waits {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(pin!(wait).poll(&mut cx).is_pending());
    }
    assert!(scheduler.deadlock().is_none());
    kept.lock().unwrap().take();
    assert_eq!(scheduler.deadlock().unwrap().tasks.len(), 4);
}

#[test]
fn the_wakers_of_several_waits_of_one_task_are_its_own() {
    let scheduler = Scheduler::new();
    let promise = Promise::<()>::new();
    drop(scheduler.add_coro(async move {
        let mut waits: Vec<_> = (0..10).map(|_| (&promise).into_future()).collect();
        poll_fn(|cx| {
            for wait in &mut waits {
                assert!(pin!(wait).poll(cx).is_pending());
            }
            Poll::<()>::Pending
        })
        .await;
        Ok(())
    }));
    while scheduler.step().is_some() {}
    let deadlock = scheduler.deadlock().unwrap();
    assert_eq!(deadlock.tasks[0].pauses.len(), 10);
}
