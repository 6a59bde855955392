//! A server: accepts connections, runs a task for each, says what goes wrong, and can be told to stop.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use crate::combine::{Either, race};
use crate::conn::Conn;
use crate::door::{Door, next_in_line};
use crate::exception::Exception;
use crate::listener::{BACKLOG, Listener};
use crate::open::Open;
use crate::panicked::caught;
use crate::report::Report;
use crate::time::timeout;

/// Listens on a port of 127.0.0.1, and runs `func` for each connection, as a task (T34).
///
/// Prints where it listens and who connects. It runs until the loop ends; a [`Server`] can be told to
/// stop.
///
/// # Errors
///
/// If it cannot listen there.
///
/// ```no_run
/// use stage5_select::{echo_server, launch_server, run};
///
/// run(launch_server(echo_server, 4321))?;
/// # Ok::<(), stage5_select::Exception>(())
/// ```
pub async fn launch_server<F>(
    func: impl Fn(Conn) -> F + 'static,
    port: u16,
) -> Result<(), Exception>
where
    F: Future<Output = Result<(), Exception>> + 'static,
{
    let listener = Listener::bind(("127.0.0.1", port))?;
    Server::new(listener).serve(func).await
}

/// A server that can be told to stop, and to whom it reports.
///
/// ```
/// use stage5_select::{Listener, Promise, Server, add_coro, connect, echo, read, run, write};
/// use std::time::Duration;
///
/// run(async {
///     let listener = Listener::bind("127.0.0.1:0")?;
///     let addr = listener.local_addr()?;
///     let stop = Promise::new();
///     let server = Server::new(listener)
///         .on_report(|_| ())
///         .stop_when(stop.clone(), Duration::from_secs(3));
///     let served = add_coro(server.serve(|conn| echo(conn, |_| ())));
///
///     let conn = connect(addr).await?;
///     write(&conn, b"hello\n").await?;
///     let mut reply = [0; 12];
///     assert_eq!(read(&conn, &mut reply).await?, 12);
///     assert_eq!(&reply, b"echo: hello\n");
///     drop(conn);
///
///     stop.set_success(())?;
///     served.await
/// }).unwrap();
/// ```
pub struct Server {
    listener: Listener,
    report: Rc<dyn Fn(Report<'_>)>,
    stop: Pin<Box<dyn Future<Output = Result<(), Exception>>>>,
    grace: Duration,
}

impl Server {
    /// A server for the connections of `listener`. It does not stop, and prints its reports. See
    /// [`Server`].
    #[must_use]
    pub fn new(listener: Listener) -> Self {
        Server {
            listener,
            report: Rc::new(|report: Report<'_>| report.print()),
            stop: Box::pin(pending()),
            grace: Duration::ZERO,
        }
    }

    /// Has it stop when `stop` is done: it lets those in who have connected before, and then nobody, gives
    /// the open connections `grace` to end by themselves, drops the handlers of those that did not, and
    /// returns. See [`Server`].
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

    /// Has it tell `report` what happens, where it would print it. See [`Server`].
    ///
    /// One that panics ends neither the server nor the connection that it is told of: the panic's own
    /// message is all that is heard of it.
    #[must_use]
    pub fn on_report(mut self, report: impl Fn(Report<'_>) + 'static) -> Self {
        // Why catch it? It is called by the server, and by a task of each connection: a panic would end the
        // one, and be lost in the other.
        self.report = Rc::new(move |news: Report<'_>| {
            let _ = caught(|| report(news));
        });
        self
    }

    /// Serves until it is told to stop. See [`Server`].
    ///
    /// A connection whose handler fails, or panics, is reported and closed, and disturbs nobody else.
    ///
    /// # Errors
    ///
    /// What the listener or `stop` raises. The handlers run on then, as tasks of their own; so they do
    /// where this is dropped before its end.
    pub async fn serve<F>(self, func: impl Fn(Conn) -> F + 'static) -> Result<(), Exception>
    where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let (open, func) = (Open::new(), Rc::new(func));
        let let_in = |conn| open.let_in(conn, &func, &self.report);
        let accepting = accept_all(&self.listener, &let_in, &self.report);
        // Why `stop` first? It may have to begin before it can be told, as a signal handler has: whoever
        // sees that we listen may tell it at once.
        match race(self.stop, accepting).await {
            Either::Left(Err(exception)) | Either::Right(Err(exception)) => return Err(exception),
            Either::Right(Ok(never)) => match never {},
            Either::Left(Ok(())) => {}
        }
        // Those who have connected before that are let in: the kernel would reset them. (Who comes between
        // the last try and the next line is reset all the same.) Why count? Others may keep coming.
        for _ in 0..BACKLOG {
            let Some(conn) = next_in_line(&self.listener) else {
                break;
            };
            let_in(conn);
        }
        drop(self.listener);
        let count = open.count();
        (self.report)(Report::Stopping { open: count });
        if timeout(self.grace, open.all_closed()).await.is_err() {
            let count = open.count();
            (self.report)(Report::GivenUp { open: count });
            open.give_up();
            open.all_closed().await?;
        }
        Ok(())
    }
}

async fn accept_all(
    listener: &Listener,
    let_in: impl Fn(Conn),
    report: &Rc<dyn Fn(Report<'_>)>,
) -> Result<Infallible, Exception> {
    report(Report::Listening(listener.local_addr()?));
    let mut door = Door::of(listener, report);
    loop {
        let_in(door.next().await?);
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
