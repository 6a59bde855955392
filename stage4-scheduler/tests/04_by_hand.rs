//! Shows the loop turned by hand: `step` runs the task that was woken first, and says what it did.
//!
//! To follow: add tasks, call `step`, and ask `tasks` in between where each of them is paused.

use std::rc::Rc;

use stage4_scheduler::{Awaits, Exception, Outcome, Promise, Scheduler, Step, add_coro};

fn step(scheduler: &Scheduler) -> String {
    scheduler
        .step()
        .map_or("nothing".to_owned(), |step| step.to_string())
}

#[test]
fn a_scheduler_without_tasks_has_nothing_to_do() {
    let scheduler = Scheduler::new();
    assert!(scheduler.step().is_none());
    assert!(scheduler.tasks().is_empty());
    assert!(scheduler.deadlock().is_none());
}

#[test]
fn a_step_says_which_task_ran_and_how_it_ended_its_turn() {
    let scheduler = Scheduler::default();
    let promise = Promise::new();
    let waits = scheduler.add_coro((&promise).into_future());
    let fails = scheduler.add_coro::<()>(async { Err(Exception::msg("oops")) });

    let first = scheduler.step().unwrap();
    assert_eq!(
        first,
        Step {
            task: 1,
            outcome: Outcome::Paused
        }
    );
    assert_eq!(first.to_string(), "task 1 paused");
    assert_eq!(step(&scheduler), "task 2 raised an exception");
    assert!(fails.is_settled());
    assert_eq!(step(&scheduler), "nothing");

    promise.set_success(3).unwrap();
    assert_eq!(step(&scheduler), "task 1 returned");
    assert_eq!(waits.result().unwrap().unwrap(), 3);
    assert_eq!(step(&scheduler), "nothing");
}

#[test]
fn tasks_shows_where_each_one_is_paused() {
    let scheduler = Scheduler::new();
    let (promise, made) = (Promise::<i32>::new(), line!());
    let (first, added) = (scheduler.add_coro(async move { promise.await }), line!());
    let second = scheduler.add_coro(async move { first.await });

    let fresh = scheduler.tasks();
    assert_eq!(fresh[0].added_at.line(), added);
    assert!(
        fresh.iter().all(|task| task.pauses.is_empty()),
        "none has begun"
    );
    let place = fresh[0].added_at;
    assert_eq!(fresh[0].to_string(), format!("task 1, added at {place}"));

    while scheduler.step().is_some() {}
    let paused = scheduler.tasks();
    assert_eq!(paused[0].pauses[0].at.line(), added);
    let Awaits::Promise(made_at) = paused[0].pauses[0].awaits else {
        panic!("{:?}", paused[0]);
    };
    assert_eq!(made_at.line(), made);
    assert_eq!(paused[1].pauses[0].awaits, Awaits::ResultOf(1));
    let (added_at, at) = (paused[1].added_at, paused[1].pauses[0].at);
    assert_eq!(
        paused[1].to_string(),
        format!("task 2, added at {added_at}\n    waits at {at} for the result of task 1")
    );
    assert!(!second.is_settled());
}

#[test]
fn tasks_are_in_the_order_of_their_numbers_wherever_they_lie() {
    let scheduler = Scheduler::new();
    let stay = || scheduler.add_coro(Promise::<()>::new().into_future());
    let go = || scheduler.add_coro(async { Ok(()) });
    let _promises = [stay(), go(), stay(), go()];
    while scheduler.step().is_some() {}
    let _promises = [stay(), stay()]; // these take the places that 2 and 4 have left
    let numbers: Vec<u64> = scheduler.tasks().iter().map(|task| task.number).collect();
    assert_eq!(numbers, [1, 3, 5, 6]);
}

#[test]
fn a_deadlock_is_there_when_nothing_is_to_run_and_not_before() {
    let scheduler = Scheduler::new();
    let promise = Promise::<()>::new();
    drop(scheduler.add_coro((&promise).into_future()));
    assert!(scheduler.deadlock().is_none(), "it has not begun");
    scheduler.step();
    assert_eq!(scheduler.deadlock().unwrap().tasks, scheduler.tasks());
    promise.set_success(()).unwrap();
    assert!(scheduler.deadlock().is_none(), "it was woken");
    scheduler.step();
    assert!(scheduler.deadlock().is_none(), "nobody is left");
}

#[test]
fn a_task_that_runs_is_not_in_a_deadlock() {
    let scheduler = Rc::new(Scheduler::new());
    let inside = Rc::downgrade(&scheduler);
    let none = scheduler.add_coro(async move {
        let scheduler = inside.upgrade().expect("it runs this");
        Ok(scheduler.deadlock().is_none())
    });
    scheduler.step();
    assert!(none.result().unwrap().unwrap());
}

#[test]
fn a_step_inside_a_step_is_refused_and_loses_no_wake_up() {
    let scheduler = Rc::new(Scheduler::new());
    let inside = Rc::downgrade(&scheduler);
    let promise = Promise::new();
    let settles = promise.clone();
    let task = scheduler.add_coro(async move {
        let scheduler = inside.upgrade().expect("it runs this");
        settles.set_success(())?;
        scheduler.step(); // a task that awaits would be lost here if this went on
        Ok(())
    });
    let waits = scheduler.add_coro((&promise).into_future());
    while scheduler.step().is_some() {}
    assert_eq!(
        task.result().unwrap().unwrap_err().to_string(),
        "the coroutine panicked: `step` was called from inside a task (return from the task first, \
         and the loop goes on)"
    );
    assert!(waits.is_settled());
}

#[test]
fn add_coro_finds_the_scheduler_that_was_entered() {
    let scheduler = Scheduler::new();
    // To enter it twice does no harm.
    let promise = scheduler.enter(|| scheduler.enter(|| add_coro(async { Ok(()) })));
    assert_eq!(step(&scheduler), "task 1 returned");
    assert!(promise.is_settled());
}

#[test]
fn two_schedulers_on_one_thread_take_turns_by_hand() {
    let (left, right) = (Scheduler::new(), Scheduler::new());
    let promise = Promise::new();
    let waits = left.add_coro((&promise).into_future());
    drop(right.add_coro(async move {
        promise.set_success(3)?;
        Ok(())
    }));
    assert_eq!(step(&left), "task 1 paused");
    assert_eq!(step(&right), "task 1 returned");
    assert_eq!(step(&left), "task 1 returned");
    assert_eq!(waits.result().unwrap().unwrap(), 3);
}

#[test]
fn a_scheduler_shows_its_tasks() {
    let scheduler = Scheduler::new();
    assert_eq!(format!("{scheduler:?}"), "Scheduler { tasks: [], .. }");
}
