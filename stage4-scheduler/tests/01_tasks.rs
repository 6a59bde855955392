//! Shows what a task is: a coroutine that somebody else resumes, and a promise of its result.
//!
//! To follow: add a few, await their promises, and note down who runs when. Then hold it wrong.

mod watchdog;

use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;

use stage4_scheduler::{Exception, Promise, Scheduler, add_coro};
use watchdog::run;

/// Lets the other tasks have a turn.
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

fn panic_text(step: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(step)).unwrap_err();
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn run_gives_what_the_coroutine_returns() {
    assert_eq!(run(async { Ok(3) }).unwrap(), 3);
}

#[test]
fn run_raises_what_the_coroutine_raises() {
    let error = run::<()>(async { Err(Exception::msg("oops")) }).unwrap_err();
    assert_eq!(error.to_string(), "oops");
}

#[test]
fn run_gives_a_result_that_cannot_be_cloned() {
    #[derive(Debug, PartialEq)]
    struct NotClone;
    assert_eq!(run(async { Ok(NotClone) }).unwrap(), NotClone);
}

#[test]
fn add_coro_runs_nothing_yet() {
    let notes = Rc::new(RefCell::new(Vec::new()));
    let in_task = Rc::clone(&notes);
    run(async move {
        let theirs = Rc::clone(&in_task);
        let promise = add_coro(async move {
            theirs.borrow_mut().push("the task");
            Ok(())
        });
        in_task.borrow_mut().push("whoever added it");
        promise.await
    })
    .unwrap();
    assert_eq!(*notes.borrow(), ["whoever added it", "the task"]);
}

#[test]
fn tasks_take_turns() {
    let notes = Rc::new(RefCell::new(String::new()));
    let theirs = Rc::clone(&notes);
    run(async move {
        let speak = |name: char| {
            let notes = Rc::clone(&theirs);
            add_coro(async move {
                for _ in 0..3 {
                    notes.borrow_mut().push(name);
                    pause().await;
                }
                Ok(())
            })
        };
        let (a, b) = (speak('a'), speak('b'));
        a.await?;
        b.await
    })
    .unwrap();
    assert_eq!(*notes.borrow(), "ababab");
}

#[test]
fn the_promise_of_a_task_raises_what_the_task_raises() {
    let caught = run(async {
        let promise = add_coro::<()>(async { Err(Exception::msg("oops")) });
        Ok(promise.await.unwrap_err().to_string())
    });
    assert_eq!(caught.unwrap(), "oops");
}

#[test]
fn a_result_may_be_awaited_by_many_tasks() {
    let sum = run(async {
        let source = add_coro(async {
            pause().await;
            Ok(1)
        });
        let readers: Vec<Promise<i32>> = (0..10)
            .map(|_| add_coro(source.clone().into_future()))
            .collect();
        let mut sum = 0;
        for reader in readers {
            sum += reader.await?;
        }
        Ok(sum)
    });
    assert_eq!(sum.unwrap(), 10);
}

#[test]
fn dropping_the_promise_detaches_the_task_and_does_not_cancel_it() {
    let value = run(async {
        let done = Promise::new();
        let theirs = done.clone();
        drop(add_coro(async move {
            pause().await;
            theirs.set_success("it ran on its own")?;
            Ok(())
        }));
        done.await
    });
    assert_eq!(value.unwrap(), "it ran on its own");
}

#[test]
fn a_failure_that_nobody_awaits_disturbs_nobody() {
    let value = run(async {
        drop(add_coro::<()>(async { Err(Exception::msg("oops")) }));
        pause().await;
        Ok(3)
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_result_that_somebody_has_settled_already_stands() {
    let value = run(async {
        let promise = add_coro(async { Ok("the task's") });
        promise.set_success("somebody else's")?;
        pause().await; // the task runs, and its result is refused
        promise.await
    });
    assert_eq!(value.unwrap(), "somebody else's");
}

#[test]
fn add_coro_outside_of_a_loop_says_what_to_do() {
    assert_eq!(
        panic_text(|| drop(add_coro(async { Ok(()) }))),
        "add_coro outside of a loop (call it in a coroutine that `run` runs, or use \
         `Scheduler::add_coro`)"
    );
}

const LOOP_INSIDE_A_LOOP: &str = "a loop inside a loop (the one that runs already can take the \
     coroutine: give it to `add_coro`, and await the promise)";

#[test]
fn a_run_inside_a_run_says_what_to_do() {
    let text = run(async { Ok(panic_text(|| drop(run(async { Ok(()) })))) });
    assert_eq!(text.unwrap(), LOOP_INSIDE_A_LOOP);
}

#[test]
fn a_step_of_another_scheduler_inside_a_task_says_the_same() {
    let other = Scheduler::new();
    let promise = other.add_coro(async { Ok(3) });
    let (text, other) = run(async move {
        let text = panic_text(|| assert!(other.step().is_none()));
        Ok((text, other))
    })
    .unwrap();
    assert_eq!(text, LOOP_INSIDE_A_LOOP);
    // It was only the wrong moment.
    other.step();
    assert_eq!(promise.result().unwrap().unwrap(), 3);
}

#[test]
fn one_run_after_another_is_fine_even_after_a_misuse() {
    let text = run(async { Ok(panic_text(|| drop(run(async { Ok(()) })))) });
    assert!(text.is_ok());
    assert_eq!(run(async { add_coro(async { Ok(3) }).await }).unwrap(), 3);
    assert!(panic_text(|| drop(add_coro(async { Ok(()) }))).starts_with("add_coro outside"));
}
