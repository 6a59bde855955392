//! What a loop with many coroutines promises, whichever way it finds the one to run next.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::rc::Rc;

use super::the_loop::{Awaits, Deadlock, Exception, LoopEnded, Panicked, Promise, add_coro, run};

/// What happened, in the order in which it did.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, entry: impl fmt::Display) {
        self.0.borrow_mut().push(entry.to_string());
    }

    #[track_caller]
    fn assert(&self, expected: &[&str]) {
        assert_eq!(*self.0.borrow(), expected);
    }
}

/// A panic that the test expects, and that is therefore not printed.
fn expected_panic(text: &str) -> ! {
    resume_unwind(Box::new(text.to_owned()))
}

/// What a panic says.
fn panic_of(job: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(job)).expect_err("it did not panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => (*other.downcast::<&str>().expect("a panic with a text")).to_owned(),
    }
}

#[derive(Debug, PartialEq)]
struct OutOf(&'static str);

impl fmt::Display for OutOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "out of {}", self.0)
    }
}

impl std::error::Error for OutOf {}

// Results.

#[test]
fn run_gives_what_the_coroutine_returns() {
    assert_eq!(run(async { Ok(1 + 2) }).unwrap(), 3);
}

#[test]
fn run_gives_a_value_that_cannot_be_cloned() {
    struct NotClone(u8);

    assert_eq!(run(async { Ok(NotClone(3)) }).unwrap().0, 3);
}

#[test]
fn run_gives_what_the_coroutine_raises() {
    let exception = run(async { Err::<(), _>(OutOf("tea").into()) }).unwrap_err();
    assert_eq!(exception.downcast_ref(), Some(&OutOf("tea")));
}

#[test]
fn the_promise_of_a_task_holds_what_it_returns() {
    let sum = run(async {
        let (left, right) = (add_coro(async { Ok(1) }), add_coro(async { Ok(2) }));
        Ok(left.await? + right.await?)
    });
    assert_eq!(sum.unwrap(), 3);
}

#[test]
fn the_promise_of_a_task_holds_what_it_raises_and_the_await_may_handle_it() {
    let handled = run(async {
        let promise = add_coro(async { Err::<(), _>(OutOf("tea").into()) });
        let exception = promise.await.unwrap_err();
        Ok(exception.downcast_ref::<OutOf>().map(|out_of| out_of.0))
    });
    assert_eq!(handled.unwrap(), Some("tea"));
}

#[test]
fn what_nobody_handles_goes_up_from_task_to_task() {
    let exception = run(async {
        let outer: Promise<()> = add_coro(async {
            let inner: Promise<()> = add_coro(async { Err(OutOf("tea").into()) });
            inner.await?;
            unreachable!("the line above raises")
        });
        outer.await
    });
    assert!(exception.unwrap_err().is::<OutOf>());
}

#[test]
fn the_exception_of_a_task_that_nobody_awaits_disturbs_nobody() {
    let result = run(async {
        drop(add_coro(async { Err::<(), _>(OutOf("tea").into()) }));
        add_coro(async { Ok(3) }).await
    });
    assert_eq!(result.unwrap(), 3);
}

// Promises.

#[test]
fn a_promise_may_be_awaited_as_often_as_one_likes() {
    let values = run(async {
        let promise = add_coro(async { Ok(3) });
        Ok([(&promise).await?, (&promise).await?, promise.await?])
    });
    assert_eq!(values.unwrap(), [3, 3, 3]);
}

#[test]
fn a_promise_may_be_awaited_by_as_many_as_like() {
    let sum = run(async {
        let promise = Promise::<i32>::new();
        let waiting: Vec<_> = (0..100)
            .map(|n| {
                let promise = promise.clone();
                add_coro(async move { Ok(promise.await? + n) })
            })
            .collect();
        let _ = add_coro({
            let promise = promise.clone();
            async move { Ok(promise.set_success(1000)?) }
        });
        let mut sum = 0;
        for one in waiting {
            sum += one.await?;
        }
        Ok(sum)
    });
    assert_eq!(sum.unwrap(), 100 * 1000 + 99 * 100 / 2);
}

