//! A server: accepts connections, runs a task for each, says what goes wrong, and can be told to stop.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use crate::combine::{Either, race};
use crate::exception::Exception;
use crate::net::{Conn, Listener, accept};
use crate::promise::Promise;
use crate::scheduler::add_coro;
use crate::time::{sleep, timeout};

/// How long the server waits for descriptors, when there are none left, before it tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// Listens on a port of 127.0.0.1, and runs `func` for each connection, as a task (T34).
///
/// Prints where it listens and who connects. It runs until the loop ends; a [`Server`] can be told to
/// stop.
///
/// # Errors
///
/// If it cannot listen there.
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

/// A server that can be told to stop, and by whom its reports are told.
///
/// ```
/// use stage5_select::{Listener, Promise, Server, connect, add_coro, echo, read, run, write};
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
    /// A server for the connections of `listener`. It does not stop, and prints its reports.
    #[must_use]
    pub fn new(listener: Listener) -> Self {
        Server {
            listener,
            report: Rc::new(print),
            stop: Box::pin(pending()),
            grace: Duration::ZERO,
        }
    }

    /// Has it stop when `stop` is done: it accepts no more, gives the open connections `grace` to end
    /// by themselves, shuts down those that did not, and returns.
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

    /// Has it tell `report` what happens, where it would print it.
    #[must_use]
    pub fn on_report(mut self, report: impl Fn(Report<'_>) + 'static) -> Self {
        self.report = Rc::new(report);
        self
    }

    /// Serves until it is told to stop.
    ///
    /// A connection whose handler fails, or panics, is reported and closed, and disturbs nobody else.
    ///
    /// # Errors
    ///
    /// What the listener or `stop` raises.
    pub async fn serve<F>(self, func: impl Fn(Conn) -> F + 'static) -> Result<(), Exception>
    where
        F: Future<Output = Result<(), Exception>> + 'static,
    {
        let open = Rc::new(Open::default());
        (self.report)(Report::Listening(self.listener.local_addr()?));
        let accepting = accept_all(&self.listener, Rc::new(func), &open, &self.report);
        match race(accepting, self.stop).await {
            Either::Left(Err(exception)) | Either::Right(Err(exception)) => return Err(exception),
            Either::Left(Ok(never)) => match never {},
            Either::Right(Ok(())) => {}
        }
        drop(self.listener);
        (self.report)(Report::Stopping { open: open.len() });
        if timeout(self.grace, open.all_closed()).await.is_err() {
            (self.report)(Report::Abandoned { open: open.len() });
            open.shut_down();
        }
        Ok(())
    }
}

async fn accept_all<F>(
    listener: &Listener,
    func: Rc<impl Fn(Conn) -> F + 'static>,
    open: &Rc<Open>,
    report: &Rc<dyn Fn(Report<'_>)>,
) -> Result<Infallible, Exception>
where
    F: Future<Output = Result<(), Exception>> + 'static,
{
    let mut full = false;
    loop {
        let conn = match accept(listener).await {
            Ok(conn) => conn,
            Err(exception) if is_full(&exception) => {
                // The connection stays where it is, and the listener stays ready: to try again at once
                // would be to spin. Tell it once; wait until one of ours is closed, or for a while.
                if !full {
                    report(Report::Full(&exception));
                }
                full = true;
                race(open.next_closed(), sleep(PAUSE)).await;
                continue;
            }
            Err(exception) => return Err(exception),
        };
        if full {
            report(Report::ServingAgain);
            full = false;
        }
        let peer = conn.peer_addr();
        report(Report::Connected(peer));
        let ticket = open.enter(&conn);
        let func = Rc::clone(&func);
        let served = add_coro(async move { func(conn).await });
        // Why a second task? It outlives the first, and so it can tell how that ended: a panic, too.
        let report = Rc::clone(report);
        drop(add_coro(async move {
            if let Err(exception) = served.await {
                report(Report::Failed(peer, &exception));
            }
            drop(ticket);
            Ok(())
        }));
    }
}

/// Out of descriptors, this process or the whole system; or out of memory for a socket.
fn is_full(exception: &Exception) -> bool {
    let error: Option<&io::Error> = exception.downcast_ref();
    let code = error.and_then(io::Error::raw_os_error);
    matches!(
        code,
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

type Upgrade = Box<dyn Fn() -> Option<Conn>>;

/// The connections that are open.
#[derive(Default)]
struct Open {
    conns: RefCell<HashMap<u64, Upgrade>>,
    entered: Cell<u64>,
    /// Settled, and replaced, when one is closed.
    closed: RefCell<Option<Promise<()>>>,
}

/// One connection's place among the open ones.
struct Ticket {
    open: Rc<Open>,
    number: u64,
}

impl Open {
    fn len(&self) -> usize {
        self.conns.borrow().len()
    }

    fn enter(self: &Rc<Self>, conn: &Conn) -> Ticket {
        let number = self.entered.get();
        self.entered.set(number + 1);
        self.conns
            .borrow_mut()
            .insert(number, Box::new(conn.downgrade()));
        Ticket {
            open: Rc::clone(self),
            number,
        }
    }

    fn next_closed(&self) -> Promise<()> {
        self.closed
            .borrow_mut()
            .get_or_insert_with(Promise::new)
            .clone()
    }

    async fn all_closed(&self) -> Result<(), Exception> {
        while self.len() > 0 {
            self.next_closed().await?;
        }
        Ok(())
    }

    /// Ends all that is left: whoever reads from one finds the end of input.
    fn shut_down(&self) {
        for upgrade in self.conns.borrow().values() {
            if let Some(conn) = upgrade() {
                let _ = conn.stream().shutdown(Shutdown::Both);
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.open.conns.borrow_mut().remove(&self.number);
        let closed = self.open.closed.borrow_mut().take();
        if let Some(closed) = closed {
            let _ = closed.set_success(());
        }
    }
}

/// What a [`Server`] has to tell.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Report<'a> {
    /// It listens there.
    Listening(SocketAddr),
    /// Somebody has connected, from there.
    Connected(SocketAddr),
    /// The connection from there has failed: what its handler raised.
    Failed(SocketAddr, &'a Exception),
    /// There are no descriptors left to accept with. Told once, until it serves again.
    Full(&'a Exception),
    /// There are descriptors again.
    ServingAgain,
    /// It accepts no more, and waits for those that are open.
    Stopping {
        /// How many there are.
        open: usize,
    },
    /// The time is over; these are shut down.
    Abandoned {
        /// How many there are.
        open: usize,
    },
}

fn print(report: Report<'_>) {
    // Not `println!`, which panics where nobody reads what we print any more.
    let _ = match report {
        Report::Listening(_) | Report::Connected(_) => writeln!(io::stdout(), "{report}"),
        _ => writeln!(io::stderr(), "{report}"),
    };
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Report::Listening(addr) => write!(f, "Listening on port {}", addr.port()),
            Report::Connected(peer) => write!(f, "Connected to {peer}"),
            Report::Failed(peer, exception) => {
                write!(f, "The connection from {peer} failed: {exception:#}")
            }
            Report::Full(exception) => write!(
                f,
                "Can't accept, so new connections wait until others are closed: {exception:#} (or raise the limit: ulimit -n)"
            ),
            Report::ServingAgain => f.write_str("Accepting again"),
            Report::Stopping { open } => write!(f, "Stopping: {open} connections are open"),
            Report::Abandoned { open } => {
                write!(
                    f,
                    "Stopped: {open} connections were still open, and are shut down"
                )
            }
        }
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
