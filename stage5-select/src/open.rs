//! The connections that a server has open: a task for each, how many there are, when they are all closed,
//! and how to give them up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::combine::{Either, race};
use crate::conn::Conn;
use crate::exception::Exception;
use crate::promise::Promise;
use crate::report::Report;
use crate::scheduler::add_coro;

pub(crate) struct Open {
    count: Cell<usize>,
    /// Settled when the last one is closed, if somebody waits for that.
    all_closed: RefCell<Option<Promise<()>>>,
    /// Settled when those that are open are given up.
    given_up: Promise<()>,
}

/// One connection's place among the open ones, until it is dropped.
struct Ticket(Rc<Open>);

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

    /// Runs the handler of a connection, as a task, until it is done or given up.
    pub(crate) fn let_in<F>(
        self: &Rc<Self>,
        conn: Conn,
        func: &Rc<impl Fn(Conn) -> F + 'static>,
        report: &Rc<dyn Fn(Report<'_>)>,
    ) where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let peer = conn.peer_addr();
        report(Report::Connected(peer));
        let (ticket, given_up) = (self.enter(), self.given_up.clone());
        let func = Rc::clone(func);
        let served = add_coro(async move {
            // Why in a box? `race` moves what it is given to where it stays, and each of the two places
            // is a part of this future.
            let handler = Box::pin(func(conn));
            match race(handler, given_up).await {
                Either::Left(result) => result,
                Either::Right(_) => Ok(()),
            }
        });
        // Why a second task? It outlives the first, and so it can tell how that ended: a panic, too.
        let report = Rc::clone(report);
        drop(add_coro(async move {
            let result = served.await;
            drop(ticket);
            if let Err(exception) = result {
                report(Report::Failed(peer, &exception));
            }
            Ok(())
        }));
    }

    fn enter(self: &Rc<Self>) -> Ticket {
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
