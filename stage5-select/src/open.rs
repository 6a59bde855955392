//! The connections that a server has open: how many, when they are all closed, and how to give them up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::exception::Exception;
use crate::promise::Promise;

pub(crate) struct Open {
    count: Cell<usize>,
    /// Settled when the last one is closed, if somebody waits for that.
    all_closed: RefCell<Option<Promise<()>>>,
    /// Settled when those that are open are given up.
    given_up: Promise<()>,
}

/// One connection's place among the open ones, until it is dropped.
pub(crate) struct Ticket(Rc<Open>);

impl Open {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Open {
            count: Cell::new(0),
            all_closed: RefCell::new(None),
            given_up: Promise::new(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }

    pub(crate) fn enter(self: &Rc<Self>) -> Ticket {
        self.count.set(self.count.get() + 1);
        Ticket(Rc::clone(self))
    }

    pub(crate) async fn all_closed(&self) -> Result<(), Exception> {
        if self.count.get() == 0 {
            return Ok(());
        }
        let all_closed = self
            .all_closed
            .borrow_mut()
            .get_or_insert_with(Promise::new)
            .clone();
        all_closed.await
    }

    /// The promise that says to a connection's task: enough.
    pub(crate) fn given_up(&self) -> Promise<()> {
        self.given_up.clone()
    }

    pub(crate) fn give_up(&self) {
        // Refused if that has been said already, which is as good.
        let _ = self.given_up.set_success(());
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let open = &self.0;
        open.count.set(open.count.get() - 1);
        if open.count.get() == 0 {
            let all_closed = open.all_closed.borrow_mut().take();
            if let Some(all_closed) = all_closed {
                let _ = all_closed.set_success(());
            }
        }
    }
}
