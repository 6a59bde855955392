//! Shows what happens to the tasks that are left when the loop ends: their destructors run, in peace.
//!
//! To follow: let `run` return while others wait. A destructor may do what it likes: settle promises,
//! add tasks, end another loop.

mod watchdog;

use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::mpsc::{self, Sender};
use std::task::{Poll, Waker};
use std::thread;

use stage4_scheduler::{Deadlock, LoopEnded, Promise, Scheduler, add_coro};
use watchdog::run;

/// Runs a function when it is dropped.
struct AtTheEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for AtTheEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A coroutine that waits for ever, and runs `last` when it is dropped.
async fn until_dropped(last: impl FnMut()) -> Result<(), stage4_scheduler::Exception> {
    let _guard = AtTheEnd(last);
    Promise::new().await
}

#[test]
fn the_tasks_that_are_left_when_run_returns_are_dropped() {
    let dropped = Rc::new(RefCell::new(0));
    let theirs = Rc::clone(&dropped);
    run(async move {
        for _ in 0..3 {
            let count = Rc::clone(&theirs);
            drop(add_coro(until_dropped(move || *count.borrow_mut() += 1)));
        }
        add_coro(async { Ok(()) }).await // so that the others have begun
    })
    .unwrap();
    assert_eq!(*dropped.borrow(), 3);
}

#[test]
fn a_task_that_never_ran_is_dropped_too() {
    let held = Rc::new(());
    let theirs = Rc::clone(&held);
    run(async move {
        drop(add_coro(async move {
            drop(theirs);
            Ok(())
        }));
        Ok(()) // before the task has had a turn
    })
    .unwrap();
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn a_coroutine_added_by_a_destructor_while_the_loop_ends_is_refused() {
    let late = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&late);
    run(async move {
        drop(add_coro(until_dropped(move || {
            *theirs.borrow_mut() = Some(add_coro(async { Ok(3) }));
        })));
        add_coro(async { Ok(()) }).await
    })
    .unwrap();
    let error = late.take().unwrap().result().unwrap().unwrap_err();
    assert!(error.is::<LoopEnded>());
    assert_eq!(
        error.to_string(),
        "the loop ended first (await it before `run` returns, or \
         before the scheduler is dropped)"
    );
}

#[test]
fn a_destructor_may_settle_what_others_wait_for() {
    let promise = Promise::new();
    let (settles, waits) = (promise.clone(), promise.clone());
    run(async move {
        drop(add_coro(waits.into_future()));
        drop(add_coro(until_dropped(move || {
            settles.set_success(3).unwrap();
        })));
        add_coro(async { Ok(()) }).await
    })
    .unwrap();
    assert_eq!(promise.into_result().unwrap().unwrap(), 3);
}

