//! The acceptor: one connection after the other, even if there is no room for more.
//!
//! Without descriptors the connection stays in the listener's queue, and the listener stays ready. To try again
//! at once would be to spin, and to give up would end the server for what may be over in a moment. So the server
//! reports it once, tries again now and then, and reports when nobody waits any more.

use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use crate::combine::timeout;
use crate::exception::Exception;
use crate::kernel::errors::{TimedOut, Unusable, is_out_of_resources, is_per_connection};
use crate::net::connection::Conn;
use crate::net::listener::{BACKLOG, Listener, accept};
use crate::server::report::Report;
use crate::time::sleep;

/// How long it waits before it tries again. It does not wait for one of its own connections to close, because
/// others may hold the descriptors.
const REST: Duration = Duration::from_millis(100);

pub(crate) struct Acceptor<'a> {
    listener: &'a Listener,
    report: &'a Rc<dyn Fn(Report<'_>)>,
    /// Reported, and not yet over.
    out_of_resources: bool,
}

impl<'a> Acceptor<'a> {
    pub(crate) fn new(listener: &'a Listener, report: &'a Rc<dyn Fn(Report<'_>)>) -> Self {
        Acceptor {
            listener,
            report,
            out_of_resources: false,
        }
    }

    /// Waits for the next connection, and for room for it.
    pub(crate) async fn next(&mut self) -> Result<Conn, Exception> {
        loop {
            let next = if self.out_of_resources {
                timeout(Duration::ZERO, accept(self.listener)).await
            } else {
                accept(self.listener).await
            };
            match next {
                Ok(conn) => return Ok(conn),
                // Nobody waits any more. The first one who gets in is no reason to report that: the next one may
                // have to wait again, and there would be a report for each who comes and each who goes.
                Err(exception) if exception.is::<TimedOut>() => {
                    (self.report)(Report::AcceptingAgain);
                    self.out_of_resources = false;
                }
                Err(exception) if is_out_of_resources(&exception) => {
                    if !self.out_of_resources {
                        (self.report)(Report::OutOfResources(&exception));
                    }
                    self.out_of_resources = true;
                    sleep(REST).await?;
                }
                Err(exception) => {
                    let Some(&Unusable { peer, .. }) = exception.downcast_ref() else {
                        let text = format!("can't accept any more: {exception:#}");
                        return Err(Exception::msg(text));
                    };
                    (self.report)(Report::Failed(peer, &exception));
                }
            }
        }
    }
}

/// One of the clients that have connected already, if there is one, and room for it.
pub(crate) fn next_in_queue(listener: &Listener, report: &dyn Fn(Report<'_>)) -> Option<Conn> {
    // There is a limit, because a rule that fails every accept leaves all of them in the queue.
    for _ in 0..BACKLOG {
        match listener.try_accept() {
            Ok(Ok(conn)) => return Some(conn),
            // Nobody is there; or there is no room, and those who are there find the listener closed.
            Err(error) if error.kind() == ErrorKind::WouldBlock || !is_per_connection(&error) => {
                return None;
            }
            Ok(Err(unusable)) => report(Report::Failed(unusable.peer, &unusable.into())),
            Err(_) => {}
        }
    }
    None
}
