//! The mistake: a task has one waker, so the first one is good enough.
//!
//! Its tests say:
//!
//! ```text
//! it_calls_the_waker_of_the_last_poll:
//!     It was polled in one task, then in another. The ring woke the first one: a stale waker.
//!     Only the waker of the last poll counts: store it again at each poll.
//! ```

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Clone, Default)]
struct Alarm(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    rung: bool,
    waker: Option<Waker>,
}

impl Alarm {
    fn ring(&self) {
        self.0.borrow_mut().rung = true;
        let waker = self.0.borrow_mut().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.rung {
            return Poll::Ready(());
        }
        state.waker.get_or_insert_with(|| context.waker().clone());
        Poll::Pending
    }
}
