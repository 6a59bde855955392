//! Shows that the loop tells a waker in foreign hands from its own, however many of either there are.
//!
//! To follow: have many tasks wait for promises, poll promises with wakers that are not the loop's, and
//! keep one waker of a task elsewhere. As long as it is kept there is hope; then there is none.

mod watchdog;

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
    let waiting = if cfg!(miri) { 300 } else { 10_000 };
    let (scheduler, kept) = stuck(waiting);
    assert!(scheduler.deadlock().is_none());
    kept.lock().unwrap().take();
    assert_eq!(scheduler.deadlock().unwrap().tasks.len(), waiting + 1);
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

#[test]
fn the_question_costs_the_same_beside_a_hundred_thousand_idle_tasks() {
    // It is asked before each sleep. If each of these walked all tasks, this would take hours.
    const IDLE: usize = if cfg!(miri) { 300 } else { 100_000 };
    let (scheduler, kept) = stuck(IDLE);
    for _ in 0..IDLE {
        assert!(scheduler.deadlock().is_none());
    }
    // And so does a task that is woken and gives its waker away again.
    for _ in 0..IDLE {
        let waker = kept.lock().unwrap().take().unwrap();
        waker.wake();
        assert!(scheduler.step().is_some());
        assert!(scheduler.deadlock().is_none());
    }
    kept.lock().unwrap().take();
    assert_eq!(scheduler.deadlock().unwrap().tasks.len(), IDLE + 1);
}

#[test]
fn a_wait_that_was_woken_and_is_not_polled_again_hides_no_waker() {
    let (scheduler, kept) = (Scheduler::new(), Arc::new(Mutex::new(None)));
    let promise = Promise::<()>::new();
    let (mut wait, keep) = ((&promise).into_future(), Arc::clone(&kept));
    let mut turn = 0;
    drop(scheduler.add_coro(poll_fn(move |cx| {
        turn += 1;
        if turn == 1 {
            assert!(pin!(&mut wait).poll(cx).is_pending());
        } else {
            *keep.lock().unwrap() = Some(cx.waker().clone()); // and `wait` is kept as it is
        }
        Poll::<Result<(), _>>::Pending
    })));
    scheduler.step();
    promise.set_success(()).unwrap();
    scheduler.step();
    assert!(
        scheduler.deadlock().is_none(),
        "its waker is in foreign hands"
    );
    kept.lock().unwrap().take();
    assert!(scheduler.deadlock().is_some());
}

#[test]
fn a_task_that_waits_for_a_promise_and_gives_its_waker_away_is_stuck_when_that_is_gone() {
    let (scheduler, kept) = (Scheduler::new(), Arc::new(Mutex::new(None)));
    let keep = Arc::clone(&kept);
    let mut wait = Promise::<()>::new().into_future();
    drop(scheduler.add_coro(poll_fn(move |cx| {
        *keep.lock().unwrap() = Some(cx.waker().clone());
        pin!(&mut wait).poll(cx)
    })));
    scheduler.step();
    assert!(scheduler.deadlock().is_none());
    kept.lock().unwrap().take();
    assert!(scheduler.deadlock().is_some());
}

#[test]
fn a_task_that_was_stuck_and_gives_its_waker_away_again_is_stuck_no_more() {
    let (scheduler, kept) = (Scheduler::new(), Arc::new(Mutex::new(None)));
    let promise = Promise::<()>::new();
    let (mut wait, keep) = ((&promise).into_future(), Arc::clone(&kept));
    drop(scheduler.add_coro(poll_fn(move |cx| {
        *keep.lock().unwrap() = Some(cx.waker().clone());
        let _is_ready_the_second_time = pin!(&mut wait).poll(cx);
        Poll::<Result<(), _>>::Pending
    })));
    scheduler.step();
    kept.lock().unwrap().take();
    assert!(scheduler.deadlock().is_some());
    promise.set_success(()).unwrap();
    scheduler.step();
    assert!(scheduler.deadlock().is_none(), "its waker is kept again");
    kept.lock().unwrap().take();
    assert!(scheduler.deadlock().is_some());
}

#[test]
fn a_report_costs_the_same_after_a_hundred_thousand_pauses_that_are_over() {
    // If each report walked the places of the pauses that are over, this would take hours.
    const PAUSES: usize = if cfg!(miri) { 300 } else { 100_000 };
    let _watchdog = watchdog::Watchdog::new();
    let scheduler = Scheduler::new();
    let promise = Promise::<()>::new();
    let waits: Vec<_> = (0..PAUSES).map(|_| (&promise).into_future()).collect();
    let mut waits = Some(waits);
    drop(scheduler.add_coro(poll_fn(move |cx| {
        // All are pending before the first one is dropped.
        for wait in &mut waits.take().expect("polled once") {
            assert!(pin!(wait).poll(cx).is_pending());
        }
        Poll::<Result<(), _>>::Pending
    })));
    scheduler.step();
    for _ in 0..PAUSES {
        assert!(scheduler.tasks()[0].pauses.is_empty());
    }
}
