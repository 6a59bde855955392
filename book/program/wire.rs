//! hyper on our sockets: the two traits through which it reads and writes.
//!
//! hyper brings no loop and no sockets. It asks for something it can poll: `poll_read`, `poll_write`. Both
//! are the same three lines here: try; if that would block, keep the wait for [`readability`] or
//! [`writability`], and poll it. The wait leaves the task's waker in a promise of the reactor, `select`
//! settles the promise, and the task is polled again. That is the whole adapter.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use stage5_select::{Conn, Interest, readability, writability};

/// A connection, as hyper wants it.
#[derive(Debug)]
pub struct Wire {
    conn: Conn,
    /// What a read waits for, while it waits.
    reading: Option<Interest>,
    /// What a write waits for, while it waits.
    writing: Option<Interest>,
}

impl Wire {
    /// Puts hyper's traits on `conn`.
    #[must_use]
    pub fn new(conn: Conn) -> Self {
        let (reading, writing) = (None, None);
        Wire {
            conn,
            reading,
            writing,
        }
    }
}

/// Does `operation`, or waits until it can be done.
fn poll_io<T>(
    cx: &mut Context<'_>,
    waiting: &mut Option<Interest>,
    wait: impl Fn() -> Interest,
    mut operation: impl FnMut() -> io::Result<T>,
) -> Poll<io::Result<T>> {
    loop {
        if let Some(wait) = waiting {
            let ready = ready!(Pin::new(wait).poll(cx));
            *waiting = None;
            // Our exceptions stay on their thread; hyper's errors may travel. So the text goes alone.
            ready.map_err(|exception| io::Error::other(exception.to_string()))?;
        }
        match operation() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => *waiting = Some(wait()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return Poll::Ready(result),
        }
    }
}

impl Read for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // hyper's own buffer may not be initialized yet, and handing that to the kernel takes `unsafe`. So
        // the bytes are copied once.
        let mut bytes = [0; 8192];
        let room = buf.remaining().min(bytes.len());
        let bytes = &mut bytes[..room];
        let wire = self.get_mut();
        let mut conn = &wire.conn;
        let wait = || readability(&wire.conn);
        let count = ready!(poll_io(cx, &mut wire.reading, wait, || conn.read(bytes)))?;
        buf.put_slice(&bytes[..count]);
        Poll::Ready(Ok(()))
    }
}

impl Write for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let mut conn = &wire.conn;
        let wait = || writability(&wire.conn);
        poll_io(cx, &mut wire.writing, wait, || conn.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // there is no buffer on our side
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.conn.stream().shutdown(Shutdown::Write))
    }
}
