//! Shows that a busy loop hears from outside all the same.
//!
//! To follow: keep two tasks busy, so that the queue never runs dry; wake a third from another thread;
//! turn the crank, and count the steps until it runs. No clock is needed for that.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use stage4_scheduler::{Exception, Scheduler};

/// Never pauses for longer than a turn.
async fn busy() -> Result<(), Exception> {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

#[test]
fn a_wake_from_another_thread_is_heard_though_the_queue_never_runs_dry() {
    let scheduler = Scheduler::new();
    let waker = Arc::new(Mutex::new(None::<Waker>));
    let kept = Arc::clone(&waker);
    let woken = scheduler.add_coro(poll_fn(move |cx| {
        // The first time it leaves its waker there, the second time it is done.
        match kept.lock().unwrap().replace(cx.waker().clone()) {
            None => Poll::Pending,
            Some(_) => Poll::Ready(Ok(())),
        }
    }));
    let (left, right) = (scheduler.add_coro(busy()), scheduler.add_coro(busy()));
    for _ in 0..30 {
        scheduler.step();
    }

    thread::spawn(move || waker.lock().unwrap().as_ref().unwrap().wake_by_ref())
        .join()
        .unwrap();
    let steps = (1..=100).find(|_| {
        scheduler.step();
        woken.is_settled()
    });
    assert!(steps.is_some(), "not within a hundred steps");
    assert!(!left.is_settled() && !right.is_settled());
}

#[test]
fn a_busy_task_keeps_no_other_from_its_turn() {
    let scheduler = Scheduler::new();
    let mut turns = [0; 10];
    // Inside, so that all wakes are local.
    let busy: Vec<_> = scheduler.enter(|| {
        let busy = (0..10).map(|_| scheduler.add_coro(busy())).collect();
        for _ in 0..1000 {
            let step = scheduler.step().expect("all of them are busy");
            turns[usize::try_from(step.task).unwrap() - 1] += 1;
        }
        busy
    });
    assert_eq!(turns, [100; 10]);
    assert!(busy.iter().all(|task| !task.is_settled()));
}

#[test]
fn a_promise_settled_by_a_task_wakes_the_waiter_behind_those_who_are_woken_already() {
    let scheduler = Scheduler::new();
    let promise = stage4_scheduler::Promise::new();
    drop(scheduler.add_coro((&promise).into_future())); // task 1 waits
    drop(scheduler.add_coro(async move { promise.set_success(()).map_err(Exception::from) }));
    drop(scheduler.add_coro(async { Ok(()) })); // task 3 was there before task 1 is woken
    let order: Vec<u64> = std::iter::from_fn(|| scheduler.step())
        .map(|step| step.task)
        .collect();
    assert_eq!(order, [1, 2, 3, 1]);
}
