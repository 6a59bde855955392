//! To connect is to start, and to wait until the socket can be written (T01).
//!
//! How to go about it: `connect` on a socket that does not block returns at once, "in progress". When it
//! can be written, the connection is made, or has failed; the socket's error tells which. A name may
//! stand for several addresses: try one after the other.

mod watchdog;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use stage5_select::{Exception, Listener, connect, gather};
use watchdog::run;

/// An address where nobody listens: somebody did a moment ago.
fn refused() -> io::Result<SocketAddr> {
    Listener::bind("127.0.0.1:0")?.local_addr()
}

fn kind(exception: &Exception) -> ErrorKind {
    exception.downcast_ref::<io::Error>().unwrap().kind()
}

#[test]
fn a_connection_is_made_before_anybody_accepts_it() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let conn = connect(listener.local_addr()?).await?;
        assert_eq!(conn.peer_addr(), listener.local_addr()?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn where_nobody_listens_it_is_refused_and_the_error_says_where() {
    let addr = refused().unwrap();
    let exception = run(connect(addr)).unwrap_err();
    assert_eq!(kind(&exception), ErrorKind::ConnectionRefused);
    let text = exception.to_string();
    assert!(
        text.starts_with(&format!("can't connect to {addr}: ")),
        "{text}"
    );
}

#[test]
fn of_several_addresses_the_first_that_answers_is_taken() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let (bad, good) = (refused()?, listener.local_addr()?);
        let conn = connect(&[bad, good, bad][..]).await?;
        assert_eq!(conn.peer_addr(), good);
        Ok(())
    })
    .unwrap();
}

#[test]
fn where_none_of_several_answers_it_is_the_last_ones_error() {
    let (first, last) = (refused().unwrap(), refused().unwrap());
    let addrs = [first, last];
    let exception = run(async move { connect(&addrs[..]).await }).unwrap_err();
    assert!(exception.to_string().contains(&last.to_string()));
}

#[test]
fn no_address_at_all_is_an_error() {
    let exception = run(async { connect(&[][..]).await }).unwrap_err();
    assert_eq!(
        exception.to_string(),
        "no address to connect to (give one at least)"
    );
}

#[test]
fn an_ipv6_address_is_as_good() {
    run(async {
        // Not every computer has one.
        if let Ok(listener) = Listener::bind("[::1]:0") {
            let conn = connect(listener.local_addr()?).await?;
            assert_eq!(conn.peer_addr(), listener.local_addr()?);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn one_that_is_refused_does_not_disturb_those_that_are_not() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let (good, bad) = (listener.local_addr()?, refused()?);
        let results = gather([good, bad, good].map(connect)).await;
        let made: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(made, [true, false, true]);
        Ok(())
    })
    .unwrap();
}
