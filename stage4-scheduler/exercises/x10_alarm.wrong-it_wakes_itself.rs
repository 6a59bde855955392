//! The mistake: a future that is not ready asks to be polled again.
//!
//! Its tests say:
//!
//! ```text
//! a_task_that_waits_does_not_run:
//!     Nobody rings, and the task is polled over and over (20 times, then we stopped).
//!     It wakes itself: call no waker in `poll`. Store it, and let `ring` call it.
//! ```

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

#[derive(Clone, Default)]
struct Alarm(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    rung: bool,
}

impl Alarm {
    fn ring(&self) {
        self.0.borrow_mut().rung = true;
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0.borrow().rung {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