#[test]
fn everyone_who_awaits_a_failed_promise_gets_its_exception() {
    let count = run(async {
        let promise = Promise::<()>::new();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let promise = promise.clone();
                add_coro(async move { Ok(promise.await.unwrap_err().is::<OutOf>()) })
            })
            .collect();
        promise.set_exception(OutOf("tea"))?;
        let mut count = 0;
        for one in waiting {
            count += i32::from(one.await?);
        }
        Ok(count)
    });
    assert_eq!(count.unwrap(), 3);
}

#[test]
fn a_promise_that_was_settled_before_the_loop_began_can_be_awaited() {
    let promise = Promise::new();
    promise.set_success(3).unwrap();
    assert_eq!(run(async move { promise.await }).unwrap(), 3);
}

#[test]
fn a_promise_settled_in_one_run_can_be_awaited_in_the_next() {
    let promise = Promise::new();
    let settles = promise.clone();
    run(async move { Ok(settles.set_success(3)?) }).unwrap();
    assert_eq!(run(async move { promise.await }).unwrap(), 3);
}

#[test]
fn the_first_result_stands_where_somebody_settles_the_promise_of_a_task() {
    let both = run(async {
        let log = Log::default();
        let promise = add_coro({
            let log = log.clone();
            async move {
                log.add("ran");
                Ok(2)
            }
        });
        promise.set_success(1)?;
        let value = (&promise).await?;
        add_coro(async { Ok(()) }).await?; // so that the task has had its turn
        log.assert(&["ran"]);
        Ok((value, promise.await?))
    });
    assert_eq!(both.unwrap(), (1, 1));
}

// Order.

#[test]
fn a_task_that_was_added_has_run_nothing() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let log = inside.clone();
        let promise = add_coro(async move {
            log.add("the task");
            Ok(())
        });
        inside.add("the line after");
        promise.await
    })
    .unwrap();
    log.assert(&["the line after", "the task"]);
}

#[test]
fn tasks_begin_in_the_order_in_which_they_were_added() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let tasks: Vec<_> = ["one", "two", "three"]
            .map(|name| {
                let log = inside.clone();
                add_coro(async move {
                    log.add(name);
                    Ok(())
                })
            })
            .into();
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
    .unwrap();
    log.assert(&["one", "two", "three"]);
}

#[test]
fn an_await_on_a_settled_promise_goes_straight_on() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let settled = Promise::new();
        settled.set_success(())?;
        let log = inside.clone();
        let task = add_coro(async move {
            log.add("another task");
            Ok(())
        });
        settled.await?;
        inside.add("past the await");
        task.await
    })
    .unwrap();
    log.assert(&["past the await", "another task"]);
}

#[test]
fn tasks_that_wait_for_one_promise_go_on_in_the_order_in_which_they_paused() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let promise = Promise::<()>::new();
        let tasks = ["one", "two", "three"].map(|name| {
            let (promise, log) = (promise.clone(), inside.clone());
            add_coro(async move {
                promise.await?;
                log.add(name);
                Ok(())
            })
        });
        add_coro(async { Ok(()) }).await?; // so that each is at its await
        promise.set_success(())?;
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
    .unwrap();
    log.assert(&["one", "two", "three"]);
}

#[test]
fn two_tasks_that_wait_for_each_others_promises_take_turns() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let rounds: Vec<(Promise<()>, Promise<()>)> =
            (0..3).map(|_| (Promise::new(), Promise::new())).collect();
        let (ping_rounds, log) = (rounds.clone(), inside.clone());
        let pings = add_coro(async move {
            for (ping, pong) in ping_rounds {
                log.add("ping");
                ping.set_success(())?;
                pong.await?;
            }
            Ok(())
        });
        let answers = add_coro(async move {
            for (ping, pong) in rounds {
                ping.await?;
                inside.add("pong");
                pong.set_success(())?;
            }
            Ok(())
        });
        pings.await?;
        answers.await
    })
    .unwrap();
    log.assert(&["ping", "pong", "ping", "pong", "ping", "pong"]);
}

// Beginning and end.

