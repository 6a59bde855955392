//! x11: await two futures at once, in one task.
//!
//! `cargo test -p stage4-scheduler --test x11_join` checks it. Hints: `x11_join.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// The values of both futures, when both are ready. Makes no task. Polls none again that was ready.
async fn join(
    a: impl Future<Output = i32> + 'static,
    b: impl Future<Output = i32> + 'static,
) -> (i32, i32) {
    todo!("`pin!` both, and poll both in one `poll_fn`")
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::task::Poll;

    use super::join;
    use stage4_scheduler::{Promise, Scheduler};

    type Log = Rc<RefCell<Vec<&'static str>>>;

    /// Two promises, and what happened to the two futures that wait for them.
    struct Joined {
        scheduler: Scheduler,
        a: Promise<i32>,
        b: Promise<i32>,
        log: Log,
        result: Promise<(i32, i32)>,
    }

    /// Waits for a promise. Notes its first poll, and each poll after it was ready.
    fn watched(
        promise: &Promise<i32>,
        log: &Log,
        [first, late]: [&'static str; 2],
    ) -> impl Future<Output = i32> + 'static {
        let (mut wait, log) = (Box::pin(promise.clone().into_future()), Rc::clone(log));
        let (mut begun, mut ready) = (false, false);
        poll_fn(move |context| {
            if !begun || ready {
                log.borrow_mut().push(if ready { late } else { first });
            }
            begun = true;
            if ready {
                return Poll::Pending;
            }
            let poll = wait.as_mut().poll(context);
            ready = poll.is_ready();
            poll.map(|result| result.expect("it is settled with a number"))
        })
    }

    fn joined() -> Joined {
        let scheduler = Scheduler::new();
        let (a, b, log) = (Promise::new(), Promise::new(), Log::default());
        let first = watched(&a, &log, ["a is polled", "a is polled too late"]);
        let second = watched(&b, &log, ["b is polled", "b is polled too late"]);
        let result = scheduler.add_coro(async { Ok(join(first, second).await) });
        let joined = Joined {
            scheduler,
            a,
            b,
            log,
            result,
        };
        joined.run();
        joined
    }

    impl Joined {
        fn run(&self) {
            while self.scheduler.step().is_some() {}
        }

        fn check(&self) {
            assert!(
                !self.log.borrow().iter().any(|line| line.ends_with("late")),
                "It went like this: {}.\n\
                 A future that was ready must not be polled again: keep its value, and poll only the other.",
                self.log.borrow().join(", ")
            );
            assert!(
                matches!(self.result.result(), Some(Ok((1, 2)))),
                "Both futures are ready, and `join` is {:?}.",
                self.result
            );
        }
    }

    #[test]
    fn a_is_ready_first() {
        let joined = joined();
        joined.a.set_success(1).unwrap();
        joined.run();
        joined.b.set_success(2).unwrap();
        joined.run();
        joined.check();
    }

    #[test]
    fn b_is_ready_first() {
        let joined = joined();
        joined.b.set_success(2).unwrap();
        joined.run();
        joined.a.set_success(1).unwrap();
        joined.run();
        joined.check();
    }

    #[test]
    fn both_begin_at_once() {
        let joined = joined();
        let log = joined.log.borrow().join(", ");
        assert!(
            log.contains("a is polled") && log.contains("b is polled"),
            "It went like this: {log}.\n\
             The second future has to begin while the first one waits: poll both each time."
        );
    }

    #[test]
    fn it_takes_one_task() {
        let joined = joined();
        let tasks = joined.scheduler.tasks().len();
        assert!(
            tasks == 1,
            "There are {tasks} tasks now: `join` has made some.\n\
             A task may wait for several things: it polls each of them when it is polled itself."
        );
    }
}
