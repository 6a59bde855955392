//! Shows the end of a loop in which nobody can go on: a report that names who waits for what.
//!
//! To follow: let a task await what nobody settles; let two await each other; read the report.

mod watchdog;

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use stage4_scheduler::{Awaits, Deadlock, Exception, Promise, TaskInfo, add_coro};
use watchdog::run;

fn deadlock<T: 'static>(coro: impl Future<Output = Result<T, Exception>> + 'static) -> Deadlock {
    let Err(error) = run(coro) else {
        panic!("it returned");
    };
    error
        .downcast_ref::<Deadlock>()
        .expect("a deadlock")
        .clone()
}

/// The line of its `add_coro`, that of its only `.await`, and what it awaits.
fn lines(task: &TaskInfo) -> (u32, u32, Awaits) {
    assert_eq!(task.added_at.file(), file!());
    let [pause] = task.pauses[..] else {
        panic!("one `.await`, not {:?}", task.pauses);
    };
    (task.added_at.line(), pause.at.line(), pause.awaits)
}

/// Adds tasks, each of which awaits the results of others: `edges[0]` lists those whom the first one
/// awaits, and so on. The first of them has number 2, since the coroutine of `run` is task 1.
async fn tangle(edges: Vec<Vec<usize>>) -> Result<(), Exception> {
    let promises: Rc<RefCell<Vec<Promise<()>>>> = Rc::default();
    for awaited in edges {
        let all = Rc::clone(&promises);
        let task = add_coro(async move {
            let promises: Vec<_> = (awaited.iter())
                .map(|&index| all.borrow()[index].clone())
                .collect();
            // All at once: each is polled, with the waker of this task.
            let mut waits: Vec<_> = promises.into_iter().map(Promise::into_future).collect();
            poll_fn(move |cx| {
                waits.retain_mut(|wait| pin!(wait).poll(cx).is_pending());
                if waits.is_empty() {
                    Poll::Ready(Ok(()))
                } else {
                    Poll::Pending
                }
            })
            .await
        });
        promises.borrow_mut().push(task);
    }
    // The tasks run before this goes on, and they need the list no more then.
    let first = promises.borrow().first().cloned();
    match first {
        Some(first) => first.await,
        None => Ok(()),
    }
}

#[test]
fn a_promise_that_nobody_settles_is_named_with_all_three_lines() {
    let (promise, made) = (Promise::<i32>::new(), line!());
    let added = line!() + 1;
    let report = deadlock(async move {
        promise.await // the line after the one that adds it
    });
    let [task] = &report.tasks[..] else {
        panic!("{report}")
    };
    let Awaits::Promise(made_at) = task.pauses[0].awaits else {
        panic!("{report}")
    };
    assert_eq!(made_at.line(), made);
    assert_eq!(lines(task).1, added + 1);
    assert_eq!(
        report.to_string(),
        format!(
            "deadlock: 1 task waits, and nothing is left that could wake one (settle every promise \
             that is awaited, and let no task await itself)\
             \n  task 1, added at {}\
             \n    waits at {} for the promise made at {made_at}",
            task.added_at, task.pauses[0].at
        )
    );
    assert_eq!(report.cycles(), Vec::<Vec<u64>>::new());
}

