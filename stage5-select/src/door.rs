//! The door: one connection after the other, also where there is no room for more.
//!
//! Out of descriptors, the connection stays where it is, and the listener stays ready: to try again at
//! once would be to spin, and to give up would be to end the server for what may be over in a moment. So
//! it is told once, and tried again now and then, until nobody is left outside.

use std::io::ErrorKind;
use std::rc::Rc;
use std::time::Duration;

use crate::conn::Conn;
use crate::exception::Exception;
use crate::listener::{BACKLOG, Listener, accept};
use crate::refusal::{is_full, is_passing};
use crate::report::Report;
use crate::time::{TimedOut, sleep, timeout};

/// How long it waits before it tries again. Why not until one of ours is closed? It may be others who
/// hold the descriptors.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) struct Door<'a> {
    listener: &'a Listener,
    report: &'a Rc<dyn Fn(Report<'_>)>,
    /// Told that there is no room, and not yet that there is again.
    full: bool,
}

impl<'a> Door<'a> {
    pub(crate) fn of(listener: &'a Listener, report: &'a Rc<dyn Fn(Report<'_>)>) -> Self {
        let full = false;
        Door {
            listener,
            report,
            full,
        }
    }

    /// Waits for the next connection, and for room for it.
    pub(crate) async fn next(&mut self) -> Result<Conn, Exception> {
        loop {
            let next = if self.full {
                timeout(Duration::ZERO, accept(self.listener)).await
            } else {
                accept(self.listener).await
            };
            match next {
                // Nobody is left outside. Why not at the first one who gets in? The next one may have to
                // wait again, and each who leaves and each who comes would be a report.
                Err(exception) if exception.is::<TimedOut>() => {
                    (self.report)(Report::AcceptingAgain);
                    self.full = false;
                }
                Err(exception) if is_full(&exception) => {
                    if !self.full {
                        (self.report)(Report::Full(&exception));
                    }
                    self.full = true;
                    sleep(PAUSE).await?;
                }
                Err(exception) => {
                    let text = format!("can't accept any more: {exception:#}");
                    return Err(Exception::msg(text));
                }
                Ok(conn) => return Ok(conn),
            }
        }
    }
}

/// One of those who have connected already, if there is one, and room for it.
pub(crate) fn next_in_line(listener: &Listener) -> Option<Conn> {
    // Why a limit? A rule that fails every accept leaves them all where they are.
    for _ in 0..BACKLOG {
        match listener.try_accept() {
            Ok(conn) => return Some(conn),
            // Nobody is; or there is no room, and who is there finds the listener closed.
            Err(error) if error.kind() == ErrorKind::WouldBlock || !is_passing(&error) => {
                return None;
            }
            Err(_) => {}
        }
    }
    None
}
