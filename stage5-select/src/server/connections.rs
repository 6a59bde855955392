//! The open connections of a server: a task for each, how many there are, when they are all closed, and how to
//! give them up.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use crate::exception::Exception;
use crate::net::connection::Conn;
use crate::promise::Promise;
use crate::scheduler::add_coro;
use crate::server::report::Report;

pub(crate) struct Connections {
    count: Cell<usize>,
    /// Settled when the last one is closed, if somebody waits for that.
    all_closed: RefCell<Option<Promise<()>>>,
    /// Settled when those that are open are given up.
    given_up: Promise<()>,
}

/// Counts one connection as open, until it is dropped.
struct ConnectionGuard(Rc<Connections>);

impl Connections {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Connections {
            count: Cell::new(0),
            all_closed: RefCell::new(None),
            given_up: Promise::new(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }

    /// Runs the handler of a connection, as a task, until it is done or given up.
    pub(crate) fn spawn<F>(
        self: &Rc<Self>,
        conn: Conn,
        func: &Rc<impl Fn(Conn) -> F + 'static>,
        report: &Rc<dyn Fn(Report<'_>)>,
    ) where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let peer = conn.peer_addr();
        report(Report::Connected(peer));
        let (guard, given_up) = (self.guard(), self.given_up.clone());
        let func = Rc::clone(func);
        let served = add_coro(async move {
            let mut handler = pin!(func(conn));
            let (mut told, mut asked) = (given_up.clone().into_future(), false);
            // This is a `race`, but `given_up` is polled only once: then it has the waker of this task, which
            // need not be given again at each of the handler's turns.
            poll_fn(|cx| {
                if (!mem::replace(&mut asked, true) || given_up.is_settled())
                    && let Poll::Ready(given_up) = Pin::new(&mut told).poll(cx)
                {
                    return Poll::Ready(given_up);
                }
                handler.as_mut().poll(cx)
            })
            .await
        });
        // A second task outlives the first. So it can report how that ended, even if by a panic.
        let report = Rc::clone(report);
        drop(add_coro(async move {
            let result = served.await;
            drop(guard);
            if let Err(exception) = result {
                report(Report::Failed(peer, &exception));
            }
            Ok(())
        }));
    }

    fn guard(self: &Rc<Self>) -> ConnectionGuard {
        self.count.set(self.count.get() + 1);
        ConnectionGuard(Rc::clone(self))
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
        let _ = self.given_up.set_success(()); // refused if they are given up already
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let connections = &self.0;
        connections.count.set(connections.count.get() - 1);
        if connections.count.get() == 0 {
            let all_closed = connections.all_closed.borrow_mut().take();
            if let Some(all_closed) = all_closed {
                let _ = all_closed.set_success(());
            }
        }
    }
}