#[test]
fn two_tasks_that_await_each_other_are_a_cycle() {
    let report = deadlock(async {
        let egg: Rc<RefCell<Option<Promise<()>>>> = Rc::default();
        let laid = Rc::clone(&egg);
        let hen = add_coro(async move {
            let egg = laid.borrow().clone().expect("it is there by now");
            egg.await
        });
        *egg.borrow_mut() = Some(add_coro(async move { hen.await }));
        let egg = egg.borrow().clone().expect("it was put there");
        egg.await
    });
    let [main, hen, egg] = &report.tasks[..] else {
        panic!("{report}")
    };
    assert_eq!(lines(main).2, Awaits::ResultOf(3));
    assert_eq!(lines(hen).2, Awaits::ResultOf(3));
    assert_eq!(lines(egg).2, Awaits::ResultOf(2));
    assert_eq!(
        lines(hen).1,
        lines(hen).0 + 2,
        "its `.await`, two lines below its `add_coro`"
    );
    assert_eq!(lines(egg).1, lines(egg).0, "both on one line");
    assert_eq!(report.cycles(), [[3, 2]]);
    let at = |task: &TaskInfo| task.pauses[0].at;
    assert_eq!(
        report.to_string(),
        format!(
            "deadlock: 3 tasks wait, and nothing is left that could wake one (settle every promise \
             that is awaited, and let no task await itself)\
             \n  task 1, added at {}\n    waits at {} for the result of task 3\
             \n  task 2, added at {}\n    waits at {} for the result of task 3\
             \n  task 3, added at {}\n    waits at {} for the result of task 2\
             \n  a cycle: task 3 -> task 2 -> task 3",
            main.added_at,
            at(main),
            hen.added_at,
            at(hen),
            egg.added_at,
            at(egg),
        )
    );
}

#[test]
fn a_task_that_awaits_itself_is_a_cycle_of_one() {
    let report = deadlock(tangle(vec![vec![0]]));
    assert_eq!(report.cycles(), [[2]]);
    assert!(
        report
            .to_string()
            .ends_with("\n  a cycle: task 2 -> task 2")
    );
}

#[test]
fn three_in_a_round_are_shown_as_one_cycle() {
    let report = deadlock(tangle(vec![vec![1], vec![2], vec![0]]));
    assert_eq!(report.cycles(), [[2, 3, 4]]);
    let cycle = "\n  a cycle: task 2 -> task 3 -> task 4 -> task 2";
    assert!(report.to_string().ends_with(cycle));
}

#[test]
fn several_cycles_are_all_shown() {
    let report = deadlock(tangle(vec![vec![1], vec![0], vec![2], vec![4], vec![3]]));
    assert_eq!(report.cycles(), [vec![2, 3], vec![4], vec![5, 6]]);
}

#[test]
fn a_task_that_leads_into_a_cycle_is_not_in_it() {
    let report = deadlock(tangle(vec![vec![1], vec![2], vec![1]]));
    assert_eq!(report.tasks.len(), 4);
    assert_eq!(report.cycles(), [[3, 4]]);
}

#[test]
fn where_cycles_share_a_task_one_is_shown() {
    // Task 2 waits for 3 and for 4, and both wait for 2.
    let report = deadlock(tangle(vec![vec![1, 2], vec![0], vec![0]]));
    assert_eq!(report.tasks[1].pauses.len(), 2);
    assert_eq!(report.cycles(), [[2, 3]]);
}

#[test]
fn a_task_that_awaits_another_twice_is_in_one_cycle_all_the_same() {
    let report = deadlock(tangle(vec![vec![1], vec![0, 0]]));
    assert_eq!(report.tasks[2].pauses.len(), 2);
    assert_eq!(report.cycles(), [[2, 3]]);
}

#[test]
fn tasks_that_share_results_without_a_cycle_have_none() {
    // A diamond: 2 awaits 3 and 4, both await 5, and 5 awaits what nobody settles.
    let never = Promise::<()>::new();
    let report = deadlock(async move {
        let bottom = add_coro(never.into_future());
        let (left, right) = (bottom.clone(), bottom);
        let (left, right) = (add_coro(left.into_future()), add_coro(right.into_future()));
        left.await?;
        right.await
    });
    assert_eq!(report.tasks.len(), 4);
    assert!(report.cycles().is_empty());
}

#[test]
fn a_future_that_nobody_can_wake_is_told_as_such() {
    let report = deadlock(async {
        let () = pending().await;
        Ok(())
    });
    let [task] = &report.tasks[..] else {
        panic!("{report}")
    };
    assert!(task.pauses.is_empty());
    let added_at = task.added_at;
    let note = format!(
        "\n  task 1, added at {added_at}\n    waits for something that left no note (a future that \
         is not a promise, and that nobody can wake)"
    );
    assert!(report.to_string().ends_with(&note), "{report}");
}

