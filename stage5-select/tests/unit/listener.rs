//! When a listener waits before it tries to accept.

use super::*;
use std::net::TcpStream;

/// Otherwise it would try until its budget is used up, for each connection that comes.
#[test]
fn a_listener_that_has_found_nobody_waits_first() -> io::Result<()> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let _there = TcpStream::connect(listener.local_addr()?)?;
    assert!(listener.budget.must_wait());
    drop(listener.try_accept()?);
    assert!(!listener.budget.must_wait());
    let nobody = listener.try_accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
    assert!(listener.budget.must_wait());
    Ok(())
}