#[test]
fn to_drop_the_promise_of_a_task_detaches_it() {
    let log = Log::default();
    let inside = log.clone();
    run(async move {
        let (done, log) = (Promise::new(), inside.clone());
        drop(add_coro({
            let done = done.clone();
            async move {
                log.add("it runs all the same");
                Ok(done.set_success(())?)
            }
        }));
        done.await
    })
    .unwrap();
    log.assert(&["it runs all the same"]);
}

#[test]
fn what_is_left_when_the_first_coroutine_returns_is_dropped_and_not_run() {
    struct OnDrop(Log, &'static str);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.add(self.1);
        }
    }

    let log = Log::default();
    let inside = log.clone();
    let value = run(async move {
        let log = inside.clone();
        drop(add_coro(async move {
            let _guard = OnDrop(log.clone(), "the one that was paused");
            Promise::<()>::new().await?;
            log.add("not reached");
            Ok(())
        }));
        add_coro(async { Ok(()) }).await?; // so that it is at its await
        let guard = OnDrop(inside.clone(), "the one that had not begun");
        drop(add_coro(async move {
            guard.0.add("not reached");
            Ok(())
        }));
        inside.add("returns");
        Ok(3)
    });
    log.0.borrow_mut()[1..].sort(); // in which order they go is nobody's business
    log.assert(&[
        "returns",
        "the one that had not begun",
        "the one that was paused",
    ]);
    assert_eq!(value.unwrap(), 3);
}

/// A coroutine that waits for ever, and calls `last` when it is dropped.
async fn until_dropped(last: impl FnOnce()) -> Result<(), Exception> {
    struct AtTheEnd<F: FnOnce()>(Option<F>);

    impl<F: FnOnce()> Drop for AtTheEnd<F> {
        fn drop(&mut self) {
            self.0.take().expect("it is dropped once")();
        }
    }

    let _guard = AtTheEnd(Some(last));
    Promise::new().await
}

fn is_left<T: Clone>(promise: &Promise<T>) -> bool {
    matches!(promise.result(), Some(Err(exception)) if exception.is::<LoopEnded>())
}

#[test]
fn the_promises_of_the_tasks_that_are_left_fail_when_the_loop_returns() {
    let (begun, fresh) = run(async {
        let begun = add_coro(until_dropped(|| ()));
        add_coro(async { Ok(()) }).await?; // so that it is at its await
        let fresh = add_coro(async { Ok(()) });
        assert!(!begun.is_settled() && !fresh.is_settled());
        Ok((begun, fresh))
    })
    .unwrap();
    assert!(is_left(&begun) && is_left(&fresh));
    let text = begun.into_result().unwrap().unwrap_err().to_string();
    assert_eq!(
        text,
        "the loop ended first (await it before `run` returns, or \
         before the scheduler is dropped)"
    );
}

#[test]
fn they_fail_as_well_when_the_loop_ends_with_a_deadlock_or_an_exception() {
    let task = Rc::new(RefCell::new(None));
    let theirs = Rc::clone(&task);
    let stuck = run(async move {
        let task = add_coro(until_dropped(|| ()));
        *theirs.borrow_mut() = Some(task.clone());
        task.await
    });
    assert!(stuck.unwrap_err().is::<Deadlock>());
    assert!(is_left(&task.take().unwrap()));

    let theirs = Rc::clone(&task);
    let raised = run(async move {
        *theirs.borrow_mut() = Some(add_coro(until_dropped(|| ())));
        Err::<(), _>(OutOf("tea").into())
    });
    assert!(raised.unwrap_err().is::<OutOf>());
    assert!(is_left(&task.take().unwrap()));
}

