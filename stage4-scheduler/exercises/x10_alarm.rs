//! x10: write a future that waits until somebody rings. It stores its waker, and loses no ring.
//!
//! `cargo test -p stage4-scheduler --test x10_alarm` checks it. Hints: `x10_alarm.hint.md`.

#![allow(unused, reason = "until it is written")]

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Is ready when it has rung. A clone is the same alarm: one task awaits it, another one rings.
#[derive(Clone, Default)]
struct Alarm(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    rung: bool,
    waker: Option<Waker>,
}

impl Alarm {
    /// Wakes the task that waits. If none does yet, the next one does not have to wait.
    fn ring(&self) {
        todo!()
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        todo!("`self.0.borrow_mut()` gives you the state")
    }
}

// What is given, and the tests. Nothing below needs to change.
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use super::Alarm;
    use stage4_scheduler::Scheduler;

    /// A waker that counts its calls. It stands for a task.
    #[derive(Default)]
    struct Counter(AtomicU32);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Counter {
        fn poll(self: &Arc<Self>, alarm: &Alarm) -> Poll<()> {
            let waker = Waker::from(Arc::clone(self));
            Pin::new(&mut alarm.clone()).poll(&mut Context::from_waker(&waker))
        }

        fn calls(&self) -> u32 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn it_rang_before_it_was_awaited() {
        let (alarm, task) = (Alarm::default(), Arc::new(Counter::default()));
        alarm.ring();
        assert!(
            task.poll(&alarm).is_ready(),
            "It rang before it was awaited, and now it waits. That ring is lost.\n\
             Remember in the state that it has rung. `poll` looks at that first."
        );
    }

    #[test]
    fn it_rings_while_a_task_waits() {
        let (alarm, task) = (Alarm::default(), Arc::new(Counter::default()));
        assert!(
            task.poll(&alarm).is_pending(),
            "Nobody has rung, and it is ready."
        );
        alarm.ring();
        assert!(
            task.calls() > 0,
            "It rang, and the waker of the task that waits was not called: the task sleeps on.\n\
             `poll` has to store the waker before it returns `Pending`, and `ring` has to call it."
        );
        assert!(
            task.poll(&alarm).is_ready(),
            "It rang and woke the task, but it is not ready when the task polls it."
        );
    }

    #[test]
    fn it_calls_the_waker_of_the_last_poll() {
        let alarm = Alarm::default();
        let (old, new) = (Arc::new(Counter::default()), Arc::new(Counter::default()));
        let _ = old.poll(&alarm);
        let _ = new.poll(&alarm); // now it is in another task
        alarm.ring();
        assert!(
            new.calls() > 0,
            "It was polled in one task, then in another. The ring woke the first one: a stale waker.\n\
             Only the waker of the last poll counts: store it again at each poll."
        );
    }

    #[test]
    fn a_task_that_waits_does_not_run() {
        let (scheduler, alarm) = (Scheduler::new(), Alarm::default());
        let waiting = alarm.clone();
        let result = scheduler.add_coro(async move {
            waiting.await;
            Ok(())
        });
        let steps = (0..20).take_while(|_| scheduler.step().is_some()).count();
        assert!(
            steps == 1,
            "Nobody rings, and the task is polled over and over ({steps} times, then we stopped).\n\
             It wakes itself: call no waker in `poll`. Store it, and let `ring` call it."
        );
        alarm.ring();
        while scheduler.step().is_some() {}
        assert!(result.is_settled(), "It rang, and the task did not go on.");
    }
}
