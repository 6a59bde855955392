//! The open connections of a server: a task for each, how many there are, when they are all closed, and how to
//! give them up.

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

/// A server that accepts has it, and so has the task of each connection. Its handles count them.
pub(crate) struct Open {
    /// Settled when the last connection is closed.
    pub(crate) all_closed: Promise<()>,
    /// Settled when those that are open are given up.
    pub(crate) given_up: Promise<()>,
}

impl Open {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Open {
            all_closed: Promise::new(),
            given_up: Promise::new(),
        })
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
        let (open, given_up) = (Rc::clone(self), self.given_up.clone());
        let (func, report) = (Rc::clone(func), Rc::clone(report));
        let served = add_coro(async move {
            let mut handler = pin!(func(conn));
            let (mut told, mut asked) = (given_up.clone().into_future(), false);
            // A `race` would poll `given_up` at each of the handler's turns. Once is enough, and leaves a waker.
            poll_fn(|cx| {
                if (!mem::replace(&mut asked, true) || given_up.is_settled())
                    && let Poll::Ready(result) = Pin::new(&mut told).poll(cx)
                {
                    return Poll::Ready(result);
                }
                handler.as_mut().poll(cx)
            })
            .await
        });
        // A second task outlives the first. So it can report how that ended, even if by a panic.
        drop(add_coro(async move {
            let result = served.await;
            drop(open);
            if let Err(exception) = result {
                report(Report::Failed(peer, &exception));
            }
            Ok(())
        }));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.all_closed.set_success(()); // nobody else settles it
    }
}
