//! The server: the last stage's [`Server`], with hyper as what runs on each connection.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use stage5_select::{
    Conn, Either, Exception, Listener, Promise, Report, Server, add_coro, drain, race, timeout,
};

use crate::site::Site;
use crate::wire::Wire;

/// How long a client may be silent before its connection is closed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long an answer under way may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// How long a connection that we have ended may stay to read what we sent last.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
    stop: impl IntoFuture<Output = Result<(), Exception>> + 'static,
) -> Result<(), Exception> {
    let site = Rc::new(site);
    // One promise, and everybody awaits it: the server, and each connection.
    let stopping = add_coro(async move { stop.await });
    Server::new(listener)
        .on_report(report)
        .stop_when(stopping.clone(), GRACE)
        .serve(move |conn| converse(conn, Rc::clone(&site), stopping.clone()))
        .await
}

/// Speaks HTTP on a connection, until one side ends it or the server stops.
async fn converse(conn: Conn, site: Rc<Site>, stopping: Promise<()>) -> Result<(), Exception> {
    let wire = Wire::new(conn.clone(), PATIENCE);
    let service = service_fn(|request| ready(Ok::<_, Infallible>(site.answer(&request))));
    let mut talk = pin!(
        http1::Builder::new()
            .half_close(true) // a client may ask, shut its side, and still read the answer
            .serve_connection(wire, service)
    );
    // A client that vanishes, or speaks something else than HTTP, is no failure of ours: browsers close
    // connections all the time. So how the talk ended is not reported.
    if let Either::Right(_) = race(talk.as_mut(), stopping).await {
        talk.as_mut().graceful_shutdown();
        let _ = talk.await;
    }
    let _ = timeout(LAST_WORDS, drain(&conn)).await;
    Ok(())
}

fn report(report: Report<'_>) {
    match report {
        // The address is printed by `main`, and every page is a dozen connections.
        Report::Listening(_) | Report::Connected(_) | Report::Stopping { .. } => {}
        report => eprintln!("book: {report}"),
    }
}

/// The address to type into a browser.
///
/// # Errors
///
/// The kernel's.
pub fn address(listener: &Listener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}
