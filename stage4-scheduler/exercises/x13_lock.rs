//! x13: write a lock for tasks. It is made of promises: first come, first served.
//!
//! `cargo test -p stage4-scheduler --test x13_lock` checks it. Hints: `x13_lock.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use stage4_scheduler::{Exception, Promise};

/// A lock. A clone is the same lock.
#[derive(Clone, Default)]
struct Lock {
    /// A promise for each task that has the lock or waits for it, in the order in which they came. It is
    /// settled when its task has the lock.
    line: Rc<RefCell<VecDeque<Promise<()>>>>,
}

/// A place in the line. The first place is the one that has the lock.
struct Guard {
    lock: Lock,
    turn: Promise<()>,
}

impl Lock {
    /// Waits until it is this task's turn. The lock is free again when the guard is dropped.
    async fn lock(&self) -> Result<Guard, Exception> {
        todo!("get into the line, and wait for your turn")
    }
}

/// Leaves the line, whether it was this place's turn or not.
impl Drop for Guard {
    fn drop(&mut self) {
        todo!("and whose turn is it now?")
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::cell::RefCell;
    use std::future::poll_fn;
    use std::rc::Rc;
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::task::Poll;
    use std::thread;
    use std::time::Duration;

    use super::Lock;
    use stage4_scheduler::{Promise, Scheduler};

    /// Far longer than any of these takes, on the slowest machine.
    const LIMIT: Duration = Duration::from_secs(10);

    fn watched<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(run()));
        match result.recv_timeout(LIMIT) {
            Ok(value) => value,
            Err(RecvTimeoutError::Timeout) => panic!(
                "The whole thread stands still, and with it the task that has the lock.\n\
                 A task waits by an `.await`. That pauses the task, and the thread runs the others."
            ),
            Err(RecvTimeoutError::Disconnected) => panic!("it panicked, see above"),
        }
    }

    /// Lets the others run.
    async fn give_way() {
        let mut has_paused = false;
        poll_fn(|context| {
            if has_paused {
                return Poll::Ready(());
            }
            has_paused = true;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[test]
    fn one_at_a_time_and_first_come_first_served() {
        let (log, steps) = watched(|| {
            let (scheduler, lock) = (Scheduler::new(), Lock::default());
            let log = Rc::new(RefCell::new(Vec::new()));
            let mut tasks = Vec::new();
            for task in 1..=3 {
                let (lock, log) = (lock.clone(), Rc::clone(&log));
                tasks.push(scheduler.add_coro(async move {
                    let _guard = lock.lock().await?;
                    log.borrow_mut().push(format!("{task} in"));
                    for _ in 0..10 {
                        give_way().await;
                    }
                    log.borrow_mut().push(format!("{task} out"));
                    Ok(())
                }));
            }
            let steps = (0..1000).take_while(|_| scheduler.step().is_some()).count();
            (log.take(), steps)
        });
        assert!(
            log == ["1 in", "1 out", "2 in", "2 out", "3 in", "3 out"],
            "Three tasks came in the order 1, 2, 3. It went like this: {}.",
            log.join(", ")
        );
        assert!(
            steps <= 36,
            "It took {steps} steps instead of 35: tasks that wait for the lock run over and over.\n\
             A task that waits has to be paused until its turn is there: await the promise of its turn."
        );
    }

    /// Task 1 has the lock, task 2 waits, then is dropped, and task 3 waits.
    fn a_waiter_is_dropped(after_its_turn_has_come: bool) -> bool {
        watched(move || {
            let (scheduler, lock) = (Scheduler::new(), Lock::default());
            let (unlock, leave) = (Promise::new(), Promise::new());
            let run = || (0..100).take_while(|_| scheduler.step().is_some()).count();
            let (first, second, third) = (lock.clone(), lock.clone(), lock);
            let (unlocked, left) = (unlock.clone(), leave.clone());
            let _first = scheduler.add_coro(async move {
                let _guard = first.lock().await?;
                unlocked.await
            });
            run();
            let mut waits = Box::pin(async move { second.lock().await });
            let _second = scheduler.add_coro(async move {
                poll_fn(|context| Poll::Ready(waits.as_mut().poll(context).is_ready())).await;
                left.await?;
                drop(waits);
                Ok(())
            });
            run();
            let third = scheduler.add_coro(async move { third.lock().await.map(drop) });
            run();
            let _ = if after_its_turn_has_come {
                // The same as below, but nobody runs in between.
                unlock.set_success(()).and(leave.set_success(()))
            } else {
                let _ = leave.set_success(());
                run();
                unlock.set_success(())
            };
            run();
            third.is_settled()
        })
    }

    #[test]
    fn a_waiter_that_is_dropped_leaves_the_line() {
        assert!(
            a_waiter_is_dropped(false),
            "Task 1 had the lock. Task 2 waited, and was dropped. Task 3 came next, and waits for ever.\n\
             The turn went to a waiter that is gone. A waiter that is dropped has to leave the line:\n\
             the guard must exist while it waits, so that its `drop` runs."
        );
    }

    #[test]
    fn a_waiter_that_is_dropped_after_its_turn_has_come_passes_it_on() {
        assert!(
            a_waiter_is_dropped(true),
            "Task 2 got its turn, and was dropped before it ran. Task 3 came next, and waits for ever.\n\
             A waiter that is dropped has to leave the line, and then the next one has its turn:\n\
             the guard must exist while it waits, so that its `drop` runs."
        );
    }
}
