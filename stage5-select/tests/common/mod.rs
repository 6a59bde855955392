//! What several of these lessons need: two ends of a connection, and all that comes out of one.

#![allow(dead_code, reason = "each lesson takes what it needs")]

use std::future::poll_fn;
use std::mem;
use std::task::Poll;
use std::time::Duration;

use stage5_select::{Conn, Exception, Listener, Promise, accept, connect, read, timeout};

/// Both ends of a connection.
pub(crate) async fn pair() -> Result<(Conn, Conn), Exception> {
    let listener = Listener::bind("127.0.0.1:0")?;
    let there = connect(listener.local_addr()?).await?;
    Ok((accept(&listener).await?, there))
}

/// All that comes until the end of input.
pub(crate) async fn read_all(conn: &Conn) -> Result<Vec<u8>, Exception> {
    let (mut all, mut buffer) = (Vec::new(), vec![0; 4096]);
    loop {
        match read(conn, &mut buffer).await? {
            0 => return Ok(all),
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// The next `count` bytes.
pub(crate) async fn read_exact(conn: &Conn, count: usize) -> Result<Vec<u8>, Exception> {
    let mut all = vec![0; count];
    let mut filled = 0;
    while filled < count {
        match read(conn, &mut all[filled..]).await? {
            0 => {
                return Err(Exception::msg(format!(
                    "the end, after {filled} of {count}"
                )));
            }
            more => filled += more,
        }
    }
    Ok(all)
}

/// Lets all others go on until none of them can, without waiting: a deadline that is due already comes
/// after those that are ready.
pub(crate) async fn let_others_run() {
    for _ in 0..10 {
        let _ = timeout(Duration::ZERO, Promise::<()>::new()).await;
    }
}

/// Lets the others have a turn.
pub(crate) async fn give_way() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if mem::take(&mut first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}