#[test]
fn tasks_that_have_returned_are_not_in_the_report() {
    let report = deadlock(async {
        for _ in 0..3 {
            add_coro(async { Ok(()) }).await?;
        }
        Promise::<()>::new().await
    });
    let numbers: Vec<u64> = report.tasks.iter().map(|task| task.number).collect();
    assert_eq!(numbers, [1]);
}

#[test]
fn a_detached_task_that_waits_for_ever_is_no_deadlock_if_run_returns() {
    let value = run(async {
        drop(add_coro(Promise::<()>::new().into_future()));
        add_coro(async { Ok(3) }).await
    });
    assert_eq!(value.unwrap(), 3);
}

#[test]
fn a_loop_may_run_again_after_a_deadlock() {
    deadlock(Promise::<()>::new().into_future());
    assert_eq!(run(async { Ok(3) }).unwrap(), 3);
}

#[test]
fn a_round_of_a_hundred_thousand_is_reported_without_going_deep() {
    const ROUND: usize = if cfg!(miri) { 300 } else { 100_000 };
    let edges = (0..ROUND).map(|index| vec![(index + 1) % ROUND]).collect();
    let report = deadlock(tangle(edges));
    assert_eq!(report.tasks.len(), ROUND + 1);
    let cycles = report.cycles();
    assert_eq!((cycles.len(), cycles[0].len()), (1, ROUND));
    assert!(
        report
            .to_string()
            .ends_with(&format!("task {} -> task 2", ROUND + 1))
    );
}

#[test]
fn a_hundred_thousand_tasks_with_two_neighbours_each_are_reported_in_time() {
    // A search that goes back over its path for each edge would take hours; the watchdog would end it.
    const ROUND: usize = if cfg!(miri) { 300 } else { 100_000 };
    let _watchdog = watchdog::Watchdog::new();
    let edges = |index| vec![(index + 1) % ROUND, (index + ROUND - 1) % ROUND];
    let report = deadlock(tangle((0..ROUND).map(edges).collect()));
    let cycles = report.cycles();
    let in_cycles: usize = cycles.iter().map(Vec::len).sum();
    assert!(cycles.iter().all(|cycle| cycle.len() >= 2));
    assert!(in_cycles <= ROUND, "a task is in one of them at most");
    assert!(report.to_string().contains("\n  a cycle: "));
}

#[test]
fn a_task_that_awaits_many_shown_ones_is_searched_in_time() {
    // Task 2 awaits itself. Every other one awaits the next, and the first, and task 2 lies between.
    const CHAIN: usize = if cfg!(miri) { 300 } else { 100_000 };
    let _watchdog = watchdog::Watchdog::new();
    let edges = |index| match index {
        0 => vec![1],
        1 => vec![1, 2],
        _ if index + 1 < CHAIN => vec![index + 1, 0],
        _ => vec![0],
    };
    let report = deadlock(tangle((0..CHAIN).map(edges).collect()));
    assert_eq!(report.cycles(), [[3]]);
}

#[test]
fn the_pauses_of_a_task_are_shown_from_top_to_bottom() {
    let (first, second) = (line!() + 3, line!() + 4);
    let report = deadlock(async {
        let (one, two) = (Promise::<()>::new(), Promise::<()>::new());
        let mut top = one.into_future();
        let mut bottom = two.into_future();
        poll_fn(move |cx| {
            // The lower one is polled first.
            assert!(pin!(&mut bottom).poll(cx).is_pending());
            pin!(&mut top).poll(cx)
        })
        .await
    });
    let lines: Vec<u32> = (report.tasks[0].pauses.iter())
        .map(|pause| pause.at.line())
        .collect();
    assert_eq!(lines, [first, second]);
}
