//! The mistake: a ring is a wake, so there is nothing to do if nobody waits yet.
//!
//! Its tests say:
//!
//! ```text
//! it_rang_before_it_was_awaited:
//!     It rang before it was awaited, and now it waits. That ring is lost.
//!     Remember in the state that it has rung. `poll` looks at that first.
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
        let waker = self.0.borrow_mut().waker.take();
        if let Some(waker) = waker {
            self.0.borrow_mut().rung = true;
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
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
