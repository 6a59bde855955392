//! A server: accepts connections, runs a task for each, says what goes wrong, and can be told to stop.

use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use crate::combine::{Either, race, timeout};
use crate::exception::Exception;
use crate::net::connection::Conn;
use crate::net::listener::{BACKLOG, Listener};
use crate::panicked::caught;
use crate::server::accept::{accept_all, next_in_queue};
use crate::server::connections::Open;
use crate::server::report::Report;

mod accept;
mod connections;
pub mod report;
pub mod signal;

/// A server that can be told to stop, and that reports what happens.
///
/// ```
/// use stage5_select::{Listener, Server, echo, run};
/// use std::time::Duration;
///
/// run(async {
///     let server = Server::new(Listener::bind("127.0.0.1:0")?)
///         .on_report(|report| println!("{report}"))
///         .stop_when(async { Ok(()) }, Duration::from_secs(3));
///     server.serve(|conn| echo(conn, |_| ())).await
/// }).unwrap();
/// ```
pub struct Server {
    listener: Listener,
    report: Rc<dyn Fn(Report<'_>)>,
    stop: Pin<Box<dyn Future<Output = Result<(), Exception>>>>,
    grace: Duration,
}

impl Server {
    /// A server for the connections of `listener`. It does not stop, and prints its reports.
    #[must_use]
    pub fn new(listener: Listener) -> Self {
        Server {
            listener,
            report: Rc::new(|report: Report<'_>| report.print()),
            stop: Box::pin(pending()),
            grace: Duration::ZERO,
        }
    }

    /// Stops the server when `stop` is done. The server then accepts the clients that have already connected, gives
    /// the open connections `grace` to end by themselves, and drops the handlers of those that do not.
    #[must_use]
    pub fn stop_when(
        mut self,
        stop: impl IntoFuture<Output = Result<(), Exception>> + 'static,
        grace: Duration,
    ) -> Self {
        self.stop = Box::pin(async move { stop.await });
        self.grace = grace;
        self
    }

    /// Calls `report` with what happens, instead of printing it. If `report` panics, the server goes on, and only
    /// the panic's own message is printed.
    #[must_use]
    pub fn on_report(mut self, report: impl Fn(Report<'_>) + 'static) -> Self {
        self.report = Rc::new(move |news: Report<'_>| {
            let _ = caught(|| report(news));
        });
        self
    }

    /// Serves until it is told to stop.
    ///
    /// A connection whose handler fails, or panics, is reported and closed, and disturbs nobody else.
    ///
    /// # Errors
    ///
    /// Those of `stop`, and of the listener if it fails permanently. Then the handlers run on, as they do if this
    /// future is dropped early.
    pub async fn serve<F>(self, func: impl Fn(Conn) -> F + 'static) -> Result<(), Exception>
    where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let (connections, func) = (Open::new(), Rc::new(func));
        let spawn = |conn| connections.spawn(conn, &func, &self.report);
        let accepting = accept_all(&self.listener, &spawn, &*self.report);
        // `stop` is polled first: a signal must be caught before the report says that we listen.
        match race(self.stop, accepting).await {
            Either::Left(Err(exception)) | Either::Right(Err(exception)) => return Err(exception),
            Either::Right(Ok(never)) => match never {},
            Either::Left(Ok(())) => {}
        }
        // The kernel would reset the clients that have connected before. There is a limit, because others may
        // keep coming.
        for _ in 0..BACKLOG {
            let Some(conn) = next_in_queue(&self.listener, &*self.report) else {
                break;
            };
            spawn(conn);
        }
        drop(self.listener);
        let (all_closed, given_up) = (connections.all_closed.clone(), connections.given_up.clone());
        let open = Rc::downgrade(&connections);
        drop(connections); // the tasks have the other handles
        let count = || open.strong_count();
        (self.report)(Report::Stopping { open: count() });
        if timeout(self.grace, &all_closed).await.is_err() {
            (self.report)(Report::GivenUp { open: count() });
            let _ = given_up.set_success(()); // nobody else settles it
            all_closed.await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({:?}, grace {:?})", self.listener, self.grace)
    }
}