#[test]
fn a_destructor_that_runs_within_the_loop_may_add_tasks() {
    let value = run(async {
        let added = Rc::new(RefCell::new(None));
        let theirs = Rc::clone(&added);
        drop(AtTheEnd(|| {
            *theirs.borrow_mut() = Some(add_coro(async { Ok(3) }));
        }));
        let task = added.take().expect("the destructor has run");
        task.await
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_scheduler_may_end_inside_a_task_of_another() {
    let value = run(async {
        let inner = Scheduler::new();
        let late = Rc::new(RefCell::new(None));
        let note = Rc::clone(&late);
        let guard = AtTheEnd(move || *note.borrow_mut() = Some(add_coro(async { Ok(()) })));
        drop(inner.add_coro(async move {
            drop(guard);
            Ok(())
        }));
        drop(inner);
        // The guard asked the loop that was ending, and not this one, which is there again.
        let refused: Promise<()> = late.take().expect("the guard was dropped");
        assert!(refused.await.unwrap_err().is::<LoopEnded>());
        add_coro(async { Ok(3) }).await
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_scheduler_may_outlive_nearly_all_else_of_its_thread() {
    thread_local!(static KEPT: RefCell<Option<Scheduler>> = const { RefCell::new(None) });

    fn tell(sender: &Sender<&'static str>) {
        sender.send("dropped").unwrap();
    }

    let (sender, told) = mpsc::channel();
    thread::spawn(move || {
        // The first thread-local of this thread is the last to go: whatever our own code keeps in
        // others is gone by then.
        KEPT.set(None);
        let scheduler = Scheduler::new();
        drop(scheduler.add_coro(until_dropped(move || tell(&sender))));
        scheduler.step();
        KEPT.set(Some(scheduler));
    })
    .join()
    .unwrap();
    assert_eq!(told.recv(), Ok("dropped"));
}

#[test]
fn a_promise_may_be_settled_at_the_very_end_of_a_thread() {
    type Last = AtTheEnd<Box<dyn FnMut()>>;
    thread_local!(static KEPT: RefCell<Option<Last>> = const { RefCell::new(None) });

    let (sender, told) = mpsc::channel();
    thread::spawn(move || {
        KEPT.set(None); // as above
        let scheduler = Scheduler::new();
        let promise = Promise::new();
        let waits = scheduler.add_coro((&promise).into_future());
        scheduler.step();
        KEPT.set(Some(AtTheEnd(Box::new(move || {
            promise.set_success(3).unwrap();
            let _with_its_tasks = &scheduler;
            sender.send(waits.is_settled()).unwrap();
        }))));
    })
    .join()
    .unwrap();
    assert_eq!(told.recv(), Ok(false), "it was woken, and nobody ran it");
}

#[test]
fn a_scheduler_that_is_dropped_as_a_panic_unwinds_tells_those_who_wait() {
    let scheduler = Scheduler::new();
    let promise = scheduler.add_coro(Promise::<()>::new().into_future());
    scheduler.step();
    let unwound = catch_unwind(AssertUnwindSafe(move || {
        let _dropped = scheduler;
        resume_unwind(Box::new("out of tea"));
    }));
    assert!(unwound.is_err());
    let error = promise.result().unwrap().unwrap_err();
    assert!(error.is::<LoopEnded>());
}

#[test]
fn a_wait_for_a_task_of_a_scheduler_that_was_forgotten_is_a_deadlock() {
    let scheduler = Scheduler::new();
    let promise = scheduler.add_coro(async { Ok(3) });
    std::mem::forget(scheduler); // nobody will ever run it, and nobody can know that
    let error = run(promise.into_future()).unwrap_err();
    assert!(error.is::<Deadlock>());
}

#[test]
fn a_loop_works_to_the_very_end_of_a_thread() {
    type Last = AtTheEnd<Box<dyn FnMut()>>;
    thread_local!(static KEPT: RefCell<Option<Last>> = const { RefCell::new(None) });

    let (sender, told) = mpsc::channel();
    thread::spawn(move || {
        KEPT.set(None); // as above
        assert!(run(async { add_coro(Promise::<()>::new().into_future()).await }).is_err());
        KEPT.set(Some(AtTheEnd(Box::new(move || {
            let tell = |text: String| sender.send(text).unwrap();
            let outside = catch_unwind(|| add_coro(async { Ok(()) })).map(drop);
            let text = outside.unwrap_err();
            tell(text.downcast_ref::<&str>().unwrap().to_string());
            tell(format!(
                "{:?}",
                stage4_scheduler::run(async { add_coro(async { Ok(3) }).await })
            ));
            let scheduler = Scheduler::new();
            drop(scheduler.add_coro(Promise::<()>::new().into_future()));
            tell(scheduler.step().unwrap().to_string());
            tell(scheduler.tasks()[0].pauses.len().to_string());
            tell(scheduler.deadlock().is_some().to_string());
            tell(format!("{scheduler:?}")[..18].to_owned());
        }))));
    })
    .join()
    .unwrap();
    assert_eq!(
        told.iter().collect::<Vec<_>>(),
        [
            "add_coro outside of a loop (call it in a coroutine that `run` runs, or use \
             `Scheduler::add_coro`)",
            "Ok(3)",
            "task 1 paused",
            "1",
            "true",
            "Scheduler { tasks:",
        ]
    );
}

#[test]
fn run_leaves_a_park_token_to_its_caller() {
    let (tell, told) = mpsc::channel::<Waker>();
    // It wakes the task when the loop is asleep, or about to be.
    let other = thread::spawn(move || told.recv().unwrap().wake());
    thread::current().unpark(); // the token
    let mut tell = Some(tell);
    run(poll_fn(move |cx| match tell.take() {
        Some(tell) => {
            tell.send(cx.waker().clone()).unwrap();
            Poll::Pending
        }
        None => Poll::Ready(Ok(())),
    }))
    .unwrap();
    other.join().unwrap();
    let _watchdog = watchdog::Watchdog::new();
    thread::park(); // which would hang if it were gone
}
