//! x09: write an `async fn` that pauses once, so that the other tasks can run.
//!
//! `cargo test -p stage4-scheduler --test x09_give_way` checks it. Hints: `x09_give_way.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::future::poll_fn;
use std::task::Poll;

/// Pauses the task that awaits this, exactly once. It goes on when the tasks that are ready now have run.
async fn give_way() {
    todo!("await a future of your own: a struct, or `poll_fn`")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::give_way;
    use stage4_scheduler::Scheduler;

    #[test]
    fn it_pauses_once_and_goes_on() {
        let scheduler = Scheduler::new();
        let log = Rc::new(RefCell::new(Vec::new()));
        let note = |text| {
            let log = Rc::clone(&log);
            move || log.borrow_mut().push(text)
        };
        let (before, after, other) = (note("before"), note("after"), note("the other task"));
        let _tasks = [
            scheduler.add_coro(async move {
                before();
                give_way().await;
                after();
                Ok(())
            }),
            scheduler.add_coro(async move {
                other();
                Ok(())
            }),
        ];
        let steps = (0..20).take_while(|_| scheduler.step().is_some()).count();
        assert!(
            steps < 20,
            "The task pauses over and over: it never comes to the line after the `.await`.\n\
             The future has to remember that it has paused. At its second poll it is ready."
        );
        let log = log.borrow();
        assert!(
            log.contains(&"after"),
            "The task has paused, and nobody resumes it.\n\
             A future that returns `Pending` must see to it that its waker is called: here it calls\n\
             the waker itself, before it returns."
        );
        assert!(
            *log == ["before", "the other task", "after"],
            "It went like this: {}.\n\
             The `.await` did not pause. It pauses only if the future returns `Pending`: a future\n\
             that is ready at once lets nobody else run.",
            log.join(", ")
        );
    }
}