#[test]
fn a_coroutine_added_while_the_loop_ends_fails_at_once_and_is_dropped() {
    let (held, late) = (Rc::new(()), Rc::new(RefCell::new(None)));
    let (theirs, note) = (Rc::clone(&held), Rc::clone(&late));
    run(async move {
        drop(add_coro(until_dropped(move || {
            let promise = add_coro(async move {
                drop(theirs);
                Ok(())
            });
            let has_failed = promise.is_settled(); // before the loop closes what is left
            *note.borrow_mut() = Some((promise, has_failed));
        })));
        add_coro(async { Ok(()) }).await
    })
    .unwrap();
    let (late, has_failed) = late.take().unwrap();
    assert!(has_failed && is_left(&late));
    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn a_destructor_that_panics_at_the_end_keeps_no_other_from_running() {
    let log = Log::default();
    let inside = log.clone();
    let tasks = run(async move {
        let tasks = ["one", "two", "three"].map(|name| {
            let log = inside.clone();
            add_coro(until_dropped(move || {
                log.add("dropped");
                expected_panic(name);
            }))
        });
        add_coro(async { Ok(()) }).await?;
        Ok(tasks)
    });
    assert!(tasks.unwrap().iter().all(is_left));
    log.assert(&["dropped", "dropped", "dropped"]);
}

#[test]
fn a_result_that_nobody_wants_may_panic_as_it_is_dropped() {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            expected_panic("the bomb");
        }
    }

    let value = run(async {
        drop(add_coro(async { Ok(Bomb) })); // nobody has the promise
        let refused = add_coro(async { Ok(Some(Bomb)) });
        refused.set_success(None)?; // so the task's own result is refused
        add_coro(async { Ok(3) }).await
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_task_that_has_ended_has_let_go_of_what_it_held() {
    run(async {
        let held = Rc::new(());
        let task = add_coro({
            let held = held.clone();
            async move {
                assert_eq!(Rc::strong_count(&held), 2);
                Ok(())
            }
        });
        (&task).await?;
        add_coro(async { Ok(()) }).await?; // so that the loop has had its turn
        assert_eq!(Rc::strong_count(&held), 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_loop_begins_anew_with_each_run() {
    for _ in 0..3 {
        let deadlock = run(async { Promise::<()>::new().await }).unwrap_err();
        assert_eq!(numbers(&deadlock), [1]);
        assert!(run(async { Err::<(), _>(OutOf("tea").into()) }).is_err());
        assert!(run::<()>(async { expected_panic("oops") }).is_err());
        assert_eq!(run(async { add_coro(async { Ok(3) }).await }).unwrap(), 3);
    }
}

#[test]
fn each_thread_may_have_a_loop_of_its_own() {
    let sum = run(async {
        let other = std::thread::spawn(|| run(async { add_coro(async { Ok(1) }).await }).unwrap());
        Ok(add_coro(async { Ok(2) }).await? + other.join().unwrap())
    });
    assert_eq!(sum.unwrap(), 3);
}

// Panics.

#[test]
fn a_panic_is_the_exception_of_its_task_and_the_others_go_on() {
    let (message, other) = run(async {
        let task: Promise<()> = add_coro(async { expected_panic("out of tea") });
        let other = add_coro(async { Ok(3) });
        let exception = task.await.unwrap_err();
        assert_eq!(exception.to_string(), "the coroutine panicked: out of tea");
        let panicked = exception.downcast_ref::<Panicked>();
        Ok((
            panicked.map(|panicked| panicked.message.clone()),
            other.await?,
        ))
    })
    .unwrap();
    assert_eq!((message.as_deref(), other), (Some("out of tea"), 3));
}

#[test]
fn a_panic_after_an_await_is_no_different() {
    let message = run(async {
        let gate = Promise::new();
        let task: Promise<()> = add_coro({
            let gate = gate.clone();
            async move {
                gate.await?;
                expected_panic("out of tea")
            }
        });
        gate.set_success(())?;
        Ok(task.await.unwrap_err().to_string())
    });
    assert_eq!(message.unwrap(), "the coroutine panicked: out of tea");
}

#[test]
fn a_panic_of_the_first_coroutine_is_what_run_gives() {
    let exception = run::<()>(async { expected_panic("out of tea") }).unwrap_err();
    assert!(exception.is::<Panicked>());
}

#[test]
fn a_panic_that_says_no_text_says_so() {
    let exception = run::<()>(async { resume_unwind(Box::new(3)) }).unwrap_err();
    assert_eq!(
        exception.to_string(),
        "the coroutine panicked: (with something that is not a text)"
    );
}

#[test]
fn the_guards_of_a_task_that_panics_are_dropped() {
    run(async {
        let held = Rc::new(());
        let task: Promise<()> = add_coro({
            let held = held.clone();
            async move {
                assert_eq!(Rc::strong_count(&held), 2);
                expected_panic("out of tea")
            }
        });
        assert!((&task).await.is_err());
        add_coro(async { Ok(()) }).await?; // so that the loop has had its turn
        assert_eq!(Rc::strong_count(&held), 1);
        Ok(())
    })
    .unwrap();
}

// Deadlock.

/// The numbers of the tasks that a deadlock names.
#[track_caller]
fn numbers(exception: &Exception) -> Vec<u64> {
    let deadlock: &Deadlock = exception.downcast_ref().expect("a deadlock");
    deadlock.tasks.iter().map(|task| task.number).collect()
}

#[test]
fn a_promise_that_nobody_settles_is_a_deadlock_with_the_lines_of_all_concerned() {
    let promise = Promise::<()>::new();
    let made = line!() - 1;
    let added = line!() + 1;
    let exception = run(async move { promise.await }).unwrap_err();
    let deadlock: &Deadlock = exception.downcast_ref().unwrap();
    let [task] = &deadlock.tasks[..] else {
        panic!("one task is stuck, not {:?}", deadlock.tasks)
    };
    let [pause] = &task.pauses[..] else {
        panic!("it waits at one place, not at {:?}", task.pauses)
    };
    let line_here = |place: &Location<'_>| (place.file() == file!()).then_some(place.line());
    assert_eq!(task.number, 1);
    assert_eq!(line_here(task.added_at), Some(added));
    assert_eq!(line_here(pause.at), Some(added));
    assert!(matches!(pause.awaits, Awaits::Promise(place) if line_here(place) == Some(made)));
    assert_eq!(deadlock.cycles(), Vec::<Vec<u64>>::new());
}

#[test]
fn the_report_of_two_tasks_that_await_each_other_is_this() {
    let start = line!();
    let exception = run(async {
        let results: Rc<RefCell<Vec<Promise<()>>>> = Rc::default();
        let result_of = |index: usize| {
            let results = results.clone();
            async move {
                let result = results.borrow()[index].clone();
                result.await
            }
        };
        let left = add_coro(result_of(1));
        let right = add_coro(result_of(0));
        results.borrow_mut().extend([left, right.clone()]);
        right.await
    })
    .unwrap_err();
    let at = |line: u32, column: u32| format!("{}:{}:{column}", file!(), start + line);
    let expected = [
        "deadlock: 3 tasks wait, and nothing is left that could wake one (settle every promise that \
         is awaited, and let no task await itself)"
            .to_owned(),
        format!("  task 1, added at {}", at(1, 21)),
        format!("    waits at {} for the result of task 3", at(13, 15)),
        format!("  task 2, added at {}", at(10, 20)),
        format!("    waits at {} for the result of task 3", at(7, 24)),
        format!("  task 3, added at {}", at(11, 21)),
        format!("    waits at {} for the result of task 2", at(7, 24)),
        "  a cycle: task 3 -> task 2 -> task 3".to_owned(),
    ];
    assert_eq!(exception.to_string(), expected.join("\n"));
}

#[test]
fn a_task_that_awaits_itself_is_a_cycle_of_one() {
    let exception = run(async {
        let own: Rc<RefCell<Option<Promise<()>>>> = Rc::default();
        let task = add_coro({
            let own = own.clone();
            async move {
                let own = own.borrow().clone().expect("it was put there");
                own.await
            }
        });
        *own.borrow_mut() = Some(task.clone());
        task.await
    })
    .unwrap_err();
    let deadlock: &Deadlock = exception.downcast_ref().unwrap();
    assert_eq!(numbers(&exception), [1, 2]);
    assert_eq!(deadlock.cycles(), [[2]]);
}

#[test]
fn a_task_that_has_ended_is_not_in_the_report() {
    let exception = run(async {
        add_coro(async { Ok(()) }).await?;
        drop(add_coro(async { Promise::<()>::new().await }));
        drop(add_coro(async { Ok(()) }));
        Promise::<()>::new().await
    })
    .unwrap_err();
    assert_eq!(numbers(&exception), [1, 3]);
}

#[test]
fn a_deadlock_drops_what_is_stuck() {
    let held = Rc::new(());
    let inside = held.clone();
    let exception = run(async move {
        let promise = Promise::<()>::new();
        promise.await?;
        drop(inside);
        Ok(())
    });
    assert_eq!(numbers(&exception.unwrap_err()), [1]);
    assert_eq!(Rc::strong_count(&held), 1);
}

// Misuse.

#[test]
fn a_loop_inside_a_loop_is_refused_and_the_outer_one_lives_on() {
    let result = run(async {
        let message = panic_of(|| drop(run(async { Ok(()) })));
        assert_eq!(
            message,
            "a loop inside a loop (the one that runs already can take the coroutine: give it to `add_coro`, and await the promise)"
        );
        add_coro(async { Ok(3) }).await
    });
    assert_eq!(result.unwrap(), 3);
}

#[test]
fn add_coro_outside_of_a_loop_says_where_to_call_it() {
    let message = panic_of(|| drop(add_coro(async { Ok(()) })));
    assert!(
        message.starts_with("add_coro outside of a loop (call it in a coroutine that `run` runs"),
        "{message}"
    );
}

#[test]
fn after_the_run_one_is_outside_again() {
    run(async { Ok(()) }).unwrap();
    assert!(
        panic_of(|| drop(add_coro(async { Ok(()) }))).starts_with("add_coro outside of a loop")
    );
}

// The talk's programs (T26).

#[test]
fn fib_by_plain_awaits() {
    async fn fib(n: u64) -> Result<u64, Exception> {
        if n < 2 {
            return Ok(n);
        }
        Ok(Box::pin(fib(n - 1)).await? + Box::pin(fib(n - 2)).await?)
    }

    assert_eq!(run(fib(15)).unwrap(), 610);
}

#[test]
fn fib_by_a_task_for_each_half() {
    async fn fib(n: u64) -> Result<u64, Exception> {
        if n < 2 {
            return Ok(n);
        }
        let (left, right) = (add_fib(n - 1), add_fib(n - 2));
        Ok(left.await? + right.await?)
    }

    // Why is this a function of its own? Whether a future is recursive is decided by its type, and here
    // it goes into the box of a task.
    fn add_fib(n: u64) -> Promise<u64> {
        add_coro(fib(n))
    }

    assert_eq!(run(fib(12)).unwrap(), 144);
}

#[test]
fn fib_with_promises_for_a_cache_works_out_each_number_once() {
    #[derive(Clone, Default)]
    struct Fib {
        known: Rc<RefCell<HashMap<u64, Promise<u128>>>>,
        worked_out: Rc<Cell<u32>>,
    }

    impl Fib {
        fn of(&self, n: u64) -> Promise<u128> {
            let known = self.known.borrow().get(&n).cloned();
            known.unwrap_or_else(|| {
                let promise = add_coro(self.clone().work_out(n));
                self.known.borrow_mut().insert(n, promise.clone());
                promise
            })
        }

        async fn work_out(self, n: u64) -> Result<u128, Exception> {
            self.worked_out.update(|count| count + 1);
            if n < 2 {
                return Ok(n.into());
            }
            let (left, right) = (self.of(n - 1), self.of(n - 2));
            Ok(left.await? + right.await?)
        }
    }

    let fib = Fib::default();
    let worked_out = Rc::clone(&fib.worked_out);
    let number = run(async move { fib.of(100).await });
    assert_eq!(number.unwrap(), 354_224_848_179_261_915_075);
    assert_eq!(worked_out.get(), 101);
}

#[test]
fn a_chain_of_tasks_is_as_long_as_one_likes_and_the_stack_does_not_grow() {
    fn count_down(n: u32) -> Promise<u32> {
        add_coro(async move {
            match n {
                0 => Ok(0),
                n => Ok(count_down(n - 1).await? + 1),
            }
        })
    }

    // Why no more? One of the two loops looks at each task each time. Elsewhere it is a million.
    let length = 1_000;
    assert_eq!(
        run(async move { count_down(length).await }).unwrap(),
        length
    );
}
