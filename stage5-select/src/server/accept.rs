//! How a server accepts. Without descriptors the connection stays in the listener's queue, and the listener stays
//! ready. So the server reports it once, tries again now and then, and reports when nobody waits any more.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::time::Duration;

use crate::combine::timeout;
use crate::exception::Exception;
use crate::kernel::errors::{TimedOut, Unusable, is_out_of_resources, is_per_connection};
use crate::net::connection::Conn;
use crate::net::listener::{BACKLOG, Listener, accept};
use crate::server::report::Report;
use crate::time::sleep;

/// How long it waits before it tries again. (Others than its own connections may hold the descriptors.)
const REST: Duration = Duration::from_millis(100);

/// Accepts until the listener fails permanently.
pub(crate) async fn accept_all(
    listener: &Listener,
    spawn: impl Fn(Conn),
    report: &dyn Fn(Report<'_>),
) -> Result<Infallible, Exception> {
    report(Report::Listening(listener.local_addr()?));
    let mut out_of_resources = false; // reported, and not yet over
    loop {
        let next = if out_of_resources {
            timeout(Duration::ZERO, accept(listener)).await
        } else {
            accept(listener).await
        };
        match next {
            Ok(conn) => spawn(conn),
            // Nobody waits any more. To report it for the first one who gets in would be too early: the next
            // one may have to wait again.
            Err(exception) if exception.is::<TimedOut>() => {
                report(Report::AcceptingAgain);
                out_of_resources = false;
            }
            Err(exception) if is_out_of_resources(&exception) => {
                if !out_of_resources {
                    report(Report::OutOfResources(&exception));
                }
                out_of_resources = true;
                sleep(REST).await?;
            }
            Err(exception) => {
                let Some(&Unusable { peer, .. }) = exception.downcast_ref() else {
                    let text = format!("can't accept any more: {exception:#}");
                    return Err(Exception::msg(text));
                };
                report(Report::Failed(peer, &exception));
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
            Ok(Err(unusable)) => report(Report::Failed(unusable.peer, &unusable.into())),
            // Nobody is there, or there is no room.
            Err(error) if error.kind() == ErrorKind::WouldBlock || !is_per_connection(&error) => {
                return None;
            }
            Err(_) => {}
        }
    }
    None
}
