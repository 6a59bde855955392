//! Shows what becomes of wakes that come at an odd moment: for a task that has just ended, while another
//! thread wakes a second one; after the loop has ended; by a waker that only looks like the task's own.
//!
//! To follow: turn the loop by hand. A task that wakes itself and returns leaves an entry in the list of the
//! ready tasks, and that entry must hide nobody.

mod watchdog;

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::iter;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use stage4_scheduler::{Exception, Promise, Scheduler, add_coro, run, scan};

type Kept = Arc<Mutex<Option<Waker>>>;

/// A coroutine that wakes itself, and returns at once.
async fn wakes_itself() -> Result<(), Exception> {
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(Ok(()))
    })
    .await
}

/// A coroutine that leaves its waker in `kept`, and returns when it is polled again.
async fn waits_once(kept: Kept) -> Result<(), Exception> {
    poll_fn(|cx| match &mut *kept.lock().unwrap() {
        Some(_) => Poll::Ready(Ok(())),
        none => {
            *none = Some(cx.waker().clone());
            Poll::Pending
        }
    })
    .await
}

fn call(kept: &Kept) {
    kept.lock().unwrap().as_ref().unwrap().wake_by_ref();
}

#[test]
fn a_task_that_wakes_itself_and_ends_hides_no_wake_from_another_thread() {
    let scheduler = Scheduler::new();
    let kept = Kept::default();
    let waiting = scheduler.add_coro(waits_once(Arc::clone(&kept)));
    scheduler.step();
    drop(scheduler.add_coro(wakes_itself()));
    scheduler.step();
    thread::scope(|scope| scope.spawn(|| call(&kept)).join().unwrap());
    assert_eq!(scheduler.step().map(|step| step.task), Some(1));
    assert!(waiting.is_settled());
}

#[test]
fn nor_does_it_hide_a_deadlock() {
    let scheduler = Scheduler::new();
    drop(scheduler.add_coro(pending::<Result<(), Exception>>()));
    scheduler.step();
    drop(scheduler.add_coro(wakes_itself()));
    scheduler.step();
    assert!(scheduler.deadlock().is_some());
}

#[test]
fn nor_does_the_next_task_in_its_place_run_early() {
    let scheduler = Scheduler::new();
    drop(scheduler.add_coro(wakes_itself()));
    drop(scheduler.add_coro(async { Ok(()) }));
    scheduler.step();
    drop(scheduler.add_coro(wakes_itself())); // in the place of the first
    scheduler.step();
    for _ in 0..3 {
        drop(scheduler.add_coro(async { Ok(()) }));
    }
    let order = iter::from_fn(|| scheduler.step()).map(|step| step.task);
    assert_eq!(order.collect::<Vec<_>>(), [3, 4, 5, 6]);
}

#[derive(Default)]
struct Count(Mutex<u32>);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() += 1;
    }
}

#[test]
fn a_wake_after_the_end_of_the_loop_changes_nothing_and_keeps_nothing() {
    for is_late in [true, false] {
        let (unpark, kept) = (Arc::new(Count::default()), Kept::default());
        let scheduler = Scheduler::with_unpark(Waker::from(Arc::clone(&unpark)));
        drop(scheduler.add_coro(waits_once(Arc::clone(&kept))));
        scheduler.step();
        if is_late {
            drop(scheduler);
            call(&kept);
            assert_eq!(*unpark.0.lock().unwrap(), 0);
        } else {
            call(&kept); // and nobody looks
            drop(scheduler);
        }
        drop(kept);
        assert_eq!(Arc::strong_count(&unpark), 1);
    }
}

#[test]
fn a_wait_that_goes_to_the_next_loop_is_woken_there() {
    let promise = Promise::<i32>::new();
    let wait = Rc::new(RefCell::new((&promise).into_future()));
    let first = Rc::clone(&wait);
    let polled = run(poll_fn(move |cx| {
        let _ = Pin::new(&mut *first.borrow_mut()).poll(cx);
        Poll::Ready(Ok(()))
    }));
    assert!(polled.is_ok());
    let result = run(async move {
        drop(add_coro(async move { Ok(promise.set_success(3)?) }));
        poll_fn(|cx| Pin::new(&mut *wait.borrow_mut()).poll(cx)).await
    });
    assert_eq!(result.unwrap(), 3);
}

#[test]
fn between_two_steps_no_waker_is_taken_for_a_tasks() {
    let scheduler = Scheduler::new();
    let kept = Kept::default();
    drop(scheduler.add_coro(waits_once(Arc::clone(&kept))));
    scheduler.step();
    let waker = kept.lock().unwrap().take().unwrap();
    scheduler.enter(|| {
        let promise = Promise::new();
        let mut wait = (&promise).into_future();
        let mut cx = Context::from_waker(&waker);
        assert!(Pin::new(&mut wait).poll(&mut cx).is_pending());
        assert!(promise.set_success(()).is_ok());
    });
    assert_eq!(scheduler.step().map(|step| step.task), Some(1));
}

/// What panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(thread::panicking(), "it was dropped");
    }
}

#[test]
fn a_destructor_that_panics_keeps_no_other_task_pending_when_the_loop_ends() {
    let other: Rc<RefCell<Option<Promise<()>>>> = Rc::default();
    let left = Rc::clone(&other);
    let ended = run(async move {
        *left.borrow_mut() = Some(add_coro(pending()));
        let settled = add_coro(async {
            pending::<()>().await;
            Ok(Bomb)
        });
        let _ = settled.set_success(Bomb);
        Ok(())
    });
    assert!(ended.is_ok());
    let other = other.take().unwrap().result();
    assert!(other.unwrap().is_err(), "it fails, as the loop has ended");
}

#[test]
fn nor_in_the_loop_that_looks() {
    use scan::Promise as Looked;
    let other: Rc<RefCell<Option<Looked<()>>>> = Rc::default();
    let left = Rc::clone(&other);
    let ended = scan::run(async move {
        *left.borrow_mut() = Some(scan::add_coro(async { Looked::new().await }));
        let settled = scan::add_coro(async {
            Looked::<()>::new().await?;
            Ok(Bomb)
        });
        let _ = settled.set_success(Bomb);
        Ok(())
    });
    assert!(ended.is_ok());
    assert!(other.take().unwrap().result().unwrap().is_err());
}
