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

/// `0.0.0.0` is where to connect to, on this machine, but it is nobody's address.
#[test]
fn the_address_of_the_other_side_is_its_own() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let conn = connect(("0.0.0.0", addr.port())).await?;
        assert_eq!(conn.peer_addr(), addr);
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
fn what_is_no_address_is_told_what_one_is() {
    for (addr, why) in [
        ("127.0.0.1", "invalid socket address"),
        ("127.0.0.1:99999", "invalid port value"),
    ] {
        assert_eq!(
            run(connect(addr)).unwrap_err().to_string(),
            format!(
                "can't look up {addr:?}: {why} (an address has a host and a port, as 127.0.0.1:4321)"
            )
        );
    }
}

/// No part of a name may be as long as this one, so nobody has to be asked over the network.
#[test]
fn a_name_that_nobody_knows_is_named_and_is_a_good_address_all_the_same() {
    let addr = format!("{}:80", "x".repeat(64));
    let text = run(connect(addr.clone())).unwrap_err().to_string();
    let start = format!("can't look up {addr:?}: ");
    assert!(text.starts_with(&start), "{text}");
    assert!(!text.contains("a host and a port"), "{text}");
}

/// Such an address needs to be told which network it is in; the kernel says so, or has no such addresses.
#[test]
fn an_address_that_the_kernel_refuses_is_named_and_its_reason_is_the_kernels() {
    let text = run(connect("[fe80::1]:0")).unwrap_err().to_string();
    assert!(text.starts_with("can't connect to [fe80::1]:0: "), "{text}");
    assert!(text.ends_with(')') && text.contains("(os error "), "{text}");
    assert!(!text.contains("a host and a port"), "{text}");
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
