//! Connections come in at a listener, one after the other (T34).
//!
//! How to go about it: a listener can be read when there is a connection to accept. As with any read,
//! it may be gone again before you come. The same told as a stream is what the ecosystem's combinators
//! take.

mod common;
mod watchdog;

use std::future::poll_fn;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::pin::pin;

use common::read_exact;
use futures_core::Stream;
use stage5_select::{Closed, Exception, Listener, accept, add_coro, connect, write};
use watchdog::run;

#[test]
fn port_0_is_any_port_that_is_free() {
    let listener = Listener::bind("127.0.0.1:0").unwrap();
    assert_ne!(listener.local_addr().unwrap().port(), 0);
}

#[test]
fn connections_that_came_earlier_wait_to_be_accepted_in_their_order() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let mut there = Vec::new();
        for _ in 0..10 {
            there.push(connect(addr).await?);
        }
        for there in there {
            let here = accept(&listener).await?;
            assert_eq!(here.peer_addr(), there.stream().local_addr()?);
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn to_accept_is_to_wait_where_nobody_has_come_yet() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let accepting = add_coro(async move { accept(&listener).await });
        common::let_others_run().await;
        assert!(!accepting.is_settled());
        let there = connect(addr).await?;
        assert_eq!(accepting.await?.peer_addr(), there.stream().local_addr()?);
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_same_as_a_stream() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let came: Vec<SocketAddr> = {
            let connecting = add_coro(async move {
                let mut there = Vec::new();
                for _ in 0..10 {
                    there.push(connect(addr).await?);
                }
                Ok(there)
            });
            let mut incoming = pin!(listener.incoming());
            let mut came = Vec::new();
            for _ in 0..10 {
                let next = poll_fn(|cx| incoming.as_mut().poll_next(cx)).await;
                came.push(next.expect("it does not end")?.peer_addr());
            }
            connecting.await?;
            came
        };
        assert_eq!(came.len(), 10);
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_client_that_is_gone_before_it_is_accepted_is_no_error_of_the_listener() {
    run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        for _ in 0..10 {
            let mut gone = TcpStream::connect(addr)?;
            gone.write_all(b"gone\n")?;
        }
        let there = connect(addr).await?;
        write(&there, b"here\n").await?;
        // Some systems still hand out those that are gone, some do not.
        loop {
            let here = accept(&listener).await?;
            if here.peer_addr() == there.stream().local_addr()? {
                assert_eq!(read_exact(&here, 5).await?, b"here\n");
                return Ok(());
            }
        }
    })
    .unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error_that_names_it() {
    let first = Listener::bind("127.0.0.1:0").unwrap();
    let addr = first.local_addr().unwrap();
    let error = Listener::bind(addr).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(
        error
            .to_string()
            .starts_with(&format!("can't listen on {addr}: ")),
        "{error}"
    );
}

#[test]
fn an_address_without_a_host_or_with_another_machines_is_told_which_there_are() {
    // The second one is kept for examples: no machine has it.
    for addr in [":0", "192.0.2.1:0"] {
        let text = Listener::bind(addr).unwrap_err().to_string();
        assert!(
            text.starts_with(&format!("can't listen on {addr:?}: ")),
            "{text}"
        );
        assert!(
            text.ends_with(
                " (an address of this machine goes in front of the port, as 127.0.0.1:4321; 0.0.0.0:4321 is all of them)"
            ),
            "{text}"
        );
    }
}

/// Such an address needs to be told which network it is in; the kernel says so, or has no such addresses.
#[test]
fn an_address_that_the_kernel_refuses_is_not_told_what_an_address_is() {
    let text = Listener::bind("[fe80::1]:0").unwrap_err().to_string();
    assert!(
        text.starts_with("can't listen on \"[fe80::1]:0\": "),
        "{text}"
    );
    assert!(!text.contains("a host and a port"), "{text}");
    let text = Listener::bind("127.0.0.1").unwrap_err().to_string();
    assert!(
        text.ends_with(" (an address has a host and a port, as 127.0.0.1:4321)"),
        "{text}"
    );
}

#[test]
fn who_waits_at_a_listener_that_is_closed_is_told() {
    let result: Result<(), Exception> = run(async {
        let listener = Listener::bind("127.0.0.1:0")?;
        let waiting = stage5_select::readability(&listener);
        let selects = stage5_select::reactor::selects();
        drop(listener);
        let result = waiting.await;
        let more = stage5_select::reactor::selects() - selects;
        assert_eq!(more, 0, "the kernel need not be asked");
        result
    });
    assert!(result.unwrap_err().is::<Closed>());
}
