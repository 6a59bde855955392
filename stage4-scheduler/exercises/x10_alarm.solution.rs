//! x10, solved. What has happened is in the state, not in the wake: a wake only says "look again".

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
        // Taken out first: a waker may run code that comes back here.
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
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
