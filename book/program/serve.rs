//! The server: stage 5's [`Server`], with hyper as what runs on each connection.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use stage5_select::{
    Conn, Either, Exception, Listener, Promise, Report, Server, add_coro, drain, race, sleep,
    timeout, write,
};

use crate::site::Site;
use crate::wire::Wire;

/// How long an answer under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// How long a connection that we have ended is kept, so that the client can read what we sent last.
const LAST_WORDS: Duration = Duration::from_secs(1);

const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// What clients may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many connections may be open. A client that comes when they all are is told so.
    pub connections: usize,
    /// How long a connection may go on without another whole request. The time for a head, the time for an
    /// answer and the time in between all count, so sending one byte now and then keeps nothing open.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 100,
            patience: Duration::from_secs(60),
        }
    }
}

/// Serves `site` on `listener` until `stop` is done.
///
/// # Errors
///
/// What the listener or `stop` raises.
///
/// # Panics
///
/// Outside of a loop.
pub async fn serve(
    site: Site,
    listener: Listener,
    limits: Limits,
    stop: impl IntoFuture<Output = Result<(), Exception>> + 'static,
) -> Result<(), Exception> {
    let site = Rc::new(site);
    // One promise, and everybody awaits it: the server, and each connection.
    let stopping = add_coro(async move { stop.await });
    let addr = listener.local_addr()?;
    Server::new(listener)
        .on_report(report)
        .stop_when(stopping.clone(), GRACE)
        .serve(move |conn| {
            // Each connection holds the site, and so does this closure.
            let is_full = Rc::strong_count(&site) > limits.connections;
            let (site, stopping) = (Rc::clone(&site), stopping.clone());
            async move {
                if is_full {
                    drop(site);
                    let _ = timeout(LAST_WORDS, write(&conn, BUSY)).await;
                } else {
                    let answer = |request: &_| site.answer(request, addr);
                    converse(&conn, answer, limits.patience, stopping).await;
                }
                let _ = timeout(LAST_WORDS, drain(&conn)).await;
                Ok(())
            }
        })
        .await
}

/// Speaks HTTP on a connection, until one side ends it, the server stops, or the client has been too slow.
async fn converse(
    conn: &Conn,
    answer: impl Fn(&hyper::Request<hyper::body::Incoming>) -> Answer,
    patience: Duration,
    stopping: Promise<()>,
) {
    let last_asked = Cell::new(Instant::now());
    let service = service_fn(|request| {
        last_asked.set(Instant::now());
        ready(Ok::<_, Infallible>(answer(&request)))
    });
    let mut talk = pin!(
        http1::Builder::new()
            .half_close(true) // a client may ask, shut its side, and still read the answer
            .serve_connection(Wire::new(conn.clone()), service)
    );
    let too_slow = async {
        loop {
            let left = patience.saturating_sub(last_asked.get().elapsed());
            if left.is_zero() || sleep(left).await.is_err() {
                return;
            }
        }
    };
    let ended = race(stopping, too_slow);
    // How the talk ended is not reported: browsers close connections all the time.
    if let Either::Right(Either::Left(_)) = race(talk.as_mut(), ended).await {
        talk.as_mut().graceful_shutdown();
        let _ = timeout(patience, async { Ok(talk.await?) }).await;
    }
}

type Answer = hyper::Response<http_body_util::Full<hyper::body::Bytes>>;

fn report(report: Report<'_>) {
    match report {
        // The address is printed by `main`, and every page is a dozen connections.
        Report::Listening(_) | Report::Connected(_) | Report::Stopping { .. } => {}
        report => eprintln!("book: {report}"),
    }
}
